"""One walk through an animation that makes a GIF of it.

Every frame is compared with the canvas. Pixels that do not change keep what is shown; the smallest
rectangle around the rest is drawn, by distortion and rate; pixels that must become clear decide how
the frame before is disposed of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.animation import lzw
from huepress.animation.boxes import Box, around
from huepress.animation.canvas import Canvas
from huepress.animation.colors import CLEAR, Numbers, colors_of, numbers_of
from huepress.animation.film import SLOWED, Frame
from huepress.animation.gif_read import BACKGROUND, KEEP, TICKS
from huepress.animation.gif_write import MOST_TICKS, GifPatch
from huepress.animation.tables import Table, Tables, points_of, with_room
from huepress.errors import EncodeError
from huepress.remap.masking import importance
from huepress.types import Pixels, Points

_FEW_PIXELS: Final = 1 << 14
"""Pixels to be drawn up to which shorter codes at the beginning are worth a second try."""

_MARGIN: Final = 12
"""Width in pixels of the border around a rectangle that affects the importance of its pixels."""


@dataclass(frozen=True, slots=True)
class How:
    """What decides the bytes of one walk, apart from the palette.

    Attributes
    ----------
    rate_weight : float
        Squared units of distance that one bit is worth, > 0.
    dither : float
        0-1.
    exact : bool
        Every pixel keeps its color; the palette has all colors.
    color_space : str
        ``oklab`` or ``srgb``.
    parses : tuple of Parse
        Ways to search for codes; the best is taken for every image.
    tries_drawn : bool
        Also try drawing what could be left as shown.
    n_threads : int
        0 is one per processor.
    """

    rate_weight: float
    dither: float = 1.0
    exact: bool = False
    color_space: str = "oklab"
    parses: tuple[lzw.Parse, ...] = (lzw.Parse(),)
    tries_drawn: bool = False
    n_threads: int = 0


class GifPress:
    """Turns frames into images, one after the other.

    Parameters
    ----------
    tables : Tables
        The palette of all frames, and the palettes of single frames.
    how : How
        What decides the bytes.

    Attributes
    ----------
    patches : list of GifPatch
        The images so far.
    cost : float
        Distortion of all so far, and their bits times the rate weight.
    """

    def __init__(self, tables: Tables, how: How) -> None:
        self._tables = tables
        self._how = how
        self._mean_cost = 0.0
        self._seconds = Fraction(0)
        self._ticks = 0
        self.patches: list[GifPatch] = []
        self.cost = 0.0

    def walk(self, frames: Iterable[Frame]) -> Iterator[Pixels]:
        """Make an image of every frame; yield what is shown for each, (height, width, 4) uint8.

        What is yielded is the canvas itself, valid until the next one is asked for.
        """
        canvas = before = None
        for frame, following in with_next(frames):
            wanted = numbers_of(frame.pixels)
            if canvas is None:
                canvas = Canvas(wanted.shape)
            box, dispose = canvas.plan(wanted, before, following)
            self._draw(canvas, wanted, before, box, dispose, frame.duration)
            yield colors_of(canvas.shown)
            canvas.dispose()
            before = wanted

    def _draw(
        self,
        canvas: Canvas,
        wanted: Numbers,
        before: Numbers | None,
        box: Box | None,
        dispose: int,
        duration: Fraction,
    ) -> None:
        ticks = self._next_ticks(duration)
        if box is not None and dispose == KEEP and before is not None and not self._how.exact:
            box = self._settled(canvas, wanted, box)
        if box is None and dispose == KEEP and self._extend(ticks, duration):
            canvas.leave(wanted)
            return
        box = box or (slice(0, 1), slice(0, 1))
        needed = canvas.needed(wanted, box)
        whole, is_local = self._table_for(canvas, needed, box)
        tables = self._beginnings(canvas, needed, whole)
        found = [(self._mapped(canvas, wanted, before, box, table), table) for table in tables]
        mapped, table = min(found, key=lambda it: self._cost_of(it[0]))
        self._mean_cost = mapped.mean_cost
        self.cost += self._cost_of(mapped)
        k = len(table.colors)
        # Without a clear entry, decoders dispose to the color of the background.
        keeps = dispose == BACKGROUND or bool((mapped.indices == k).any())
        canvas.draw(wanted, box, mapped.indices, table, dispose)
        rows, columns = box
        self.patches.append(
            GifPatch(
                columns.start,
                rows.start,
                columns.stop - columns.start,
                rows.stop - rows.start,
                with_room(whole.colors, keeps and k == len(whole.colors)) if is_local else None,
                k if keeps else None,
                ticks,
                dispose,
                mapped.code_size,
                mapped.codes,
            )
        )

    def _table_for(
        self, canvas: Canvas, needed: NDArray[np.uint32], box: Box
    ) -> tuple[Table, bool]:
        """Choose the palette of a frame, and say whether it is the frame's own."""
        if self._how.exact:
            return self._tables.choose(needed, canvas.shown[box])
        how = self._how
        own = None
        # What was erased is drawn again in exactly its colors: the table must have them all.
        if self.patches and not canvas.has_erased:
            own = self._tables.cheaper(needed, how.rate_weight, how.color_space, how.n_threads)
        return (self._tables.shared, False) if own is None else (own, True)

    def _beginnings(
        self, canvas: Canvas, needed: NDArray[np.uint32], table: Table
    ) -> tuple[Table, ...]:
        """Return the palette, and its beginning when that has all that a rectangle needs.

        Codes start at the width that the symbols take, so that small rectangles of few colors
        need a fraction of the bits. The entry behind stands for what is left as shown, whatever
        color it has elsewhere.
        """
        k = len(table.colors)
        if canvas.has_erased or (k < 256 and len(needed) > _FEW_PIXELS):
            return (table,)
        n = table.reach(needed, self._how.color_space, self._how.n_threads)
        n = max(3, (1 << n.bit_length()) - 1)
        if n >= k:
            return (table,)
        # A table without an entry to spare cannot leave anything as shown.
        return (table.first(n),) if self._how.exact and k > 255 else (table.first(n), table)

    def _mapped(
        self, canvas: Canvas, wanted: Numbers, before: Numbers | None, box: Box, table: Table
    ) -> lzw.Mapped:
        rules = canvas.rules(wanted, before, box, table)
        if self._how.exact:
            rules = _exact(rules, table.find(wanted[box]))
        return self._map(canvas, wanted, box, rules, table)

    def _next_ticks(self, duration: Fraction) -> int:
        """Return the next frame's hundredths of a second; rounding errors do not add up."""
        self._seconds += duration
        end = round(self._seconds * TICKS)
        ticks, self._ticks = end - self._ticks, end
        return min(ticks, MOST_TICKS)

    def _extend(self, ticks: int, duration: Fraction) -> bool:
        """Show the image before for longer when there is nothing to draw."""
        if not self.patches or duration <= SLOWED:
            return False
        last = self.patches[-1]
        if last.ticks < 2 or last.ticks + ticks > MOST_TICKS or last.dispose != KEEP:
            return False
        self.patches[-1] = replace(last, ticks=last.ticks + ticks)
        return True

    def _settled(self, canvas: Canvas, wanted: Numbers, box: Box) -> Box | None:
        """Shrink a rectangle to the part where the palette has a better color."""
        colors = wanted[box]
        free = (colors != canvas.made_for[box]) & (colors != CLEAR)
        has = canvas.shown[box]
        better = free & (has == CLEAR)
        points = points_of(colors_of(colors[free]), self._how.color_space)
        shown = points_of(colors_of(has[free]), self._how.color_space)
        nearest = np.empty(len(points), np.uint8)
        best = np.empty(len(points), np.float32)
        _core.assign(points, self._tables.shared.points, nearest, best, self._how.n_threads)
        kept = ((points - shown) ** 2).sum(axis=1)
        better[free] |= kept > best + np.float32(SETTLED * self._how.rate_weight)
        return around(better, box)

    def _map(
        self,
        canvas: Canvas,
        wanted: Numbers,
        box: Box,
        rules: NDArray[np.int16],
        table: Table,
    ) -> lzw.Mapped:
        """Map a rectangle in every way that should be tried, and take the cheapest."""
        how = self._how
        if how.exact:
            points = np.zeros((rules.size, 3), np.float32)
            asked = lzw.Wanted(points, points, np.ones(rules.shape, np.float32), rules)
        else:
            points, weights = self._as_seen(wanted, box)
            shown = points_of(colors_of(canvas.shown[box]), how.color_space)
            asked = lzw.Wanted(points, shown, weights, rules)
        ways = [asked]
        if len(table.colors) > 255:  # no entry is left that could mean "left as shown"
            if (rules == lzw.KEPT).any():
                raise EncodeError("gif", "a frame needs 256 colors and a clear one")
            ways = [replace(asked, rules=np.where(rules < 0, lzw.FREE, rules % lzw.OR_KEPT))]
        elif how.tries_drawn and (rules >= lzw.OR_KEPT).any():
            still = rules >= lzw.OR_KEPT
            # Either for every pixel makes strings longer, one for all makes them fewer.
            ways.append(replace(asked, rules=np.where(still, np.int16(lzw.KEPT), rules)))
            if (rules >= 0).all():
                ways.append(replace(asked, rules=rules % lzw.OR_KEPT))
        found = [
            lzw.map_lzw(
                way,
                table.points,
                how.rate_weight,
                dither=how.dither,
                parse=parse,
                mean_cost=self._mean_cost,
            )
            for way in ways
            for parse in how.parses
        ]
        return min(found, key=self._cost_of)

    def _cost_of(self, mapped: lzw.Mapped) -> float:
        return mapped.distortion + self._how.rate_weight * 8 * len(mapped.codes)

    def _as_seen(self, wanted: Numbers, box: Box) -> tuple[Points, NDArray[np.float32]]:
        """Place the pixels of a rectangle, and weight them by their surroundings."""
        space = self._how.color_space
        wide = tuple(
            slice(max(0, side.start - _MARGIN), min(side.stop + _MARGIN, most))
            for side, most in zip(box, wanted.shape, strict=True)
        )
        inner = tuple(
            slice(side.start - outer.start, side.stop - outer.start)
            for side, outer in zip(box, wide, strict=True)
        )
        points = points_of(colors_of(wanted[wide]), space)
        height, width = wanted[wide].shape
        if space == "oklab":
            weights = importance(points, height, width, n_threads=self._how.n_threads)[inner]
        else:
            weights = np.ones((height, width), np.float32)[inner]
        inside = points.reshape(height, width, 3)[inner].reshape(-1, 3)
        return np.ascontiguousarray(inside), np.ascontiguousarray(weights)


SETTLED: Final = 1.0
"""Bits that a better color must be worth for a rectangle to reach it (lab-book/animations.md)."""


def _exact(rules: NDArray[np.int16], entries: NDArray[np.int16]) -> NDArray[np.int16]:
    """Restrict free pixels to their own color."""
    free = (rules == lzw.FREE) | (rules == lzw.FREE_OR_KEPT)
    return np.where(free, entries, rules)


def with_next(frames: Iterable[Frame]) -> Iterator[tuple[Frame, Numbers | None]]:
    """Yield every frame with the numbers of the one after it."""
    last: Frame | None = None
    for frame in frames:
        if last is not None:
            yield last, numbers_of(frame.pixels)
        last = frame
    if last is not None:
        yield last, None
