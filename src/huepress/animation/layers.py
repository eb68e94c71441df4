"""One walk through an animation that makes the layers of an APNG or an animated WebP.

As for GIF, pixels that do not change stay as shown, and the smallest rectangle around the rest is
drawn. A layer is blended over the canvas, with clear pixels where the canvas stays, if all it draws
is opaque; otherwise it replaces its rectangle. So nothing needs to be disposed of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from huepress.animation.boxes import Box, around
from huepress.animation.colors import CLEAR, Numbers, colors_of, numbers_of
from huepress.animation.film import SLOWED, Frame
from huepress.color.spaces import embed
from huepress.remap.masking import importance
from huepress.remap.rate import RateMap
from huepress.types import IndexedImage, Palette, Pixels

OPAQUE: Final = np.uint8(255)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One picture of an animation, encoded.

    Attributes
    ----------
    left, top, width, height : int
        Its part of the canvas.
    duration : Fraction
        Seconds.
    blends : bool
        True: drawn over the canvas, which shows through clear pixels. False: replaces it.
    data : bytes
        Its pixels, encoded in the format.
    """

    left: int
    top: int
    width: int
    height: int
    duration: Fraction
    blends: bool
    data: bytes


class LayerWriter(Protocol):
    """What a format does with layers."""

    @property
    def step(self) -> int:
        """Rectangles start at multiples of this many pixels."""

    @property
    def container(self) -> str:
        """The format whose bits are counted while mapping."""

    def encode(self, picture: IndexedImage | Pixels) -> bytes:
        """Encode the pixels of one layer."""

    def join(self, layers: list[Layer]) -> bytes:
        """Put the file together."""


@dataclass(frozen=True, slots=True, eq=False)
class Colors:
    """How the pixels of layers get their colors.

    Attributes
    ----------
    palette : Palette or None
        (k, 4), the first of it clear; None keeps every pixel as it is, without a palette.
    exact : bool
        The palette has every color.
    rate_weight : float
        Squared units of distance that one bit is worth.
    dither : float
        0-1.
    color_space : str
        ``oklab`` or ``srgb``.
    wide : bool
        Search farther back for copies.
    tries_whole : bool
        Also try layers without clear pixels.
    n_threads : int
        0 is one per processor.
    """

    palette: Palette | None
    exact: bool = False
    rate_weight: float = 1.0
    dither: float = 1.0
    color_space: str = "oklab"
    wide: bool = True
    tries_whole: bool = False
    n_threads: int = 0


SETTLED: Final = 0.5
"""Bits that a better color must be worth for a pixel to be redrawn (lab-book/animations.md)."""


