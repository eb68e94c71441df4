"""The bench on which one picture is tried: palettes, mappings and scores, each made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress.color.spaces import ColorSpace, as_srgb
from huepress.metrics import Judges
from huepress.palette import deep, fixed, histogram
from huepress.remap import NearestMap
from huepress.remap.kinds import FEW_COLORS, is_painted, is_smooth
from huepress.remap.rate import RateMap, weights_of
from huepress.search.rivals import Race
from huepress.search.trial import Setting, Trial
from huepress.types import (
    Histogram,
    Image,
    IndexedImage,
    PaletteFit,
    Points,
)

Learn = Callable[[Histogram, int, str | None], PaletteFit]
"""Histogram, number of colors, and a color space other than the bench's (or None), to a palette."""

LARGE: Final = 1 << 22
"""Pixels above which one palette is learned and trials are ranked by the quick deflate: 25
megapixels of icons took 37 s of processor time without this rule, 12 of them in deflate."""


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


@dataclass(eq=False)
class Bench:
    """One picture, ready to be tried many times.

    Attributes
    ----------
    image : Image
        The picture.
    learn : callable
        Histogram, number of colors and color space to a PaletteFit.
    colors : int
        Largest palette.
    color_space : str or ProfiledOklab
        Where distance is measured.
    n_threads : int
        0: one per processor. Trials that do not depend on each other run side by side.
    find : bool
        Look for matches by context: smaller, slower.
    race : bool
        Learn several palettes of drawn pictures and take the best.
    goal : float or None
        The score that is to be reached: palettes that do are preferred.
    container : {"png", "webp"}
        Whose bits mappings pay for, and whose bytes trials are compared by.
    n_fixed : int
        So many of the first entries of every palette stay as they are.
    """

    image: Image
    learn: Learn
    colors: int
    color_space: ColorSpace
    n_threads: int = 0
    find: bool = True
    race: bool = True
    goal: float | None = None
    container: str = "png"
    n_fixed: int = 0
    _fits: dict[int, PaletteFit] = field(default_factory=dict)
    _nearest: dict[int, Trial] = field(default_factory=dict)
    _sorted: dict[tuple[bool, int], NearestMap] = field(default_factory=dict)
    _maps: dict[tuple[int, bool, bool], RateMap] = field(default_factory=dict)

    @cached_property
    def judges(self) -> Judges:
        """What is judged against this picture."""
        profile = self.image.source.icc_profile
        return Judges(as_srgb(self.image.pixels, profile), n_threads=self.n_threads)

    @cached_property
    def counted(self) -> Histogram:
        """Distinct colors, weighted as the eye weighs errors where there are any to weigh."""
        if self.is_large and self.pixel_counts.n_colors <= self.colors:
            return self.pixel_counts
        given = None if self.weights is None else self.weights.astype(np.float64)
        return histogram.count(self.image, given, n_threads=self.n_threads)

    @cached_property
    def pixel_counts(self) -> Histogram:
        """Distinct colors, each weighing its number of pixels."""
        counted = self._sorted_pixels(self.image).counted()
        if counted is None:
            return histogram.count(self.image, n_threads=self.n_threads)
        return counted

    @cached_property
    def _race(self) -> Race:
        return Race(self)

    @cached_property
    def weights(self) -> NDArray[np.float32] | None:
        """How the eye weighs errors at every pixel, where it is not all the same."""
        points = None if self.is_large else self._points  # strip by strip
        return weights_of(
            self.image.pixels, self.color_space, points=points, n_threads=self.n_threads
        )

    @cached_property
    def _points(self) -> Points:
        pixels = self.image.pixels
        return fixed.embed(pixels.reshape(-1, pixels.shape[2]), self.color_space)

    @property
    def is_exact(self) -> bool:
        """Whether every color of the picture has an entry of its own."""
        return self.counted.n_colors <= self.colors

    @property
    def is_drawn(self) -> bool:
        """Whether this is a chart, an icon or a screen rather than a photograph or gradients."""
        return self.counted.n_colors <= FEW_COLORS and not self.is_smooth

    @cached_property
    def is_painted(self) -> bool:
        """Whether this is a drawing whose colors are too many for any palette, and opaque."""
        return self.is_drawn and is_painted(self.pixel_counts)

    @cached_property
    def is_smooth(self) -> bool:
        """Whether much of this is faint gradients, in which bands would be seen."""
        return is_smooth(self.image.pixels)

    @property
    def is_large(self) -> bool:
        """Whether every trial takes seconds."""
        return self.image.width * self.image.height > LARGE

    def fit(self, colors: int) -> PaletteFit:
        """Palette of at most so many colors: of the rivals, the one that scores best."""
        if colors not in self._fits:
            self._fits[colors] = self.nearest(colors).fit
        return self._fits[colors]

    def nearest(self, colors: int) -> Trial:
        """Map every pixel to its nearest color."""
        if colors not in self._nearest:
            self._nearest[colors] = self._race.best_nearest(colors)
        return self._nearest[colors]

    def nearest_map(self, fit: PaletteFit) -> NearestMap:
        """Sorted pixels, as a palette sees them."""
        return self._sorted_pixels(deep.as_mapped(self.image, fit), fit.palette.colors.shape[1])

    def _sorted_pixels(self, mapped: Image, channels: int = 0) -> NearestMap:
        """Sort the pixels once for all palettes of a kind; of large pictures one kind is kept."""
        key = (mapped.deep is None, channels or mapped.pixels.shape[2])
        if key not in self._sorted:
            if self.is_large:
                self._sorted.clear()
            self._sorted[key] = NearestMap(
                mapped, self.color_space, has_alpha=key[1] == 4, n_threads=self.n_threads
            )
        return self._sorted[key]

    def map(self, setting: Setting, rate_weight: float, *, hurry: bool = False) -> IndexedImage:
        """Map by distortion and rate, without a score; in a hurry few copies are followed."""
        return self._map_of(setting).map(
            rate_weight,
            dither=setting.dither,
            find=self.find and not hurry,
            wide=not hurry,
            halves=hurry,
            container=self.container,
        )

    def priced(self, setting: Setting, rate_weight: float) -> Trial:
        """Map by distortion and rate."""
        indexed = self.map(setting, rate_weight)
        return self.trial(indexed, self.fit(setting.colors), rate_weight, setting)

    def priced_all(self, wanted: Iterable[tuple[Setting, float]]) -> list[Trial]:
        """Map several ways, two at a time where there are processors for it."""
        wanted = list(wanted)
        for setting, _ in wanted:
            self._map_of(setting)
        if self.n_threads == 1 or len(wanted) == 1:
            return [self.priced(*each) for each in wanted]
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda each: self.priced(*each), wanted))

    def unscored(self, setting: Setting, rate_weight: float) -> Trial:
        """Map in a hurry; nothing is scored."""
        if setting.colors not in self._fits:
            self._fits[setting.colors] = self.learn(self.counted, setting.colors, None)
        indexed = self.map(setting, rate_weight, hurry=True)
        return Trial(indexed, self._fits[setting.colors], float("nan"), rate_weight)

    def _map_of(self, setting: Setting) -> RateMap:
        lightness = setting.lightness or self.is_painted
        key = (setting.colors, setting.masked, lightness)
        if key not in self._maps:
            fit = self.fit(setting.colors)
            palette = fit.palette
            known = self._nearest.get(setting.colors)
            if known is None or known.fit is not fit:
                nearest = self.nearest_map(fit).map(palette).indices
            else:
                nearest = known.indexed.indices
            alike = [known for (*_, same), known in self._maps.items() if same == lightness]
            if alike:
                self._maps[key] = alike[0].with_palette(
                    palette, masked=setting.masked, nearest=nearest
                )
            else:
                self._maps[key] = RateMap(
                    self.image.pixels,
                    palette,
                    color_space=self.color_space,
                    weights=self.weights,
                    masked=setting.masked,
                    fine=self.image.deep,
                    points=self.__dict__.pop("_points", None),
                    nearest=nearest,
                    lightness=lightness,
                    smooth=self.is_smooth,
                    n_threads=self.n_threads,
                )
        return self._maps[key]

    def trial(
        self,
        indexed: IndexedImage,
        fit: PaletteFit,
        rate_weight: float,
        setting: Setting | None = None,
    ) -> Trial:
        """Score what was mapped."""
        colors = as_srgb(indexed.palette.colors, self.image.source.icc_profile)
        score = self.judges.judge_indexed(indexed.indices, colors).score
        drawn = self.is_drawn and not self.is_large
        return Trial(indexed, fit, score, rate_weight, drawn, setting, self.container)
