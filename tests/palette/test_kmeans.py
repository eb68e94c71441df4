import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from huepress.color import spaces
from huepress.errors import OptionError
from huepress.palette import histogram, kmeans
from huepress.types import Histogram
from images import photos

STARTS = ["random", "kmeans++", "wu", "auto"]


@pytest.fixture(scope="module")
def photo():
    return photos("kodak/kodim01.png")[-1]


pictures = hnp.arrays(
    np.uint8, st.tuples(st.integers(1, 17), st.integers(1, 31), st.sampled_from([3, 4]))
)


def hand_worked(init):
    """Four points on a line, two centers: a person can check it."""
    pixels = np.array([[0, 0, 0], [10, 0, 0], [100, 0, 0], [112, 0, 0]], np.uint8)
    return kmeans.fit_palette(histogram.count(pixels), 2, color_space="srgb", init=init, tol=0)


def test_four_points_by_hand():
    fit = hand_worked(np.array([[0, 0, 0], [10, 0, 0]], np.uint8))
    # {0} {10 100 112} -> 0, 74; {0 10} {100 112} -> 5, 106; nothing moves any more
    assert fit.centers[:, 0].tolist() == [5.0, 106.0]
    assert fit.inertia == 2 * 25 + 2 * 36
    assert fit.n_iter == 3
    assert fit.stop_reason == "converged"


@pytest.mark.parametrize("k", [2, 7, 64])
@pytest.mark.parametrize("init", ["random", "kmeans++", "wu"])
def test_agrees_with_scikit_learn(photo, k, init):
    from sklearn.cluster import KMeans

    counted = histogram.count(photo)
    rng = np.random.default_rng(k)
    points = spaces.embed(counted.colors, "srgb")
    start = kmeans.starting_centers(points, counted.weights, k, init, rng)
    # Off the whole numbers, where points lie halfway between two centers: scikit-learn takes the
    # mean away first, so that rounding decides for it.
    start += rng.uniform(-0.1, 0.1, start.shape).astype(np.float32)
    pixels = photo.reshape(-1, 3).astype(np.float64)
    theirs = KMeans(k, init=start.astype(np.float64), n_init=1, algorithm="lloyd").fit(pixels)
    ours = kmeans.fit_palette(counted, k, color_space="srgb", init=start)
    assert ours.n_iter == theirs.n_iter_
    assert ours.inertia == pytest.approx(theirs.inertia_, rel=1e-9)
    np.testing.assert_allclose(ours.centers, theirs.cluster_centers_, atol=1e-3)
    labels = kmeans.lloyd(points, counted.weights, start, 300, 1e-4).labels
    assert (labels == theirs.predict(points.astype(np.float64))).all()


@pytest.mark.parametrize("init", STARTS)
@pytest.mark.parametrize("color_space", spaces.COLOR_SPACES)
def test_inertia_never_rises(photo, init, color_space):
    fit = kmeans.fit_palette(
        histogram.count(photo), 16, color_space=color_space, init=init, return_history=True
    )
    inertias = [step.inertia for step in fit.history] + [fit.inertia]
    assert all(b <= a * (1 + 1e-12) for a, b in itertools.pairwise(inertias))


@given(pictures, st.sampled_from(STARTS), st.sampled_from([1, 2, 5, 256]), st.integers(0, 9))
def test_any_picture_and_any_number_of_colors(pixels, init, k, seed):
    counted = histogram.count(pixels)
    fit = kmeans.fit_palette(counted, k, init=init, seed=seed)
    assert len(fit.palette) == len(fit.centers) <= k
    assert np.isfinite(fit.centers).all()
    if counted.n_colors <= k:
        assert fit.stop_reason == "exact"
        assert fit.inertia == 0
        np.testing.assert_array_equal(fit.palette.colors, counted.colors)
    else:
        points = spaces.embed(counted.colors, "oklab")
        # The engine's coordinates are in steps of 1/64.
        assert (fit.centers >= points.min(axis=0) - 1 / 64).all()
        assert (fit.centers <= points.max(axis=0) + 1 / 64).all()


def test_one_center_is_the_mean(photo):
    fit = kmeans.fit_palette(histogram.count(photo), 1, color_space="srgb")
    np.testing.assert_allclose(fit.centers[0], photo.reshape(-1, 3).mean(axis=0), rtol=1e-5)


