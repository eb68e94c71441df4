"""How many bytes of a file each of its frames takes."""

from __future__ import annotations

from huepress.animation.gif_read import packed_blocks, take_apart
from huepress.decode import Limits
from huepress.formats.png import SIGNATURE
from huepress.formats.png import chunks_of as png_chunks
from huepress.formats.riff import chunks_of as riff_chunks

_CONTROL, _PLACE = 8, 11
"""Bytes of a GIF's frame before its codes: how long it is shown; where it is, and the code size."""


def frame_bytes(data: bytes, limits: Limits) -> tuple[int, ...]:
    """Return the bytes of every frame: its pixels, its own palette, its place and its time.

    Parameters
    ----------
    data : bytes
        A whole GIF, APNG or animated WebP. What all frames share is not counted.
    limits : Limits
        For the parts of a GIF.
    """
    if data[:3] == b"GIF":
        return tuple(
            _CONTROL
            + _PLACE
            + 3 * frame.n_colors * frame.is_local
            + len(packed_blocks(frame.codes))
            for frame in take_apart("<result>", data, limits).frames
        )
    if data[: len(SIGNATURE)] != SIGNATURE:
        return tuple(len(chunk) for name, chunk in riff_chunks(data) if name == b"ANMF")
    found: list[int] = []
    for name, chunk in png_chunks(data):
        if name == b"fcTL":
            found.append(0)
        if found and name in (b"fcTL", b"IDAT", b"fdAT"):
            found[-1] += len(chunk)
    return tuple(found)
