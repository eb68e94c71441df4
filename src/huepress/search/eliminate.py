"""A palette slightly smaller than the picture's colors: drop what costs the least score.

Sprites and icons often have a few more colors than fit into 4, 2 or 1 bits. Squared error is a poor
guide to which of them to drop, and there are so few choices that the score itself can decide:
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
"""Most pixels to score in one elimination: half a second to a second (docs/lab-book/search.md)."""

CALL: Final = 8_000
"""Overhead of one score, counted in pixels that could be scored in that time."""

TRIED: Final = 24
"""Entries tried in every round: those whose removal adds least to the squared error. 10 to 48 give
the same bytes on sprites and icons; trying all gives slightly more (docs/lab-book/search.md)."""


class Elimination:
    """Drops entries one by one, each time the one without which the score is highest.

    A request for fewer colors continues from the last one.

    Parameters
    ----------
    indices : ndarray
        (height, width) uint8: the picture, exactly.
    colors : ndarray
        (n, 3 or 4) uint8, its palette.
    points : ndarray
        (n, d) float32: the palette where distance is measured (`spaces.embed`).
    score : callable
        Maps indices and a palette to a score; higher is better. Below a third argument, any value
        below it will do.
    stays : ndarray
        (n,) bool: entries that must not be dropped.
    """

    def __init__(
        self,
        indices: Indices,
        colors: Colors,
        points: Points,
        score: Callable[[Indices, Colors, float], float],
        stays: NDArray[np.bool_],
    ) -> None:
        self._indices = indices
        self._colors = colors
        self._counts = np.bincount(indices.reshape(-1), minlength=len(colors)).astype(np.float64)
        self._squared = ((points[:, None].astype(np.float64) - points[None]) ** 2).sum(axis=2)
        self._score = score
        self._may_go = ~stays
        self._kept = [np.arange(len(colors))]

    def is_affordable(self, n_colors: int) -> bool:
        """Whether the budget suffices to get down to this many colors."""
        n_all = len(self._colors)
        if not 2 <= n_colors < n_all:
            return False
        rounds, moved = n_all - n_colors, min(n_colors, n_all - n_colors) + 1
        tries = rounds * min(TRIED, n_all) + moved
        return tries * (self._indices.size + CALL) <= MOST_SCORED

    def down_to(self, n_colors: int) -> Colors:
        """Return the colors that are left.

        Parameters
        ----------
        n_colors : int
            Entries to keep: fewer than n, at least 2.

        Returns
        -------
        ndarray
            (n_colors, 3 or 4) uint8, or more where more must stay. Of equally good entries the
            last is dropped. An entry that took over the pixels of others becomes their mean if
            that scores higher.
        """
        while len(self._kept[-1]) > n_colors and self._may_go[self._kept[-1]].any():
            self._kept.append(self._without_one(self._kept[-1]))
        first = len(self._colors)
        return self._with_means(self._kept[min(first - n_colors, len(self._kept) - 1)])

    def _taken_over(self, by: NDArray[np.intp]) -> NDArray[np.intp]:
        return np.asarray(np.argmin(self._squared[:, by], axis=1))

    def _without_one(self, kept: NDArray[np.intp]) -> NDArray[np.intp]:
        best, without = -np.inf, kept
        for entry in self._promising(kept):
            rest = kept[kept != entry]
            mapped = self._taken_over(rest).astype(np.uint8)[self._indices]
            found = self._score(mapped, self._colors[rest], best)
            if found >= best:
                best, without = found, rest
        return without

    def _promising(self, kept: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the entries whose removal adds least to the squared error, in their order."""
        distances = self._squared[:, kept]
        place = np.argmin(distances, axis=1)
        every = np.arange(len(distances))
        nearest = distances[every, place]
        distances[every, place] = np.inf
        loss = np.bincount(
            place, self._counts * (distances.min(axis=1) - nearest), minlength=len(kept)
        )
        going = np.flatnonzero(self._may_go[kept])
        return np.sort(kept[going[np.argsort(loss[going], kind="stable")[:TRIED]]])

    def _with_means(self, kept: NDArray[np.intp]) -> Colors:
        place = self._taken_over(kept)
        mapped = place.astype(np.uint8)[self._indices]
        palette = self._colors[kept].copy()
        best = self._score(mapped, palette, -np.inf)
        for i in np.flatnonzero(np.bincount(place, self._counts > 0, minlength=len(kept)) > 1):
            members = place == i
            if not self._may_go[kept[i]]:
                continue
            changed = palette.copy()
            changed[i] = np.rint(
                np.average(self._colors[members], axis=0, weights=self._counts[members] + 1e-9)
            )
            found = self._score(mapped, changed, best)
            if found > best:
                best, palette = found, changed
        return palette
