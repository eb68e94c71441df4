"""What colors an animation has, and how much each is seen.

A color weighs as much as the time it is shown: from the frame in which a pixel takes it to the one
in which the pixel changes. Every change adds a little, because what moves is coded again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from huepress.animation.film import Frame, seen_seconds
from huepress.palette.histogram import count, merge
from huepress.types import Histogram, Pixels

Numbers: TypeAlias = NDArray[np.uint32]
"""(height, width) uint32: the four bytes of every pixel as one number."""

CLEAR: Final = np.uint32(0)
"""The number of a clear pixel."""

CHANGE: Final = 1.0
"""Seconds of display that one change adds to a color's weight (docs/lab-book/animations.md)."""

_MERGE_AT: Final = 1 << 21
"""Colors counted separately before they are merged: 50 MB."""


def numbers_of(pixels: Pixels) -> Numbers:
    """See RGBA pixels as numbers, without a copy."""
    return pixels.view(np.uint32)[..., 0]


def colors_of(numbers: NDArray[np.uint32]) -> Pixels:
    """See numbers as RGBA colors again."""
    return np.ascontiguousarray(numbers).view(np.uint8).reshape(*numbers.shape, 4)


def count_colors(frames: Iterable[Frame], *, n_threads: int = 0) -> Histogram | None:
    """Count the colors of an animation, weighted by how long they are seen.

    Returns
    -------
    Histogram or None
        (n, 3) colors, or (n, 4) when some are half transparent; None when nothing is ever seen.
    """
    parts: list[Histogram] = []
    waiting = 0
    for colors, weights in _stays(frames):
        parts.append(count(colors, weights, n_threads=n_threads))
        waiting += parts[-1].n_colors
        if waiting > _MERGE_AT and len(parts) > 1:
            parts = [merge(parts)]
            waiting = 0
    if not parts:
        return None
    found = merge(parts)
    if int(found.colors[:, 3].min()) < 255:
        return found
    return Histogram(np.ascontiguousarray(found.colors[:, :3]), found.weights)


def _stays(frames: Iterable[Frame]) -> Iterator[tuple[Pixels, NDArray[np.float64]]]:
    """Yield the colors that end at a frame, and how long they were shown."""
    standing: Numbers | None = None
    since = np.zeros((0, 0))
    now = 0.0
    for frame in frames:
        numbers = numbers_of(frame.pixels)
        if standing is None:
            standing, since = numbers.copy(), np.zeros(numbers.shape)
        else:
            changed = numbers != standing
            if changed.any():
                yield from _seen(standing[changed], now - since[changed])
                standing[changed] = numbers[changed]
                since[changed] = now
        now += float(seen_seconds(frame.duration))
    if standing is not None:
        yield from _seen(standing.reshape(-1), now - since.reshape(-1))


def _seen(
    numbers: NDArray[np.uint32], seconds: NDArray[np.float64]
) -> Iterator[tuple[Pixels, NDArray[np.float64]]]:
    seen = numbers != CLEAR
    if seen.any():
        yield colors_of(numbers[seen]), seconds[seen] + CHANGE
