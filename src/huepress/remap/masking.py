"""How much an error at each pixel counts: little in texture, much in flat areas.

The weight of a pixel is 1 / (1 + s / 6), with s the local standard deviation of lightness in 8-bit
units: the classic form of contrast masking (Legge and Foley, "Contrast masking in human vision",
J. Opt. Soc. Am. 70 (1980), doi:10.1364/JOSA.70.001458), with the constants measured on photographs
(docs/lab-book.md, Rate).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

# Gaussian taps for sigma 1.5 (mean and variance) and sigma 2 (smoothing of the deviation), to
# twice sigma or more. Written out: a library's exp may differ in its last bit between machines.
_TAPS_NARROW: Final = (0.27068, 0.21675, 0.11128, 0.03663)
_TAPS_WIDE: Final = (0.20057, 0.17700, 0.12165, 0.06511, 0.02714, 0.00881)
# Local deviation that halves the weight (docs/lab-book.md, Rate).
_HALF: Final = 6.0
# Rows at a time, and how many rows beside them are looked at: large pictures take no more memory
# than the result itself.
_ROWS: Final = 512
_BESIDE: Final = len(_TAPS_NARROW) + len(_TAPS_WIDE) - 2


def _blur(plane: NDArray[np.float32], taps: tuple[float, ...]) -> NDArray[np.float32]:
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

        plane = shifted(0) * np.float32(taps[0])
        for i, tap in enumerate(taps[1:], 1):
            plane = plane + (shifted(i) + shifted(-i)) * np.float32(tap)
    return plane


def importance(lightness: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the importance of every pixel.

    Parameters
    ----------
    lightness : ndarray
        (height, width) float32, the first coordinate of `colorspace.embed`, 8-bit units.

    Returns
    -------
    ndarray
        (height, width) float32, above 0, at most 1.
    """
    found = np.empty(lightness.shape, np.float32)
    for top in range(0, len(lightness), _ROWS):
        first = max(0, top - _BESIDE)
        part = _importance(lightness[first : top + _ROWS + _BESIDE])
        found[top : top + _ROWS] = part[top - first : top - first + _ROWS]
    return found


def _importance(lightness: NDArray[np.float32]) -> NDArray[np.float32]:
    mean = _blur(lightness, _TAPS_NARROW)
    variance = np.maximum(_blur(lightness * lightness, _TAPS_NARROW) - mean * mean, 0)
    deviation = _blur(np.sqrt(variance), _TAPS_WIDE)
    return np.asarray(1 / (1 + deviation / np.float32(_HALF)), np.float32)
