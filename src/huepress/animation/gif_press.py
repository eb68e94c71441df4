"""One walk through an animation that makes a GIF of it.

Every frame is compared with what stands on the canvas. What is still stays as it is shown, to the
pixel; what is to be drawn is the smallest rectangle around the rest, by distortion and rate; what
has to become clear decides how the frame before is disposed of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.animation import lzw
from huepress.animation.boxes import Box, around, union
from huepress.animation.colors import CLEAR, Numbers, colors_of, numbers_of
from huepress.animation.film import SLOWED, Frame
from huepress.animation.gif_read import BACKGROUND, KEEP, PREVIOUS, TICKS
from huepress.animation.gif_write import MOST_TICKS, GifPatch
from huepress.errors import EncodeError
from huepress.remap.masking import importance
from huepress.types import Colors, Pixels, Points

CHROMA: Final = 0.8
"""Scale of chroma while mapping (remap/rate.py)."""

_MARGIN: Final = 12
"""Pixels around a rectangle that the importance of its pixels depends on."""


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
        """Return the entry that has exactly a color, -1 where none has."""
        at = np.searchsorted(self.numbers, numbers).clip(max=len(self.numbers) - 1)
        return np.where(self.numbers[at] == numbers, self.entries[at], np.int16(-1))


_WORTH_LEARNING: Final = 1 << 14
"""Pixels of a frame from which on a palette of its own may pay; so many tell whether it does."""


_CAUTION: Final = 3.0
"""Times its bytes that a palette of its own must save: strings of a frame that shares none with the
others, and colors that are no longer the same, cost more (docs/lab-book/animations.md)."""


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
    """Place RGBA colors where distance is measured; alpha says nothing."""
    flat = np.ascontiguousarray(pixels.reshape(-1, 4)[:, :3])
    points = np.empty(flat.shape, np.float32)
    _core.embed(flat, color_space, points)
    if color_space == "oklab":
        points[:, 1:] *= np.float32(CHROMA)
    return points


@dataclass(frozen=True, slots=True)
class How:
    """What decides the bytes of one walk, beside the palette.

    Attributes
    ----------
    rate_weight : float
        Squared units of distance that one bit is worth, > 0.
    dither : float
        0-1.
    exact : bool
        Every pixel keeps its color; the palette has them all.
    color_space : str
        ``oklab`` or ``srgb``.
    parses : tuple of Parse
        How codes are looked for; of several the best is taken for every image.
    tries_drawn : bool
        Also try to draw what could be left as shown.
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


