"""GIF through Pillow: at most 256 colors, each opaque or clear."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image as PillowImage

from huepress.encode.tidy import tidy
from huepress.errors import EncodeError
from huepress.types import Encoded, IndexedImage, Palette

LARGEST = 65535
"""Pixels a side that GIF can hold."""


def binary_alpha(indexed: IndexedImage, *, matte: tuple[int, int, int] | None) -> IndexedImage:
    """Make every palette entry opaque or clear.

    Parameters
    ----------
    matte : tuple of int or None
        The background that half-transparent colors are blended over; None leaves the color as
        it is. Entries with alpha below 128 become clear, all others opaque.
    """
    colors = indexed.palette.colors
    if colors.shape[1] == 3:
        return indexed
    alpha = colors[:, 3:].astype(np.float64) / 255.0
    rgb = colors[:, :3].astype(np.float64)
    if matte is not None:
        rgb = rgb * alpha + np.array(matte, np.float64) * (1 - alpha)
    clear = colors[:, 3:] < 128
    new = np.hstack([np.rint(rgb).astype(np.uint8), np.full_like(colors[:, 3:], 255)])
    return IndexedImage(indexed.indices, Palette(np.where(clear, 0, new).astype(np.uint8)))


def encode_indexed(
    indexed: IndexedImage, *, matte: tuple[int, int, int] | None = None, n_fixed: int = 0
) -> Encoded:
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
    ready = tidy(binary_alpha(indexed, matte=matte), n_fixed=n_fixed)
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
