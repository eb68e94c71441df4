"""One run of k-means, step by step: the centers, the cluster of every color, why it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.color import spaces
from huepress.palette import histogram
from huepress.palette.init import starting_centers
from huepress.palette.lloyd import lloyd
from huepress.study.lesson.cloud import Cloud, packed
from huepress.types import Image, Points, Source, Step

REASONS: Final = {
    "converged": "converged: no color changed its cluster, so no center would move again",
    "tolerance": "within tolerance: the centers moved less than the tolerance asks for",
    "max_iter": "stopped at the limit: more iterations would go on moving the centers",
    "exact": "every color has a center of its own: nothing is left to move",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How k-means is run.

    Attributes
    ----------
    k : int
        Clusters, 1 to 256.
    init : {"random", "kmeans++", "wu", "own"}
        Where it starts.
    centers : tuple of (int, int, int)
        The user's own start.
    seed : int
        For ``random`` and ``kmeans++``.
    color_space : {"srgb", "oklab"}
        Where distance is measured.
    max_iter : int
        Most iterations.
    tol : float
        See `huepress.palette.lloyd.lloyd`.
    n_threads : int
        0: one per processor.
    """

    k: int = 8
    init: str = "random"
    centers: tuple[tuple[int, int, int], ...] = ()
    seed: int = 0
    color_space: str = "srgb"
    max_iter: int = 300
    tol: float = 1e-4
    n_threads: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """All distinct colors of a picture, not only those shown, and how many pixels have each."""

    colors: NDArray[np.uint8]
    points: Points
    weights: NDArray[np.float64]


def count(cloud: Cloud, settings: Settings) -> Counted:
    """Count the colors of the whole picture."""
    image = Image(cloud.pixels, Source(name="", format=None, data=None))
    counted = histogram.count(image, n_threads=settings.n_threads)
    points = spaces.embed(counted.colors, settings.color_space)
    return Counted(counted.colors, points, counted.weights)


def start_of(counted: Counted, settings: Settings) -> Points:
    """Return the starting centers, (k, 3) float32."""
    if settings.centers:
        given = np.array(settings.centers, np.uint8).reshape(-1, 3)
        return spaces.embed(given, settings.color_space)
    if len(counted.points) <= settings.k:
        return counted.points
    rng = np.random.default_rng(settings.seed)
    return starting_centers(counted.points, counted.weights, settings.k, settings.init, rng)


def watch(cloud: Cloud, settings: Settings, tell: Callable[[dict[str, Any]], object]) -> None:
    """Run k-means on every pixel of the picture, and send each step as it is made.

    Parameters
    ----------
    cloud : Cloud
        The picture.
    settings : Settings
        How.
    tell : callable
        Gets a ``step`` event for the start and after every iteration, and one ``stopped`` event.
        Labels are those of the colors shown; each step holds the difference to the one before,
        modulo 256, which is mostly zeros.
    """
    counted = count(cloud, settings)
    start = start_of(counted, settings)
    shown = spaces.embed(cloud.colors, settings.color_space)
    before = np.zeros(len(shown), np.uint8)
    number = 0

    def step(centers: Points, inertia: float, moved: int, shift: float | None) -> None:
        nonlocal before, number
        labels = _labels(shown, centers, settings.n_threads)
        changed = int(cloud.counts[labels != before].sum()) if number else None
        tell(
            {
                "event": "step",
                "number": number,
                "inertia": inertia,
                "moved": moved,
                "shift": shift,
                "changed": changed,
                "centers": _centers(centers, settings.color_space),
                "labels": packed(labels - before),
            }
        )
        before, number = labels, number + 1

    def on_step(made: Step) -> None:
        assert made.centers is not None
        step(made.centers, made.inertia, made.moved, made.shift)

    run = lloyd(
        counted.points,
        counted.weights,
        start,
        settings.max_iter,
        settings.tol,
        settings.n_threads,
        on_step,
    )
    moved = 0 if run.stop_reason == "converged" else None
    step(run.centers.astype(np.float32), run.inertia, moved or 0, None)
    reason = "exact" if len(counted.points) <= len(start) else run.stop_reason
    tell(
        {
            "event": "stopped",
            "n_iter": run.n_iter,
            "reason": reason,
            "words": REASONS[reason],
            "inertia": run.inertia,
            "distinct": len(counted.points),
            "pixels": int(counted.weights.sum()),
        }
    )


def inertias(counted: Counted, settings: Settings) -> list[float]:
    """Return the inertia at every step of a run, the start first."""
    start = start_of(counted, settings)
    found: list[float] = []
    run = lloyd(
        counted.points,
        counted.weights,
        start,
        settings.max_iter,
        settings.tol,
        settings.n_threads,
        lambda made: found.append(made.inertia),
    )
    return [*found, run.inertia]


def _labels(points: Points, centers: Points, n_threads: int) -> NDArray[np.uint8]:
    labels = np.empty(len(points), np.uint8)
    distances = np.empty(len(points), np.float32)
    _core.assign(points, np.ascontiguousarray(centers), labels, distances, n_threads)
    return labels


def _centers(centers: Points, color_space: str) -> dict[str, Any]:
    """Return the centers as colors, and as places in both spaces."""
    colors = spaces.unembed(centers, color_space)
    places = {
        space: (centers if space == color_space else spaces.embed(colors, space)).round(3).tolist()
        for space in ("srgb", "oklab")
    }
    return {"hex": ["#" + bytes(color).hex() for color in colors], **places}
