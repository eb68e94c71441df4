"""Plain nearest color: every pixel gets the palette entry at the least distance, exactly."""

from __future__ import annotations

import numpy as np

from huepress import colorspace, histogram
from huepress.errors import OptionError
from huepress.types import Image, IndexedImage, Indices, Palette, Pixels


def remap(
    image: Image | Pixels,
    palette: Palette,
    color_space: colorspace.ColorSpace = "oklab",
    *,
    n_threads: int = 0,
) -> IndexedImage:
    """Map every pixel to its nearest palette entry.

    Parameters
    ----------
    image : Image or ndarray
        A picture, or pixels of shape (height, width, 3 or 4), uint8. Not changed.
    palette : Palette
        1 to 256 colors.
    color_space : {"oklab", "srgb"} or ProfiledOklab
        Where distance is measured.
    n_threads : int
        Threads to use; 0: one per processor. No influence on the result.

    Returns
    -------
    IndexedImage
        Ties go to the lowest entry. An entry of full transparency is for the fully transparent
        pixels alone, unless there is no other: what is seen never vanishes.

    Raises
    ------
    OptionError
        Unknown color space; or a palette without alpha for pixels that have it.
    """
    colorspace.require_space(color_space)
    pixels = image.pixels if isinstance(image, Image) else np.ascontiguousarray(image)
    height, width, channels = pixels.shape
    colors = palette.colors
    if colors.shape[1] != channels:
        if channels == 4:
            raise OptionError("palette", "RGB", "RGBA, for a picture with alpha")
        pixels = np.dstack([pixels, np.full((height, width), 255, np.uint8)])
    engine = histogram.engine_of(pixels, n_threads=n_threads)
    colorspace.place(engine, color_space, False, n_threads)
    indices = np.empty((height, width), np.uint8)
    engine.map(colors, indices.reshape(-1), n_threads)
    return IndexedImage(indices, palette)


def seen_entries(palette: Palette) -> Indices:
    """List the entries that a visible pixel may have: all but the fully transparent ones.

    Parameters
    ----------
    palette : Palette
        Any.

    Returns
    -------
    ndarray
        (n,) uint8, ascending; all entries when every one is fully transparent, or none is.
    """
    colors = palette.colors
    seen = np.arange(len(colors), dtype=np.uint8)
    if colors.shape[1] == 4 and colors[:, 3].any():
        seen = seen[colors[:, 3] > 0]
    return seen
