"""How much an error counts at each pixel: little in texture, much in flat areas.

The weight of a pixel is 1 / (1 + s / 6), with s the local standard deviation of lightness in 8-bit
units: the classic form of contrast masking (Legge and Foley, "Contrast masking in human vision",
J. Opt. Soc. Am. 70 (1980), doi:10.1364/JOSA.70.001458), with the constants measured on photographs
(docs/lab-book/rate.md).
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.types import Points

Weights: TypeAlias = NDArray[np.float32]

# Gaussian taps for sigma 1.5 (mean and variance) and sigma 2 (smoothing of the deviation), out to
# at least twice sigma. Written out, because a library's exp may differ in its last bit between
# machines.
_TAPS_NARROW: Final = np.array([0.27068, 0.21675, 0.11128, 0.03663], np.float32)
_TAPS_WIDE: Final = np.array([0.20057, 0.17700, 0.12165, 0.06511, 0.02714, 0.00881], np.float32)
REACH: Final = len(_TAPS_NARROW) + len(_TAPS_WIDE) - 2
"""Rows and columns around a pixel that its importance depends on."""
# Local deviation, in 8-bit units, that halves the weight (docs/lab-book/rate.md).
_HALF: Final = 6.0


def importance(points: Points, height: int, width: int, *, n_threads: int = 0) -> Weights:
    """Return the importance of every pixel.

    Parameters
    ----------
    points : ndarray
        (height * width, dims) float32: `spaces.embed` of the pixels, row by row. The first
        coordinate is lightness, 8-bit units.
    height, width : int
        Of the picture.
    n_threads : int, default 0
        0: one per processor. The values are the same for any number.

    Returns
    -------
    ndarray
        (height, width) float32, above 0, at most 1.
    """
    found = np.empty((height, width), np.float32)
    _core.importance(points, _TAPS_NARROW, _TAPS_WIDE, _HALF, found, n_threads)
    return found


def plain_importance(lightness: NDArray[np.float32]) -> Weights:
    """As `importance`, of lightness (height, width) float32: the twin of the kernel."""
    mean = _blur(lightness, _TAPS_NARROW)
    variance = np.maximum(_blur(lightness * lightness, _TAPS_NARROW) - mean * mean, 0)
    deviation = _blur(np.sqrt(variance), _TAPS_WIDE)
    return np.asarray(1 / (1 + deviation / np.float32(_HALF)), np.float32)


def _blur(plane: NDArray[np.float32], taps: Weights) -> NDArray[np.float32]:
    """Return the plane blurred in both directions by symmetric taps, edges repeated."""
    for axis in (0, 1):
        radius = len(taps) - 1
        pad = [(radius, radius) if i == axis else (0, 0) for i in range(2)]
        padded = np.pad(plane, pad, mode="edge")
        n = plane.shape[axis]

        def shifted(
            by: int, source: NDArray[np.float32] = padded, along: int = axis, size: int = n
        ) -> NDArray[np.float32]:
            start = len(taps) - 1 + by
            return source[start : start + size] if along == 0 else source[:, start : start + size]

        plane = shifted(0) * taps[0]
        for i, tap in enumerate(taps[1:], 1):
            plane = plane + (shifted(i) + shifted(-i)) * tap
    return plane
