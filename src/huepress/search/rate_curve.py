"""One setting along the rate weight: as it grows, the score falls and the file shrinks.

The score is nearly linear in a power of the rate weight, and log(bytes) in its logarithm, so one or
two mappings predict what a setting costs at a score. Only the winning setting is followed to the
score itself, by a safeguarded false position (Dowell and Jarratt, "A modified regula falsi method",
BIT 11 (1971), doi:10.1007/BF01934364).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log2
from typing import Final

from huepress.search.bench import Bench
from huepress.search.trial import Setting, Trial

LOWEST: Final = 2.0**-6
HIGHEST: Final = 2.0**10
"""Range of rate weights: beyond it, no picture gained anything in bytes or score."""

STEEPEST: Final = 3.0
"""Longest step, in octaves of the rate weight."""

BENT: Final = 0.7
"""Scores are linear in this power of the rate weight: on seven photographs, slopes within a bracket
of three octaves differ by a tenth; in its logarithm they differ by a factor of two
(docs/lab-book/search.md)."""

SHORT: Final = 0.03
"""The two trials of a round aim above and below the goal by this share of the bracket's points: a
near miss is useful only to narrow the bracket."""

WIDE: Final = 4.0
"""In a bracket wider than this many octaves no line can be trusted, so two points are tried."""

CLOSE: Final = 0.02
"""A bracket narrower than this many octaves is not worth another trial: it gains under 0.5 %."""

# The following only steer where the next trial is made. Half and twice of each: under "constants of
# the search" in docs/lab-book/search.md.

USUAL_LOSS: Final = 0.1
USUAL_LOSS_SHARE: Final = 10
"""Points that an octave of rate weight costs before any trial: the first near a score of 100, and
one for every so many points below."""

USUAL_SAVING: Final = 0.2
"""Octaves of bytes that an octave of rate weight saves before any trial."""

APART: Final = 0.3
"""Octaves that two trials must be apart to show a slope."""

TELLING: Final = 0.05
STEADY: Final = 0.3
"""Points that they must differ by to show the slope of the bytes, and to extend their line."""

NEAR: Final = 0.3
NEAR_SHARE: Final = 0.06
"""Points from the goal at which an estimate is good: the first, plus this share of what the goal is
below 100."""

NEAR_SPAN: Final = 2
"""Octaves of a bracket in which an estimate is good."""

RETRY: Final = 0.4
"""Octaves beyond the best trial to try when the scores contradict each other."""

EDGE: Final = 0.08
"""Share of a bracket that trials stay away from its ends."""

GAP: Final = 0.04
"""Least share of a bracket between the two trials of a round."""

BEYOND: Final = 0.25
STRIDE: Final = 0.6
"""Octaves that trials without a bracket go at least beyond the others, and between the two."""


@dataclass
class Slopes:
    """How score and bytes change per octave of the rate weight; updated as trials come in.

    Attributes
    ----------
    score : float
        Points that an octave costs, > 0.
    size : float
        Octaves of bytes that an octave saves, > 0.
    """

    score: float
    size: float

    @classmethod
    def usual(cls, goal: float) -> Slopes:
        """Return typical values for photographs and charts near a score, before any trial."""
        return cls(USUAL_LOSS + (100 - goal) / USUAL_LOSS_SHARE, USUAL_SAVING)


@dataclass(frozen=True)
class CurvePoint:
    """One trial of a curve, at the log2 of its rate weight."""

    at: float
    trial: Trial

    @property
    def score(self) -> float:
        """The lower of the two judges'."""
        return self.trial.score

    @property
    def size(self) -> float:
        """Log2 of the rough bytes; computed on first use."""
        return log2(self.trial.rough_bytes)


def _tells_slopes(a: CurvePoint, b: CurvePoint) -> bool:
    """Whether two trials are far enough apart."""
    return b.at - a.at > APART and a.score - b.score > TELLING


def _on_line(a: CurvePoint, b: CurvePoint, goal: float) -> float:
    """Return where (log2 of the rate weight) the line through two trials meets the goal."""
    low, high = 2.0 ** (BENT * a.at), 2.0 ** (BENT * b.at)
    crossing = low + (high - low) * (a.score - goal) / (a.score - b.score)
    return log2(crossing) / BENT


