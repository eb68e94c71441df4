"""The size a WebP file claims, read before a decoder takes memory for it."""

from __future__ import annotations

from huepress.errors import DecodeError

WANTED = "an undamaged file is needed"


def claimed_size(name: str, data: bytes) -> tuple[int, int]:
    """Read width and height from the first chunk of a WebP file.

    Raises
    ------
    DecodeError
        The first chunk is none that WebP knows, or is cut off.
    """
    kind = data[12:16]
    if len(data) >= 30:
        if kind == b"VP8X":
            return (
                int.from_bytes(data[24:27], "little") + 1,
                int.from_bytes(data[27:30], "little") + 1,
            )
        if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
            return (
                int.from_bytes(data[26:28], "little") & 0x3FFF,
                int.from_bytes(data[28:30], "little") & 0x3FFF,
            )
    if kind == b"VP8L" and len(data) >= 25 and data[20] == 0x2F:
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise DecodeError(name, "WebP with a damaged header", WANTED)
