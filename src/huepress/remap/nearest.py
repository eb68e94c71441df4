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
    return NearestMap(
        image, color_space, has_alpha=palette.colors.shape[1] == 4, n_threads=n_threads
    ).map(palette)


class NearestMap:
    """A picture with its pixels sorted by color, ready to be mapped to one palette after another.

    Parameters
    ----------
    image, color_space, n_threads
        As for `remap`.
    has_alpha : bool
        Whether the palettes will be RGBA, also when the picture is not.
    """

    def __init__(
        self,
        image: Image | Pixels,
        color_space: colorspace.ColorSpace = "oklab",
        *,
        has_alpha: bool = False,
        n_threads: int = 0,
    ) -> None:
        colorspace.require_space(color_space)
        pixels = image.pixels if isinstance(image, Image) else np.ascontiguousarray(image)
        self._shape = pixels.shape[:2]
        if has_alpha and pixels.shape[2] == 3:
            pixels = np.dstack([pixels, np.full(self._shape, 255, np.uint8)])
        self._n_threads = n_threads
        self._engine = histogram.engine_of(pixels, n_threads=n_threads)
        colorspace.place(self._engine, color_space, False, n_threads)

    def map(self, palette: Palette) -> IndexedImage:
        """Map every pixel to its nearest palette entry, as `remap` does."""
        if palette.colors.shape[1] < self._engine.channels:
            raise OptionError("palette", "RGB", "RGBA, for a picture with alpha")
        indices = np.empty(self._shape, np.uint8)
        self._engine.map(palette.colors, indices.reshape(-1), self._n_threads)
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
