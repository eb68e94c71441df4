"""Stills as GIF through the mapping of animations: by LZW's codes, at the same score.

The palette is the one the search found; only the mapping differs. It is taken where it makes the
file smaller, so no file gets larger.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log2
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from huepress import search
from huepress.animation import lzw
from huepress.animation.colors import CLEAR, colors_of, numbers_of
from huepress.animation.gif_read import KEEP
from huepress.animation.gif_write import GifPatch, write_gif
from huepress.animation.read import clean
from huepress.animation.tables import Table, points_of, table_of, with_room
from huepress.encode.gif import binary_alpha
from huepress.options import CompressOptions, parse_size
from huepress.remap.masking import importance
from huepress.search.setup import matte_of
from huepress.types import Encoded, Image, IndexedImage, Palette, Pixels

TRIES: Final = {"fast": 3, "balanced": 5, "best": 8}
"""Most mappings in the search for the score of the file to beat."""

PARSES: Final = {
    "fast": lzw.Parse(most_visits=128),
    "balanced": lzw.Parse(),
    "best": lzw.Parse(most_visits=1024, rivals=4),
}

NEAR: Final = 0.1
"""A score this many points above the goal is close enough."""

OCTAVE: Final = 3.5
"""Points of score that doubling the rate weight costs, roughly."""

LOWEST, HIGHEST = 2.0**-6, 2.0**10


@dataclass(frozen=True, eq=False)
class _Still:
    """A picture and a palette, ready for mapping."""

    wanted: lzw.Wanted
    table: Table
    dither: float
    parse: lzw.Parse

    @classmethod
    def of(cls, image: Image, chosen: search.Trial, options: CompressOptions) -> _Still:
        """Take the palette of the trial; pixels of small colors keep their entries."""
        pixels = clean(binary_alpha(image.pixels, matte=matte_of(options)))
        palette = chosen.indexed.palette.colors
        opaque = palette[palette[:, 3] == 255] if palette.shape[1] == 4 else palette
        table = table_of(opaque, options.color_space)
        height, width = pixels.shape[:2]
        points = points_of(pixels, options.color_space)
        weights = np.ones((height, width), np.float32)
        if options.color_space == "oklab":
            weights = importance(points, height, width, n_threads=options.threads)
        numbers = numbers_of(pixels)
        rules = np.where(numbers == 0, np.int16(lzw.KEPT), np.int16(lzw.FREE))
        if chosen.fit.small is not None:
            rules = _with_small(rules, chosen.indexed, chosen.fit.small, table)
        dither = 1.0 if chosen.setting is None else chosen.setting.dither
        wanted = lzw.Wanted(points, points, weights, rules)
        return cls(wanted, table, dither, PARSES[options.effort])

    def map(self, rate_weight: float) -> lzw.Mapped:
        return lzw.map_lzw(
            self.wanted, self.table.points, rate_weight, dither=self.dither, parse=self.parse
        )

    def indexed(self, mapped: lzw.Mapped) -> IndexedImage:
        """Return what a mapping shows."""
        k = len(self.table.colors)
        colors = np.zeros((k + 1, 4), np.uint8)
        colors[:k, :3], colors[:k, 3] = self.table.colors, 255
        if (mapped.indices < k).all():
            return IndexedImage(mapped.indices, Palette(self.table.colors))
        return IndexedImage(mapped.indices, Palette(colors))

    def encoded(self, mapped: lzw.Mapped) -> Encoded:
        """Write the file."""
        height, width = mapped.indices.shape
        k = len(self.table.colors)
        keeps = bool((mapped.indices == k).any())
        clear = k if keeps else None
        patch = GifPatch(0, 0, width, height, None, clear, 0, KEEP, mapped.code_size, mapped.codes)
        colors = with_room(self.table.colors, keeps)
        return Encoded(write_gif(width, height, colors, [patch], plays=1), "gif", len(colors))


def _with_small(
    rules: NDArray[np.int16], indexed: IndexedImage, small: NDArray[np.uint8], table: Table
) -> NDArray[np.int16]:
    full = np.full((len(small), 4), 255, np.uint8)
    full[:, : small.shape[1]] = small
    palette = indexed.palette.colors
    shown = np.full((len(palette), 4), 255, np.uint8)
    shown[:, : palette.shape[1]] = palette
    is_small = np.isin(numbers_of(shown[None])[0], numbers_of(full[None])[0])
    entries = np.where(is_small, table.find(numbers_of(shown[None])[0]), np.int16(-1))
    fixed = entries[indexed.indices]
    return np.where((fixed >= 0) & (rules == lzw.FREE), fixed, rules)


def recoded(pixels: Pixels, encoded: Encoded) -> Encoded:
    """Write the same pixels by other codes, where that is smaller."""
    numbers = numbers_of(np.ascontiguousarray(clean(pixels)))
    distinct = np.unique(numbers)
    has_clear = bool(distinct[0] == CLEAR)
    distinct = distinct[distinct != CLEAR]
    if not 1 <= len(distinct) <= 256 - has_clear:
        return encoded
    table = table_of(colors_of(distinct), "srgb")
    rules = np.where(numbers == CLEAR, np.int16(lzw.KEPT), table.find(numbers))
    points = np.zeros((rules.size, 3), np.float32)
    wanted = lzw.Wanted(points, points, np.ones(rules.shape, np.float32), rules)
    found = [encoded]
    for parse in (lzw.Parse(rivals=3), lzw.Parse(patience=1.0)):
        still = _Still(wanted, table, 0.0, parse)
        found.append(still.encoded(still.map(1.0)))
    return min(found, key=lambda made: len(made.data))


def smaller_gif(
    bench: search.Bench, chosen: search.Trial, encoded: Encoded, options: CompressOptions
) -> tuple[search.Trial, Encoded]:
    """Map a still by the codes of LZW, and take that file where it meets the goal better."""
    palette = chosen.indexed.palette.colors
    has_room = len(palette) <= 255 or palette.shape[1] == 3
    if bench.rivals.n_fixed or not has_room:
        return chosen, encoded
    if chosen.score == 100:
        return chosen, recoded(chosen.indexed.to_pixels(), encoded)
    still = _Still.of(bench.picture.image, chosen, options)
    if len(still.table.colors) == 0 or len(still.table.colors) > 256:
        return chosen, encoded

    def trial(mapped: lzw.Mapped, weight: float) -> search.Trial:
        return bench.picture.trial(still.indexed(mapped), chosen.fit, weight, chosen.setting)

    if options.max_size is not None:
        limit = parse_size(options.max_size, bench.picture.source.source.n_bytes)
        return _best_that_fits(bench, still, trial, (chosen, encoded), limit, options)
    if options.rate_weight is not None:
        weight = max(options.rate_weight, LOWEST)
        mapped = still.map(weight)
        found = still.encoded(mapped)
        smaller = len(found.data) < len(encoded.data)
        return (trial(mapped, weight), found) if smaller else (chosen, encoded)
    goal = chosen.score if options.quality is None else min(options.quality, chosen.score)
    return _at_score(bench, still, trial, (chosen, encoded), goal, options)


_Made: TypeAlias = tuple[search.Trial, Encoded]
_Judge: TypeAlias = Callable[[lzw.Mapped, float], search.Trial]


def _at_score(
    bench: search.Bench,
    still: _Still,
    trial: _Judge,
    best: _Made,
    goal: float,
    options: CompressOptions,
) -> _Made:
    """Find the smallest file with at least this score; `best` if none is smaller."""
    at = log2(4.0)
    above: tuple[float, float] | None = None
    below: tuple[float, float] | None = None
    for _ in range(TRIES[options.effort]):
        bench.deadline.check()
        mapped = still.map(2.0**at)
        made = trial(mapped, 2.0**at)
        gap = made.score - goal
        if gap >= 0:
            above = (at, gap)
            encoded = still.encoded(mapped)
            if len(encoded.data) < len(best[1].data):
                best = (made, encoded)
            if gap <= NEAR:
                break
        else:
            below = (at, gap)
        at = _following(above, below)
        if not log2(LOWEST) <= at <= log2(HIGHEST):
            break
    return best


def _following(above: tuple[float, float] | None, below: tuple[float, float] | None) -> float:
    """Guess where the gap is just above zero, from what is known on at least one side."""
    if above is not None and below is not None and above[0] < below[0]:
        share = (above[1] - NEAR / 2) / (above[1] - below[1])
        return above[0] + (below[0] - above[0]) * min(max(share, 0.06), 0.94)
    at, gap = above or below  # type: ignore[misc]
    return at + min(max((gap - NEAR / 2) / OCTAVE, -3.0), 3.0)


def _best_that_fits(
    bench: search.Bench,
    still: _Still,
    trial: _Judge,
    best: _Made,
    limit: int,
    options: CompressOptions,
) -> _Made:
    """Find the lowest rate weight whose file fits; `best` if its score is higher."""
    low, high = log2(LOWEST), log2(HIGHEST)
    fits = None
    for _ in range(TRIES[options.effort] + 4):
        bench.deadline.check()
        at = (low + high) / 2
        mapped = still.map(2.0**at)
        encoded = still.encoded(mapped)
        if len(encoded.data) <= limit:
            fits, high = (mapped, encoded, 2.0**at), at
        else:
            low = at
    if fits is None:
        return best
    made = trial(fits[0], fits[2])
    better = made.score > best[0].score or len(best[1].data) > limit
    return (made, fits[1]) if better else best
