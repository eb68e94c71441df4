"""Learn several palettes with the same number of colors, and choose one by score."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import log2
from typing import Final

import numpy as np

from huepress import _core
from huepress._forks import cached_property
from huepress.color.keys import with_alpha
from huepress.color.points import nearest
from huepress.color.spaces import embed, is_oklab
from huepress.palette import histogram
from huepress.palette.learn import Learn
from huepress.search.eliminate import Elimination
from huepress.search.picture import Picture
from huepress.search.trial import Trial
from huepress.types import Colors, Histogram, Indices, Palette, PaletteFit

OCTAVE: Final = 2.0
"""Halving the bytes is worth this many times the points that the score lacks to 100: measured from
16 to 32 to 64 colors on 30 drawn pictures (docs/lab-book/rate.md)."""

TAIL: Final = 1.3
"""A palette is dropped if its worst colors are this many times farther off than those of another,
unless it scores better by `BETTER`: single pixels that are far off are visible, and so are fills of
another color (docs/lab-book/rate.md)."""

BETTER: Final = 3.0
"""Points of score that outweigh colors that are far off."""

FILL: Final = 0.01
"""A color with at least this share of the pixels is a fill, which should stay exact."""

HEAVY: Final = 30.0
"""Extra weight of fills when a palette should have all of them."""

WORTH_FILLS: Final = 5.0
"""Points of score that a palette with more exact fills may be below the best."""

N_PROMISING: Final = 3
"""Rivals tried for every number of colors, out of those tried at the largest palette."""


@dataclass(frozen=True, eq=False)
class Rivals:
    """The palettes that one picture may get, and the choice among them.

    Attributes
    ----------
    picture : Picture
        The picture.
    learn : callable
        Maps a histogram, a number of colors and a color space to a PaletteFit.
    several : bool
        Learn several palettes for drawn pictures and take the best.
    goal : float or None
        A score to reach: palettes that reach it are preferred.
    container : {"png", "webp"}
        The format whose bytes they are compared by.
    n_fixed : int
        This many first entries of every palette stay as they are.
    """

    picture: Picture
    learn: Learn
    several: bool = True
    goal: float | None = None
    container: str = "png"
    n_fixed: int = 0
    _nearest: dict[int, Trial] = field(default_factory=dict)
    _first: dict[int, PaletteFit] = field(default_factory=dict)
    _eliminations: dict[bytes, Elimination | None] = field(default_factory=dict)

    def for_goal(self, goal: float) -> Rivals:
        """Return the same for another goal."""
        return replace(self, goal=goal, _nearest={}, _eliminations={})

    def learned_by(self, learn: Learn) -> Rivals:
        """Return the same, learned in another way."""
        return replace(self, learn=learn, _nearest={}, _first={}, _eliminations={})

    def for_picture(self, picture: Picture) -> Rivals:
        """Return the same for another largest palette; finished eliminations are kept."""
        return replace(self, picture=picture, _nearest={})

    def first(self, colors: int) -> PaletteFit:
        """Learn one palette, without rivals."""
        if colors not in self._first:
            self._first[colors] = self.learn(self.picture.counted, colors, None)
        return self._first[colors]

    def nearest(self, colors: int) -> Trial:
        """Map every pixel to its nearest color in the best palette."""
        if colors not in self._nearest:
            self._nearest[colors] = self._serves_best(colors)
        return self._nearest[colors]

    def indices_of(self, fit: PaletteFit) -> Indices:
        """Return the nearest entries of a palette, reusing the mapping if it was chosen before."""
        known = next((each for each in self._nearest.values() if each.fit is fit), None)
        return self.picture.nearest(fit).indices if known is None else known.indexed.indices

    def _serves_best(self, colors: int) -> Trial:
        if colors >= self.picture.counted.n_colors:
            return self._best(self._tried(colors, self._every))[0]
        at, found, promising = self._sifted
        return found if colors == at else self._best(self._tried(colors, promising))[0]

    @property
    def _every(self) -> list[int]:
        return list(range(len(self._sources)))

    @cached_property
    def _sifted(self) -> tuple[int, Trial, list[int]]:
        """Try all rivals once, and find those worth more tries.

        At the largest palette; if that has all colors, halfway (in octaves) below it.
        """
        n_colors = self.picture.counted.n_colors
        most = self.picture.colors
        at = most if most < n_colors else max(1, round(n_colors**0.5))
        return at, *self._best(self._tried(at, self._every))

    @cached_property
    def _exact(self) -> Trial:
        """The picture with an entry for every color, if palettes are learned."""
        fit = self.learn(self.picture.counted, self.picture.counted.n_colors, None)
        return self._trial(fit)

    def _trial(self, fit: PaletteFit) -> Trial:
        return self.picture.trial(self.picture.nearest(fit), fit, container=self.container)

    @cached_property
    def _sources(self) -> list[tuple[Histogram, str | None]]:
        """What the rivals are learned from: counted colors, and a color space.

        Weights of the eye; their roots, and none, in Oklab and in sRGB; counts to the power of 3/4
        and 1/2, for rare but visible colors; heavy fills. The best choice varies from one drawn
        picture to the next, by up to 30 points and 15 % of the bytes (lab-book/rate.md);
        photographs take the first.
        """
        picture = self.picture
        sources: list[tuple[Histogram, str | None]] = [(picture.counted, None)]
        is_small_drawing = picture.is_drawn and not picture.is_large
        if self.several and is_small_drawing and is_oklab(picture.color_space):
            if picture.weights is not None:
                roots = np.sqrt(picture.weights.astype(np.float64))
                seen = histogram.count(picture.image, roots, n_threads=picture.n_threads)
                sources += [(seen, None), (seen, "srgb")]
            plain = picture.pixel_counts
            damped = replace(plain, weights=np.sqrt(plain.weights * np.sqrt(plain.weights)))
            roots_of_counts = replace(plain, weights=np.sqrt(plain.weights))
            sources += [(plain, None), (plain, "srgb"), (damped, None), (damped, "srgb")]
            sources.append((roots_of_counts, None))
            fills = plain.weights >= FILL * plain.weights.sum()
            heavy = np.where(fills, HEAVY * plain.weights, roots_of_counts.weights)
            sources.append((replace(plain, weights=heavy), None))
        return sources

    def _tried(self, colors: int, rivals: list[int]) -> list[tuple[int, Trial]]:
        """Map to the nearest color of every rival's palette."""
        trials: list[tuple[int, Trial]] = []
        for i in rivals:
            counted, space = self._sources[i]
            fit = self.learn(counted, colors, space)
            if trials and fit is trials[0][1].fit:
                break  # a given palette
            trials.append((i, self._trial(fit)))
            if fit.stop_reason == "exact":
                break
        chosen = self._chosen_by_score(colors, trials[0][1].fit)
        return trials if chosen is None else [*trials, (0, self._trial(chosen))]

    def _best(self, trials: list[tuple[int, Trial]]) -> tuple[Trial, list[int]]:
        """Choose the best trial, and the rivals worth another try."""
        if len(trials) == 1:
            return trials[0][1], self._every
        trials = self._without_tails(self._with_fills(trials))
        top = max(trials, key=lambda entry: entry[1].score)
        octave = OCTAVE * (100 - top[1].score) + 1e-9
        trials.sort(
            key=lambda entry: entry[1].score - octave * log2(entry[1].estimate(level=9)),
            reverse=True,
        )
        promising = self._every
        if len(trials) > N_PROMISING:
            promising = sorted({top[0], *(i for i, _ in trials[:N_PROMISING])})
        reaching = [
            entry for entry in trials if self.goal is not None and entry[1].score >= self.goal
        ]
        return (reaching or [top])[0][1], promising

    @cached_property
    def _fills(self) -> Colors:
        """Colors that cover at least a hundredth of a drawing."""
        counts = self.picture.pixel_counts
        least = FILL * float(counts.weights.sum()) if self.picture.is_drawn else np.inf
        return np.asarray(counts.colors[counts.weights >= least], np.uint8)

    def _with_fills(self, trials: list[tuple[int, Trial]]) -> list[tuple[int, Trial]]:
        """Drop palettes that lose fills, if others about as good keep them."""
        if len(self._fills) == 0:
            return trials
        lost = [self._n_lost(trial.fit) for _, trial in trials]
        have = [entry for entry, n in zip(trials, lost, strict=True) if n == min(lost)]
        top, best = (max(trial.score for _, trial in some) for some in (trials, have))
        return have if best >= top - WORTH_FILLS else trials

    def _n_lost(self, fit: PaletteFit) -> int:
        """Count fills that are off by more than one level, or share an entry with another."""
        channels = fit.palette.colors.shape[1]
        fills = with_alpha(self._fills, channels)
        if fills.shape[1] > channels:  # a palette learned elsewhere, from opaque pictures
            return 0
        space = self.picture.color_space
        points, centers = (embed(colors, space) for colors in (fills, fit.palette.colors))
        entries, _ = nearest(points, centers, self.picture.n_threads)
        off = np.abs(fit.palette.colors[entries].astype(int) - fills).max(axis=1) > 1
        return int(off.sum()) + len(fills) - len(np.unique(entries))

    def _without_tails(self, trials: list[tuple[int, Trial]]) -> list[tuple[int, Trial]]:
        """Drop palettes whose worst colors are much closer in others that are about as good."""
        tails = {id(trial): self._tail(trial.fit) for _, trial in trials}

        def is_out(trial: Trial) -> bool:
            return any(
                tails[id(trial)] > TAIL * tails[id(other)] and trial.score - other.score <= BETTER
                for _, other in trials
            )

        return [entry for entry in trials if not is_out(entry[1])]

    def _chosen_by_score(self, colors: int, fit: PaletteFit) -> PaletteFit | None:
        """Drop the colors that cost the least score, if there are only a few too many.

        Small colors that matter stay, as in `fit`. None if that takes too long, or if the first
        entries are fixed.
        """
        n_counted = self.picture.counted.n_colors
        if not self.several or len(self._sources) == 1 or self.n_fixed:
            return None
        if not colors < n_counted <= 256:
            return None
        elimination = self._elimination(fit)
        if elimination is None or not elimination.is_affordable(colors):
            return None
        left = Palette(elimination.down_to(colors))
        if fit.small is not None and not _holds(left.colors, fit.small):
            return None
        if _has_opaque(self._exact.fit.palette.colors) and not _has_opaque(left.colors):
            return None
        space, every = self.picture.color_space, self._exact.fit.palette.colors
        points = embed(every, space).astype(np.float64)
        centers = embed(left.colors, space)
        nearest = ((points[:, None] - centers[None]) ** 2).sum(axis=2).min(axis=1)
        counts = np.bincount(self._exact.indexed.indices.reshape(-1), minlength=len(points))
        return PaletteFit(left, centers, float(nearest @ counts), 0, "score")

    def _elimination(self, fit: PaletteFit) -> Elimination | None:
        """Return the elimination for these small colors, from the exact picture on."""
        key = b"" if fit.small is None else fit.small.tobytes()
        if key not in self._eliminations:
            self._eliminations[key] = self._start(fit.small)
        return self._eliminations[key]

    def _start(self, small: Colors | None) -> Elimination | None:
        n_entries = self.picture.counted.n_colors
        every = self._exact.fit.palette.colors
        if self._exact.fit.stop_reason != "exact" or len(every) != n_entries:
            return None  # a palette that is given
        stays = every[:, 3] == 0 if every.shape[1] == 4 else np.zeros(n_entries, bool)
        for color in () if small is None else small:
            stays |= (every == color).all(axis=1)
        points = embed(every, self.picture.color_space)
        return Elimination(
            self._exact.indexed.indices, every, points, self.picture.ssimulacra2, stays
        )

    def _tail(self, fit: PaletteFit) -> float:
        """Return how far off the worst colors are: the 8-norm of all distances."""
        colors, space = self.picture.counted.colors, self.picture.color_space
        if fit.palette.colors.shape[1] > colors.shape[1]:  # a kept color is half transparent
            colors = np.column_stack([colors, np.full(len(colors), 255, np.uint8)])
        points = embed(colors, space)
        distances = np.empty(len(points), np.float32)
        indices = np.empty(len(points), np.uint8)
        centers = embed(fit.palette.colors, space)
        _core.assign(points, centers, indices, distances, 1)
        return float(np.mean(distances.astype(np.float64) ** 4) ** 0.125)


def _has_opaque(colors: Colors) -> bool:
    return colors.shape[1] == 3 or bool((colors[:, 3] == 255).any())


def _holds(colors: Colors, some: Colors) -> bool:
    return bool((colors[:, None] == some[None]).all(axis=2).any(axis=0).all())
