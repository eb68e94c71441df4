"""Which palette of so many colors serves a picture best: several are learned, the score chooses."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from math import log2
from typing import TYPE_CHECKING, Final

import numpy as np

from huepress import _core
from huepress.color.spaces import as_srgb, embed, is_oklab
from huepress.palette import histogram
from huepress.search.eliminate import Elimination
from huepress.search.trial import Trial
from huepress.types import Colors, Histogram, Indices, Palette, PaletteFit

if TYPE_CHECKING:
    from huepress.search.bench import Bench

EXCHANGE: Final = 2.0
"""An octave of bytes is worth about so many times what the score lacks to 100: from 16 to 32 to 64
colors on 30 drawn pictures (docs/lab-book.md, Rate)."""

TAIL: Final = 1.3
"""Palettes that serve the worst served colors so much worse than another are out: single pixels
that are far off are seen (docs/lab-book.md, Rate)."""

N_PROMISING: Final = 3
"""Rivals that are tried again after the first time."""


class Race:
    """The palettes that a bench may learn, racing for every number of colors.

    Parameters
    ----------
    bench : Bench
        The picture.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._promising: list[int] | None = None
        self._elimination: Elimination | None = None

    @cached_property
    def _rivals(self) -> list[tuple[Histogram, str | None]]:
        """What palettes may be learned from.

        Weights of the eye; their root and none, in Oklab and in sRGB; counts to the power of 3/4
        and 1/2, for colors that are rare but seen. Which serves best differs from one drawn
        picture to the next by up to 30 points and 15 % of the bytes (docs/lab-book.md, Rate);
        photographs want the first.
        """
        bench = self._bench
        rivals: list[tuple[Histogram, str | None]] = [(bench.counted, None)]
        if bench.race and bench.is_drawn and not bench.is_large and is_oklab(bench.color_space):
            if bench.weights is not None:
                roots = np.sqrt(bench.weights.astype(np.float64))
                seen = histogram.count(bench.image, roots, n_threads=bench.n_threads)
                rivals += [(seen, None), (seen, "srgb")]
            plain = bench.pixel_counts
            damped = replace(plain, weights=np.sqrt(plain.weights * np.sqrt(plain.weights)))
            roots_of_counts = replace(plain, weights=np.sqrt(plain.weights))
            rivals += [(plain, None), (plain, "srgb"), (damped, None), (damped, "srgb")]
            rivals.append((roots_of_counts, None))
        return rivals

    def best_nearest(self, colors: int) -> Trial:
        """Map every pixel to its nearest color, by the palette that serves best."""
        bench = self._bench
        trials: list[tuple[int, Trial]] = []
        for i in self._promising or range(len(self._rivals)):
            counted, space = self._rivals[i]
            fit = bench.learn(counted, colors, space)
            if trials and fit is trials[0][1].fit:
                break  # a palette that is given
            indexed = bench.nearest_map(fit).map(fit.palette)
            trials.append((i, bench.trial(indexed, fit, 0.0)))
            if fit.stop_reason == "exact":
                break
        chosen = self.chosen_by_score(colors, trials[0][1].fit)
        if chosen is not None:
            trials.append(
                (0, bench.trial(bench.nearest_map(chosen).map(chosen.palette), chosen, 0.0))
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
        if bench.goal is None:
            return top[1]
        reaching = [entry for entry in trials if entry[1].score >= bench.goal]
        return (reaching or [top])[0][1]

    def chosen_by_score(self, colors: int, fit: PaletteFit) -> PaletteFit | None:
        """Leave out the colors that the score misses least, where there are few too many.

        What k-means was told to keep as small but important stays (`fit`). None where it takes too
        long, or where the first entries must stay what and where they are.
        """
        bench = self._bench
        if not bench.race or len(self._rivals) == 1 or bench.n_fixed:
            return None
        if not colors < bench.counted.n_colors <= 256:
            return None
        if self._elimination is None:
            self._elimination = self._start(fit)
        if self._elimination is None or not self._elimination.is_affordable(colors):
            return None
        exact = bench.nearest(bench.counted.n_colors)
        left = Palette(self._elimination.down_to(colors))
        if fit.small is not None and not _holds(left.colors, fit.small):
            return None
        points = embed(exact.fit.palette.colors, bench.color_space).astype(np.float64)
        centers = embed(left.colors, bench.color_space)
        nearest = ((points[:, None] - centers[None]) ** 2).sum(axis=2).min(axis=1)
        counts = np.bincount(exact.indexed.indices.reshape(-1), minlength=len(points))
        n_gone = len(points) - len(left)
        return PaletteFit(left, centers, float(nearest @ counts), n_gone, "score")

    def _start(self, fit: PaletteFit) -> Elimination | None:
        bench = self._bench
        n_entries = bench.counted.n_colors
        exact = bench.nearest(n_entries)
        if exact.fit.stop_reason != "exact" or len(exact.fit.palette) != n_entries:
            return None  # a palette that is given
        profile = bench.image.source.icc_profile

        def score(indices: Indices, palette: Colors) -> float:
            return bench.judges.ssimulacra2.score_indexed(indices, as_srgb(palette, profile))

        every = exact.fit.palette.colors
        stays = every[:, 3] == 0 if every.shape[1] == 4 else np.zeros(n_entries, bool)
        for small in () if fit.small is None else fit.small:
            stays |= (every == small).all(axis=1)
        points = embed(every, bench.color_space)
        return Elimination(exact.indexed.indices, every, points, score, stays)

    def _tail(self, fit: PaletteFit) -> float:
        """How far off the colors are that are worst served: the 8-norm of all distances."""
        bench = self._bench
        colors = bench.counted.colors
        if fit.palette.colors.shape[1] > colors.shape[1]:  # a color to be kept is half-transparent
            colors = np.column_stack([colors, np.full(len(colors), 255, np.uint8)])
        points = embed(colors, bench.color_space)
        distances = np.empty(len(points), np.float32)
        indices = np.empty(len(points), np.uint8)
        centers = embed(fit.palette.colors, bench.color_space)
        _core.assign(points, centers, indices, distances, 1)
        return float(np.mean(distances.astype(np.float64) ** 4) ** 0.125)


def _holds(colors: Colors, some: Colors) -> bool:
    return bool((colors[:, None] == some[None]).all(axis=2).any(axis=0).all())
