"""The bench on which one picture is tried: palettes, mappings and scores, each made once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from huepress import histogram
from huepress.colorspace import ColorSpace, as_srgb
from huepress.encode.png import estimate_bytes
from huepress.metrics import Ssimulacra2
from huepress.remap import remap
from huepress.remap.rate import RateMap, weights_of
from huepress.types import Histogram, Image, IndexedImage, PaletteFit

Learn = Callable[[Histogram, int], PaletteFit]


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
    weights = weights_of(image.pixels, color_space)
    given = None if weights is None else weights.astype(np.float64)
    return histogram.count(image, given, n_threads=n_threads)


@dataclass(frozen=True, eq=False)
class Trial:
    """One way to map the picture, and how it scored.

    Attributes
    ----------
    indexed : IndexedImage
        The picture as mapped.
    fit : PaletteFit
        Where its palette comes from.
    score : float
        SSIMULACRA2.
    rate_weight, dither : float
        How it was mapped; 0, 0 is plain nearest color.
    """

    indexed: IndexedImage
    fit: PaletteFit
    score: float
    rate_weight: float = 0.0
    dither: float = 0.0

    @cached_property
    def n_bytes(self) -> int:
        """Bytes of the PNG without row filters: what trials are compared by."""
        return estimate_bytes(self.indexed)


@dataclass(eq=False)
class Bench:
    """One picture, ready to be tried many times.

    Attributes
    ----------
    image : Image
        The picture.
    learn : callable
        Histogram and number of colors to a PaletteFit.
    colors : int
        Largest palette.
    color_space : str or ProfiledOklab
        Where distance is measured.
    n_threads : int
        0: one per processor.
    find : bool
        Look for matches by context: smaller, slower.
    """

    image: Image
    learn: Learn
    colors: int
    color_space: ColorSpace
    n_threads: int = 0
    find: bool = True
    _fits: dict[int, PaletteFit] = field(default_factory=dict)
    _maps: dict[int, RateMap] = field(default_factory=dict)
    _trials: dict[tuple[int, float, float], Trial] = field(default_factory=dict)

    @cached_property
    def scorer(self) -> Ssimulacra2:
        """The score against this picture."""
        profile = self.image.source.icc_profile
        return Ssimulacra2(as_srgb(self.image.pixels, profile), n_threads=self.n_threads)

    @cached_property
    def counted(self) -> Histogram:
        """Distinct colors, weighted as the eye weighs errors."""
        return count_seen(self.image, self.color_space, n_threads=self.n_threads)

    @property
    def is_exact(self) -> bool:
        """Whether every color of the picture has an entry of its own."""
        return self.counted.n_colors <= self.colors

    def fit(self, colors: int) -> PaletteFit:
        """Palette of at most so many colors."""
        if colors not in self._fits:
            self._fits[colors] = self.learn(self.counted, colors)
        return self._fits[colors]

    def try_nearest(self, colors: int) -> Trial:
        """Map every pixel to its nearest color."""
        key = (colors, 0.0, 0.0)
        if key not in self._trials:
            fit = self.fit(colors)
            indexed = remap(self.image, fit.palette, self.color_space, n_threads=self.n_threads)
            self._trials[key] = Trial(indexed, fit, self._score(indexed))
        return self._trials[key]

    def try_rate(self, colors: int, rate_weight: float, dither: float) -> Trial:
        """Map by distortion and rate."""
        key = (colors, rate_weight, dither)
        if key not in self._trials:
            indexed = self.map(colors, rate_weight, dither)
            fit = self.fit(colors)
            self._trials[key] = Trial(indexed, fit, self._score(indexed), rate_weight, dither)
        return self._trials[key]

    def map(self, colors: int, rate_weight: float, dither: float) -> IndexedImage:
        """Map by distortion and rate, without a score."""
        if colors not in self._maps:
            self._maps[colors] = RateMap(
                self.image.pixels,
                self.fit(colors).palette,
                color_space=self.color_space,
                n_threads=self.n_threads,
            )
        return self._maps[colors].map(rate_weight, dither=dither, find=self.find)

    def _score(self, indexed: IndexedImage) -> float:
        colors = as_srgb(indexed.palette.colors, self.image.source.icc_profile)
        return self.scorer.score_indexed(indexed.indices, colors)
