"""Find the nearest center of each point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.types import Points


def nearest(
    points: Points, centers: Points, n_threads: int = 0
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Find the nearest center of every point and the squared distance to it."""
    indices = np.empty(len(points), np.uint8)
    distances = np.empty(len(points), np.float32)
    _core.assign(points, np.ascontiguousarray(centers), indices, distances, n_threads)
    return indices, distances.astype(np.float64)
