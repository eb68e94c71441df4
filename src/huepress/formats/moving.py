"""Whether a file moves: counted in block headers, before anything is decoded."""

from __future__ import annotations

import struct

from huepress.formats.signatures import format_of

__all__ = ["is_animation"]


def is_animation(data: bytes) -> bool:
    """Whether a GIF, APNG or WebP has more than one frame; for damaged files it may say either.

    Reads block headers alone.
    """
    kind = format_of(data)
    try:
        if kind == "gif":
            return _gif_images(data) > 1
        if kind == "png":
            return _apng_frames(data) > 1
        if kind == "webp":
            return _webp_frames(data) > 1
    except (struct.error, IndexError):
        pass
    return False


def _gif_images(data: bytes) -> int:
    """Count the images of a GIF, but no further than two."""
    at = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 128 else 0)
    found = 0
    while found < 2 and data[at : at + 1] not in (b";", b""):
        kind = data[at]
        if kind == 0x21:
            at += 2
        elif kind == 0x2C:
            found += 1
            flags = data[at + 9]
            at += 11 + (3 << ((flags & 7) + 1) if flags & 128 else 0)
        else:
            at += 1
            continue
        while data[at]:
            at += data[at] + 1
        at += 1
    return found


def _apng_frames(data: bytes) -> int:
    """Read the number of frames from the acTL chunk, which stands before the picture."""
    at = 8
    while True:
        length, name = struct.unpack_from(">I4s", data, at)
        if name == b"acTL":
            return int(struct.unpack_from(">I", data, at + 8)[0])
        if name in (b"IDAT", b"IEND"):
            return 1
        at += 12 + length


def _webp_frames(data: bytes) -> int:
    """Count the ANMF chunks of a WebP file, but no further than two."""
    if data[12:16] != b"VP8X" or not data[20] & 2:
        return 1
    at, found = 12, 0
    while found < 2 and at + 8 <= len(data):
        found += data[at : at + 4] == b"ANMF"
        size = struct.unpack_from("<I", data, at + 4)[0]
        at += 8 + size + (size & 1)
    return found
