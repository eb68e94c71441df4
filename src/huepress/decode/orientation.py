"""Apply the EXIF orientation to arrays, and to resolutions along their sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = TypeVar("Array", bound=NDArray[Any])


def upright(pixels: Array, orientation: int) -> Array:
    """Rotate and mirror pixels so that the picture is upright.

    Parameters
    ----------
    pixels : ndarray
        (height, width, channels).
    orientation : int
        1 to 8 as EXIF numbers them.

    Returns
    -------
    ndarray
        C-contiguous; the same array when there is nothing to do.
    """
    if orientation == 1:
        return pixels
    turned: NDArray[Any] = pixels
    if orientation in (5, 6, 7, 8):
        turned = turned.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        turned = turned[::-1]
    if orientation in (2, 3, 6, 7):
        turned = turned[:, ::-1]
    return np.ascontiguousarray(turned)  # type: ignore[return-value]


def turned_density(metadata: Mapping[str, Any], orientation: int) -> dict[str, Any]:
    """Swap horizontal and vertical pixels per inch when the picture was on its side.

    Parameters
    ----------
    metadata : mapping
        ``dpi`` (two numbers) and ``chunks`` (PNG; among them pHYs), if present.
    orientation : int
        1 to 8 as EXIF numbers them.

    Returns
    -------
    dict
        The changed entries.
    """
    changed: dict[str, Any] = {}
    if orientation not in (5, 6, 7, 8):
        return changed
    if isinstance(metadata.get("dpi"), tuple):
        changed["dpi"] = metadata["dpi"][::-1]
    if "chunks" in metadata:
        changed["chunks"] = tuple(
            (name, data[4:8] + data[:4] + data[8:] if name == b"pHYs" else data)
            for name, data in metadata["chunks"]
        )
    return changed
