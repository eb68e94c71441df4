"""What pngquant's numbers mean here: its quality as our score, its speed as our effort."""

from __future__ import annotations

from math import log2
from typing import Final, Literal

import numpy as np

Kind = Literal["drawn", "taken"]

# pngquant's quality -> the score that its own pictures of that quality have (median), for
# photographs and for charts, icons and screens (docs/lab-book.md, 2026-11-30, pngquant's quality).
QUALITIES: Final = (0.0, 40.0, 65.0, 80.0, 90.0, 100.0)
SCORES: Final[dict[Kind, tuple[float, ...]]] = {
    "taken": (5.0, 57.0, 72.0, 81.0, 87.0, 93.0),
    "drawn": (5.0, 60.0, 78.0, 88.0, 93.0, 98.0),
}

# Rate weights near which a picture has that score, the error passed on in full; measured beside
# the table above. Twice the value costs a photograph 1.5 points and a ninth of its bytes.
WEIGHT_AT: Final[dict[Kind, tuple[float, float]]] = {"taken": (80.0, 4.0), "drawn": (96.0, 1.0)}

LOOK_WEIGHT: Final = 4.0
"""Rate weight of a photograph without ``--quality``: pngquant's look or better, and 0.43 to 0.59 of
its bytes (docs/lab-book.md, 2026-11-30, pngquant's place)."""

CLOSE: Final = 2.0
"""Points from the score aimed at that are close enough not to map again."""


def score_of(quality: float, kind: Kind) -> float:
    """Score of pngquant's own pictures of a quality."""
    return float(np.interp(quality, QUALITIES, SCORES[kind]))


def first_weight(score: float, kind: Kind) -> float:
    """Rate weight at which a picture of that kind often has that score."""
    at, weight = WEIGHT_AT[kind]
    return float(weight * 2.0 ** ((at - score) / _points_an_octave(score)))


def next_weight(weight: float, found: float, wanted: float) -> float:
    """Rate weight for the score wanted, when another gave the score found."""
    octaves = (found - wanted) / _points_an_octave(min(found, wanted))
    return float(2.0 ** min(max(log2(weight) + octaves, -6.0), 9.0))


def _points_an_octave(score: float) -> float:
    """Points that doubling the rate weight costs near a score (docs/lab-book.md, Search)."""
    return 0.1 + (100 - min(score, 99.0)) / 10


def effort_of(speed: int) -> str:
    """Effort for ``--speed``: all but the slowest take no more time than pngquant does."""
    return "balanced" if speed == 1 else "fast"


def pays_for_loss(bytes_in: int, bytes_out: int, score: float) -> bool:
    """Whether what is saved is worth what is lost: at least as many percent as points of score."""
    return bytes_out < bytes_in * min(1.0, max(score, 0.0) / 100) or (
        score >= 100 and bytes_out < bytes_in
    )
