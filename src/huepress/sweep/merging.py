"""From a palette to a smaller one: merge the two colors that cost least, again and again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.types import Points, Weights


def merge_centers(points: Points, weights: Weights, centers: Points, k: int) -> Points:
    """Return k centers to start k-means from, made from more of them.

    Parameters
    ----------
    points : ndarray
        (n, dims) float32: the distinct colors.
    weights : ndarray
        (n,) float64, > 0.
    centers : ndarray
        (m, dims) float32: converged centers, k <= m <= 256.
    k : int
        How many are wanted.

    Returns
    -------
    ndarray
        (k, dims) float32. Merging a and b moves both to their mean, which adds
        w_a w_b / (w_a + w_b) |a - b|^2 to the inertia; the pair with the least is merged first.

    References
    ----------
    .. [1] Ward, "Hierarchical grouping to optimize an objective function" (1963).
       doi:10.1080/01621459.1963.10500845
    .. [2] Equitz, "A new vector quantization clustering algorithm" (1989). doi:10.1109/29.35395
    """
    labels = np.empty(len(points), np.uint8)
    _core.assign(points, np.ascontiguousarray(centers), labels, None, 0)
    mass = np.asarray(np.bincount(labels, weights, minlength=len(centers)), np.float64)
    alive = mass > 0
    place = centers[alive].astype(np.float64)
    mass = mass[alive]
    cost = _costs(place, mass)
    while len(place) > k:
        a, b = divmod(int(cost.argmin()), len(place))
        a, b = min(a, b), max(a, b)
        place[a] = (mass[a] * place[a] + mass[b] * place[b]) / (mass[a] + mass[b])
        mass[a] += mass[b]
        place, mass = np.delete(place, b, axis=0), np.delete(mass, b)
        cost = np.delete(np.delete(cost, b, axis=0), b, axis=1)
        row = _row(place, mass, a)
        cost[a], cost[:, a] = row, row
    return place.astype(np.float32)


def _costs(place: NDArray[np.float64], mass: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([_row(place, mass, i) for i in range(len(place))])


def _row(place: NDArray[np.float64], mass: NDArray[np.float64], i: int) -> NDArray[np.float64]:
    """Return what merging center i with each of the others would cost; itself: infinite."""
    row = mass * mass[i] / (mass + mass[i]) * ((place - place[i]) ** 2).sum(axis=1)
    row[i] = np.inf
    return np.asarray(row)
