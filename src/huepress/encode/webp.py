"""Lossless WebP: through Pillow's libwebp, and for indices also by the core's own writer.

The core's writer is kept because its files are smaller even after the search has mapped the
picture by WebP's bits: on 2026-11-30, for eight pictures as ``-f webp`` maps them, by 3.1 % in the
geometric mean (photographs 3.5 to 4.9 %, drawings and screens 0 to 5 %). Where libwebp wins, its
file is used.
"""

from __future__ import annotations

import logging
from io import BytesIO

import numpy as np
from PIL import Image as PillowImage

from huepress import _core
from huepress.color.keys import keys_of, with_alpha
from huepress.encode.carried import NOTHING, Carried
from huepress.encode.tidy import tidy
from huepress.errors import EncodeError
from huepress.formats import riff
from huepress.types import Encoded, IndexedImage, Pixels

log = logging.getLogger("huepress")

EFFORT = {"fast": (50, 3), "balanced": (80, 4), "best": (100, 6)}
"""libwebp's quality (which means effort when lossless) and method."""

ROUGH = (50, 3)
RACED = {
    "fast": (ROUGH,),
    "balanced": (ROUGH, (100, 4)),
    "best": (ROUGH, (26, 3), (100, 4), (100, 6)),
}
"""The same for indices; the smallest file is taken. More effort finds longer matches farther away,
which is worse when the mapping chose copies by their price: on photographs (50, 3) is 1 % smaller
than (76, 4) and trying both saves 1.5 %, on drawn pictures 2 % (docs/lab-book/webp.md)."""

OWN = {"balanced": (3, 32), "best": (6, 128)}
"""Rounds of the core's own writer, and earlier positions it examines for a copy. It knows the
price of every copy, while libwebp takes the longest: 5 % smaller on photographs, 4 % on drawn
pictures, at 1.2 CPU seconds a megapixel (docs/lab-book/webp.md)."""

OWN_PIXELS = {"balanced": 1 << 22, "best": 1 << 24}
"""Most pixels for which it is used; it takes 20 bytes for each."""

LARGEST = 16383
"""Most pixels a side in a WebP."""


def encode_indexed(
    indexed: IndexedImage, *, effort: str = "balanced", carried: Carried = NOTHING
) -> Encoded:
    """Write an indexed picture as lossless WebP.

    Returns
    -------
    Encoded
        Decodes to exactly ``palette[indices]`` (fully transparent entries as (0, 0, 0, 0)).

    Raises
    ------
    EncodeError
        More than 16383 pixels a side, or libwebp refuses.
    """
    ready = tidy(indexed)
    pixels = ready.to_pixels()
    found = [_write(pixels, *setting, carried) for setting in RACED[effort]]
    if effort in OWN and ready.indices.size <= OWN_PIXELS[effort]:
        argb = keys_of(with_alpha(ready.palette.colors))
        bitstream = _core.webp_bitstream(ready.indices, argb, *OWN[effort])
        own = _with_bitstream(found[0], bitstream)
        if _reads_as(own, pixels):
            found.append(own)
        else:
            log.error("libwebp does not read what was written for it; its own file is taken")
    return Encoded(min(found, key=len), "webp", len(ready.palette))


def estimate_bytes(indexed: IndexedImage, *, rough: bool = False) -> int:
    """Size in bytes of the WebP, for comparing candidates.

    A rough one is 1 to 2 % larger and takes a third of the time.
    """
    pixels = indexed.to_pixels()
    settings = (ROUGH,) if rough else RACED["balanced"]
    return min(len(_write(pixels, *setting, NOTHING)) for setting in settings)


def _reads_as(data: bytes, pixels: Pixels) -> bool:
    """Whether libwebp, which did not write the file, decodes these pixels from it."""
    mode = "RGBA" if pixels.shape[2] == 4 else "RGB"
    try:
        with PillowImage.open(BytesIO(data)) as image:
            return np.array_equal(np.asarray(image.convert(mode)), pixels)
    except (OSError, ValueError):
        return False


def _with_bitstream(data: bytes, bitstream: bytes) -> bytes:
    """Replace the VP8L chunk of a finished file; the other chunks stay."""
    chunks = riff.chunks_of(data)
    new = riff.pack_chunk(b"VP8L", bitstream)
    return riff.pack([new if name == b"VP8L" else chunk for name, chunk in chunks])


def encode_pixels(pixels: Pixels, *, effort: str = "balanced", carried: Carried = NOTHING) -> bytes:
    """Write (height, width, 3 or 4) uint8 pixels as lossless WebP, every value kept.

    Raises
    ------
    EncodeError
        More than 16383 pixels a side, or libwebp refuses.
    """
    return _write(pixels, *EFFORT[effort], carried)


def _write(pixels: Pixels, quality: int, method: int, carried: Carried) -> bytes:
    height, width = pixels.shape[:2]
    if max(height, width) > LARGEST:
        raise EncodeError("webp", f"{width}x{height} pixels; it holds {LARGEST} a side")
    out = BytesIO()
    extra = {
        key: value
        for key, value in (
            ("icc_profile", carried.icc_profile),
            ("exif", carried.exif),
            ("xmp", carried.xmp),
        )
        if value
    }
    try:
        PillowImage.fromarray(pixels).save(
            out, "WEBP", lossless=True, exact=True, quality=quality, method=method, **extra
        )
    except (OSError, ValueError) as error:
        raise EncodeError("webp", str(error)) from error
    return out.getvalue()
