"""Translate pngquant's numbers: its quality to our score, its speed to our effort."""

from __future__ import annotations

from math import log2
from typing import Final, Literal

import numpy as np

Kind = Literal["drawn", "taken"]

# pngquant's quality -> the score of its own pictures (medians of 16 photographs and 12 charts,
# screens and logos; docs/lab-book/pngquant.md, the curve of quality again). Photographs reach no
# more than 72.5 with 256 colors: what stands above it only counts as a floor, and fails as there.
QUALITIES: Final = (0.0, 40.0, 65.0, 80.0, 90.0, 95.0, 100.0)
SCORES: Final[dict[Kind, tuple[float, ...]]] = {
    "taken": (5.0, 59.0, 67.0, 71.0, 77.0, 84.0, 93.0),
    "drawn": (5.0, 79.0, 82.0, 86.0, 89.5, 91.5, 98.0),
}

MOST: Final[dict[Kind, float]] = {"taken": 72.5, "drawn": 98.0}
"""Score that is aimed at for the highest qualities, unless the floor is above it."""

LOOK: Final[dict[Kind, tuple[float, float | None]]] = {"taken": (0.8, None), "drawn": (0.25, 0.0)}
"""Rate weight and dither (None: by content) without ``--quality``. Photographs: 0.72 of pngquant's
bytes at its score in the mean. Drawings: 0.84 of its bytes, one point below its 98 (as above)."""

# A rate weight and the score that it gives most often, dither as above.
OFTEN: Final[dict[Kind, tuple[float, float]]] = {"taken": (1.0, 72.0), "drawn": (0.25, 96.5)}

DRAWN_POINTS: Final = 2.7
"""Points that doubling the rate weight costs in drawings: from 96.5 to 83 in five steps (there)."""

CLOSE: Final = 2.0
"""Within this many points of the target score, do not map again."""


def score_of(quality: float, kind: Kind) -> float:
    """Return the score that pngquant's own pictures have at a quality."""
    return float(np.interp(quality, QUALITIES, SCORES[kind]))


def aim_of(finest: float, worst: float, kind: Kind) -> float:
    """Return the score to aim at: that of the finest quality, as far as pngquant gets itself."""
    return min(score_of(finest, kind), max(MOST[kind], score_of(worst, kind)))


def first_weight(score: float, kind: Kind) -> float:
    """Return the rate weight at which a picture of that kind typically has that score."""
    weight, at = OFTEN[kind]
    return float(weight * 2.0 ** ((at - score) / _points_an_octave(score, kind)))


def next_weight(weight: float, found: float, wanted: float, kind: Kind) -> float:
    """Return the rate weight for the score wanted, given that another gave the score found."""
    octaves = (found - wanted) / _points_an_octave(min(found, wanted), kind)
    return float(2.0 ** min(max(log2(weight) + octaves, -6.0), 9.0))


def _points_an_octave(score: float, kind: Kind) -> float:
    """Return the points that doubling the rate weight costs near a score (lab-book/search.md)."""
    if kind == "drawn":
        return DRAWN_POINTS
    return 0.1 + (100 - min(score, 99.0)) / 10


def effort_of(speed: int) -> str:
    """Return the effort for ``--speed``: all but the slowest take no longer than pngquant."""
    return "balanced" if speed == 1 else "fast"


def pays_for_loss(bytes_in: int, bytes_out: int, score: float) -> bool:
    """Whether the savings are worth the loss: at least as many percent as points of score."""
    return bytes_out < bytes_in * min(1.0, max(score, 0.0) / 100) or (
        score >= 100 and bytes_out < bytes_in
    )
