"""Measure how good clusters are: against classes, by themselves, and as a picture to code.

Labels, points and weights go in, single figures come out. Weights count as repetitions: a row of
weight 2 is the same as the row twice. Only NumPy is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from huepress.errors import OptionError

if TYPE_CHECKING:
    from huepress.result.report import Result
    from huepress.types import IndexedImage

_CHUNK = 512  # rows whose distances to all others are held at once: 16 MiB at 4,096 points


def entropy(classes: ArrayLike, clusters: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Return how mixed the clusters are: the mean entropy of the classes inside them.

    Parameters
    ----------
    classes : array_like
        (n,) true class of every row, any labels.
    clusters : array_like
        (n,) cluster of every row, any labels.
    weights : array_like, optional
        (n,) >= 0. Default: 1 each.

    Returns
    -------
    float
        Bits, >= 0: the conditional entropy H(class | cluster) = sum over clusters j of n_j / n
        times -sum over classes i of p_ij log2 p_ij, with p_ij = n_ij / n_j. 0 when every cluster
        holds one class; at most log2 of the number of classes.

    Raises
    ------
    OptionError
        Arrays of different lengths, or nothing in them.

    Notes
    -----
    scikit-learn's ``homogeneity_score`` is 1 - H(class | cluster) / H(class).

    References
    ----------
    .. [1] Zhao and Karypis, "Criterion functions for document clustering: experiments and
       analysis", Univ. of Minnesota TR 01-40 (2001): entropy and purity of clusters.
    .. [2] Shannon, "A mathematical theory of communication" (1948).
       doi:10.1002/j.1538-7305.1948.tb01338.x
    """
    table = _contingency(classes, clusters, weights)
    return _bits(table) - _bits(table.sum(axis=0))


