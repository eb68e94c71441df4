"""TIFF and BMP through Pillow, for programs that read nothing else."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from huepress.encode.carried import NOTHING, Carried
from huepress.encode.tidy import tidy
from huepress.errors import EncodeError
from huepress.types import Encoded, IndexedImage, Pixels


def encode_tiff(
    indexed: IndexedImage,
    *,
    carried: Carried = NOTHING,
    n_fixed: int = 0,
    as_palette: bool = False,
) -> Encoded:
    """Write an indexed picture as TIFF: with a palette, or as RGBA when a color is not opaque.

    Parameters
    ----------
    n_fixed : int
        See tidy().
    as_palette : bool
        Refuse a picture that needs RGBA.

    Returns
    -------
    Encoded
        Compressed by deflate; decodes to exactly ``palette[indices]``.

    Raises
    ------
    EncodeError
        libtiff refuses.
    """
    ready = tidy(indexed, n_fixed=n_fixed)
    if ready.palette.colors.shape[1] == 3:
        return Encoded(_tiff(_palette_image(ready), carried), "tiff", len(ready.palette))
    if as_palette:
        raise EncodeError("tiff", "its palettes hold no transparency, the picture has some")
    data = tiff_of_pixels(ready.to_pixels(), carried=carried)
    return Encoded(data, "tiff", len(ready.palette))


def tiff_of_pixels(pixels: Pixels, *, carried: Carried = NOTHING) -> bytes:
    """Write (height, width, 3 or 4) uint8 pixels as TIFF (raises EncodeError)."""
    return _tiff(PillowImage.fromarray(pixels), carried)


def tiff_of_deep(gray: NDArray[np.generic], *, carried: Carried = NOTHING) -> bytes:
    """Write (height, width) uint16 grays as TIFF (raises EncodeError)."""
    deep = np.ascontiguousarray(gray, np.uint16)
    return _tiff(PillowImage.fromarray(deep), carried)


def encode_bmp(indexed: IndexedImage, *, n_fixed: int = 0) -> Encoded:
    """Write an indexed picture as BMP, uncompressed.

    Parameters
    ----------
    n_fixed : int
        See tidy().

    Returns
    -------
    Encoded
        8 bits a pixel; decodes to exactly ``palette[indices]``.

    Raises
    ------
    EncodeError
        A color is not opaque, or the picture is too large.
    """
    ready = tidy(indexed, n_fixed=n_fixed)
    if ready.palette.colors.shape[1] == 4:
        raise EncodeError("bmp", "holds no transparency, the picture has some")
    return Encoded(_save("bmp", _palette_image(ready), {}), "bmp", len(ready.palette))


def bmp_of_pixels(pixels: Pixels) -> bytes:
    """Write (height, width, 3) uint8 pixels as BMP (raises EncodeError)."""
    if pixels.shape[2] == 4:
        raise EncodeError("bmp", "holds no transparency, the picture has some")
    return _save("bmp", PillowImage.fromarray(pixels), {})


def _palette_image(ready: IndexedImage) -> PillowImage.Image:
    height, width = ready.indices.shape
    image = PillowImage.frombytes("P", (width, height), ready.indices.tobytes())
    image.putpalette(ready.palette.colors.tobytes(), "RGB")
    return image


def _tiff(image: PillowImage.Image, carried: Carried) -> bytes:
    options: dict[str, Any] = {"compression": "tiff_adobe_deflate"}
    if carried.icc_profile is not None:
        options["icc_profile"] = carried.icc_profile
    if carried.dpi is not None:
        options["dpi"] = carried.dpi
    return _save("tiff", image, options)


def _save(format: str, image: PillowImage.Image, options: dict[str, Any]) -> bytes:
    out = BytesIO()
    try:
        image.save(out, format.upper(), **options)
    except (OSError, ValueError) as error:
        raise EncodeError(format, str(error)) from error
    return out.getvalue()
