"""GIF through Pillow: at most 256 colors, each opaque or clear."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from huepress.encode.tidy import tidy
from huepress.errors import EncodeError
from huepress.types import Encoded, Image, IndexedImage, Palette

Matte: TypeAlias = tuple[int, int, int] | None

LARGEST = 65535
"""Pixels a side that GIF can hold."""


def binary_alpha(colors: NDArray[np.uint8], *, matte: Matte = None) -> NDArray[np.uint8]:
    """Make every color opaque or clear.

    Parameters
    ----------
    colors : ndarray
        (..., 3 or 4) uint8, straight alpha.
    matte : tuple of int or None
        The background that half-transparent colors are blended over; None leaves the color as
        it is. Those with alpha below 128 become clear, all others opaque.
    """
    if colors.shape[-1] == 3:
        return colors
    alpha = colors[..., 3:]
    shown = colors[..., :3]
    if matte is not None:
        share = alpha.astype(np.float32) / 255
        shown = np.rint(shown * share + np.array(matte, np.float32) * (1 - share)).astype(np.uint8)
    opaque = np.concatenate([shown, np.full_like(alpha, 255)], axis=-1)
    return np.where(alpha < 128, np.uint8(0), opaque)


def binary_image(image: Image, *, matte: Matte = None) -> Image:
    """Make every pixel of a picture opaque or clear, before a palette is learned for it.

    Returns
    -------
    Image
        With a note when that changed anything; the very image otherwise.
    """
    if not image.has_alpha:
        return image
    pixels = binary_alpha(image.pixels, matte=matte)
    soft = (image.pixels[..., 3] > 0) & (image.pixels[..., 3] < 255)
    if not soft.any():
        return image
    if pixels[..., 3].min() == 255:
        pixels = pixels[..., :3]
    note = "half-transparent pixels became opaque or clear, as GIF has it (--matte blends them)"
    source = replace(image.source, notes=(*image.source.notes, note))
    return Image(np.ascontiguousarray(pixels), source)


def encode_indexed(indexed: IndexedImage, *, matte: Matte = None, n_fixed: int = 0) -> Encoded:
    """Write an indexed picture as GIF.

    Parameters
    ----------
    matte : tuple of int or None
        See binary_alpha().
    n_fixed : int
        See tidy().

    Returns
    -------
    Encoded
        Decodes to exactly ``palette[indices]`` when every entry is opaque or clear; half-
        transparent ones are made so, see binary_alpha().

    Raises
    ------
    EncodeError
        More than 65535 pixels a side, or Pillow refuses.
    """
    palette = Palette(binary_alpha(indexed.palette.colors, matte=matte))
    ready = tidy(IndexedImage(indexed.indices, palette), n_fixed=n_fixed)
    clear = np.flatnonzero(ready.palette.colors[:, 3:] == 0)
    if len(clear) > 1:  # GIF has one entry that is clear
        table = np.arange(256, dtype=np.uint8)
        table[clear] = clear[0]
        ready = IndexedImage(table[ready.indices], ready.palette)
    height, width = ready.indices.shape
    if max(height, width) > LARGEST:
        raise EncodeError("gif", f"{width}x{height} pixels; it holds {LARGEST} a side")
    colors = ready.palette.colors
    image = PillowImage.frombytes("P", (width, height), ready.indices.tobytes())
    image.putpalette(colors[:, :3].tobytes(), "RGB")
    extra = {}
    if len(clear):
        extra["transparency"] = int(clear[0])
    out = BytesIO()
    try:
        image.save(out, "GIF", optimize=False, interlace=False, **extra)
    except (OSError, ValueError) as error:
        raise EncodeError("gif", str(error)) from error
    return Encoded(out.getvalue(), "gif", len(ready.palette))
