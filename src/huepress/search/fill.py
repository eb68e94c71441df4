"""Find the lowest rate weight whose mapping fits a bound of estimated bytes."""

from __future__ import annotations

from math import log2
from typing import Final

from huepress.search.bench import Bench
from huepress.search.rate_curve import HIGHEST, LOWEST
from huepress.search.trial import Setting, Trial

FULL: Final = 0.985
"""A file that fills this share of the limit is close enough."""

# These only steer where the next trial is made; measured as those of size.py.

STEP: Final = 1.5
GROWTH: Final = 1.6
"""Octaves of the first step without a bracket, and how much longer each next one is."""

NUDGE: Final = 0.04
EDGES: Final = (0.1, 0.92)
"""Share of a bracket by which false position aims at the side that fits, and the shares within
which it stays."""


def fill(bench: Bench, setting: Setting, n_bytes: int, tries: int, start: float) -> Trial | None:
    """Find the mapping with the lowest rate weight whose estimated bytes fit.

    Bytes fall as the rate weight rises: bracket, then false position in its logarithm.

    Parameters
    ----------
    bench : Bench
        The picture.
    setting : Setting
        How to map.
    n_bytes : int
        The bound.
    tries : int
        Most mappings.
    start : float
        Log2 of the rate weight to begin with.

    Returns
    -------
    Trial or None
        None if no mapping tried fits.
    """
    low, high = log2(LOWEST), log2(HIGHEST)
    fits: tuple[float, float, Trial] | None = None
    over: tuple[float, float] | None = None
    at, step = min(max(start, low), high), STEP
    for _ in range(tries):
        trial = bench.priced(setting, 2.0**at)
        excess = log2(trial.n_bytes / n_bytes)
        if excess <= 0:
            if fits is None or at < fits[0]:
                fits = (at, excess, trial)
            if trial.n_bytes >= FULL * n_bytes or at <= low:
                break
        else:
            over = (at, excess)
            if at >= high:
                break
        if fits is None:
            at, step = min(high, at + step), step * GROWTH
        elif over is None:
            at, step = max(low, at - step), step * GROWTH
        else:
            share = over[1] / (over[1] - fits[1])
            at = over[0] + (fits[0] - over[0]) * min(max(share + NUDGE, EDGES[0]), EDGES[1])
    return None if fits is None else fits[2]
