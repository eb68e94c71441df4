"""The blocks of a GIF file around finished codes (GIF89a, CompuServe 1990)."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from huepress.animation.film import FOREVER
from huepress.animation.gif_read import packed_blocks
from huepress.types import Colors

MOST_TICKS = 65535
"""Most hundredths of a second that a frame can be shown."""


@dataclass(frozen=True, slots=True, eq=False)
class GifPatch:
    """One image of a GIF, ready to be written.

    Attributes
    ----------
    left, top, width, height : int
        Its part of the canvas.
    colors : ndarray or None
        (k, 3) uint8: a color table of its own.
    clear : int or None
        The index that leaves the canvas as it is.
    ticks : int
        Hundredths of a second, 0 to 65535.
    dispose : int
        See gif_read.
    code_size : int
        LZW minimum code size.
    codes : bytes
        Code stream without blocks.
    """

    left: int
    top: int
    width: int
    height: int
    colors: Colors | None
    clear: int | None
    ticks: int
    dispose: int
    code_size: int
    codes: bytes


def write_gif(
    width: int,
    height: int,
    colors: Colors | None,
    patches: Iterable[GifPatch],
    *,
    plays: int,
    comments: Iterable[bytes] = (),
) -> bytes:
    """Put a file together.

    Parameters
    ----------
    colors : ndarray or None
        (k, 3) uint8: the table for all images without their own.
    plays : int
        0 is forever; more than 65536 are written as forever.
    comments : iterable of bytes
        Comments to write.
    """
    out = [b"GIF89a", struct.pack("<HHBBB", width, height, 0x70 | _flags(colors), 0, 0)]
    out.append(_table(colors))
    if plays != 1:
        repeats = 0 if plays == FOREVER or plays > 65536 else plays - 1
        out.append(b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", repeats) + b"\0")
    out.extend(b"!\xfe" + packed_blocks(text) for text in comments if text)
    for patch in patches:
        out.extend(_image(patch))
    out.append(b";")
    return b"".join(out)


def _image(patch: GifPatch) -> Iterable[bytes]:
    if patch.ticks or patch.clear is not None or patch.dispose > 1:
        flags = patch.dispose << 2 | (patch.clear is not None)
        yield b"!\xf9\x04" + struct.pack("<BHBB", flags, patch.ticks, patch.clear or 0, 0)
    place = struct.pack("<HHHH", patch.left, patch.top, patch.width, patch.height)
    yield b"," + place + bytes([_flags(patch.colors)]) + _table(patch.colors)
    yield bytes([patch.code_size]) + packed_blocks(patch.codes)


def _size_bits(colors: Colors) -> int:
    """Return the size field of a color table: field n means 2^(n + 1) entries."""
    return max(0, (len(colors) - 1).bit_length() - 1)


def _flags(colors: Colors | None) -> int:
    return 0 if colors is None else 128 | _size_bits(colors)


def _table(colors: Colors | None) -> bytes:
    if colors is None:
        return b""
    table = np.zeros((2 << _size_bits(colors), 3), np.uint8)
    table[: len(colors)] = colors[:, :3]
    return table.tobytes()
