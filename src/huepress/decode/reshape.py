"""Crop and resize a picture before anything else is done with it.

Light adds up, but the values in a file do not: pixels are averaged in linear light, by the curves
of their profile, and colors are weighted by their alpha (premultiplied).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from huepress.errors import OptionError
from huepress.formats.profiles import RgbProfile, encode_srgb, parse
from huepress.options.shape import box_of, size_of
from huepress.types import Image

if TYPE_CHECKING:
    from huepress.options import CompressOptions

Floats = NDArray[np.floating]

_STEPS: Final = np.linspace(0.0, 1.0, 4097)


def reshaped(image: Image, options: CompressOptions) -> Image:
    """Crop and resize a picture as the options ask.

    Parameters
    ----------
    image : Image
        As loaded; one that was already reshaped is returned unchanged.
    options : CompressOptions
        ``crop`` and ``resize``, done in this order.

    Raises
    ------
    OptionError
        The part is outside the picture.
    """
    if image.source.is_reshaped or (options.crop is None and options.resize is None):
        return image
    pixels, deep = image.pixels, image.deep
    if options.crop is not None:
        part = _part(image, options.crop)
        pixels, deep = pixels[part], None if deep is None else deep[part]
    height, width = pixels.shape[:2]
    size = (width, height) if options.resize is None else size_of(options.resize, width, height)
    if size != (width, height):
        pixels, deep = _smaller(pixels, deep, size, image.source.icc_profile)
    if pixels.shape[2] == 4 and (pixels[..., 3] == 255).all():
        pixels, deep = pixels[..., :3], None if deep is None else deep[..., :3]
    # The file itself does not show the result.
    source = replace(image.source, is_reshaped=True, is_part=True)
    deep = None if deep is None else np.ascontiguousarray(deep)
    return Image(np.ascontiguousarray(pixels), source, deep)


def _part(image: Image, crop: str) -> tuple[slice, slice]:
    width, height, x, y = box_of(crop)
    if x >= image.width or y >= image.height:
        size = f"{image.width} x {image.height}"
        raise OptionError("crop", crop, f"a part of the picture, which has {size} pixels")
    return slice(y, y + height), slice(x, x + width)


def _smaller(
    pixels: NDArray[np.uint8],
    deep: NDArray[np.uint16] | None,
    size: tuple[int, int],
    icc_profile: bytes | None,
) -> tuple[NDArray[np.uint8], NDArray[np.uint16] | None]:
    profile = None if icc_profile is None else parse(icc_profile)
    most = 255 if deep is None else 65535
    values = pixels if deep is None else deep
    table = _linear_of(np.arange(most + 1) / most, profile)
    alpha = values[..., 3].astype(np.float32) / most if values.shape[2] == 4 else None
    shown = None if alpha is None else _lanczos(alpha, size)
    planes = []
    for c in range(3):
        light = table[c][values[..., c]]
        small = _lanczos(light if alpha is None else light * alpha, size)
        if shown is not None:
            small = small / np.maximum(shown, 1e-6)
        planes.append(_value_of(np.clip(small, 0.0, 1.0), profile, c))
    if shown is not None:
        planes.append(np.clip(shown, 0.0, 1.0))
    out = np.stack(planes, axis=-1)
    if shown is not None:
        out[out[..., 3] * 255 < 0.5] = 0.0
    small8 = np.rint(out * 255).astype(np.uint8)
    return small8, None if deep is None else np.rint(out * 65535).astype(np.uint16)


def _lanczos(plane: Floats, size: tuple[int, int]) -> Floats:
    field = PillowImage.fromarray(np.ascontiguousarray(plane, np.float32))
    return np.asarray(field.resize(size, PillowImage.Resampling.LANCZOS))


def _linear_of(values: Floats, profile: RgbProfile | None) -> Floats:
    """Return the linear light of values 0-1, of each of three channels: (3, n) float32."""
    if profile is None:
        own = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
        return np.tile(own, (3, 1)).astype(np.float32)
    return profile.curve_at(np.repeat(values[:, None], 3, axis=1)).T.astype(np.float32)


def _value_of(light: Floats, profile: RgbProfile | None, channel: int) -> Floats:
    if profile is None:
        return encode_srgb(light.astype(np.float64))
    return np.interp(light, profile.curves[channel], _STEPS)
