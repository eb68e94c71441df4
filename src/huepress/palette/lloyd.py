"""Plain weighted Lloyd iterations: the textbook's k-means on a histogram.

Points, weights and starting centers go in; centers, inertia and the history of the run come out.
Everything is float64; sums are taken in the order of the colors, so the number of threads does not
matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.types import Points, Step, StopReason, Weights


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One start of k-means, run to its end.

    Attributes
    ----------
    centers : ndarray
        (k, dims) float64.
    labels : ndarray
        (n,) uint8: the center nearest to every point.
    inertia : float
        Sum of weight x squared distance to it.
    n_iter : int
        Iterations done.
    stop_reason : str
        ``converged``, ``tolerance`` or ``max_iter``.
    steps : list of Step
        One per iteration.
    """

    centers: NDArray[np.float64]
    labels: NDArray[np.uint8]
    inertia: float
    n_iter: int
    stop_reason: StopReason
    steps: list[Step]


def lloyd(
    points: Points,
    weights: Weights,
    centers: Points,
    max_iter: int,
    tol: float,
    n_threads: int = 0,
    watch: Callable[[Step], object] | None = None,
) -> Run:
    """Move every center to the mean of the points nearest to it, until nothing changes.

    Parameters
    ----------
    points : ndarray
        (n, dims) float32.
    weights : ndarray
        (n,) float64, > 0.
    centers : ndarray
        (k, dims) float32: the start, k <= 256.
    max_iter : int
        Most iterations.
    tol : float
        Stop when the squared moves of all centers add up to no more than this times the mean
        variance of the coordinates (scikit-learn's rule).
    n_threads : int
        Threads for finding the nearest centers; 0: one per processor.
    watch : callable, optional
        Called with every Step as soon as it is done.

    Returns
    -------
    Run
        Labels and inertia belong to the centers returned.

    Notes
    -----
    A cluster that loses all its points takes over the point farthest from its center, which leaves
    its old cluster; several empty clusters take the farthest points in turn, as in scikit-learn.

    References
    ----------
    .. [1] Lloyd, "Least squares quantization in PCM" (1982). doi:10.1109/TIT.1982.1056489
    """
    exact = points.astype(np.float64)
    moving = centers.astype(np.float64)
    threshold = tol * _mean_variance(exact, weights)
    labels, distances = _nearest(exact, moving, n_threads)
    moved = len(points)
    steps: list[Step] = []
    stop_reason: StopReason = "max_iter"
    while len(steps) < max_iter:
        inertia = float(weights @ distances)
        before, previous = labels, moving
        moving = _means(exact, weights, labels, distances, moving)
        shift = float(((moving - previous) ** 2).sum())
        steps.append(Step(inertia, shift, moved, previous.astype(np.float32)))
        if watch is not None:
            watch(steps[-1])
        labels, distances = _nearest(exact, moving, n_threads)
        moved = int(np.count_nonzero(labels != before))
        if moved == 0 and shift == 0.0:
            stop_reason = "converged"
            break
        if shift <= threshold:
            stop_reason = "tolerance"
            break
    return Run(moving, labels, float(weights @ distances), len(steps), stop_reason, steps)


def _mean_variance(points: NDArray[np.float64], weights: Weights) -> float:
    mean = np.average(points, axis=0, weights=weights)
    return float(np.average((points - mean) ** 2, axis=0, weights=weights).mean())


def _nearest(
    points: NDArray[np.float64], centers: NDArray[np.float64], n_threads: int
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    labels = np.empty(len(points), np.uint8)
    distances = np.empty(len(points), np.float64)
    _core.assign(points, centers, labels, distances, n_threads)
    return labels, distances


def _means(
    points: NDArray[np.float64],
    weights: Weights,
    labels: NDArray[np.uint8],
    distances: NDArray[np.float64],
    centers: NDArray[np.float64],
) -> NDArray[np.float64]:
    k, dims = centers.shape
    total = np.bincount(labels, weights, minlength=k)
    sums = np.stack(
        [np.bincount(labels, weights * points[:, d], minlength=k) for d in range(dims)], axis=1
    )
    empty = np.flatnonzero(total == 0)
    if len(empty):
        farthest = np.argsort(-distances, kind="stable")[: len(empty)]
        for cluster, point in zip(empty, farthest, strict=True):
            old, weight = labels[point], weights[point]
            total[old] -= weight
            sums[old] -= weight * points[point]
            total[cluster] = weight
            sums[cluster] = weight * points[point]
    kept = total > 0
    means = centers.copy()
    means[kept] = sums[kept] / total[kept, np.newaxis]
    return means
