"""The scikit-learn shell: every check of scikit-learn, and agreement with KMeans."""

import subprocess
import sys
import warnings

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from huepress import quantize
from huepress.estimator import ColorQuantizer


@parametrize_with_checks([ColorQuantizer(), ColorQuantizer(3, init="random", n_init=2)])
def test_scikit_learn_checks(estimator, check):
    with warnings.catch_warnings():
        # As scikit-learn's own tests: some checks feed fewer distinct rows than clusters.
        warnings.simplefilter("ignore", ConvergenceWarning)
        check(estimator)


def blobs(n_features, n_samples=600, seed=0):
    return make_blobs(n_samples, n_features, centers=5, random_state=seed)[0]


@pytest.mark.parametrize("n_features", [1, 2, 3, 4, 7, 40])
def test_agrees_with_kmeans_from_the_same_start(n_features):
    rows = blobs(n_features)
    weights = np.random.default_rng(1).uniform(0.5, 2, len(rows))
    start = rows[:5]
    ours = ColorQuantizer(5, init=start, tol=0).fit(rows, sample_weight=weights)
    theirs = KMeans(5, init=start, n_init=1, tol=0).fit(rows, sample_weight=weights)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-9)
    assert ours.inertia_ == pytest.approx(theirs.inertia_)
    np.testing.assert_allclose(ours.transform(rows), theirs.transform(rows), atol=1e-9)
    assert ours.score(rows, sample_weight=weights) == pytest.approx(-ours.inertia_)


def test_colors_on_the_native_core_agree_with_kmeans():
    rng = np.random.default_rng(2)
    pixels = rng.integers(0, 256, (3000, 3))
    start = pixels[:17].astype(float)
    ours = ColorQuantizer(17, init=start, tol=0).fit(pixels)
    theirs = KMeans(17, init=start, n_init=1, tol=0).fit(pixels.astype(float))
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, atol=1e-3)
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-6)


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("space", ["srgb", "oklab"])
def test_a_color_space_gives_what_quantize_gives(space, channels):
    rng = np.random.default_rng(3)
    # A picture keeps entries for what is fully clear or opaque, plain data does not.
    pixels = rng.integers(1, 255, (31, 17, channels), dtype=np.uint8)
    model = ColorQuantizer(9, init="auto", color_space=space, random_state=0)
    model.fit(pixels.reshape(-1, channels))
    expected = quantize(pixels, 9, color_space=space)
    np.testing.assert_array_equal(
        np.unique(model.cluster_centers_, axis=0), np.unique(expected.palette, axis=0)
    )
    nearest = model.transform(pixels.reshape(-1, channels)).min(axis=1)
    assert model.inertia_ == pytest.approx((nearest**2).sum())
    # The engine stops after few passes, and keeps an entry for clear pixels alone.
    assert model.inertia_ == pytest.approx(expected.inertia, rel=0.02)


@pytest.mark.parametrize("rows", [blobs(2), np.random.default_rng(4).integers(0, 256, (500, 3))])
def test_repetition_weight_and_order_are_the_same(rows):
    weights = np.random.default_rng(5).integers(0, 4, len(rows))
    repeated = np.repeat(rows, weights, axis=0)[::-1]
    a = ColorQuantizer(6, random_state=0).fit(rows, sample_weight=weights)
    b = ColorQuantizer(6, random_state=0).fit(repeated)
    np.testing.assert_array_equal(a.cluster_centers_, b.cluster_centers_)
    assert a.inertia_ == pytest.approx(b.inertia_)


def test_more_clusters_than_a_palette_holds():
    rows = np.random.default_rng(6).integers(0, 256, (900, 3))
    model = ColorQuantizer(300, random_state=0).fit(rows)
    assert model.cluster_centers_.shape == (300, 3)
    assert len(np.unique(model.labels_)) == 300


def test_fewer_distinct_rows_than_clusters_are_told():
    with pytest.warns(ConvergenceWarning, match="2 distinct rows"):
        model = ColorQuantizer(3).fit([[1.0, 2], [1, 2], [3, 4]])
    assert model.cluster_centers_.shape == (2, 2)
    assert model.inertia_ == 0


def test_pipeline_and_grid_search():
    rows = blobs(3)
    pipeline = make_pipeline(StandardScaler(), ColorQuantizer(random_state=0))
    search = GridSearchCV(pipeline, {"colorquantizer__n_clusters": [2, 5]}, cv=3).fit(rows)
    assert search.best_params_ == {"colorquantizer__n_clusters": 5}
    assert search.predict(rows).shape == (len(rows),)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"n_clusters": 0}, "n_clusters"),
        ({"n_clusters": 2.5}, "n_clusters"),
        ({"init": "best"}, "init"),
        ({"init": "wu"}, "init"),
        ({"init": [[1.0, 2]]}, "init"),
        ({"n_init": 0}, "n_init"),
        ({"max_iter": 0}, "max_iter"),
        ({"tol": -1}, "tol"),
        ({"color_space": "hsv"}, "color_space"),
    ],
)
def test_refusals_name_the_parameter(changes, name):
    rows = np.random.default_rng(0).integers(0, 256, (20, 3))
    with pytest.raises(ValueError, match=f"^{name} is"):
        ColorQuantizer(**{"n_clusters": 4, **changes}).fit(rows)


def test_values_that_are_no_colors_are_refused():
    with pytest.raises(ValueError, match=r"rows from -1 to 4.*; allowed: colors from 0 to 255"):
        ColorQuantizer(2, color_space="oklab").fit([[-1.0, 0, 0], [4, 0, 0]])
    with pytest.raises(ValueError, match="None for 2 features"):
        ColorQuantizer(2, color_space="oklab").fit([[1.0, 0], [4, 0]])


def test_without_scikit_learn_one_sentence_says_what_to_do():
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "from huepress import MissingExtraError\n"
        "try: import huepress.estimator\n"
        "except MissingExtraError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == (
        "huepress.estimator needs scikit-learn: pip install 'huepress[sklearn]'"
    )
