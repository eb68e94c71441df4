"""What people aim for: a look kept, a score, a size; each finds its trial on a Bench.

A score falls and a file shrinks as the rate weight grows, both nearly in the logarithm of it, so
each aim is met by a guarded false position in log2 of the rate weight (Dowell and Jarratt, "A
modified regula falsi method", BIT 11 (1971), doi:10.1007/BF01934364, is the guard).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from huepress.search.bench import Bench, Trial

DEFAULT_DROP: Final = 1.5
"""Points of score that the default may lose against nearest colors with the same palette."""

FAST_WEIGHT: Final = 0.5
"""Rate weight without a search: above nearest colors in score on every photograph measured, and
within the drop on screens (docs/lab-book.md, Search)."""

LOWEST: Final = 2.0**-6
HIGHEST: Final = 2.0**9
"""Rate weights beyond which nothing more was gained in bytes or score on any picture."""

SLACK: Final = 0.12
"""Points above the target at which a search is content: less than anyone sees."""


def fixed(bench: Bench, rate_weight: float, dither: float) -> Trial:
    """Map exactly as asked; 0 and 0 is plain nearest color."""
    if rate_weight == 0 and dither == 0:
        return bench.try_nearest(bench.colors)
    return bench.try_rate(bench.colors, max(rate_weight, 1e-6), dither)


def default(bench: Bench, effort: str, dither: float | None) -> Trial:
    """Spend at most the drop in score on fewer bytes.

    Pictures with no more colors than the palette stay exact.
    """
    plain = bench.try_nearest(bench.colors)
    if bench.is_exact:
        return plain
    spread = 1.0 if dither is None else dither
    if effort == "fast":
        found = bench.try_rate(bench.colors, FAST_WEIGHT, spread)
        return found if found.score >= plain.score - DEFAULT_DROP else plain
    floor = plain.score - DEFAULT_DROP
    priced = _highest_weight(bench, bench.colors, spread, floor, tries=4)
    return plain if priced is None or priced.n_bytes > plain.n_bytes else priced


def reach_score(bench: Bench, target: float, effort: str, dither: float | None) -> Trial | None:
    """Find the smallest file whose score is at least the target; None when nothing reaches it."""
    found = [_fewest_nearest(bench, target)]
    tries = 5 if effort == "balanced" else 3 if effort == "fast" else 8
    spreads = (1.0, 0.0) if dither is None else (dither,)
    best: Trial | None = None
    spread_won = spreads[0]
    for spread in spreads:
        trial = _highest_weight(bench, bench.colors, spread, target, tries)
        found.append(trial)
        if trial is not None and (best is None or trial.n_bytes < best.n_bytes):
            best, spread_won = trial, spread
    fewer = bench.colors
    nearest = found[0]
    if nearest is not None:
        # Palettes between the fewest colors that plain mapping needs and the largest one.
        least = len(nearest.fit.palette)
        fewer = min(fewer, len(bench.fit(bench.colors).palette))
        while effort != "fast" and fewer > max(2, least):
            fewer = max(least, fewer // 2)
            trial = _highest_weight(bench, fewer, spread_won, target, tries)
            found.append(trial)
            if trial is None or (best is not None and trial.n_bytes > best.n_bytes):
                break
            best = trial
    reached = [trial for trial in found if trial is not None]
    return min(reached, key=lambda trial: trial.n_bytes, default=None)


def reach_size(bench: Bench, n_bytes: int, effort: str, dither: float | None) -> Trial | None:
    """Find the best score among files of at most so many bytes; None when nothing fits."""
    found: list[Trial] = []
    spread = 1.0 if dither is None else dither
    tries = {"fast": 5, "balanced": 8, "best": 12}[effort]
    colors = bench.colors
    while True:
        plain = bench.try_nearest(colors)
        if plain.n_bytes <= n_bytes:
            found.append(plain)
        trial = (
            None if plain.score == 100 and found else _fill(bench, colors, spread, n_bytes, tries)
        )
        if trial is not None:
            found.append(trial)
        best = max(found, key=lambda t: t.score, default=None)
        if colors <= 2 or (best is not None and colors <= bench.colors // 4):
            return best
        colors = max(2, colors // 2)


def closest_score(bench: Bench, dither: float | None) -> Trial:
    """Find the best score that the largest palette reaches."""
    spread = 1.0 if dither is None else dither
    trials = [bench.try_nearest(bench.colors), bench.try_rate(bench.colors, LOWEST, spread)]
    return max(trials, key=lambda trial: trial.score)


def smallest(bench: Bench, dither: float | None) -> Trial:
    """Find about the smallest file there is: two colors at the highest rate weight, or fewer."""
    spread = 1.0 if dither is None else dither
    colors = min(2, bench.colors)
    trials = [bench.try_nearest(1), bench.try_rate(colors, HIGHEST, spread)]
    return min(trials, key=lambda trial: trial.n_bytes)


def _fewest_nearest(bench: Bench, target: float) -> Trial | None:
    """Fewest colors whose plain nearest mapping reaches the target, by bisection."""
    high = bench.try_nearest(bench.colors)
    if high.score < target:
        return None
    least, most = 1, len(high.fit.palette)
    while most - least > max(1, most // 24):
        middle = (least + most) // 2
        trial = bench.try_nearest(middle)
        if trial.score >= target:
            high, most = trial, middle
        else:
            least = middle
    return high


def _highest_weight(
    bench: Bench, colors: int, dither: float, target: float, tries: int
) -> Trial | None:
    """Find the mapping with the highest rate weight whose score is still at least the target."""

    def excess(trial: Trial) -> float:
        return trial.score - target

    return _false_position(
        lambda weight: bench.try_rate(colors, weight, dither),
        excess,
        start=1.0,
        slack=SLACK,
        tries=tries,
    )


def _fill(bench: Bench, colors: int, dither: float, n_bytes: int, tries: int) -> Trial | None:
    """Find the mapping with the lowest rate weight whose file is still at most n_bytes."""

    def excess(trial: Trial) -> float:
        return trial.n_bytes / n_bytes - 1

    return _false_position(
        lambda weight: bench.try_rate(colors, 1 / weight, dither),
        lambda trial: -excess(trial),
        start=0.5,
        slack=0.02,
        tries=tries,
    )


def _false_position(
    make: Callable[[float], Trial],
    excess: Callable[[Trial], float],
    *,
    start: float,
    slack: float,
    tries: int,
) -> Trial | None:
    """Largest weight found whose excess is >= 0, for an excess that falls with the weight."""
    from math import log2

    good: tuple[float, float, Trial] | None = None
    bad: tuple[float, float] | None = None
    at, step = log2(start), 2.0
    lowest, highest = log2(LOWEST), log2(HIGHEST)
    for _ in range(tries + 3):
        trial = make(2.0**at)
        value = excess(trial)
        if value >= 0:
            if good is None or at > good[0]:
                good = (at, value, trial)
            if value <= slack or at >= highest:
                break
        else:
            bad = (at, value)
            if at <= lowest:
                break
        if good is None:
            at, step = max(lowest, at - step), step * 1.6
        elif bad is None:
            at, step = min(highest, at + step), step * 1.6
        else:
            if tries <= 0:
                break
            tries -= 1
            span = bad[0] - good[0]
            share = good[1] / (good[1] - bad[1])
            at = good[0] + span * min(max(share - 0.03, 0.08), 0.92)
            if span < 0.02:
                break
    return None if good is None else good[2]
