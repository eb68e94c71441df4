"""Facts about one picture, each computed once: its colors, its kind, its scorer."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress._forks import cached_property
from huepress.color.keys import keys_of, with_alpha
from huepress.color.shown import as_srgb
from huepress.color.spaces import ColorSpace, embed, is_oklab
from huepress.limits import LARGE
from huepress.metrics import Judges
from huepress.palette import deep, histogram
from huepress.palette.kinds import is_drawn, is_painted, is_smooth
from huepress.remap import NearestMap, strips
from huepress.remap.given import remap_given
from huepress.remap.rate import weights_of
from huepress.search.trial import Setting, Trial
from huepress.types import (
    Colors,
    Histogram,
    Image,
    IndexedImage,
    Indices,
    Palette,
    PaletteFit,
    Points,
)

TILE: Final = 64
SIDE: Final = 4
"""Side in pixels of the tiles of a sample, and its tiles per row and column: below 256 pixels a
side, scores are on another scale (docs/lab-book/search.md)."""


def count_seen(image: Image, color_space: ColorSpace, *, n_threads: int = 0) -> Histogram:
    """Count the distinct colors, every pixel weighted as the eye weighs errors there.

    Parameters
    ----------
    image : Image
        The picture.
    color_space : {"oklab", "srgb"}
        In sRGB every pixel weighs 1.
    n_threads : int
        0: one per processor.

    Returns
    -------
    Histogram
        Colors and weights.
    """
    weights = weights_of(image.pixels, color_space, n_threads=n_threads)
    given = None if weights is None else weights.astype(np.float64)
    return histogram.count(image, given, n_threads=n_threads)


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture, ready to map and score many times.

    Attributes
    ----------
    image : Image
        The picture to map.
    colors : int
        Largest palette it may get.
    color_space : str or ProfiledOklab
        Where distance is measured.
    original : Image or None
        What scores are measured against, if that is not the picture to map.
    n_threads : int
        0: one per processor.
    whole : Picture or None
        What this is a part of, where it is one: it is of the same kind and has the same colors.
    given : Palette or None
        The one palette, where the user gave it: gray stays gray, and dither mixes in light.
    """

    image: Image
    colors: int
    color_space: ColorSpace
    original: Image | None = None
    n_threads: int = 0
    whole: Picture | None = None
    given: Palette | None = None
    _sorted: dict[tuple[bool, int], NearestMap] = field(default_factory=dict)

    @property
    def source(self) -> Image:
        """The picture as loaded, with the notes on all changes to it."""
        return self.original or self.image

    @cached_property
    def judges(self) -> Judges:
        """What is judged against the picture as it came."""
        profile = self.source.source.icc_profile
        pixels = as_srgb(self.source.pixels, profile)
        return Judges(pixels, n_threads=self.n_threads, warm=not self.is_large)

    def ssimulacra2(self, indices: Indices, colors: Colors, least: float = -math.inf) -> float:
        """Score by one judge only, to choose among very many; below `least` any such value."""
        colors = as_srgb(colors, self.image.source.icc_profile)
        return self.judges.ssimulacra2.score_indexed(indices, colors, least=least)

    def trial(
        self,
        indexed: IndexedImage,
        fit: PaletteFit,
        rate_weight: float = 0.0,
        setting: Setting | None = None,
        container: str = "png",
    ) -> Trial:
        """Score what was mapped."""
        colors = as_srgb(indexed.palette.colors, self.image.source.icc_profile)
        score = self.judges.judge_indexed(indexed.indices, colors).score
        drawn = self.is_drawn and not self.is_large
        return Trial(indexed, fit, score, rate_weight, drawn, setting, container)

    @cached_property
    def weights(self) -> NDArray[np.float32] | None:
        """How the eye weighs errors at every pixel; None if all weigh the same."""
        return weights_of(
            self.image.pixels, self.color_space, points=self._points, n_threads=self.n_threads
        )

    @cached_property
    def _points(self) -> Points:
        pixels = self.image.pixels
        return embed(pixels.reshape(-1, pixels.shape[2]), self.color_space)

    def hand_over_points(self) -> Points | None:
        """Give away the points of the pixels, if they are at hand: whoever gets them changes them.

        They are as large as the picture decoded to floats, and needed by one mapping only.
        """
        points: Points | None = self.__dict__.pop("_points", None)
        return points

    @cached_property
    def counted(self) -> Histogram:
        """Distinct colors, weighted as the eye weighs errors there."""
        if self.whole is not None:
            return self.whole.counted
        if self.is_lean:
            return self.pixel_counts if self._has_few_colors else self._counts_by_strips[0]
        given = None if self.weights is None else self.weights.astype(np.float64)
        return histogram.count(self.image, given, n_threads=self.n_threads)

    @cached_property
    def pixel_counts(self) -> Histogram:
        """Distinct colors, weighted by number of pixels."""
        if self.whole is not None:
            return self.whole.pixel_counts
        if self.is_lean:
            return self._counts_by_strips[1]
        counted = self._sorted_pixels(self.image).counted()
        if counted is None:
            return histogram.count(self.image, n_threads=self.n_threads)
        return counted

    @property
    def _has_few_colors(self) -> bool:
        return self.pixel_counts.n_colors <= self.colors

    @cached_property
    def _counts_by_strips(self) -> tuple[Histogram, Histogram]:
        _core.give_back_memory()
        found = strips.count(self.image, self.color_space, n_threads=self.n_threads)
        _core.give_back_memory()
        return found

    @property
    def is_exact(self) -> bool:
        """Whether every color of the picture can have its own entry."""
        if self.counted.n_colors > self.colors or self.given is None:
            return self.counted.n_colors <= self.colors
        given, colors = self.given.colors, self.pixel_counts.colors
        channels = max(given.shape[1], colors.shape[1])
        wanted, has = (keys_of(with_alpha(each, channels)) for each in (colors, given))
        return bool(np.isin(wanted, has).all())

    @cached_property
    def is_drawn(self) -> bool:
        """Whether this is a chart, an icon or a screen rather than a photograph or gradients."""
        if self.whole is not None:
            return self.whole.is_drawn
        return not self.is_smooth and (is_drawn(self.image.pixels) or self.is_painted)

    @cached_property
    def is_painted(self) -> bool:
        """Whether this is an opaque drawing with too many colors for any palette."""
        if self.whole is not None:
            return self.whole.is_painted
        return not self.is_smooth and is_painted(self.pixel_counts)

    @cached_property
    def is_smooth(self) -> bool:
        """Whether much of this is faint gradients, in which bands would be visible."""
        if self.whole is not None:
            return self.whole.is_smooth
        return is_smooth(self.image.pixels)

    @property
    def is_small(self) -> bool:
        """Whether a trial takes no longer than one on a sample."""
        return self.image.width * self.image.height <= (SIDE * TILE) ** 2

    @property
    def is_lean(self) -> bool:
        """Whether nothing may be held for every pixel but the pixels and their indices."""
        return self.whole is None and self.image.width * self.image.height >= LARGE

    @property
    def is_large(self) -> bool:
        """Whether one palette is learned, and trials are ranked by the quick deflate.

        25 megapixels of icons took 37 s of processor time without this rule, 12 of them in deflate.
        """
        return (self.whole or self).is_lean

    def sample(self) -> Picture:
        """Join evenly spaced tiles to a small picture of the same kind.

        Of a picture not much larger, all of it.
        """
        pixels = self.image.pixels
        rows, columns = (n // TILE for n in pixels.shape[:2])
        taken = pixels
        if min(rows, columns) >= SIDE and rows * columns > 2 * SIDE**2:
            tiles = pixels[: rows * TILE, : columns * TILE].reshape(rows, TILE, columns, TILE, -1)
            down, along = ((np.arange(SIDE) * 2 + 1) * n // (2 * SIDE) for n in (rows, columns))
            taken = tiles[down][:, :, along].reshape(SIDE * TILE, SIDE * TILE, -1)
        image = Image(np.ascontiguousarray(taken), self.image.source)
        return Picture(
            image,
            self.colors,
            self.color_space,
            n_threads=self.n_threads,
            whole=self,
            given=self.given,
        )

    def nearest(self, fit: PaletteFit) -> IndexedImage:
        """Map every pixel to its nearest color of a palette."""
        if self.given is not None and is_oklab(self.color_space):
            return remap_given(self.image.pixels, fit.palette, self.n_threads)
        mapped = deep.as_mapped(self.image, fit)
        if self.is_large:
            return strips.nearest(mapped, fit.palette, self.color_space, n_threads=self.n_threads)
        return self._sorted_pixels(mapped, fit.palette.colors.shape[1]).map(fit.palette)

    def _sorted_pixels(self, mapped: Image, channels: int = 0) -> NearestMap:
        """Sort the pixels once for all palettes of a kind."""
        key = (mapped.deep is None, channels or mapped.pixels.shape[2])
        if key not in self._sorted:
            self._sorted[key] = NearestMap(
                mapped, self.color_space, has_alpha=key[1] == 4, n_threads=self.n_threads
            )
        return self._sorted[key]
