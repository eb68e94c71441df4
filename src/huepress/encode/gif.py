"""GIF through Pillow: at most 256 colors, each opaque or clear."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from huepress.decode.pixels import Decoded, from_deep
from huepress.encode.tidy import tidy
from huepress.errors import EncodeError
from huepress.types import Encoded, Image, IndexedImage, Palette

Matte: TypeAlias = tuple[int, int, int] | None

Values = TypeVar("Values", NDArray[np.uint8], NDArray[np.uint16])

LARGEST = 65535
"""Most pixels a side in a GIF."""


def binary_alpha(colors: Values, *, matte: Matte = None) -> Values:
    """Make every color opaque or clear.

    Parameters
    ----------
    colors : ndarray
        (..., 3 or 4) uint8 or uint16, straight alpha.
    matte : tuple of int or None
        The background that half-transparent colors are blended over; None keeps their color.
        Colors with less than half of full alpha become clear, all others opaque.
    """
    if colors.shape[-1] == 3:
        return colors
    most = np.iinfo(colors.dtype).max
    alpha, shown = colors[..., 3:], colors[..., :3]
    if matte is not None:
        share = alpha.astype(np.float32) / most
        behind = np.array(matte, np.float32) * (most // 255)
        shown = np.rint(shown * share + behind * (1 - share)).astype(colors.dtype)
    opaque = np.concatenate([shown, np.full_like(alpha, most)], axis=-1)
    return np.where(alpha <= most // 2, colors.dtype.type(0), opaque)


def binary_image(image: Image, *, matte: Matte = None) -> Image:
    """Make every pixel of a picture opaque or clear, before a palette is learned for it.

    Returns
    -------
    Image
        With a note if anything changed; otherwise the same object.
    """
    if not image.has_alpha:
        return image
    soft = (image.pixels[..., 3] > 0) & (image.pixels[..., 3] < 255)
    if not soft.any():
        return image
    deep = None if image.deep is None else binary_alpha(image.deep, matte=matte)
    pixels = binary_alpha(image.pixels, matte=matte) if deep is None else from_deep(deep)
    decoded = Decoded(pixels, deep).without_opaque_alpha()
    note = "half-transparent pixels became opaque or clear, as GIF has it"
    note += " (--matte blends them)" if matte is None else ", blended over the matte"
    source = replace(image.source, notes=(*image.source.notes, note))
    return Image(decoded.pixels, source, decoded.deep)


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
        Decodes to exactly ``palette[indices]`` if every entry is opaque or clear; half-transparent
        entries are made so, see binary_alpha().

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
