"""The bench on which one picture is tried: palettes, mappings and scores, each made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress import _core, deep, fixed_colors, histogram
from huepress.colorspace import ColorSpace, as_srgb, embed, is_oklab
from huepress.encode import png, webp
from huepress.metrics import Ssimulacra2
from huepress.remap import NearestMap
from huepress.remap.gradients import is_smooth
from huepress.remap.rate import RateMap, weights_of
from huepress.search.eliminate import eliminate, is_affordable
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

Learn = Callable[[Histogram, int, str | None], PaletteFit]
"""Histogram, number of colors, and a color space other than the bench's (or None), to a palette."""

ROUGH_LEVEL: Final = {"taken": 7, "drawn": 11}
"""libdeflate's level for rough bytes. Of photographs level 7 writes 6 to 9 % more than level 12
whatever the mapping, at a sixth of the time; of charts 10 to 24 % more, by palette
(docs/lab-book.md, Lossless, Rate)."""

EXCHANGE: Final = 2.0
"""An octave of bytes is worth about so many times what the score lacks to 100: from 16 to 32 to 64
colors on 30 drawn pictures (docs/lab-book.md, Rate)."""

TAIL: Final = 1.3
"""Palettes that serve the worst served colors so much worse than another are out: single pixels
that are far off are seen (docs/lab-book.md, Rate)."""

N_PROMISING: Final = 3
"""Rivals that are tried again after the first time."""

LARGE: Final = 1 << 22
"""Pixels above which one palette is learned and trials are ranked by the quick deflate: 25
megapixels of icons took 37 s of processor time without this rule, 12 of them in deflate."""

FEW_COLORS: Final = 16384
"""Distinct colors up to which a picture counts as drawn, not taken. Charts, icons and screens have
300 to 12,000, photographs 30,000 and more."""


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