@dataclass
class Curve:
    """Trials of one setting.

    Attributes
    ----------
    bench : Bench
        Makes the trials.
    setting : Setting
        The setting of all trials.
    goal : float
        The score that must be reached.
    slopes : Slopes
        Shared by the curves of a search.
    """

    bench: Bench
    setting: Setting
    goal: float
    slopes: Slopes
    points: list[CurvePoint] = field(default_factory=list)
    reached: Trial | None = None

    def take(self, trial: Trial) -> None:
        """Add a trial; the one at the highest rate weight that reaches the goal is kept as best."""
        self.points.append(CurvePoint(log2(trial.rate_weight), trial))
        self.points.sort(key=lambda p: p.at)
        if trial.score >= self.goal and (
            self.reached is None or trial.rate_weight > self.reached.rate_weight
        ):
            self.reached = trial
        if len(self.points) > 1:
            a, b = self._around()
            if _tells_slopes(a, b):
                self.slopes.score = (a.score - b.score) / (b.at - a.at)

    def _around(self) -> tuple[CurvePoint, CurvePoint]:
        """Find the two neighbors that bracket the goal, or the two nearest to it."""
        for a, b in zip(self.points, self.points[1:], strict=False):
            if a.score >= self.goal > b.score:
                return a, b
        i = 0 if self.points[0].score < self.goal else -2
        return self.points[i], self.points[i + 1]

    @property
    def guess(self) -> float:
        """Where (log2 of the rate weight) the goal is met, as far as known."""
        nearest = min(self.points, key=lambda p: abs(p.score - self.goal))
        step = (nearest.score - self.goal) / self.slopes.score
        if len(self.points) > 1:
            a, b = self._around()
            if a.score >= self.goal > b.score:
                return _on_line(a, b, self.goal)
            if b.score > self.goal and b.at - a.at > APART and a.score - b.score > STEADY:
                step = _on_line(a, b, self.goal) - nearest.at
        step = min(max(step, -STEEPEST), STEEPEST)
        return min(max(nearest.at + step, log2(LOWEST)), log2(HIGHEST))

    @property
    def expected_size(self) -> float:
        """Estimated log2 of rough bytes at the goal; infinite if it seems out of reach."""
        if len(self.points) > 1:
            a, b = self._around()
            if a.score >= self.goal > b.score:
                share = (a.score - self.goal) / (a.score - b.score)
                return a.size + (b.size - a.size) * share
            if _tells_slopes(a, b) and a.size > b.size:
                self.slopes.size = (a.size - b.size) / (b.at - a.at)
        nearest = min(self.points, key=lambda p: abs(p.score - self.goal))
        if nearest.score < self.goal and nearest.at <= log2(LOWEST):
            return float("inf")
        octaves = (nearest.score - self.goal) / self.slopes.score
        return nearest.size - octaves * self.slopes.size

    @property
    def is_near(self) -> bool:
        """Whether a point is close enough to the goal for an estimate."""
        limit = NEAR + (100 - self.goal) * NEAR_SHARE
        return any(abs(p.score - self.goal) <= limit for p in self.points) or any(
            a.score >= self.goal > b.score and b.at - a.at <= NEAR_SPAN
            for a, b in zip(self.points, self.points[1:], strict=False)
        )

    @property
    def is_hopeless(self) -> bool:
        """Whether even the lowest rate weight misses the goal."""
        return bool(self.points) and self.points[0].at <= log2(LOWEST) and self.reached is None

    def follow(self, rounds: int, slack: float) -> Trial | None:
        """Close in on the goal from above; return the smallest trial that reaches it.

        Every round maps twice, in parallel if there are processors: just short of where the goal is
        expected, and just beyond.

        Parameters
        ----------
        rounds : int
            Most pairs of mappings.
        slack : float
            A score this many points above the goal is close enough.
        """
        for _ in range(rounds):
            if self.reached is not None and self.reached.score - self.goal <= slack:
                break
            wanted = self._probes()
            if not wanted:
                break
            for trial in self.bench.priced_all([(self.setting, 2.0**at) for at in wanted]):
                self.take(trial)
        return self.reached

    def _probes(self) -> list[float]:
        """Choose two rate weights (log2) to try next; none when there is nothing to gain."""
        low, high = log2(LOWEST), log2(HIGHEST)
        above = [p for p in self.points if p.score >= self.goal]
        below = [p for p in self.points if p.score < self.goal]
        at = self.guess
        if above and below:
            a = max(above, key=lambda p: p.at)
            b = min((p for p in below if p.at > a.at), key=lambda p: p.at, default=None)
            if b is None:
                wanted = [a.at + RETRY, a.at + 2 * RETRY]
            elif b.at - a.at < CLOSE:
                return []
            else:
                span, fall = b.at - a.at, a.score - b.score
                margin = SHORT * fall
                goals = min(self.goal + margin, a.score), max(self.goal - margin, b.score)
                near, far = (_on_line(a, b, goal) for goal in goals)
                if span > WIDE:  # its shape is unknown
                    near, far = sorted((at, a.at + span * (a.score - self.goal) / fall))
                near = min(max(near, a.at + EDGE * span), a.at + (1 - 2 * EDGE) * span)
                wanted = [near, min(max(far, near + GAP * span), b.at - EDGE * span)]
        elif self.points[0].at <= low if below else self.points[-1].at >= high:
            return []
        elif below:
            at = min(at, self.points[0].at - BEYOND)
            wanted = [at - max(STRIDE, (self.points[0].at - at) / 2), at]
        else:
            at = max(at, self.points[-1].at + BEYOND)
            wanted = [at, at + max(STRIDE, (at - self.points[-1].at) / 2)]
        known = [p.at for p in self.points]
        fresh = sorted({min(max(at, low), high) for at in wanted})
        return [at for at in fresh if all(abs(at - other) > 1e-6 for other in known)]
