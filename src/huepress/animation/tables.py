"""Palettes ready for mapping: one for all frames, and those of single frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.animation.colors import CLEAR, colors_of, numbers_of
from huepress.color.keys import with_alpha
from huepress.errors import OptionError
from huepress.options import CompressOptions
from huepress.palette.files import read_palette
from huepress.types import Colors, Histogram, Pixels, Points

BLUE_YELLOW: Final = np.float32(2.0)
"""Scale of blue-yellow while mapping (docs/lab-book/animations.md)."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A palette, ready for mapping.

    Attributes
    ----------
    colors : ndarray
        (k, 3) uint8.
    points : ndarray
        (k, 3) float32, where distance is measured.
    numbers : ndarray
        (k,) uint32, ascending.
    entries : ndarray
        (k,) int16: the entry of every number.
    """

    colors: Colors
    points: Points
    numbers: NDArray[np.uint32]
    entries: NDArray[np.int16]

    def find(self, numbers: NDArray[np.uint32]) -> NDArray[np.int16]:
        """Return the entry with exactly this color, -1 where there is none."""
        at = np.searchsorted(self.numbers, numbers).clip(max=len(self.numbers) - 1)
        return np.where(self.numbers[at] == numbers, self.entries[at], np.int16(-1))

    def first(self, n: int) -> Table:
        """Return the first entries alone."""
        kept = self.entries < n
        return Table(self.colors[:n], self.points[:n], self.numbers[kept], self.entries[kept])

    def reach(self, numbers: NDArray[np.uint32], color_space: str, n_threads: int) -> int:
        """Return how many entries there are up to the last one that is nearest to some color."""
        distinct = np.unique(numbers)
        found = self.find(distinct)
        if (found < 0).any():
            points = points_of(colors_of(distinct), color_space)
            nearest = np.empty(len(points), np.uint8)
            _core.assign(points, self.points, nearest, None, n_threads)
            found = nearest.astype(np.int16)
        return int(found.max(initial=-1)) + 1


_WORTH_LEARNING: Final = 1 << 14
"""Frames of at least this many pixels may get their own palette; a sample this large decides."""


_CAUTION: Final = 3.0
"""A frame's own palette must save this many times its bytes, because the frame then shares no
strings with the others, and unchanged colors change (docs/lab-book/animations.md)."""


def _distortion(points: Points, table: Table, n_threads: int) -> float:
    """Sum the squared distances to the nearest entries."""
    nearest, squared = np.empty(len(points), np.uint8), np.empty(len(points), np.float32)
    _core.assign(points, table.points, nearest, squared, n_threads)
    return float(squared.sum(dtype=np.float64))


def table_of(colors: Colors, color_space: str) -> Table:
    """Make a palette ready for mapping."""
    opaque = np.full((len(colors), 4), 255, np.uint8)
    opaque[:, :3] = colors[:, :3]
    numbers = numbers_of(opaque[None])[0]
    order = np.argsort(numbers, kind="stable")
    points = points_of(opaque, color_space)
    return Table(opaque[:, :3].copy(), points, numbers[order], order.astype(np.int16))


def points_of(pixels: Pixels, color_space: str) -> Points:
    """Place RGBA colors where distance is measured; alpha is ignored."""
    flat = np.ascontiguousarray(pixels.reshape(-1, 4)[:, :3])
    points = np.empty(flat.shape, np.float32)
    _core.embed(flat, color_space, points)
    if color_space == "oklab":
        points[:, 2] *= BLUE_YELLOW
    return points


def given_colors(options: CompressOptions) -> Colors | None:
    """Read the palette that is asked for: (k, 4) uint8, what is not clear; None when none is.

    Raises
    ------
    OptionError
        More colors than allowed; one entry is for what is left as shown.
    """
    if options.palette is None:
        return None
    colors = with_alpha(read_palette(options.palette).colors, 4)
    colors = colors[colors[:, 3] > 0]
    most = min(options.colors, 255)
    if not 1 <= len(colors) <= most:
        allowed = f"1 to {most} that are not clear, for animations (an entry keeps what is shown)"
        raise OptionError("palette", f"{len(colors)} colors", allowed)
    return colors


class Tables:
    """The palette of all frames, and palettes for frames with other colors.

    Parameters
    ----------
    shared : Table
        The palette of the file.
    local : callable or None
        Makes a frame's palette from the numbers it needs, where the shared one lacks some.
    learn : callable or None
        Learns a frame's palette from the numbers it needs, where that may be worth its bytes.
    """

    def __init__(
        self,
        shared: Table,
        local: Callable[[NDArray[np.uint32]], Table] | None = None,
        learn: Callable[[NDArray[np.uint32]], Table] | None = None,
    ) -> None:
        self.shared = shared
        self._local = local
        self._learn = learn

    def cheaper(
        self, needed: NDArray[np.uint32], rate_weight: float, color_space: str, n_threads: int
    ) -> Table | None:
        """Learn a palette for one frame, when the errors it saves are worth its bytes."""
        if self._learn is None or len(needed) < _WORTH_LEARNING:
            return None
        sample = needed[:: max(1, len(needed) // _WORTH_LEARNING)]
        points = points_of(colors_of(sample), color_space)
        n_bits = 24 * len(self.shared.colors) * _CAUTION
        price = rate_weight * n_bits * len(sample) / len(needed)
        lost = _distortion(points, self.shared, n_threads)
        if lost <= price:
            return None
        table = self._learn(needed)
        return table if lost - _distortion(points, table, n_threads) > price else None

    def choose(self, needed: NDArray[np.uint32], still: NDArray[np.uint32]) -> tuple[Table, bool]:
        """Return the palette for a frame, and whether it is the frame's own.

        Entries left over in the frame's own palette go to the commonest colors standing still, so
        that these can be drawn where that is cheaper than leaving them as shown.
        """
        if self._local is None:
            return self.shared, False
        distinct = np.unique(needed)
        if (self.shared.find(distinct) >= 0).all():
            return self.shared, False
        spare = (1 << len(distinct).bit_length()) - 1 - len(distinct)
        colors, uses = np.unique(still, return_counts=True)
        others = ~np.isin(colors, distinct) & (colors != CLEAR)
        most = colors[others][np.argsort(-uses[others], kind="stable")][:spare]
        return self._local(np.concatenate([distinct, most])), True


def ordered(colors: Colors, counted: Histogram, color_space: str, n_threads: int) -> Colors:
    """Put the colors that are used most first, so that frames of few need only the first ones."""
    seen = np.full((counted.n_colors, 4), 255, np.uint8)
    seen[:, :3] = counted.colors[:, :3]
    table = table_of(colors, color_space)
    nearest = np.empty(len(seen), np.uint8)
    _core.assign(points_of(seen, color_space), table.points, nearest, None, n_threads)
    uses = np.bincount(nearest, counted.weights, minlength=len(colors))
    return colors[np.argsort(-uses, kind="stable")]


def with_room(colors: Colors, keeps: bool) -> Colors:
    """Return a table with one more entry, which means "left as shown"."""
    return np.vstack([colors, np.zeros((1, 3), np.uint8)]) if keeps else colors