@dataclass(frozen=True)
class Setting:
    """How to map, but for the rate weight.

    Attributes
    ----------
    colors : int
        Largest palette.
    dither : float
        0 to 1.
    masked : bool
        Errors weigh as the eye sees them: little in texture; False: the root of that.
    """

    colors: int
    dither: float
    masked: bool = True


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
    rate_weight : float
        0 is plain nearest color.
    is_drawn : bool
        Whether only the strong deflate ranks trials.
    setting : Setting or None
        How it was mapped; None: nearest color, or not for a search.
    container : {"png", "webp"}
        What its bytes are those of.
    """

    indexed: IndexedImage
    fit: PaletteFit
    score: float
    rate_weight: float = 0.0
    is_drawn: bool = False
    setting: Setting | None = None
    container: str = "png"

    @cached_property
    def n_bytes(self) -> int:
        """Bytes of the PNG without row filters, or of the WebP."""
        return self.estimate(level=12)

    @cached_property
    def rough_bytes(self) -> int:
        """The same with a weaker deflate where that ranks alike, for sorting out."""
        level = ROUGH_LEVEL["drawn" if self.is_drawn else "taken"]
        return self.n_bytes if level == 12 else self.estimate(level=level)

    def estimate(self, *, level: int) -> int:
        """Bytes by libdeflate's level; of a WebP, levels below 12 are rough."""
        if self.container == "webp":
            return webp.estimate_bytes(self.indexed, rough=level < 12)
        return png.estimate_bytes(self.indexed, level=level)


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
    _fits: dict[int, PaletteFit] = field(default_factory=dict)
    _nearest: dict[int, Trial] = field(default_factory=dict)
    _sorted: dict[tuple[bool, int], NearestMap] = field(default_factory=dict)
    _maps: dict[tuple[int, bool], RateMap] = field(default_factory=dict)
    _promising: list[int] | None = None

    @cached_property
    def scorer(self) -> Ssimulacra2:
        """The score against this picture."""
        profile = self.image.source.icc_profile
        return Ssimulacra2(as_srgb(self.image.pixels, profile), n_threads=self.n_threads)

    @cached_property
    def counted(self) -> Histogram:
        """Distinct colors, weighted as the eye weighs errors where there are any to weigh."""
        if self.is_large and self.pixel_counts.n_colors <= self.colors:
            return self.pixel_counts
        given = None if self._weights is None else self._weights.astype(np.float64)
        return histogram.count(self.image, given, n_threads=self.n_threads)

    @cached_property
    def pixel_counts(self) -> Histogram:
        """Distinct colors, each weighing its number of pixels."""
        counted = self._sorted_pixels(self.image).counted()
        if counted is None:
            return histogram.count(self.image, n_threads=self.n_threads)
        return counted

    @cached_property
    def _weights(self) -> NDArray[np.float32] | None:
        points = None if self.is_large else self._points  # strip by strip
        return weights_of(
            self.image.pixels, self.color_space, points=points, n_threads=self.n_threads
        )

    @cached_property
    def _points(self) -> Points:
        pixels = self.image.pixels
        return fixed_colors.embed(pixels.reshape(-1, pixels.shape[2]), self.color_space)

    @cached_property
    def _rivals(self) -> list[tuple[Histogram, str | None]]:
        """What palettes may be learned from.

        Weights of the eye; their root and none, in Oklab and in sRGB; counts to the power of 3/4
        and 1/2, for colors that are rare but seen. Which serves best differs from one drawn
        picture to the next by up to 30 points and 15 % of the bytes (docs/lab-book.md, Rate);
        photographs want the first.
        """
        rivals: list[tuple[Histogram, str | None]] = [(self.counted, None)]
        if self.race and self.is_drawn and not self.is_large and is_oklab(self.color_space):
            if self._weights is not None:
                roots = np.sqrt(self._weights.astype(np.float64))
                seen = histogram.count(self.image, roots, n_threads=self.n_threads)
                rivals += [(seen, None), (seen, "srgb")]
            plain = self.pixel_counts
            damped = replace(plain, weights=np.sqrt(plain.weights * np.sqrt(plain.weights)))
            roots_of_counts = replace(plain, weights=np.sqrt(plain.weights))
            rivals += [(plain, None), (plain, "srgb"), (damped, None), (damped, "srgb")]
            rivals.append((roots_of_counts, None))
        return rivals

    @property
    def is_exact(self) -> bool:
        """Whether every color of the picture has an entry of its own."""
        return self.counted.n_colors <= self.colors

    @property
    def is_drawn(self) -> bool:
        """Whether this is a chart, an icon or a screen rather than a photograph or gradients."""
        return self.counted.n_colors <= FEW_COLORS and not self.is_smooth

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
            self._nearest[colors] = self._best_nearest(colors)
        return self._nearest[colors]

    def _best_nearest(self, colors: int) -> Trial:
        trials: list[tuple[int, Trial]] = []
        for i in self._promising or range(len(self._rivals)):
            counted, space = self._rivals[i]
            fit = self.learn(counted, colors, space)
            if trials and fit is trials[0][1].fit:
                break  # a palette that is given
            indexed = self._nearest_map(fit).map(fit.palette)
            trials.append((i, self._trial(indexed, fit, 0.0)))
            if fit.stop_reason == "exact":
                break
        chosen = self.chosen_by_score(colors, trials[0][1].fit)
        if chosen is not None:
            trials.append(
                (0, self._trial(self._nearest_map(chosen).map(chosen.palette), chosen, 0.0))
            )
        if len(trials) == 1:
            return trials[0][1]
        tails = [self._tail(trial.fit) for _, trial in trials]
        limit = TAIL * min(tails)
        trials = [entry for entry, tail in zip(trials, tails, strict=True) if tail <= limit]
        top = max(trials, key=lambda entry: entry[1].score)
        octave = EXCHANGE * (100 - top[1].score) + 1e-9

        def value(entry: tuple[int, Trial]) -> float:
            return entry[1].score - octave * log2(entry[1].estimate(level=9))

        trials.sort(key=value, reverse=True)
        if len(trials) > N_PROMISING:
            self._promising = sorted({top[0], *(i for i, _ in trials[:N_PROMISING])})
        if self.goal is None:
            return top[1]
        reaching = [entry for entry in trials if entry[1].score >= self.goal]
        return (reaching or [top])[0][1]

    def chosen_by_score(self, colors: int, fit: PaletteFit) -> PaletteFit | None:
        """Leave out the colors that the score misses least, where there are few too many.

        What k-means was told to keep as small but important stays.
        """
        n_entries = self.counted.n_colors
        n_pixels = self.image.width * self.image.height
        if not self.race or len(self._rivals) == 1:
            return None
        if not is_affordable(n_entries, colors, n_pixels):
            return None
        exact = self.nearest(n_entries)
        if exact.fit.stop_reason != "exact" or len(exact.fit.palette) != n_entries:
            return None  # a palette that is given
        profile = self.image.source.icc_profile

        def score(indices: Indices, palette: Colors) -> float:
            return self.scorer.score_indexed(indices, as_srgb(palette, profile))

        every = exact.fit.palette.colors
        stays = every[:, 3] == 0 if every.shape[1] == 4 else np.zeros(n_entries, bool)
        for small in () if fit.small is None else fit.small:
            stays |= (every == small).all(axis=1)
        points = embed(every, self.color_space)
        left = Palette(eliminate(exact.indexed.indices, every, points, colors, score, stays))
        centers = embed(left.colors, self.color_space)
        nearest = (
            ((points[:, None].astype(np.float64) - centers[None]) ** 2).sum(axis=2).min(axis=1)
        )
        counts = np.bincount(exact.indexed.indices.reshape(-1), minlength=n_entries)
        return PaletteFit(left, centers, float(nearest @ counts), n_entries - colors, "converged")

    def _nearest_map(self, fit: PaletteFit) -> NearestMap:
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

    def _tail(self, fit: PaletteFit) -> float:
        """How far off the colors are that are worst served: the 8-norm of all distances."""
        colors = self.counted.colors
        if fit.palette.colors.shape[1] > colors.shape[1]:  # a color to be kept is half-transparent
            colors = np.column_stack([colors, np.full(len(colors), 255, np.uint8)])
        points = embed(colors, self.color_space)
        distances = np.empty(len(points), np.float32)
        indices = np.empty(len(points), np.uint8)
        centers = embed(fit.palette.colors, self.color_space)
        _core.assign(points, centers, indices, distances, 1)
        return float(np.mean(distances.astype(np.float64) ** 4) ** 0.125)

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
        return self._trial(indexed, self.fit(setting.colors), rate_weight, setting)

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
        key = (setting.colors, setting.masked)
        if key not in self._maps:
            fit = self.fit(setting.colors)
            palette = fit.palette
            known = self._nearest.get(setting.colors)
            if known is None or known.fit is not fit:
                nearest = self._nearest_map(fit).map(palette).indices
            else:
                nearest = known.indexed.indices
            if self._maps:
                first = next(iter(self._maps.values()))
                self._maps[key] = first.with_palette(
                    palette, masked=setting.masked, nearest=nearest
                )
            else:
                self._maps[key] = RateMap(
                    self.image.pixels,
                    palette,
                    color_space=self.color_space,
                    weights=self._weights,
                    masked=setting.masked,
                    fine=self.image.deep,
                    points=self.__dict__.pop("_points", None),
                    nearest=nearest,
                    smooth=self.is_smooth,
                    n_threads=self.n_threads,
                )
        return self._maps[key]

    def _trial(
        self,
        indexed: IndexedImage,
        fit: PaletteFit,
        rate_weight: float,
        setting: Setting | None = None,
    ) -> Trial:
        colors = as_srgb(indexed.palette.colors, self.image.source.icc_profile)
        score = self.scorer.score_indexed(indexed.indices, colors)
        drawn = self.is_drawn and not self.is_large
        return Trial(indexed, fit, score, rate_weight, drawn, setting, self.container)
