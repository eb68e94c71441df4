"""Plain nearest color: every pixel gets the palette entry at the least distance, exactly."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.color import spaces
from huepress.color.keys import with_alpha
from huepress.errors import OptionError
from huepress.palette import deep, histogram
from huepress.palette.opaque import keep_opaque
from huepress.types import Histogram, Image, IndexedImage, Indices, Palette, Pixels

Values = TypeVar("Values", NDArray[np.uint8], NDArray[np.uint16])


def remap(
    image: Image | Pixels,
    palette: Palette,
    color_space: spaces.ColorSpace = "oklab",
    *,
    n_threads: int = 0,
) -> IndexedImage:
    """Map every pixel to its nearest palette entry.

    Parameters
    ----------
    image : Image or ndarray
        A picture, mapped by its fine values where it has them, or pixels of shape (height, width,
        3 or 4), uint8. Not changed.
    palette : Palette
        1 to 256 colors.
    color_space : {"oklab", "srgb"} or ProfiledOklab
        Where distance is measured.
    n_threads : int
        Threads to use; 0: one per processor. No influence on the result.

    Returns
    -------
    IndexedImage
        Ties go to the lowest entry. An entry of full transparency is only for fully transparent
        pixels, unless there is no other: visible pixels never vanish. Opaque pixels only get opaque
        entries, if there is one.

    Raises
    ------
    OptionError
        Unknown color space; or a palette without alpha for pixels that have it.
    """
    return NearestMap(
        image, color_space, has_alpha=palette.colors.shape[1] == 4, n_threads=n_threads
    ).map(palette)


class NearestMap:
    """A picture with its pixels sorted by color, ready to map to one palette after another.

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
        color_space: spaces.ColorSpace = "oklab",
        *,
        has_alpha: bool = False,
        n_threads: int = 0,
    ) -> None:
        spaces.require_space(color_space)
        pixels = image.pixels if isinstance(image, Image) else np.ascontiguousarray(image)
        if has_alpha:
            pixels = with_alpha(pixels, 4)
        self._shape = pixels.shape
        self._pixels = image.pixels if isinstance(image, Image) else pixels
        self._n_threads = n_threads
        self._color_space = color_space
        self._fine = image if isinstance(image, Image) and image.deep is not None else None
        if self._fine is None:
            self._engine = histogram.engine_of(pixels, n_threads=n_threads)
            spaces.place(self._engine, color_space, False, n_threads)

    def counted(self) -> Histogram | None:
        """Return the distinct colors and their numbers of pixels; None for 16-bit pictures."""
        return None if self._fine is not None else histogram.from_engine(self._engine)

    def map(self, palette: Palette) -> IndexedImage:
        """Map every pixel to its nearest palette entry, as `remap` does."""
        if palette.colors.shape[1] < self._shape[2]:
            raise OptionError("palette", "RGB", "RGBA, for a picture with alpha")
        if self._fine is not None:
            indices = _by_fine_values(self._fine, palette, self._color_space, self._n_threads)
        else:
            indices = np.empty(self._shape[:2], np.uint8)
            self._engine.map(palette.colors, indices.reshape(-1), self._n_threads)
        keep_opaque(indices, self._pixels, palette.colors, self._color_space, self._n_threads)
        return IndexedImage(indices, palette)


def _by_fine_values(
    image: Image, palette: Palette, color_space: spaces.ColorSpace, n_threads: int
) -> Indices:
    """Find the nearest entry to the 16-bit value of every pixel."""
    assert image.deep is not None
    channels = palette.colors.shape[1]
    seen = seen_entries(palette)
    centers = spaces.embed(palette.colors[seen], color_space)
    indices = np.empty((image.height, image.width), np.uint8)
    for top in range(0, image.height, deep.ROWS):
        rows = slice(top, top + deep.ROWS)
        points = deep.points_of(
            with_alpha(image.deep[rows], channels), color_space, n_threads=n_threads
        )
        nearest = np.empty(len(points), np.uint8)
        _core.assign(points, centers, nearest, None, n_threads)
        indices[rows] = seen[nearest].reshape(-1, image.width)
    if channels == 4 and image.has_alpha and len(seen) < len(palette):
        clear = np.flatnonzero(palette.colors[:, 3] == 0)
        indices[image.pixels[..., 3] == 0] = clear[0]
    return indices


def seen_entries(palette: Palette) -> Indices:
    """Return the entries that a visible pixel may have: all but the fully transparent ones.

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