class LayerPress:
    """Turns frames into layers, one after the other.

    Attributes
    ----------
    layers : list of Layer
        The layers so far.
    """

    def __init__(self, writer: LayerWriter, colors: Colors) -> None:
        self._writer = writer
        self._colors = colors
        self._shown = np.zeros((0, 0), np.uint32)
        self._made_for = np.zeros((0, 0), np.uint32)
        self.layers: list[Layer] = []

    def walk(self, frames: Iterable[Frame]) -> Iterator[Pixels]:
        """Make a layer of every frame; yield what is shown, good until the next is asked for."""
        for frame in frames:
            wanted = numbers_of(frame.pixels)
            if not self.layers:
                self._shown = np.zeros_like(wanted)
                self._made_for = np.zeros_like(wanted)
                # The first layer is the whole canvas, for programs that know no animation.
                box: Box | None = (slice(0, wanted.shape[0]), slice(0, wanted.shape[1]))
            else:
                box = self._changed(wanted)
            if box is None and self._extend(frame.duration):
                pass
            else:
                self._draw(wanted, box or (slice(0, 1), slice(0, 1)), frame.duration)
            self._made_for[...] = wanted
            yield colors_of(self._shown)

    def _extend(self, duration: Fraction) -> bool:
        last = self.layers[-1]
        if min(duration, last.duration) <= SLOWED or last.duration + duration > 60:
            return False
        self.layers[-1] = replace(last, duration=last.duration + duration)
        return True

    def _changed(self, wanted: Numbers) -> Box | None:
        """Return what to draw: pixels that changed and for which the palette has a better color."""
        changed = wanted != self._made_for
        if self._colors.palette is not None and not self._colors.exact and changed.any():
            changed[changed] = self._gains(wanted[changed], self._shown[changed])
            self._made_for[~changed] = wanted[~changed]
        whole = (slice(0, wanted.shape[0]), slice(0, wanted.shape[1]))
        box = around(changed, whole)
        if box is None or self._writer.step == 1:
            return box
        step = self._writer.step
        return tuple(slice(side.start - side.start % step, side.stop) for side in box)  # type: ignore[return-value]

    def _gains(self, wanted: NDArray[np.uint32], has: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Find the pixels that look enough better when redrawn."""
        from huepress import _core

        colors = self._colors
        assert colors.palette is not None
        points = embed(colors_of(wanted), colors.color_space)
        shown = embed(colors_of(has), colors.color_space)
        centers = embed(colors.palette.colors, colors.color_space)
        nearest, best = np.empty(len(points), np.uint8), np.empty(len(points), np.float32)
        _core.assign(points, centers, nearest, best, colors.n_threads)
        error = ((points - shown) ** 2).sum(axis=1)
        opacity = (colors_of(wanted)[:, 3] == OPAQUE) != (colors_of(has)[:, 3] == OPAQUE)
        clear = (wanted == CLEAR) != (has == CLEAR)
        worth = np.float32(SETTLED * colors.rate_weight)
        return np.asarray(opacity | clear | (error > best + worth))

    def _draw(self, wanted: Numbers, box: Box, duration: Fraction) -> None:
        want = wanted[box]
        stays = (want == self._made_for[box]) & (len(self.layers) > 0)
        ways = [self._layer(wanted, box, stays, blends=False)]
        if stays.any() and (colors_of(want[~stays])[:, 3] == OPAQUE).all():
            over = self._layer(wanted, box, stays, blends=True)
            # What is drawn must also be opaque after mapping.
            if (colors_of(over[1][~stays])[:, 3] == OPAQUE).all():
                ways = [over, *ways] if self._colors.tries_whole else [over]
        encoded = [(self._writer.encode(picture), shown, blends) for picture, shown, blends in ways]
        data, shown, blends = min(encoded, key=lambda it: len(it[0]))
        np.copyto(self._shown[box], shown, where=~stays)
        rows, columns = box
        self.layers.append(
            Layer(
                columns.start,
                rows.start,
                columns.stop - columns.start,
                rows.stop - rows.start,
                duration,
                blends,
                data,
            )
        )

    def _layer(
        self, wanted: Numbers, box: Box, stays: NDArray[np.bool_], *, blends: bool
    ) -> tuple[IndexedImage | Pixels, Numbers, bool]:
        """Give the pixels of a rectangle, what they show, and whether the layer blends."""
        target = np.where(stays, CLEAR if blends else self._shown[box], wanted[box])
        palette = self._colors.palette
        if palette is None:
            return colors_of(target), target, blends
        numbers = numbers_of(np.ascontiguousarray(palette.colors)[None])[0]
        if self._colors.exact:
            indices = _found(numbers, target)
        else:
            indices = self._mapped(wanted, box, target)
            indices[stays] = _found(numbers, target[stays])
        return IndexedImage(indices, palette), numbers[indices], blends

    def _mapped(self, wanted: Numbers, box: Box, target: Numbers) -> NDArray[np.uint8]:
        colors = self._colors
        assert colors.palette is not None
        weights = None
        if colors.color_space == "oklab":
            height, width = wanted[box].shape
            points = embed(colors_of(wanted[box].reshape(-1)), "oklab")
            weights = importance(points, height, width, n_threads=colors.n_threads)
        rates = RateMap(
            np.ascontiguousarray(colors_of(target)),
            colors.palette,
            color_space=colors.color_space,
            weights=weights,
            n_threads=colors.n_threads,
        )
        return rates.map(
            colors.rate_weight,
            dither=colors.dither,
            find=colors.wide,
            wide=colors.wide,
            container=self._writer.container,
        ).indices


def _found(numbers: NDArray[np.uint32], wanted: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Return the entries that have exactly the colors."""
    order = np.argsort(numbers, kind="stable")
    at = np.searchsorted(numbers[order], wanted).clip(max=len(numbers) - 1)
    return np.asarray(order[at], np.uint8)
