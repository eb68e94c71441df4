"""The smallest file that reaches a score: colors x rate weight x dither x masking."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import log2
from typing import Final

from huepress.color.spaces import is_oklab
from huepress.search.bench import Bench
from huepress.search.rate_curve import Curve, Slopes
from huepress.search.trial import Setting, Trial

EXACT: Final = 99.9
"""Only exact pictures have ever reached this score."""

NEAR_BEST: Final = 0.06
"""Candidates within this many octaves of rough bytes (4 %) are compared by strong deflate."""


@dataclass(frozen=True)
class Budget:
    """What a search may spend.

    Attributes
    ----------
    steps : tuple of float
        Palettes tried, as multiples of the fewest colors that nearest mapping needs.
    dithers : tuple of float
        Levels of dither to try.
    followed, followed_taken : int
        Settings followed to the score, for drawn pictures and for photographs: for drawn ones,
        bytes at a score cannot be predicted (docs/lab-book/search.md).
    rounds : int
        Pairs of mappings for each setting followed.
    """

    steps: tuple[float, ...]
    dithers: tuple[float, ...]
    followed: int
    followed_taken: int
    rounds: int


BUDGETS: Final = {
    "fast": Budget((1.25,), (1.0, 0.0), 1, 1, 2),
    "balanced": Budget((1.12, 1.3, 1.7, 2.5), (1.0, 0.6, 0.0), 3, 1, 3),
    "best": Budget(
        (1.06, 1.12, 1.2, 1.3, 1.5, 1.7, 2.1, 2.7, 3.5), (1.0, 0.8, 0.6, 0.3, 0.0), 8, 4, 5
    ),
}
"""By effort; `balanced` takes ten to forty mappings (docs/lab-book/rate.md)."""

MEDIUM: Final = 50
"""Below this score a photograph may need only a quarter of the colors (docs/lab-book/rate.md)."""

LEGIBLE: Final = 80
"""Below this score, errors in the texture of drawn pictures weigh only by the root of the mask:
that texture is text, which the score alone would sacrifice (docs/lab-book/rate.md)."""

CLOSER: Final = 0.96
"""A drawn picture of equal score whose lightness is further off is taken only if it has less than
this share of the bytes (docs/lab-book/rate.md)."""

PACKED: Final = (16, 4, 2)
"""Above these numbers of colors an index takes twice the bits; dither may allow fewer colors."""

PACKED_REACH: Final = 2.2
"""Times the colors of `PACKED` from which such a palette is tried."""

# The following only steer where trials begin and when they end. Half and twice of each: under
# "constants of the search" in docs/lab-book/search.md.

FINE: Final = 24
"""Bisection of the number of colors ends within this part of it."""

START_SCORE: Final = 76
START_SLOPE: Final = 8
START_RANGE: Final = (-2.0, 6.0)
"""Photographs: a rate weight of 2 typically has this score, and so many points less take an octave
more; log2 of the rate weight stays within the range."""

START_DRAWN: Final = {True: -2.0, False: 0.0}
HIGH: Final = 95
"""Drawn pictures: log2 of the first rate weight, by whether the goal is above this score."""

FIRST_DITHER: Final = 0.6
"""Level of dither that is tried first for drawn pictures; photographs begin with 1."""

SLACK: Final = 0.12
SLACK_SHARE: Final = 80
"""Points above the goal that are close enough: at most the first, and what the goal is below 100
over the second."""

SAME: Final = 0.01
"""Octaves within which a rate weight counts as tried."""


def reach_score(bench: Bench, target: float, effort: str, dither: float | None) -> Trial | None:
    """Find the smallest file whose score is at least the target; None when nothing reaches it.

    Parameters
    ----------
    bench : Bench
        The picture.
    target : float
        The score to reach (`metrics.Verdict.score`).
    effort : {"fast", "balanced", "best"}
        How much is tried.
    dither : float or None
        The one level to use; None tries several.
    """
    bench, goal = bench.for_goal(target), target
    plain = fewest_nearest(bench, goal)
    if plain is not None and goal >= EXACT:
        return plain
    search = _Search(bench, goal, BUDGETS[effort], dither, plain, puts_lightness_first(bench, goal))
    found = search.run()
    if found is None and search.lightness:
        found = replace(search, lightness=False, curves={}).run()
    return found


def puts_lightness_first(bench: Bench, goal: float) -> bool:
    """Whether a search puts lightness first: for opaque drawings at high scores.

    At low scores, edges between colors of equal lightness would fray. Paintings are always mapped
    that way.
    """
    picture = bench.picture
    opaque = picture.image.pixels.shape[2] == 3 and is_oklab(picture.color_space)
    is_small_drawing = picture.is_drawn and not picture.is_large and not picture.is_painted
    return opaque and is_small_drawing and goal >= LEGIBLE


def fewest_nearest(bench: Bench, goal: float) -> Trial | None:
    """Find the fewest colors whose nearest mapping reaches the goal, by bisection."""
    high = bench.nearest(bench.colors)
    if high.score < goal:
        return None
    if goal >= EXACT and high.fit.stop_reason == "exact":
        return high
    least, most = 1, len(high.fit.palette)
    while most - least > max(1, most // FINE):
        middle = round((least * most) ** 0.5) if most > 2 * least else (least + most) // 2
        trial = bench.nearest(middle)
        if trial.score >= goal:
            high, most = trial, middle
        else:
            least = middle
    return high


@dataclass
class _Search:
    bench: Bench
    goal: float
    budget: Budget
    dither: float | None
    plain: Trial | None
    lightness: bool
    curves: dict[Setting, Curve] = field(default_factory=dict)

    def run(self) -> Trial | None:
        slopes = Slopes.usual(self.goal)
        self.slopes = slopes
        self.measure(self.first_settings(), self.first_guess())
        for family in (self.palettes, self.dithers, self.masks, self.dithers):
            best = self.best()
            if best is not None:
                self.measure(family(best.setting), best.guess)
        return self.smallest()

    def first_guess(self) -> float:
        """Return the log2 of the rate weight at which pictures typically reach a score."""
        if self.bench.picture.is_drawn:
            return START_DRAWN[self.goal > HIGH]
        least, most = START_RANGE
        return min(max(1 + (START_SCORE - self.goal) / START_SLOPE, least), most)

    def first_settings(self) -> list[Setting]:
        colors = self.bench.colors
        if self.plain is not None and self.bench.picture.is_drawn:
            colors = min(colors, round(len(self.plain.fit.palette) * self.budget.steps[0]))
        masked = not self.bench.picture.is_drawn or self.goal >= LEGIBLE
        if self.dither is not None:
            return [Setting(colors, self.dither, masked, self.lightness)]
        first = FIRST_DITHER if self.bench.picture.is_drawn else 1.0
        levels = (first,) if self.bench.picture.is_smooth else (first, 0.0)
        return [Setting(colors, level, masked, self.lightness) for level in levels]

    @property
    def slack(self) -> float:
        """Return how many points above the goal are close enough."""
        return min(SLACK, (100 - self.goal) / SLACK_SHARE)

    def palettes(self, best: Setting) -> list[Setting]:
        """Return larger and smaller palettes; just below a power of two, the power itself."""
        most = min(self.bench.colors, self.bench.picture.counted.n_colors)
        if self.plain is None or not self.bench.picture.is_drawn:
            sizes = {most, most // 2} if len(self.budget.steps) > 1 else {most}
            if self.goal < MEDIUM:
                sizes.add(most // 4)
        else:
            least = len(self.plain.fit.palette)
            sizes = {min(most, round(least * step)) for step in self.budget.steps}
            sizes |= {n for n in PACKED if n < least <= PACKED_REACH * n}
        return [
            replace(best, colors=n) for n in sorted(sizes) if 2 <= n <= most and n != best.colors
        ]

    def dithers(self, best: Setting) -> list[Setting]:
        """Return other levels to try: for gradients none, for photographs 0 (bands would show)."""
        if self.dither is not None or self.bench.picture.is_smooth:
            return []
        levels = self.budget.dithers if self.bench.picture.is_drawn else (1.0, 0.0)
        return [replace(best, dither=level) for level in levels]

    def masks(self, best: Setting) -> list[Setting]:
        return [replace(best, masked=False)] if self.bench.picture.is_drawn else []

    def measure(self, settings: list[Setting], at: float) -> None:
        """Try each setting once, and again if that was too far from the goal for an estimate."""
        fresh = [
            Curve(self.bench, setting, self.goal, self.slopes)
            for setting in settings
            if setting not in self.curves
        ]
        self.try_all(fresh, [at] * len(fresh))
        for _ in range(2):
            far = [c for c in fresh if not c.is_near and not c.is_hopeless]
            self.try_all(far, [c.guess for c in far])
        self.curves.update((c.setting, c) for c in fresh)

    def try_all(self, curves: list[Curve], at: list[float]) -> None:
        wanted = [
            (curve, weight)
            for curve, weight in zip(curves, at, strict=True)
            if all(abs(p.at - weight) > SAME for p in curve.points)
        ]
        if not wanted:
            return
        trials = self.bench.priced_all([(c.setting, 2.0**weight) for c, weight in wanted])
        for (curve, _), trial in zip(wanted, trials, strict=True):
            curve.take(trial)

    def ranked(self) -> list[Curve]:
        hopeful = [c for c in self.curves.values() if c.expected_size < float("inf")]
        return sorted(hopeful, key=lambda c: c.expected_size)

    def best(self) -> Curve | None:
        return next(iter(self.ranked()), None)

    def smallest(self) -> Trial | None:
        """Follow the most promising settings to the goal; return the smallest that reaches it."""
        found = [] if self.plain is None else [self.plain]
        most = self.budget.followed if self.bench.picture.is_drawn else self.budget.followed_taken
        followed = 0
        for curve in self.ranked():
            if followed >= most and found:
                break
            trial = curve.follow(self.budget.rounds, self.slack)
            followed += trial is not None
            if trial is not None:
                found.append(trial)
        found += [c.reached for c in self.curves.values() if c.reached is not None]
        if not found:
            return None
        limit = log2(min(trial.rough_bytes for trial in found)) + NEAR_BEST
        near = [trial for trial in found if log2(trial.rough_bytes) <= limit]
        smallest = min(near, key=lambda trial: trial.n_bytes)
        other = self.without_lightness(smallest) if self.lightness else None
        if other is not None and other.n_bytes < CLOSER * smallest.n_bytes:
            return other
        return smallest

    def without_lightness(self, smallest: Trial) -> Trial | None:
        """Follow a similar setting, or one of fewer bits per index, without lightness first."""
        like = smallest.setting
        if like is None:  # nearest colors
            best = self.best()
            if best is None:
                return None
            like = best.setting
        sizes = {like.colors} | {n for n in PACKED if n < like.colors <= PACKED_REACH * n}
        others = [replace(like, colors=n, lightness=False) for n in sorted(sizes)]
        self.measure(others, log2(smallest.rate_weight) if smallest.rate_weight else 0.0)
        curve = min((self.curves[each] for each in others), key=lambda c: c.expected_size)
        return curve.follow(self.budget.rounds, self.slack)
