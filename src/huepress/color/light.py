"""Colors in linear light, where they mix as dots of two colors do for a distant eye.

The coordinates are a linear map of linear light, luminance first, so that the mean of points is
the mean of what is seen. Chroma counts less than luminance: where a palette cannot mix a color, its
brightness is kept.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress.color.spaces import linear_from_srgb
from huepress.types import Colors, Points

# Luminance of linear sRGB (IEC 61966-2-1).
_LUMINANCE: Final = np.array([0.2126, 0.7152, 0.0722])
# How much differences of red and of blue to the luminance count beside luminance: twice as much
# frays edges, half as much lets dots of strange colors into grays (docs/lab-book/rate.md).
_CHROMA: Final = 0.5


def _table() -> NDArray[np.float32]:
    """(3, 256, 3): what each value of each channel adds to the coordinates."""
    red, blue = np.array([1, 0, 0]), np.array([0, 0, 1])
    mix = np.stack([_LUMINANCE, _CHROMA * (red - _LUMINANCE), _CHROMA * (blue - _LUMINANCE)])
    levels = 255.0 * linear_from_srgb(np.arange(256) / 255.0)
    return np.asarray(levels[None, :, None] * mix.T[:, None, :], np.float32)


_OF_VALUE: Final = _table()


def mixing(colors: Colors) -> Points:
    """Place colors so that the mean of points is the mean of what is seen.

    Parameters
    ----------
    colors : ndarray
        (n, 3) uint8 sRGB.

    Returns
    -------
    ndarray
        (n, 3) float32: luminance 0 to 255, half of what red and blue are beyond it.
    """
    points = np.zeros((len(colors), 3), np.float32)
    for channel in range(3):
        points += _OF_VALUE[channel, colors[:, channel]]
    return points
