"""Plain nearest color: every pixel gets the palette entry at the least distance, exactly."""

from __future__ import annotations

import numpy as np

from huepress import _core, colorspace
from huepress.errors import OptionError
from huepress.types import Image, IndexedImage, Palette, Pixels


def remap(
    image: Image | Pixels,
    palette: Palette,
    color_space: str = "oklab",
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
    color_space : {"oklab", "srgb"}
        Where distance is measured.
    n_threads : int
        Threads to use; 0: one per processor. No influence on the result.

    Returns
    -------
    IndexedImage
        Ties go to the lowest entry.

    Raises
    ------
    OptionError
        Unknown color space; or a palette without alpha for pixels that have it.
    """
    pixels = image.pixels if isinstance(image, Image) else np.ascontiguousarray(image)
    height, width, channels = pixels.shape
    colors = palette.colors
    if colors.shape[1] != channels:
        if channels == 4:
            raise OptionError("palette", "RGB", "RGBA, for a picture with alpha")
        pixels = np.dstack([pixels, np.full((height, width), 255, np.uint8)])
    points = colorspace.embed(pixels.reshape(height * width, -1), color_space)
    centers = colorspace.embed(colors, color_space)
    indices = np.empty(height * width, np.uint8)
    _core.assign(points, centers, indices, None, n_threads)
    return IndexedImage(indices.reshape(height, width), palette)
