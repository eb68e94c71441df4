"""A small picture that stands for a large one while mappings are tried.

Tiles, evenly spread and as near to each other as they lie in the picture; what their edges do to a
mapping and to a score they do to all that are compared. Palettes are learned from all of the
picture, and what is chosen is mapped once more, all of it.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

import numpy as np

from huepress.search.picture import Picture
from huepress.types import Image

TILE: Final = 128
"""Pixels along the side of a tile. Strips of rows are no good: their edges are most of what a judge
sees (docs/lab-book/search.md)."""

SHARE: Final = 8
LEAST: Final = 32
MOST: Final = 128
"""Of so many pixels one is looked at, but in no fewer tiles and in no more: half a megapixel to
two, for which a search holds 60 bytes a pixel. The drop of the score from one rate weight to
another is that of the picture within 4 %."""


def stand_in(picture: Picture) -> Picture:
    """Take the tiles.

    Parameters
    ----------
    picture : Picture
        A large one.

    Returns
    -------
    Picture
        Of the same kind, with the colors of the whole.
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
    """Choose the rows, or the columns, of tiles evenly spread."""
    size = min(TILE, length)
    starts = ((2 * np.arange(n_tiles) + 1) * length // n_tiles - size) // 2
    return (starts[:, None] + np.arange(size)).reshape(-1)
