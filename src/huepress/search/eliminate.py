"""A palette a little smaller than the picture's colors: leave out what the score misses least.

Sprites and icons often have a few colors more than fit into 4, 2 or 1 bits. Squared error is a poor
guide to which of them to give up, and there are so few ways that the score itself can choose:
backward elimination, one entry after another (Marill and Green, "On the effectiveness of receptors
in recognition systems", IEEE Trans. Information Theory 9 (1963), doi:10.1109/TIT.1963.1057810).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress.types import Colors, Indices, Points

MOST_SCORED: Final = 100_000_000
"""Pixels that may be scored for it: half a second (docs/lab-book.md, Search)."""


def is_affordable(n_entries: int, n_colors: int, n_pixels: int) -> bool:
    """Whether so many entries can be brought down to n_colors by the score."""
    tries = (n_entries - n_colors) * (n_entries + n_colors + 1) // 2 + 2 * n_colors
    return 2 <= n_colors < n_entries <= 256 and tries * n_pixels <= MOST_SCORED


def eliminate(
    indices: Indices,
    colors: Colors,
    points: Points,
    n_colors: int,
    score: Callable[[Indices, Colors], float],
    stays: NDArray[np.bool_],
) -> Colors:
    """Leave out entries one by one, each time the one without which the score is highest.

    Parameters
    ----------
    indices : ndarray
        (height, width) uint8: the picture exactly.
    colors : ndarray
        (n, 3 or 4) uint8, its palette.
    points : ndarray
        (n, d) float32: the same where distance is measured (`colorspace.embed`).
    n_colors : int
        Entries to be left, fewer than n, at least 2.
    score : callable
        Indices and palette to a score, higher is better.
    stays : ndarray
        (n,) bool: entries that must not be left out.

    Returns
    -------
    ndarray
        (n_colors, 3 or 4) uint8, or more where more must stay. Of equal entries the last is left
        out. An entry that took over the pixels of others is their mean where that scores higher.
    """
    counts = np.bincount(indices.reshape(-1), minlength=len(colors)).astype(np.float64)
    squared = ((points[:, None].astype(np.float64) - points[None]) ** 2).sum(axis=2)
    kept = np.arange(len(colors))
    may_go = ~stays

    def taken_over(by: NDArray[np.intp]) -> NDArray[np.intp]:
        return np.asarray(np.argmin(squared[:, by], axis=1))

    while len(kept) > n_colors and may_go[kept].any():
        best, without = -np.inf, kept
        for entry in kept[may_go[kept]]:
            rest = kept[kept != entry]
            found = score(taken_over(rest).astype(np.uint8)[indices], colors[rest])
            if found >= best:
                best, without = found, rest
        kept = without
    place = taken_over(kept)
    mapped = place.astype(np.uint8)[indices]
    palette = colors[kept].copy()
    best = score(mapped, palette)
    for i in np.flatnonzero(np.bincount(place, counts > 0, minlength=len(kept)) > 1):
        members = place == i
        if not may_go[kept[i]]:
            continue
        changed = palette.copy()
        changed[i] = np.rint(np.average(colors[members], axis=0, weights=counts[members] + 1e-9))
        found = score(mapped, changed)
        if found > best:
            best, palette = found, changed
    return palette