class Tables:
    """The palette of all frames; of frames that have other colors their own.

    Parameters
    ----------
    shared : Table
        The palette of the file.
    local : callable or None
        Makes the palette of a frame of the numbers it needs, where the shared one lacks some.
    learn : callable or None
        Learns the palette of a frame of the numbers it needs, where that may pay for its bytes.
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

    def choose(self, needed: NDArray[np.uint32]) -> tuple[Table, bool]:
        """Return the palette for a frame, and whether it is its own."""
        if self._local is None:
            return self.shared, False
        distinct = np.unique(needed)
        if (self.shared.find(distinct) >= 0).all():
            return self.shared, False
        return self._local(distinct), True


class GifPress:
    """Makes images of frames, one after the other.

    Parameters
    ----------
    tables : Tables
        The palette of all frames, and those of single ones.
    how : How
        What decides the bytes.

    Attributes
    ----------
    patches : list of GifPatch
        What was made so far.
    """

    def __init__(self, tables: Tables, how: How) -> None:
        self._tables = tables
        self._how = how
        self._mean_cost = 0.0
        self._seconds = Fraction(0)
        self._ticks = 0
        self.patches: list[GifPatch] = []

    def walk(self, frames: Iterable[Frame]) -> Iterator[Pixels]:
        """Make an image of every frame; yield what is shown for each, (height, width, 4) uint8.

        What is yielded is the canvas itself, good until the next one is asked for.
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
        table, is_local = self._table_for(canvas, wanted, box)
        rules = canvas.rules(wanted, before, box, table)
        if self._how.exact:
            rules = _exact(rules, table.find(wanted[box]))
        mapped = self._map(canvas, wanted, box, rules, table)
        self._mean_cost = mapped.mean_cost
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
                with_room(table.colors, keeps) if is_local else None,
                k if keeps else None,
                ticks,
                dispose,
                mapped.code_size,
                mapped.codes,
            )
        )

    def _table_for(self, canvas: Canvas, wanted: Numbers, box: Box) -> tuple[Table, bool]:
        """Choose the palette of a frame, and tell whether it is its own."""
        needed = canvas.needed(wanted, box)
        if self._how.exact:
            return self._tables.choose(needed)
        how = self._how
        own = None
        # What was taken off the canvas is drawn again in its very colors: all must have them.
        if self.patches and not canvas.has_erased:
            own = self._tables.cheaper(needed, how.rate_weight, how.color_space, how.n_threads)
        return (self._tables.shared, False) if own is None else (own, True)

    def _next_ticks(self, duration: Fraction) -> int:
        """Return the hundredths of a second of the next frame; what is rounded is made up for."""
        self._seconds += duration
        end = round(self._seconds * TICKS)
        ticks, self._ticks = end - self._ticks, end
        return min(ticks, MOST_TICKS)

    def _extend(self, ticks: int, duration: Fraction) -> bool:
        """Show the image before for longer, when nothing is to be drawn."""
        if not self.patches or duration <= SLOWED:
            return False
        last = self.patches[-1]
        if last.ticks < 2 or last.ticks + ticks > MOST_TICKS or last.dispose != KEEP:
            return False
        self.patches[-1] = replace(last, ticks=last.ticks + ticks)
        return True

    def _settled(self, canvas: Canvas, wanted: Numbers, box: Box) -> Box | None:
        """Shrink a rectangle to what gains by being drawn: where the palette has a better color."""
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
        """Map a rectangle in every way that is to be tried, and take what costs least."""
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
        elif how.tries_drawn and (rules >= lzw.OR_KEPT).any() and (rules >= 0).all():
            ways.append(replace(asked, rules=rules % lzw.OR_KEPT))  # nothing is left as shown
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
        return min(found, key=lambda it: it.distortion + how.rate_weight * 8 * len(it.codes))

    def _as_seen(self, wanted: Numbers, box: Box) -> tuple[Points, NDArray[np.float32]]:
        """Place the pixels of a rectangle, and weigh them by what is around them."""
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


_Disposal: TypeAlias = tuple[int, Box | None, Numbers | None, Numbers | None]
"""How, where, and what stood there before and what that was made for."""


