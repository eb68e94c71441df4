"""Where k-means starts: distinct colors at random, greedy k-means++, or Wu's cuts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from huepress.types import Points, Weights

_WU_CELLS = 32  # per coordinate: Wu's own histogram has 5 bits a channel (1991)


def starting_centers(
    points: Points, weights: Weights, k: int, method: str, rng: np.random.Generator
) -> Points:
    """Choose k starting centers.

    Parameters
    ----------
    points : ndarray
        (n, dims) float32, distinct, n > k.
    weights : ndarray
        (n,) float64, > 0.
    k : int
        How many.
    method : {"random", "kmeans++", "wu"}
        How; see the functions of this module.
    rng : numpy.random.Generator
        For ``random`` and ``kmeans++``; its state advances.

    Returns
    -------
    ndarray
        (k, dims) float32.
    """
    if method == "random":
        return points[rng.choice(len(points), k, replace=False)]
    if method == "kmeans++":
        return greedy_kmeans_plus_plus(points, weights, k, rng)
    return wu_cuts(points, weights, k)


def greedy_kmeans_plus_plus(
    points: Points, weights: Weights, k: int, rng: np.random.Generator
) -> Points:
    """Draw points with probability proportional to their error, each the best of several.

    Parameters
    ----------
    points, weights, k, rng
        As for `starting_centers`.

    Returns
    -------
    ndarray
        (k, dims) float32.

    References
    ----------
    .. [1] Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007.
       2 + ln k candidates each time, as in their section 6 and in scikit-learn.
    """
    n_candidates = 2 + int(np.log(k))
    first = int(rng.choice(len(points), p=weights / weights.sum()))
    chosen = [first]
    error = weights * _squared_distances(points, points[first])
    for _ in range(1, k):
        cumulative = np.cumsum(error)
        draws = rng.random(n_candidates) * cumulative[-1]
        candidates = np.minimum(np.searchsorted(cumulative, draws, side="right"), len(points) - 1)
        best_error, best = None, 0
        best_total = np.inf
        for candidate in candidates:
            new = np.minimum(error, weights * _squared_distances(points, points[candidate]))
            total = float(new.sum())
            if total < best_total:
                best_error, best, best_total = new, int(candidate), total
        assert best_error is not None
        error = best_error
        chosen.append(best)
    return points[chosen]


def wu_cuts(points: Points, weights: Weights, k: int) -> Points:
    """Cut the box of all colors into k boxes, always the one with the largest error.

    Parameters
    ----------
    points, weights, k
        As for `starting_centers`. Points are first gathered in a grid of 32 cells per coordinate.

    Returns
    -------
    ndarray
        (k, dims) float32: the means of the boxes. Where the cells cannot be cut k - 1 times, the
        points of the largest weighted error make up the number.

    References
    ----------
    .. [1] Wu, "Efficient statistical computations for optimal color quantization",
       Graphics Gems II (1991), pp. 126-133.
    """
    cells, moments = _cell_moments(points.astype(np.float64), weights)
    boxes = [np.arange(len(cells))]
    errors = [_error(moments)]
    cuts = [_best_cut(cells, moments, boxes[0])]
    while len(boxes) < k:
        ranked = [e if c is not None else -1.0 for e, c in zip(errors, cuts, strict=True)]
        worst = int(np.argmax(ranked))
        cut = cuts[worst]
        if cut is None:
            break
        for place, box in ((worst, boxes[worst][cut]), (len(boxes), boxes[worst][~cut])):
            parts = (box, _error(moments[box]), _best_cut(cells, moments, box))
            for values, value in zip((boxes, errors, cuts), parts, strict=True):
                values[place : place + 1] = [value]  # type: ignore[index]
    sums = np.array([moments[box].sum(axis=0) for box in boxes])
    centers: Points = (sums[:, 1:-1] / sums[:, :1]).astype(np.float32)
    while len(centers) < k:
        errors_left = np.full(len(points), np.inf)
        for center in centers:
            np.minimum(errors_left, _squared_distances(points, center), out=errors_left)
        centers = np.vstack([centers, points[np.argmax(weights * errors_left)]])
    return centers


def _squared_distances(points: Points, center: Points) -> NDArray[np.float64]:
    return np.asarray(((points - center).astype(np.float64) ** 2).sum(axis=1))


def _cell_moments(
    points: NDArray[np.float64], weights: Weights
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the filled cells, (m, dims), and the sums of w, w·x (dims of them), w·|x|² in each."""
    dims = points.shape[1]
    low = points.min(axis=0)
    step = np.maximum((points.max(axis=0) - low) / _WU_CELLS, np.finfo(np.float64).tiny)
    place = np.minimum(((points - low) / step).astype(np.int64), _WU_CELLS - 1)
    flat = np.ravel_multi_index(tuple(place.T), (_WU_CELLS,) * dims)
    filled, index = np.unique(flat, return_inverse=True)
    columns = [weights, *(weights * points.T), weights * (points**2).sum(axis=1)]
    moments = np.empty((len(filled), dims + 2))
    for place_of, column in enumerate(columns):
        moments[:, place_of] = np.bincount(index, column)
    cells = np.stack(np.unravel_index(filled, (_WU_CELLS,) * dims), axis=1)
    return cells.astype(np.int64), moments


def _error(moments: NDArray[np.float64]) -> float:
    total = moments.sum(axis=0)
    return float(total[-1] - (total[1:-1] ** 2).sum() / total[0])


def _best_cut(
    cells: NDArray[np.int64], moments: NDArray[np.float64], box: NDArray[np.int64]
) -> NDArray[np.bool_] | None:
    """Return which cells of the box are below its best cut; None when it cannot be cut."""
    best_gain, best = -np.inf, None
    for axis in range(cells.shape[1]):
        place = cells[box, axis]
        below = np.stack(
            [np.bincount(place, column, _WU_CELLS) for column in moments[box, :-1].T], axis=1
        ).cumsum(axis=0)
        above = below[-1] - below
        positions = np.arange(_WU_CELLS)
        inside = (positions >= place.min()) & (positions < place.max())
        if not inside.any():
            continue
        gain = sum((s[inside, 1:] ** 2).sum(axis=1) / s[inside, 0] for s in (below, above))
        where = int(np.argmax(gain))
        if gain[where] > best_gain:
            best_gain, best = float(gain[where]), place <= positions[inside][where]
    return best
