"""Translate pngquant's numbers: its quality to our score, its speed to our effort."""

from __future__ import annotations

from math import log2
from typing import Final, Literal

import numpy as np

Kind = Literal["drawn", "taken"]

# pngquant's quality -> the score of its own pictures (medians of 34 photographs and 22 charts,
# screens and icons; docs/lab-book/pngquant.md, pngquant's numbers). The last figure only serves
# interpolation: 100 itself means no loss at all as a floor, and no bound as an aim.
QUALITIES: Final = (0.0, 40.0, 65.0, 80.0, 90.0, 95.0, 100.0)
SCORES: Final[dict[Kind, tuple[float, ...]]] = {
    "taken": (5.0, 59.0, 68.0, 72.0, 77.0, 84.0, 93.0),
    "drawn": (5.0, 86.0, 90.0, 92.0, 93.0, 94.5, 98.0),
}

LOOK: Final[dict[Kind, tuple[float, float]]] = {"taken": (2.0, 1.0), "drawn": (0.25, 0.0)}
"""Rate weight and dither without ``--quality``. Photographs: 0.64 of pngquant's bytes at 4 points
more; twice the weight saves another tenth, but two of eight fall below pngquant's score. Drawings:
0.88 of its bytes at one point less, of 98 (same entry)."""

# A rate weight and the score that it gives most often, dither as above.
OFTEN: Final[dict[Kind, tuple[float, float]]] = {"taken": (3.0, 80.5), "drawn": (0.25, 96.5)}

CLOSE: Final = 2.0
"""Within this many points of the target score, do not map again."""


def score_of(quality: float, kind: Kind) -> float:
    """Return the score that pngquant's own pictures have at a quality."""
    return float(np.interp(quality, QUALITIES, SCORES[kind]))


def first_weight(score: float, kind: Kind) -> float:
    """Return the rate weight at which a picture of that kind typically has that score."""
    weight, at = OFTEN[kind]
    return float(weight * 2.0 ** ((at - score) / _points_an_octave(score)))


def next_weight(weight: float, found: float, wanted: float) -> float:
    """Return the rate weight for the score wanted, given that another gave the score found."""
    octaves = (found - wanted) / _points_an_octave(min(found, wanted))
    return float(2.0 ** min(max(log2(weight) + octaves, -6.0), 9.0))


def _points_an_octave(score: float) -> float:
    """Return the points that doubling the rate weight costs near a score (lab-book/search.md)."""
    return 0.1 + (100 - min(score, 99.0)) / 10


def effort_of(speed: int) -> str:
    """Return the effort for ``--speed``: all but the slowest take no longer than pngquant."""
    return "balanced" if speed == 1 else "fast"


def pays_for_loss(bytes_in: int, bytes_out: int, score: float) -> bool:
    """Whether the savings are worth the loss: at least as many percent as points of score."""
    return bytes_out < bytes_in * min(1.0, max(score, 0.0) / 100) or (
        score >= 100 and bytes_out < bytes_in
    )
