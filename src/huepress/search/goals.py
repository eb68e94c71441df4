"""Goals other than a score: the default look, a cheaper file of that look, or a fixed setting."""

from __future__ import annotations

from math import log2
from typing import Final

from huepress.metrics.judges import SECOND_LOOK
from huepress.search.bench import Bench
from huepress.search.fill import fill
from huepress.search.rate_curve import HIGHEST, LOWEST, Curve, Slopes
from huepress.search.trial import Setting, Trial

DEFAULT_DROP: Final = 1.5
"""Points of score that the default may stay below the best that its palette can show."""

SAME_LOOK: Final = 0.3
"""Points by which the scores of two efforts may differ."""

ENOUGH: Final = 93.0
"""Above this score nobody sees what more bytes buy."""

LOW_WEIGHT: Final = 0.5
"""A rate weight so low that it costs no score on any photograph (docs/lab-book/search.md)."""

USUAL_WEIGHT: Final = {"drawn": 1.0, "taken": 5.0}
"""Rate weights near which the default often ends (docs/lab-book/search.md)."""

FEW: Final = 32
"""Colors up to which files may grow as colors get fewer, and are looked at for that."""

SAME_BYTES: Final = 1.01
"""Files are of the same size up to this ratio."""

MOST_LOST: Final = 3.0
"""Points that smaller bytes may cost where few people see a difference to the original."""

FEW_PIXELS: Final = 1 << 21
"""Most pixels for which that is worth the time: three to six times that of one palette."""

NEAR: Final = 0.15
"""A score this many points above the goal is close enough when few tries are made."""


def fixed(bench: Bench, rate_weight: float, dither: float) -> Trial:
    """Map exactly as asked; rate weight 0 and dither 0 give plain nearest color."""
    if rate_weight == 0 and dither == 0:
        return bench.nearest(bench.colors)
    return bench.priced(Setting(bench.colors, dither), max(rate_weight, 1e-6))


def default(bench: Bench, effort: str, dither: float | None, *, look: float | None = None) -> Trial:
    """Trade at most `DROP` points of score for fewer bytes.

    Pictures with no more colors than the palette stay exact.
    """
    if bench.picture.is_exact:
        return bench.nearest(bench.colors)
    if effort == "fast":
        spread = float(not bench.picture.is_drawn) if dither is None else dither
        if bench.picture.is_small:
            return default(bench, "balanced", spread)
        setting = Setting(bench.colors, spread)
        return bench.unscored(setting, _weight_by_sample(bench.sampled(), setting))
    found = _traded(bench, bench.colors, effort, dither, look)
    return _no_larger(bench, found, effort, dither) if look is None else found


