"""The original file with nothing beside its picture: for --strip all, when nothing is smaller."""

from __future__ import annotations

import struct

import numpy as np

from huepress.errors import InputError
from huepress.load import Limits, load
from huepress.load.png import take_apart
from huepress.types import Image

WEBP_BESIDE = {b"ICCP", b"EXIF", b"XMP "}
WEBP_FLAGS = 0x20 | 0x08 | 0x04
"""Bits of VP8X that announce these chunks."""


def without_metadata(image: Image) -> bytes | None:
    """Return the file of a picture without profile, EXIF, XMP, text and comments.

    Returns
    -------
    bytes or None
        It shows the same pixels. None when there is no file, when its format is none of PNG, WebP
        and GIF, or when what is dropped changes how it is shown.
    """
    data = image.source.data
    if data is None:
        return None
    try:
        if image.source.format == "png":
            bare = take_apart(image.source.name, data, Limits()).stream
        elif image.source.format == "webp":
            bare = _bare_webp(data)
        elif image.source.format == "gif":
            bare = _bare_gif(data)
        else:
            return None
        shown = load(bare, max_pixels=1 << 40)
    except (InputError, struct.error, IndexError):
        return None
    same = np.array_equal(shown.pixels, image.pixels)
    if image.deep is not None or shown.deep is not None:
        same = same and image.deep is not None and shown.deep is not None
        same = same and np.array_equal(shown.deep, image.deep)  # type: ignore[arg-type]
    return bare if same else None


def _bare_webp(data: bytes) -> bytes:
    """Drop chunks of a RIFF container; what stands behind its end goes too."""
    end = min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    kept, at = b"WEBP", 12
    while at + 8 <= end:
        name, size = struct.unpack_from("<4sI", data, at)
        chunk = data[at : at + 8 + size + (size & 1)]
        if name == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~WEBP_FLAGS & 0xFF]) + chunk[9:]
        if name not in WEBP_BESIDE:
            kept += chunk
        at += len(chunk)
    return b"RIFF" + struct.pack("<I", len(kept)) + kept


def _bare_gif(data: bytes) -> bytes:
    """Drop comments, plain text and application blocks; of a still picture none is shown."""
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    kept = data[:at]
    while data[at] != 0x3B:
        start = at
        if data[at] == 0x21:
            graphic = data[at + 1] == 0xF9
            at = _behind_blocks(data, at + 2)
            kept += data[start:at] if graphic else b""
        else:
            table = 3 << (data[at + 9] & 7) + 1 if data[at + 9] & 0x80 else 0
            at = _behind_blocks(data, at + 11 + table)
            kept += data[start:at]
    return kept + b"\x3b"


def _behind_blocks(data: bytes, at: int) -> int:
    """Find the end of a chain of sub-blocks."""
    while data[at]:
        at += 1 + data[at]
    return at + 1