@pytest.mark.parametrize("init", STARTS)
def test_weights_are_repetitions(photo, init):
    counted = histogram.count(photo)
    doubled = histogram.merge([counted, counted])
    once, twice = (
        kmeans.fit_palette(h, 8, init=init, color_space="srgb") for h in (counted, doubled)
    )
    np.testing.assert_allclose(twice.centers, once.centers, atol=1e-4)
    assert twice.inertia == pytest.approx(2 * once.inertia, rel=1e-9)


def test_empty_clusters_take_the_farthest_points():
    pixels = np.array([[0, 0, 0], [4, 0, 0], [100, 0, 0], [250, 0, 0]], np.uint8)
    far_away = np.array([[0, 0, 0], [1000, 0, 0], [2000, 0, 0]], np.float32)
    fit = kmeans.fit_palette(histogram.count(pixels), 3, color_space="srgb", init=far_away)
    assert sorted(fit.centers[:, 0].tolist()) == [2.0, 100.0, 250.0]


def test_more_starts_are_never_worse(photo):
    counted = histogram.count(photo)
    one, five = (kmeans.fit_palette(counted, 8, init="random", n_init=n) for n in (1, 5))
    assert five.inertia <= one.inertia


@pytest.mark.parametrize("init", STARTS)
def test_same_for_any_number_of_threads(photo, init, n_threads):
    counted = histogram.count(photo)
    one, many = (kmeans.fit_palette(counted, 24, init=init, n_threads=n) for n in (1, n_threads))
    np.testing.assert_array_equal(one.centers, many.centers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_colors", 0),
        ("n_colors", 257),
        ("color_space", "cmyk"),
        ("effort", "heroic"),
        ("init", "magic"),
        ("init", np.zeros((2, 4), np.float32)),
        ("init", np.full((2, 3), np.nan)),
        ("n_init", 0),
        ("max_iter", 0),
        ("tol", -1.0),
        ("seed", -1),
    ],
)
def test_refuses_options_out_of_range(photo, name, value):
    options = {"n_colors": 8, name: value}
    with pytest.raises(OptionError) as error:
        kmeans.fit_palette(histogram.count(photo), **options)
    assert error.value.name == name


@pytest.mark.parametrize("most", [1, 2, 5])
def test_a_limit_of_iterations_is_that_of_scikit_learn(photo, most):
    """With weights, which the centers of scikit-learn's sample_weight have too."""
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    counted = histogram.count(photo)
    rng = np.random.default_rng(most)
    weights = counted.weights * rng.integers(1, 50, counted.n_colors)
    points = spaces.embed(counted.colors, "srgb")
    start = points[rng.choice(len(points), 12, replace=False)]
    start = start + rng.uniform(-0.1, 0.1, start.shape).astype(np.float32)
    theirs = KMeans(12, init=start.astype(np.float64), n_init=1, max_iter=most, tol=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs.fit(points.astype(np.float64), sample_weight=weights)
    weighed = Histogram(counted.colors, weights)
    ours = kmeans.fit_palette(weighed, 12, color_space="srgb", init=start, max_iter=most, tol=0)
    assert (ours.n_iter, ours.stop_reason) == (most, "max_iter")
    assert ours.inertia == pytest.approx(theirs.inertia_, rel=1e-9)
    np.testing.assert_allclose(ours.centers, theirs.cluster_centers_, atol=1e-3)


def test_empty_clusters_are_filled_as_scikit_learn_does():
    from sklearn.cluster import KMeans

    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 120, (1, 60, 3)).astype(np.uint8)
    counted = histogram.count(pixels)
    points = spaces.embed(counted.colors, "srgb")
    start = np.vstack([points[:3] + 0.25, [[900, 900, 900], [-900, 0, 0]]]).astype(np.float32)
    theirs = KMeans(5, init=start.astype(np.float64), n_init=1, max_iter=300, tol=0)
    theirs.fit(points.astype(np.float64), sample_weight=counted.weights)
    ours = kmeans.fit_palette(counted, 5, color_space="srgb", init=start, tol=0)
    assert len(np.unique(ours.centers, axis=0)) == 5
    assert ours.inertia == pytest.approx(theirs.inertia_, rel=1e-9)


def test_every_step_of_every_start_is_watched():
    seen = []
    counted = histogram.count(np.arange(90, dtype=np.uint8).reshape(5, 6, 3))
    fit = kmeans.fit_palette(
        counted, 4, color_space="srgb", init="random", n_init=2, watch=seen.append
    )
    assert len(seen) > fit.n_iter
