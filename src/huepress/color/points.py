"""Many colors at once, natively: placed where distance is measured, and matched."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.color.spaces import ColorSpace, ProfiledOklab
from huepress.types import Colors, Points


def embed(colors: Colors, color_space: ColorSpace) -> Points:
    """As `spaces.embed`, natively: for many colors."""
    points = np.empty(colors.shape, np.float32)
    colors = np.ascontiguousarray(colors)
    if isinstance(color_space, ProfiledOklab):
        _core.embed(colors, "oklab", points, color_space.linear_of_byte, color_space.lms)
    else:
        _core.embed(colors, color_space, points)
    return points


def nearest(
    points: Points, centers: Points, n_threads: int = 0
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Find the nearest center of every point and the squared distance to it."""
    indices = np.empty(len(points), np.uint8)
    distances = np.empty(len(points), np.float32)
    _core.assign(points, np.ascontiguousarray(centers), indices, distances, n_threads)
    return indices, distances.astype(np.float64)
