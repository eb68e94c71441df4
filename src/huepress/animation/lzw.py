"""Indices and codes of one rectangle by distortion + rate weight x bits of GIF's LZW.

At every pixel the existing codes are followed as far as their colors fit, and the one that is
cheapest for the pixels it covers is written: flexible parsing (Horspool, "The effect of non-greedy
parsing in Ziv-Lempel compression methods", 1995, doi:10.1109/DCC.1995.515520) of strings that need
only be nearly equal. "Left as shown" is one more symbol. Errors cost what they do in stills
(remap/rate.py), and are diffused inside the parse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.types import Indices, Points

FREE: Final = -1
FREE_OR_KEPT: Final = -2
KEPT: Final = -3
OR_KEPT: Final = 256
"""Rules for a pixel: v is entry v only, OR_KEPT + v is entry v or left as shown (core/src/lzw)."""

# As in remap/rate.py, which explains the constants.
_OUTLIER: Final = 1 / 2500
_STREAKS: Final = 32.0
_PREMIUM: Final = 2.0
_SPREAD_RIGHT: Final = (0.28, 0.72, 0.87)
_SPREAD_DOWN: Final = (0.50, 0.15, 0.07)


@dataclass(frozen=True, slots=True)
class Parse:
    """How to search for codes (docs/lab-book/animations.md).

    Attributes
    ----------
    slack : float
        Bits by which a string may fall behind before it is dropped.
    memory : float
        Pixels over which the mean cost is taken that strings are measured against.
    patience : float
        0 clears a full dictionary at once; otherwise the loss it may cause, 1 for none.
    most_visits : int
        Most strings examined for one code.
    rivals : int
        Codes that are compared by looking at the best code after them.
    """

    slack: float = 4.0
    memory: float = 1e6
    patience: float = 0.0
    most_visits: int = 512
    rivals: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """A rectangle as it should look.

    Attributes
    ----------
    points : ndarray
        (height * width, 3) float32: the colors wanted, where distance is measured.
    shown : ndarray
        (height * width, 3) float32: the colors on the canvas.
    importance : ndarray
        (height, width) float32: how much an error counts.
    rules : ndarray
        (height, width) int16.
    """

    points: Points
    shown: Points
    importance: NDArray[np.float32]
    rules: NDArray[np.int16]


@dataclass(frozen=True, slots=True, eq=False)
class Mapped:
    """What was chosen for a rectangle, and its codes.

    Attributes
    ----------
    indices : ndarray
        (height, width) uint8; an index equal to the number of colors means "left as shown".
    codes : bytes
        Code stream without blocks.
    code_size : int
        LZW minimum code size.
    distortion : float
        Weighted sum over all pixels.
    mean_cost : float
        Distortion plus rate per pixel; input for the next rectangle.
    """

    indices: Indices
    codes: bytes
    code_size: int
    distortion: float
    mean_cost: float


def map_lzw(
    wanted: Wanted,
    palette: Points,
    rate_weight: float,
    *,
    dither: float = 1.0,
    parse: Parse = Parse(),
    mean_cost: float = 0.0,
) -> Mapped:
    """Choose entries and codes.

    Parameters
    ----------
    palette : ndarray
        (k, 3) float32; k at most 256, or 255 where a pixel may be left as shown.
    rate_weight : float
        Squared units of distance that one bit is worth, > 0.
    dither : float
        0-1: share of full diffusion.
    mean_cost : float
        That of the rectangle before, or 0.
    """
    streaks = rate_weight / (rate_weight + _STREAKS)
    square = wanted.importance * wanted.importance
    smoothness = (square * np.float32(1 - streaks) + np.float32(streaks)) * wanted.importance
    weights = (square * square * np.float32(_PREMIUM * streaks) + np.float32(1)) * wanted.importance
    indices = np.empty(wanted.rules.shape, np.uint8)
    codes, code_size, distortion, mean_cost = _core.map_lzw(
        wanted.points,
        wanted.shown,
        weights,
        smoothness,
        wanted.rules,
        palette,
        indices,
        rate_weight,
        _OUTLIER,
        _shares(_SPREAD_RIGHT, dither, streaks),
        _shares(_SPREAD_DOWN, dither, streaks),
        parse.slack,
        parse.memory,
        parse.patience,
        parse.most_visits,
        parse.rivals,
        mean_cost,
    )
    return Mapped(indices, codes, code_size, distortion, mean_cost)


def _shares(
    spread: tuple[float, float, float], dither: float, streaks: float
) -> tuple[float, float]:
    texture, low, high = spread
    return texture * dither, (low + streaks * (high - low)) * dither