def _traded(
    bench: Bench, colors: int, effort: str, dither: float | None, look: float | None = None
) -> Trial:
    """Trade score for bytes with a palette of so many colors."""
    plain = bench.nearest(colors)
    mixes = bench.picture.given is not None and (dither or not bench.picture.is_drawn)
    if dither is not None:
        spreads: tuple[float, ...] = (dither,)
    elif bench.picture.is_drawn:
        spreads = (0.0,) if bench.picture.is_large else (0.0, 1.0)
    else:
        spreads = (1.0,)
    settings = [Setting(colors, spread) for spread in spreads]
    usual = USUAL_WEIGHT["drawn" if bench.picture.is_drawn else "taken"]
    trials = bench.priced_all([(each, at) for each in settings for at in (LOW_WEIGHT, usual)])
    # Dots of given colors are what the eye wants, whatever a score says of them close at hand; and
    # where they are seen, streaks are seen first.
    is_coarse = mixes and max(trial.score for trial in trials) < SECOND_LOOK
    drop = SAME_LOOK if is_coarse else DEFAULT_DROP
    goal = look if look is not None else _look_of(trials if mixes else [plain, *trials], drop)
    slopes = Slopes.usual(goal)
    curves = [Curve(bench, setting, goal, slopes) for setting in settings]
    for i, trial in enumerate(trials):
        curves[i // 2].take(trial)
    best = min(curves, key=lambda curve: curve.expected_size) if len(curves) > 1 else curves[0]
    # Trials of a part of a large picture cost little, and so do those of few colors.
    hurries = effort == "balanced" and bench.picture.whole is None and colors > FEW
    best.follow(1 if hurries else 3, slack=0.3 if hurries else 0.1)
    found = [curve.reached for curve in curves if curve.reached is not None]
    # At any rate weight tried, a photograph mapped by rate is smaller than one mapped plainly.
    if plain.score >= goal and not mixes and (bench.picture.is_drawn or not found):
        found.append(plain)
    if len(found) == 1:
        return found[0]
    return min(found, key=lambda trial: trial.rough_bytes, default=plain)


def _no_larger(bench: Bench, found: Trial, effort: str, dither: float | None) -> Trial:
    """Spend no more bytes than twice the colors do, unless the picture is better.

    The fewer the colors, the more there is to dither, which takes bytes: less of it then.
    """
    picture, given = bench.picture, bench.rivals.n_fixed or bench.picture.given is not None
    if bench.colors > FEW or given or picture.image.width * picture.image.height > FEW_PIXELS:
        return found
    if picture.is_drawn:  # the palettes that race take the time: one more, mapped plainly
        return _within(bench, found, bench.nearest(2 * bench.colors), dither)
    limit = None
    octaves = [n for n in (64, 32, 16, 8, 4) if n > bench.colors]
    for colors in [*octaves, *(n for n in (24, 12, 6, 3) if bench.colors < n < octaves[-1])]:
        if colors >= picture.counted.n_colors:
            limit = bench.nearest(colors)
        else:
            limit = _within(bench, _traded(bench, colors, effort, dither), limit, dither)
    return _within(bench, found, limit, dither)


def _within(bench: Bench, found: Trial, other: Trial | None, dither: float | None) -> Trial:
    """Return the best mapping in at most another's bytes where this one is larger and worse."""
    if other is None or found.score >= other.score:
        return found
    limit = int(SAME_BYTES * other.n_bytes)
    if found.n_bytes <= limit:
        return found
    colors = len(found.fit.palette) if found.setting is None else found.setting.colors
    levels = (0.0, 1.0) if dither is None else (dither,)
    start = log2(max(found.rate_weight, LOW_WEIGHT))
    tried = [fill(bench, Setting(colors, each), limit, 6, start) for each in levels]
    tried.append(bench.nearest(colors))
    fitting = [each for each in tried if each is not None and each.n_bytes <= limit]
    best = max(fitting, key=lambda each: each.score, default=found)
    if found.score >= SECOND_LOOK and best.score < found.score - MOST_LOST:
        return found
    return best


def thorough_default(bench: Bench, dither: float | None) -> Trial:
    """Find fewer bytes, never more, for the look that a lower effort gets."""
    usual = default(bench.of_effort("balanced"), "balanced", dither)
    if bench.picture.is_exact:
        return usual
    found = default(bench, "best", dither, look=usual.score - 0.8 * SAME_LOOK)
    is_like = found.score >= usual.score - SAME_LOOK
    return found if is_like and found.n_bytes <= usual.n_bytes else usual


def _look_of(trials: list[Trial], drop: float = DEFAULT_DROP) -> float:
    """Return the score that the default aims for.

    The better of nearest colors and of dithering at a low rate weight is about the best that the
    palette can show.
    """
    return min(max(trial.score for trial in trials) - drop, ENOUGH)


def _weight_by_sample(sample: Bench, setting: Setting) -> float:
    """Find the rate weight of the default look by three trials on a sample."""
    usual = USUAL_WEIGHT["drawn" if sample.picture.is_drawn else "taken"]
    trials = sample.priced_all([(setting, LOW_WEIGHT), (setting, usual)])
    goal = _look_of([sample.nearest(setting.colors), *trials])
    curve = Curve(sample, setting, goal, Slopes.usual(goal))
    for trial in trials:
        curve.take(trial)
    return float(2.0**curve.guess)


def closest_score(bench: Bench, dither: float | None) -> Trial:
    """Find the best score that the largest palette can reach."""
    spread = 1.0 if dither is None else dither
    trials = [bench.nearest(bench.colors), bench.priced(Setting(bench.colors, spread), LOWEST)]
    return max(trials, key=lambda trial: trial.score)


def for_container(bench: Bench, trial: Trial, container: str, goal: float) -> Trial | None:
    """Map again for another container, to a score of at least the goal.

    At the same rate weight the scores differ by a point or less. At most three tries; None when all
    miss the goal.
    """
    if trial.setting is None:
        return None
    other = bench.for_container(container)
    slope = Slopes.usual(goal).score
    weight, best = trial.rate_weight, None
    for _ in range(3):
        found = other.priced(trial.setting, weight)
        gap = found.score - goal
        if gap >= 0 and (best is None or found.rate_weight > best.rate_weight):
            best = found
        if 0 <= gap <= NEAR or (gap < 0 and best is not None):
            break
        # Aim slightly high: a try that misses is useless.
        octaves = (0.7 * gap if gap > 0 else 1.5 * gap) / slope - 0.05 * (gap < 0)
        weight = min(max(weight * 2.0 ** max(octaves, -60), LOWEST), HIGHEST)
    return best
