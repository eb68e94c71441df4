"""Cluster validation: worked by hand, and held against scikit-learn and SciPy."""

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as peers
from sklearn.cluster import KMeans

from huepress import OptionError
from huepress.study import validation
from huepress.types import IndexedImage, Palette


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(300, 3)) + 3 * rng.integers(0, 3, (300, 1))
    weights = rng.integers(1, 4, 300)
    clusters = KMeans(6, n_init=1, random_state=0).fit_predict(points)
    return points, clusters, weights, rng.integers(0, 4, 300)


def test_by_hand():
    classes = ["cat", "cat", "dog", "dog"]
    assert validation.entropy(classes, [0, 0, 1, 1]) == 0
    assert validation.purity(classes, [0, 0, 1, 1]) == 1
    assert validation.entropy(classes, [0, 0, 0, 0]) == 1
    assert validation.purity(classes, [0, 0, 0, 0]) == 0.5
    # Cluster 0: cat, cat, dog -> H(1/3) = 0.9183 bits on 3 of 4 rows; cluster 1: dog -> 0.
    assert validation.entropy(classes, [0, 0, 0, 1]) == pytest.approx(0.75 * 0.918296, abs=1e-6)
    assert validation.purity(classes, [0, 0, 0, 1]) == 0.75
    assert validation.entropy(classes, [5, 6, 7, 8]) == 0
    assert validation.inertia([[0, 0], [2, 0], [5, 5]], [0, 0, 1]) == 2


def test_entropy_agrees_with_scipy_and_scikit_learn(rows):
    _, clusters, weights, classes = rows
    inside = [
        (weights[clusters == j].sum(), np.bincount(classes[clusters == j], weights[clusters == j]))
        for j in range(6)
    ]
    expected = sum(n * stats.entropy(counts, base=2) for n, counts in inside) / weights.sum()
    assert validation.entropy(classes, clusters, weights=weights) == pytest.approx(expected)
    whole = stats.entropy(np.bincount(classes), base=2)
    homogeneity = 1 - validation.entropy(classes, clusters) / whole
    assert homogeneity == pytest.approx(peers.homogeneity_score(classes, clusters))


def test_purity_agrees_with_the_contingency_matrix(rows):
    _, clusters, _, classes = rows
    table = peers.cluster.contingency_matrix(classes, clusters)
    assert validation.purity(classes, clusters) == pytest.approx(table.max(0).sum() / table.sum())


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (validation.silhouette, peers.silhouette_score),
        (validation.davies_bouldin, peers.davies_bouldin_score),
    ],
)
def test_weights_are_repetitions_of_what_scikit_learn_sees(rows, ours, theirs):
    points, clusters, weights, _ = rows
    assert ours(points, clusters) == pytest.approx(theirs(points, clusters))
    expected = theirs(np.repeat(points, weights, axis=0), np.repeat(clusters, weights))
    assert ours(points, clusters, weights=weights) == pytest.approx(expected)


def test_silhouette_of_points_alone_is_zero():
    points, clusters = [[0.0], [1], [10]], [0, 0, 1]
    expected = peers.silhouette_score(points, clusters)
    assert validation.silhouette(points, clusters) == pytest.approx(expected)


def test_silhouette_of_a_sample_is_near_that_of_all(rows):
    rng = np.random.default_rng(1)
    centers = rng.normal(0, 4, (5, 2))
    labels = rng.integers(0, 5, 5000)
    points = centers[labels] + rng.normal(0, 1, (5000, 2))
    whole = validation.silhouette(points, labels, sample_size=5000)
    part = validation.silhouette(points, labels, sample_size=1000)
    assert part != whole
    assert part == pytest.approx(whole, abs=0.03)


def test_inertia_agrees_with_kmeans(rows):
    points, _, weights, _ = rows
    model = KMeans(6, n_init=1, random_state=0, tol=0).fit(points, sample_weight=weights)
    found = validation.inertia(points, model.labels_, weights=weights)
    assert found == pytest.approx(model.inertia_)


def test_index_entropy_by_hand_and_by_scipy():
    stripes = np.tile(np.array([0, 1], np.uint8), (8, 8))
    found = validation.index_entropy(stripes)
    assert found.zero_order == 1
    # The left neighbor says everything; the upper one too, but for the 16 pixels of the first row.
    assert found.given_left == 0
    assert found.given_upper == pytest.approx(16 / 128)
    assert found.given_both == 0
    noise = np.random.default_rng(0).integers(0, 5, (40, 60)).astype(np.uint8)
    found = validation.index_entropy(IndexedImage(noise, Palette(np.zeros((5, 3), np.uint8))))
    assert found.zero_order == pytest.approx(stats.entropy(np.bincount(noise.ravel()), base=2))
    pairs = np.histogram2d(noise[:, :-1].ravel(), noise[:, 1:].ravel(), bins=5)[0]
    inside = stats.entropy(pairs.ravel(), base=2) - stats.entropy(pairs.sum(1), base=2)
    assert found.given_left == pytest.approx(inside, abs=0.02)
    assert found.given_both < found.given_left < found.zero_order


@pytest.mark.parametrize(
    "call",
    [
        lambda: validation.entropy([0, 1], [0]),
        lambda: validation.purity([], []),
        lambda: validation.inertia([[0.0], [1]], [0, 1], weights=[-1, 1]),
        lambda: validation.inertia([0.0, 1], [0, 1]),
        lambda: validation.silhouette([[0.0], [1]], [0, 0]),
        lambda: validation.davies_bouldin([[0.0], [1]], [0, 0]),
        lambda: validation.davies_bouldin([[0.0], [0]], [0, 1]),
        lambda: validation.index_entropy(np.zeros(5, np.uint8)),
    ],
)
def test_refusals(call):
    with pytest.raises(OptionError):
        call()
