"""Lossless JPEG XL through imagecodecs (the extra ``jxl``)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from huepress.encode.carried import NOTHING, Carried
from huepress.encode.tidy import tidy
from huepress.errors import EncodeError, MissingExtraError
from huepress.types import Encoded, IndexedImage

EFFORT = {"fast": 3, "balanced": 7, "best": 9}
"""libjxl's effort, 1 to 9."""


def is_installed() -> bool:
    """Whether JPEG XL can be written."""
    try:
        _codecs()
    except MissingExtraError:
        return False
    return True


def encode_indexed(
    indexed: IndexedImage, *, effort: str = "balanced", carried: Carried = NOTHING
) -> Encoded:
    """Write an indexed picture as lossless JPEG XL, which rediscovers the palette by itself.

    Raises
    ------
    MissingExtraError
        imagecodecs is not installed.
    EncodeError
        libjxl refuses, or the picture has a profile, which imagecodecs cannot write.
    """
    ready = tidy(indexed)
    data = encode_pixels(ready.to_pixels(), effort=effort, carried=carried)
    return Encoded(data, "jxl", len(ready.palette))


def encode_pixels(
    pixels: NDArray[np.uint8] | NDArray[np.uint16],
    *,
    effort: str = "balanced",
    carried: Carried = NOTHING,
) -> bytes:
    """Write (height, width, 3 or 4) uint8 or uint16 pixels as lossless JPEG XL.

    Raises
    ------
    MissingExtraError, EncodeError
        See encode_indexed().
    """
    codecs = _codecs()
    if carried.icc_profile is not None:
        raise EncodeError("jxl", "cannot be given a color profile here; --icc srgb converts")
    try:
        done = codecs.jpegxl_encode(
            np.ascontiguousarray(pixels), lossless=True, effort=EFFORT[effort], numthreads=1
        )
    except (codecs.JpegxlError, ValueError) as error:
        raise EncodeError("jxl", str(error)) from error
    return bytes(done)


def _codecs() -> Any:
    try:
        import imagecodecs
    except ImportError as error:
        raise MissingExtraError("JPEG XL", "imagecodecs", "jxl") from error
    if not imagecodecs.JPEGXL.available:
        raise MissingExtraError("JPEG XL", "imagecodecs with libjxl", "jxl")
    return imagecodecs
