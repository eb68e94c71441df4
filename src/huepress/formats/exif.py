"""Read the orientation from an EXIF block's first directory, or set it upright."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

ORIENTATION: Final = 0x0112
"""Tag 274 of IFD 0 (EXIF 2.32, CIPA DC-008)."""

_CODES: Final = {1: "B", 3: "H", 4: "I"}
"""Integer types: byte, short, long."""


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
    body = (exif or b"").removeprefix(b"Exif\0\0")
    order = _order_of(body)
    for entry, kind, n in _entries(body):
        if n == 1 and kind in _CODES:
            (value,) = struct.unpack_from(order + _CODES[kind], body, entry + 8)
            return int(value) if 1 <= value <= 8 else 1
    return 1


def set_upright(exif: bytes) -> bytes | None:
    r"""Return an upright block without the leading ``Exif\0\0``; None if it is not a block."""
    body = exif.removeprefix(b"Exif\0\0")
    order = _order_of(body)
    if not order or len(body) < 14:
        return None
    for entry, kind, n in _entries(body):
        if (kind, n) == (3, 1):
            return body[: entry + 8] + struct.pack(order + "HH", 1, 0) + body[entry + 12 :]
    return body


def _order_of(body: bytes) -> str:
    """Byte order as `struct` writes it; empty if this is not a TIFF header."""
    return {b"II": "<", b"MM": ">"}.get(body[:2], "")


def _entries(body: bytes) -> Iterator[tuple[int, int, int]]:
    """Find the entries for the orientation: offset, type and count of each."""
    order = _order_of(body)
    if not order or len(body) < 14:
        return
    (at,) = struct.unpack_from(order + "I", body, 4)
    if at + 2 > len(body):
        return
    (count,) = struct.unpack_from(order + "H", body, at)
    for entry in range(at + 2, min(at + 2 + 12 * count, len(body) - 11), 12):
        tag, kind, n = struct.unpack_from(order + "HHI", body, entry)
        if tag == ORIENTATION:
            yield entry, kind, n
