"""Rectangles of the canvas."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Box: TypeAlias = tuple[slice, slice]
"""Rows and columns of the canvas."""


def around(mask: NDArray[np.bool_], inside: Box) -> Box | None:
    """Return the smallest box around the pixels that are set, in coordinates of the canvas.

    Parameters
    ----------
    mask : ndarray
        One value for each pixel of `inside`.
    """
    rows = np.flatnonzero(mask.any(axis=1))
    if not len(rows):
        return None
    columns = np.flatnonzero(mask.any(axis=0))
    top, left = inside[0].start, inside[1].start
    return (
        slice(top + int(rows[0]), top + int(rows[-1]) + 1),
        slice(left + int(columns[0]), left + int(columns[-1]) + 1),
    )


def union(a: Box | None, b: Box) -> Box:
    """Return the smallest box around both."""
    if a is None:
        return b
    rows = slice(min(a[0].start, b[0].start), max(a[0].stop, b[0].stop))
    return rows, slice(min(a[1].start, b[1].start), max(a[1].stop, b[1].stop))
