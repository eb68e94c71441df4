"""A sample of a large picture, on which mappings are tried.

It is made of evenly spaced tiles, in their order. Their edges affect mappings and scores, but all
that are compared in the same way. Palettes are learned from the whole picture, and the chosen
mapping is done once more on the whole.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

import numpy as np

from huepress.search.picture import Picture
from huepress.types import Image

TILE: Final = 128
"""Side of a tile in pixels. Strips of rows do not work: a judge would see mostly their edges
(docs/lab-book/search.md)."""

SHARE: Final = 8
LEAST: Final = 32
MOST: Final = 128
"""One pixel in this many is in the sample, with a least and a most number of tiles: half a
megapixel to two, for which a search takes 60 bytes a pixel. The change of score from one rate
weight to another is within 4 % of that of the whole picture."""


def stand_in(picture: Picture) -> Picture:
    """Take the tiles.

    Parameters
    ----------
    picture : Picture
        A large one.

    Returns
    -------
    Picture
        The sample: of the same kind, with the colors of the whole.
    """
    image, source = picture.image, picture.source
    height, width = image.pixels.shape[:2]
    n_tiles = min(max(height * width // (SHARE * TILE**2), LEAST), MOST)
    n_rows = min(max(1, round(sqrt(n_tiles * height / width))), max(1, height // TILE), n_tiles)
    n_columns = min(max(1, n_tiles // n_rows), max(1, width // TILE))
    down, along = _places(height, n_rows), _places(width, n_columns)

    def taken(whole: Image) -> Image:
        pixels = np.ascontiguousarray(whole.pixels[down][:, along])
        deep = None if whole.deep is None else np.ascontiguousarray(whole.deep[down][:, along])
        return Image(pixels, whole.source, deep)

    return Picture(
        taken(image),
        picture.colors,
        picture.color_space,
        original=None if source.pixels is image.pixels else taken(source),
        n_threads=picture.n_threads,
        whole=picture,
        given=picture.given,
    )


def _places(length: int, n_tiles: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Choose the rows, or the columns, of evenly spaced tiles."""
    size = min(TILE, length)
    starts = ((2 * np.arange(n_tiles) + 1) * length // n_tiles - size) // 2
    return (starts[:, None] + np.arange(size)).reshape(-1)
