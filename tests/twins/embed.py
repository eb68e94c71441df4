"""The plain twin of the native placing of colors, in float64."""

from __future__ import annotations

import numpy as np

from huepress.color.spaces import _LINEAR_OF_BYTE, ColorSpace, ProfiledOklab, _placed
from huepress.types import Colors, Points


def embed(colors: Colors, color_space: ColorSpace) -> Points:
    linear = None
    if isinstance(color_space, ProfiledOklab):
        linear = color_space.linear_of_byte[np.arange(3), colors[:, :3]]
    elif color_space == "oklab":
        linear = _LINEAR_OF_BYTE[colors[:, :3]]
    return _placed(colors.astype(np.float64), linear, color_space)
