"""Which rate weight meets the goal, for every format of animation.

A pass makes a whole file at one rate weight. Passes bracket the score or the size that is asked
for. During the search a few sample frames are scored; in the file that is taken, all of them are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import log2
from typing import Final, Protocol

from huepress.animation.film import Frame, part_of
from huepress.animation.score import FilmScore

LOWEST, HIGHEST = 2.0**-8, 2.0**12
"""Lowest and highest rate weight tried."""

USUAL: Final = 4.0
"""Rate weight near which searches start (docs/lab-book/animations.md)."""

LOOK: Final = 85.0
"""Score of single frames when no goal is given, as far as the palette can reach it."""

DROP: Final = 3.0
"""Points that this may stay below the score of nearest colors."""

LOOKED_AT: Final = 4
"""Frames on which the default look is found."""

SAMPLE: Final = 12
"""Sample frames during the search for a score."""

SLOPE: Final = -3.5
"""Points of score that doubling the rate weight costs, roughly."""

NEAR: Final = 0.25
"""A score this many points above the goal is close enough."""

FULL: Final = 0.98
"""A file that fills this share of the size limit is close enough."""

DITHER: Final = 1.0
"""Share of full diffusion when none is asked for."""

SMALL: Final = 1 << 20
"""Up to this many pixels in all frames, the unchanged frames are tried as well."""


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """A whole file, made at one rate weight.

    Attributes
    ----------
    data : bytes
        The file.
    n_colors : int or None
        Most entries of a palette in it; None when it has none.
    rate_weight : float
        The one this pass was made at.
    score : FilmScore or None
        Scores of the frames that were scored.
    """

    data: bytes
    n_colors: int | None
    rate_weight: float
    score: FilmScore | None


class Bench(Protocol):
    """An animation and its palettes, ready for passes."""

    @property
    def n_frames(self) -> int:
        """About how many frames there are."""

    @property
    def frames(self) -> Callable[[], Iterator[Frame]]:
        """Yield the frames to encode; start over at every call."""

    def look(self, frame: Frame, rate_weight: float, *, plain: bool = False) -> float:
        """Score a frame that is drawn alone; `plain` takes the nearest colors."""

    def run(self, rate_weight: float, *, scored: Callable[[int], bool] | None = None) -> Pass:
        """Make a file; `scored` says which frames to score."""


def is_sample(number: int, n_frames: int, *, of: int = SAMPLE) -> bool:
    """Whether a frame is one of the sample."""
    return n_frames <= of or (number * of) // n_frames != ((number - 1) * of) // n_frames


def usual_weight(bench: Bench, frames: Iterable[Frame]) -> float:
    """Find the rate weight when no goal is given, on a few frames drawn alone."""
    chosen: list[Frame] = []
    for number, frame in enumerate(frames):
        if is_sample(number, bench.n_frames, of=LOOKED_AT):
            # One part of every frame, from top to bottom.
            place = (len(chosen) + 0.5) / min(bench.n_frames, LOOKED_AT)
            chosen.append(part_of(frame, min(place, 1.0)))

    def mean(rate_weight: float, *, plain: bool = False) -> float:
        found = [bench.look(frame, rate_weight, plain=plain) for frame in chosen]
        return sum(found) / len(found)

    goal = min(LOOK, mean(LOWEST, plain=True) - DROP)
    at = {log2(USUAL): mean(USUAL) - goal}
    for _ in range(2):
        following = _next(at)
        at[following] = mean(2.0**following) - goal
    nearest = min(at, key=lambda octave: abs(at[octave]))
    return float(min(max(2.0**nearest, 2.0**-4), 2.0**6))


def reach_score(bench: Bench, goal: float, tries: int) -> tuple[Pass | None, Pass]:
    """Find the smallest file whose score is at least the goal.

    Returns
    -------
    tuple of (Pass or None, Pass)
        The file, and the one that comes nearest.
    """
    points: dict[float, float] = {}
    at = log2(USUAL) + (80 - goal) / 5
    passed: dict[float, Pass] = {}
    for _ in range(tries):
        at = min(max(at, log2(LOWEST)), log2(HIGHEST))
        if at in points:
            break
        passed[at] = bench.run(2.0**at, scored=lambda number: is_sample(number, bench.n_frames))
        points[at] = _value(passed[at]) - goal
        if 0 <= points[at] <= NEAR:
            break
        at = _next(points)
    reached = sorted((at for at, gap in points.items() if gap >= 0), reverse=True)
    nearest = max(points, key=lambda at: points[at])
    at = reached[0] if reached else nearest
    found = passed[at]
    for _ in range(3):
        if at not in passed or bench.n_frames > SAMPLE:
            found = bench.run(2.0**at, scored=lambda _: True)
        gap = _value(found) - goal
        if gap >= 0:
            return found, found
        if at <= log2(LOWEST):
            break
        at = max(at + 1.3 * gap / -SLOPE - 0.05, log2(LOWEST))
        passed.pop(at, None)
    return None, found


def _value(made: Pass) -> float:
    assert made.score is not None
    return made.score.value


def _next(points: dict[float, float]) -> float:
    """Guess where the gap is just above zero: by false position, or along the usual slope."""
    above = [at for at, gap in points.items() if gap >= 0]
    below = [at for at, gap in points.items() if gap < 0]
    aim = NEAR / 2
    if above and below:
        low, high = max(above), min(below)
        if low < high:
            share = (points[low] - aim) / (points[low] - points[high])
            return low + (high - low) * min(max(share, 0.06), 0.94)
    end = max(above) if above else min(below)
    return end + min(max((aim - points[end]) / SLOPE, -4.0), 4.0)


def reach_size(benches: Iterable[Bench], n_bytes: int, tries: int) -> tuple[Pass | None, Pass]:
    """Find the best-looking file of at most this many bytes, with fewer colors if need be.

    Returns
    -------
    tuple of (Pass or None, Pass)
        The file, and the smallest one that was found.
    """
    tried: list[Pass] = []
    for bench in benches:
        tried.append(_fill(bench, n_bytes, tries))
        if len(tried[-1].data) <= n_bytes:
            return tried[-1], tried[-1]
    return None, min(tried, key=lambda made: len(made.data))


def _fill(bench: Bench, n_bytes: int, tries: int) -> Pass:
    """Find the file of the lowest rate weight that fits; if none does, that of the highest."""
    points: dict[float, float] = {}
    best: Pass | None = None
    at = log2(USUAL)
    for _ in range(tries):
        made = bench.run(2.0**at)
        excess = log2(len(made.data) / n_bytes)
        points[at] = excess
        if excess <= 0 and (best is None or made.rate_weight < best.rate_weight):
            best = made
        if (FULL * n_bytes <= len(made.data) <= n_bytes) or (excess <= 0 and at <= log2(LOWEST)):
            break
        if excess > 0 and at >= log2(HIGHEST):
            return made
        at = _next_size(points)
    return best if best is not None else bench.run(HIGHEST)


def _next_size(points: dict[float, float]) -> float:
    over = [at for at, excess in points.items() if excess > 0]
    under = [at for at, excess in points.items() if excess <= 0]
    if over and under:
        low, high = max(over), min(under)
        share = points[low] / (points[low] - points[high])
        return low + (high - low) * min(max(share + 0.04, 0.1), 0.92)
    if over:
        return min(max(over) + max(1.0, 2.5 * points[max(over)]), log2(HIGHEST))
    return max(min(under) - max(1.0, -2.5 * points[min(under)]), log2(LOWEST))