class Canvas:
    """What stands on the canvas, and what it stood for.

    Attributes
    ----------
    shown : ndarray
        (height, width) uint32: what stands there.
    made_for : ndarray
        (height, width) uint32: the color of the source that it was drawn for.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shown = np.zeros(shape, np.uint32)
        self.made_for = np.zeros(shape, np.uint32)
        self._looked: Numbers | None = None
        self._dispose: _Disposal = (KEEP, None, None, None)

    @property
    def has_erased(self) -> bool:
        """Whether the last image was taken off the canvas."""
        return self._looked is not None

    def plan(
        self, wanted: Numbers, before: Numbers | None, following: Numbers | None
    ) -> tuple[Box | None, int]:
        """Choose the rectangle to be drawn, and what becomes of it afterwards."""
        redraw = (wanted != self.made_for) | ((self.shown == CLEAR) != (wanted == CLEAR))
        whole = (slice(0, wanted.shape[0]), slice(0, wanted.shape[1]))
        box = around(redraw, whole)
        if following is None:
            return box, KEEP
        clears = (following == CLEAR) & (wanted != CLEAR)
        needed = around(clears, whole)
        options = [] if needed is not None else [(0, KEEP, box)]
        if box is not None and not ((following == CLEAR) & (self.shown != CLEAR)).any():
            inside = np.zeros(wanted.shape, bool)
            inside[box] = redraw[box]
            back = int((inside & (following == self.made_for)).sum())
            anew = int((inside & (following == wanted)).sum())
            if needed is not None or back > anew:
                options.append((anew - back, PREVIOUS, box))
        if needed is not None:
            wide = union(box, needed)
            inside = np.zeros(wanted.shape, bool)
            inside[wide] = True
            anew = int((inside & (following == wanted) & (wanted != CLEAR)).sum())
            options.append((anew, BACKGROUND, wide))
        _, dispose, box = min(options, key=lambda option: option[0])
        return box, dispose

    def needed(self, wanted: Numbers, box: Box) -> NDArray[np.uint32]:
        """Return the colors of a rectangle that are not there already, one a pixel."""
        colors = wanted[box]
        missing = (colors != self.made_for[box]) | (self.shown[box] == CLEAR)
        return np.asarray(colors[missing & (colors != CLEAR)])

    def rules(
        self, wanted: Numbers, before: Numbers | None, box: Box, table: Table
    ) -> NDArray[np.int16]:
        """Say what every pixel of a rectangle may become (lzw.py)."""
        want, has, made_for = wanted[box], self.shown[box], self.made_for[box]
        rules = np.where(has == CLEAR, np.int16(lzw.FREE), np.int16(lzw.FREE_OR_KEPT))
        same = (want == made_for) & (has != CLEAR)
        if same.any():
            entries = table.find(has[same])
            rules[same] = np.where(entries < 0, lzw.KEPT, entries + lzw.OR_KEPT)
        if before is not None and self._looked is not None:
            # Still, but taken off the canvas with the image before: it must look as it did.
            erased = (want == before[box]) & (has != self._looked[box]) & (want != CLEAR)
            rules[erased] = table.find(self._looked[box][erased])
        rules[want == CLEAR] = lzw.KEPT
        return rules

    def draw(
        self, wanted: Numbers, box: Box, indices: NDArray[np.uint8], table: Table, dispose: int
    ) -> None:
        """Put an image upon the canvas."""
        saved: tuple[Numbers | None, Numbers | None] = (None, None)
        if dispose == PREVIOUS:
            saved = (self.shown[box].copy(), self.made_for[box].copy())
        self._dispose = (dispose, box, *saved)
        opaque = np.full((256, 4), 255, np.uint8)
        opaque[: len(table.colors), :3] = table.colors
        drawn = numbers_of(opaque[None])[0][indices]
        np.copyto(self.shown[box], drawn, where=indices < len(table.colors))
        self.leave(wanted)

    def leave(self, wanted: Numbers) -> None:
        """Take what stands there for what is wanted."""
        self.made_for[...] = wanted

    def dispose(self) -> None:
        """Do with the last image what was decided."""
        dispose, box, shown, made_for = self._dispose
        self._looked = None
        if dispose != KEEP and box is not None:
            self._looked = self.shown.copy()
            self.shown[box] = CLEAR if shown is None else shown
            self.made_for[box] = CLEAR if made_for is None else made_for
        self._dispose = (KEEP, None, None, None)


def _exact(rules: NDArray[np.int16], entries: NDArray[np.int16]) -> NDArray[np.int16]:
    """Let pixels that are free have their own color alone."""
    free = (rules == lzw.FREE) | (rules == lzw.FREE_OR_KEPT)
    return np.where(free, entries, rules)


def with_room(colors: Colors, keeps: bool) -> Colors:
    """Return a table with an entry more for what is left as shown."""
    return np.vstack([colors, np.zeros((1, 3), np.uint8)]) if keeps else colors


def with_next(frames: Iterable[Frame]) -> Iterator[tuple[Frame, Numbers | None]]:
    """Yield every frame with the numbers of the one after it."""
    last: Frame | None = None
    for frame in frames:
        if last is not None:
            yield last, numbers_of(frame.pixels)
        last = frame
    if last is not None:
        yield last, None