def purity(classes: ArrayLike, clusters: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Return the share of rows that belong to the commonest class of their cluster.

    Parameters
    ----------
    classes, clusters, weights
        As for `entropy`.

    Returns
    -------
    float
        Above 0, at most 1: sum over clusters j of max over classes i of n_ij, over n. 1 when every
        cluster holds one class.

    Raises
    ------
    OptionError
        Arrays of different lengths, or nothing in them.

    References
    ----------
    .. [1] Manning, Raghavan and Schütze, "Introduction to Information Retrieval" (2008),
       section 16.3. https://nlp.stanford.edu/IR-book/
    """
    table = _contingency(classes, clusters, weights)
    return float(table.max(axis=0).sum() / table.sum())


def inertia(points: ArrayLike, clusters: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Return the weighted sum of squared distances of points to the mean of their cluster.

    Parameters
    ----------
    points : array_like
        (n, dims) numbers.
    clusters, weights
        As for `entropy`.

    Returns
    -------
    float
        In squared units of the points: what k-means makes small.

    Raises
    ------
    OptionError
        Arrays of different lengths, or nothing in them.
    """
    x, place, w = _clustered(points, clusters, weights)
    return float(w @ ((x - _means(x, place, w)[place]) ** 2).sum(axis=1))


def silhouette(
    points: ArrayLike,
    clusters: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    sample_size: int = 4096,
    seed: int = 0,
) -> float:
    """Return the mean silhouette: how much nearer points are to their own cluster than to others.

    Parameters
    ----------
    points : array_like
        (n, dims) numbers.
    clusters, weights
        As for `entropy`; whole weights give the same as repeated rows.
    sample_size : int
        With more rows than this, a sample of this size is drawn with probability proportional to
        weight (with replacement), and the figure is that of the sample. Time and memory grow with
        its square.
    seed : int
        Of the sample.

    Returns
    -------
    float
        -1 to 1: the mean of (b - a) / max(a, b), with a the mean distance to the other points of
        the cluster and b the least mean distance to the points of another; 0 for a point that is
        alone in its cluster.

    Raises
    ------
    OptionError
        Arrays of different lengths, or fewer than two clusters.

    References
    ----------
    .. [1] Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster
       analysis" (1987). doi:10.1016/0377-0427(87)90125-7
    """
    x, place, w = _clustered(points, clusters, weights)
    if len(x) > sample_size:
        drawn = np.random.default_rng(seed).choice(len(x), sample_size, p=w / w.sum())
        rows, counts = np.unique(drawn, return_counts=True)
        x, w = x[rows], counts.astype(np.float64)
        place = np.unique(place[rows], return_inverse=True)[1]
    mass = np.bincount(place, w)
    if len(mass) < 2:
        raise OptionError("clusters", f"{len(mass)} cluster", "two or more")
    total = 0.0
    members = np.zeros((len(x), len(mass)))
    members[np.arange(len(x)), place] = w
    for start in range(0, len(x), _CHUNK):
        part = slice(start, start + _CHUNK)
        own = place[part]
        sums = _distances(x[part], x) @ members  # to every cluster, weights included
        rows = np.arange(len(own))
        others = mass[own] - 1.0
        a = np.divide(sums[rows, own], others, out=np.zeros(len(own)), where=others > 0)
        means = sums / mass
        means[rows, own] = np.inf
        b = means.min(axis=1)
        larger = np.maximum(a, b)
        values = np.divide(b - a, larger, out=np.zeros(len(own)), where=(larger > 0) & (others > 0))
        total += float(w[part] @ values)
    return total / float(w.sum())


def davies_bouldin(
    points: ArrayLike, clusters: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Return the Davies-Bouldin index: how much clusters spread beside how far apart they are.

    Parameters
    ----------
    points, clusters, weights
        As for `inertia`.

    Returns
    -------
    float
        >= 0, smaller is better: the mean over clusters of the worst (s_i + s_j) / d_ij, with s the
        mean distance to the center and d the distance of the centers.

    Raises
    ------
    OptionError
        Arrays of different lengths, fewer than two clusters, or two clusters with one center.

    References
    ----------
    .. [1] Davies and Bouldin, "A cluster separation measure" (1979).
       doi:10.1109/TPAMI.1979.4766909
    """
    x, place, w = _clustered(points, clusters, weights)
    centers = _means(x, place, w)
    if len(centers) < 2:
        raise OptionError("clusters", f"{len(centers)} cluster", "two or more")
    spread = np.sqrt(((x - centers[place]) ** 2).sum(axis=1))
    spread = np.bincount(place, w * spread) / np.bincount(place, w)
    apart = _distances(centers, centers)
    np.fill_diagonal(apart, np.inf)
    if not apart.all():
        raise OptionError("clusters", "two clusters with one center", "centers that differ")
    return float(((spread[:, np.newaxis] + spread) / apart).max(axis=1).mean())


@dataclass(frozen=True, slots=True)
class IndexEntropy:
    """What the indices of a picture would cost an ideal coder, in bits per pixel.

    Attributes
    ----------
    zero_order : float
        Every pixel coded by how common its color is, neighbors unseen.
    given_left, given_upper : float
        Coded with the pixel to the left, or above, known.
    given_both : float
        Coded with both known. With many colors in a small picture most pairs of neighbors occur
        only once or twice, and the figure is far below what any coder that has to learn could do.
    """

    zero_order: float
    given_left: float
    given_upper: float
    given_both: float


def index_entropy(indexed: IndexedImage | NDArray[np.integer[Any]]) -> IndexEntropy:
    """Return the empirical entropies of the indices of a picture.

    Parameters
    ----------
    indexed : IndexedImage or ndarray
        The picture, or (height, width) indices.

    Returns
    -------
    IndexEntropy
        H(X), H(X | left), H(X | upper) and H(X | left, upper) in bits per pixel. A neighbor beyond
        the border is a value of its own.

    References
    ----------
    .. [1] Shannon, "A mathematical theory of communication" (1948).
       doi:10.1002/j.1538-7305.1948.tb01338.x
    """
    given = indexed if isinstance(indexed, np.ndarray) else indexed.indices
    if given.ndim != 2 or not given.size:
        raise OptionError("indexed", f"array of shape {given.shape}", "(height, width), not empty")
    values = given.astype(np.int64)
    n_colors = int(values.max()) + 1
    left, upper = np.full_like(values, n_colors), np.full_like(values, n_colors)
    left[:, 1:], upper[1:] = values[:, :-1], values[:-1]
    both = left * (n_colors + 1) + upper
    return IndexEntropy(
        _count_bits(values),
        *(_count_bits(values + n_colors * c) - _count_bits(c) for c in (left, upper, both)),
    )


def coding_report(result: Result) -> dict[str, float]:
    """Return the entropies of a compressed picture, and the bits its file really takes.

    Parameters
    ----------
    result : Result
        Of `huepress.compress`, with a palette.

    Returns
    -------
    dict
        Bits per pixel: ``written`` (the whole file), ``zero_order``, ``given_left``,
        ``given_upper``, ``given_both``.

    Raises
    ------
    OptionError
        The file has no palette of ours.
    """
    if result.indexed is None or result.colors is None:
        raise OptionError("result", result.status, "a picture with a palette")
    found = index_entropy(result.indexed)
    return {
        "written": 8 * result.bytes_out / result.indexed.indices.size,
        "zero_order": found.zero_order,
        "given_left": found.given_left,
        "given_upper": found.given_upper,
        "given_both": found.given_both,
    }


def _checked(
    name: str, labels: ArrayLike, n: int, weights: ArrayLike | None
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return labels as 0, 1, ... and the weights, both (n,)."""
    given = np.asarray(labels).reshape(-1)
    if len(given) != n or n == 0:
        raise OptionError(name, f"{len(given)} labels", f"{n} of them, at least one")
    w = np.ones(n) if weights is None else np.asarray(weights, np.float64).reshape(-1)
    if len(w) != n or not np.isfinite(w).all() or w.min() < 0 or w.max() <= 0:
        raise OptionError("weights", f"{len(w)} weights", f"{n} finite numbers >= 0, not all 0")
    return np.unique(given, return_inverse=True)[1].reshape(-1), w


def _contingency(
    classes: ArrayLike, clusters: ArrayLike, weights: ArrayLike | None
) -> NDArray[np.float64]:
    """Return the weight of every (class, cluster)."""
    n = np.asarray(classes).size
    i, w = _checked("classes", classes, n, weights)
    j, _ = _checked("clusters", clusters, n, weights)
    table = np.zeros((i.max() + 1, j.max() + 1))
    np.add.at(table, (i, j), w)
    return table


def _clustered(
    points: ArrayLike, clusters: ArrayLike, weights: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.float64]]:
    """Return the rows of nonzero weight: points, clusters as 0, 1, ..., weights."""
    x = np.asarray(points, np.float64)
    if x.ndim != 2:
        raise OptionError("points", f"array of shape {x.shape}", "(n, dims)")
    place, w = _checked("clusters", clusters, len(x), weights)
    kept = w > 0
    return x[kept], np.unique(place[kept], return_inverse=True)[1].reshape(-1), w[kept]


def _means(
    x: NDArray[np.float64], place: NDArray[np.intp], w: NDArray[np.float64]
) -> NDArray[np.float64]:
    sums = np.stack([np.bincount(place, w * column) for column in x.T], axis=1)
    return np.asarray(sums / np.bincount(place, w)[:, np.newaxis])


def _distances(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    squared = np.zeros((len(a), len(b)))
    for dim in range(a.shape[1]):
        squared += (a[:, dim, np.newaxis] - b[:, dim]) ** 2
    return np.sqrt(squared)


def _bits(counts: NDArray[np.float64]) -> float:
    """Return the entropy of counts of any shape, in bits."""
    n = counts[counts > 0]
    share = n / n.sum()
    return max(0.0, float(-(share * np.log2(share)).sum()))


def _count_bits(symbols: NDArray[np.int64]) -> float:
    return _bits(np.unique(symbols, return_counts=True)[1].astype(np.float64))
