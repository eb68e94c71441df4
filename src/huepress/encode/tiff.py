"""Remove metadata from a TIFF (TIFF 6.0; EXIF 2.32).

Directory entries are removed and the bytes they point to zeroed, so that nothing else has to move:
the file keeps its length.
"""

from __future__ import annotations

import struct
from typing import Final

PIXELS: Final = {
    *range(254, 267), 273, 277, 278, 279, 280, 281, 284, 290, 291, 292, 293, 301, 317, 318, 319,
    *range(320, 326), 332, 333, 334, *range(336, 343), 347, *range(512, 522), *range(529, 533),
}  # fmt: skip
"""Tags that say where the pixels are and what they mean."""

SHOWN: Final = {274, 282, 283, 296, 34675}
"""Tags that change how the picture is shown: orientation, resolution and its unit, profile."""

DIRECTORIES: Final = {330, 34665, 34853, 40965}
"""Tags that point to directories: thumbnails, EXIF, GPS, interoperability."""

SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""Bytes of a value by its type (TIFF 6.0, section 2)."""


def bare_tiff(data: bytes, strip: str) -> bytes:
    """Return a TIFF of one page without metadata.

    Parameters
    ----------
    data : bytes
        The file.
    strip : {"all", "safe"}
        ``safe`` keeps what changes how the picture is shown.

    Raises
    ------
    ValueError
        BigTIFF, or more than one page: nothing was removed.
    struct.error
        The file ends within a directory.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None:
        raise ValueError("not a TIFF of 32 bits")
    (at,) = struct.unpack_from(order + "I", data, 4)
    kept = PIXELS | SHOWN if strip == "safe" else PIXELS
    bare = bytearray(data)
    entries = _entries(data, at, order)
    (following,) = struct.unpack_from(order + "I", data, at + 2 + 12 * len(entries))
    if following:
        raise ValueError("more than one page")
    stay = []
    for entry in entries:
        if struct.unpack_from(order + "H", data, entry)[0] in kept:
            stay.append(data[entry : entry + 12])
        else:
            _erase(bare, data, entry, order, depth=0)
    table = struct.pack(order + "H", len(stay)) + b"".join(stay)
    length = 2 + 12 * len(entries) + 4
    bare[at : at + length] = table.ljust(length, b"\0")
    return bytes(bare)


def _entries(data: bytes, at: int, order: str) -> list[int]:
    """Return the offsets of a directory's entries."""
    (count,) = struct.unpack_from(order + "H", data, at)
    struct.unpack_from(order + "I", data, at + 2 + 12 * count)
    return [at + 2 + 12 * i for i in range(count)]


def _erase(bare: bytearray, data: bytes, entry: int, order: str, depth: int) -> None:
    """Zero the value of an entry, including the directories below it."""
    tag, kind, count = struct.unpack_from(order + "HHI", data, entry)
    size = SIZES.get(kind, 0) * count
    start = struct.unpack_from(order + "I", data, entry + 8)[0] if size > 4 else entry + 8
    if size > len(data) - start:
        raise ValueError("a value beyond the end")
    if tag in DIRECTORIES and depth < 3 and kind in (4, 13):
        for place in struct.unpack_from(f"{order}{count}I", data, start):
            below = _entries(data, place, order)
            for other in below:
                _erase(bare, data, other, order, depth + 1)
            bare[place : place + 6 + 12 * len(below)] = bytes(6 + 12 * len(below))
    bare[start : start + size] = bytes(size)
