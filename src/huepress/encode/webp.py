"""WebP lossless through Pillow: libwebp finds the palette again and packs it by itself."""

from __future__ import annotations

from io import BytesIO

from PIL import Image as PillowImage

from huepress.encode.carried import NOTHING, Carried
from huepress.encode.tidy import tidy
from huepress.errors import EncodeError
from huepress.types import Encoded, IndexedImage, Pixels

EFFORT = {"fast": (50, 3), "balanced": (80, 4), "best": (100, 6)}
"""libwebp's quality (for lossless: effort) and method."""

LARGEST = 16383
"""Pixels a side that WebP can hold."""


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
    data = encode_pixels(ready.to_pixels(), effort=effort, carried=carried)
    return Encoded(data, "webp", len(ready.palette))


def encode_pixels(pixels: Pixels, *, effort: str = "balanced", carried: Carried = NOTHING) -> bytes:
    """Write (height, width, 3 or 4) uint8 pixels as lossless WebP, every value kept.

    Raises
    ------
    EncodeError
        More than 16383 pixels a side, or libwebp refuses.
    """
    height, width = pixels.shape[:2]
    if max(height, width) > LARGEST:
        raise EncodeError("webp", f"{width}x{height} pixels; it holds {LARGEST} a side")
    quality, method = EFFORT[effort]
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
