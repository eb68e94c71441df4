"""The EXIF orientation: found in the EXIF block, applied to arrays."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

ORIENTATION = 0x0112
"""Tag 274 of IFD 0 (EXIF 2.32, CIPA DC-008)."""

Array = TypeVar("Array", bound=NDArray[Any])


def orientation_of(exif: bytes | None) -> int:
    r"""Read the orientation from an EXIF block.

    Parameters
    ----------
    exif : bytes or None
        With or without the leading ``Exif\0\0``.

    Returns
    -------
    int
        1 to 8; 1 (upright) when the block is missing, damaged or says something else.
    """
    if not exif:
        return 1
    body = exif[6:] if exif.startswith(b"Exif\0\0") else exif
    order = {b"II": "<", b"MM": ">"}.get(body[:2])
    if order is None or len(body) < 14:
        return 1
    (at,) = struct.unpack_from(order + "I", body, 4)
    if at + 2 > len(body):
        return 1
    (count,) = struct.unpack_from(order + "H", body, at)
    for entry in range(at + 2, min(at + 2 + 12 * count, len(body) - 11), 12):
        tag, kind, n = struct.unpack_from(order + "HHI", body, entry)
        if tag == ORIENTATION and n == 1 and kind in (1, 3, 4):
            code = {1: "B", 3: "H", 4: "I"}[kind]
            (value,) = struct.unpack_from(order + code, body, entry + 8)
            return int(value) if 1 <= value <= 8 else 1
    return 1


def upright(pixels: Array, orientation: int) -> Array:
    """Turn and mirror pixels so that the picture stands upright.

    Parameters
    ----------
    pixels : ndarray
        (height, width, channels).
    orientation : int
        1 to 8 as EXIF numbers them.

    Returns
    -------
    ndarray
        C-contiguous; the same array when nothing is to be done.
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
    """Exchange horizontal and vertical pixels per inch when the picture lay on its side.

    Parameters
    ----------
    metadata : mapping
        ``dpi`` (two numbers) and ``chunks`` (PNG; pHYs among them), as far as there are.
    orientation : int
        1 to 8 as EXIF numbers them.

    Returns
    -------
    dict
        What changed.
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
