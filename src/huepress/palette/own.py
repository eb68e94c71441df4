"""The palette that an indexed file came with: entries in their order, and the entry of every pixel.

Programs that change palettes while they run (consoles, sprite sheets) mean the number of an entry,
not its color: repeated and unused entries stay where they are, and so do the pixels' numbers.
"""

from __future__ import annotations

from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from huepress.decode.quiet import quiet_pillow
from huepress.errors import InputError
from huepress.palette.files import table_of
from huepress.types import Image, IndexedImage, Indices, Palette

INDEXED: Final = ("png", "gif", "bmp", "tiff")
"""Formats whose files may have a palette."""


def own_palette(image: Image) -> IndexedImage:
    """Read the palette of the file that a picture came from, and the entries of its pixels.

    Returns
    -------
    IndexedImage
        Repeated and unused entries included. Where the entries of the file do not show the picture
        (a file that lies on its side), those that do are found by color.

    Raises
    ------
    InputError
        The picture did not come from a file with a palette, or its values were converted.
    """
    source = image.source
    if source.is_converted:
        found = "has a palette of other values than are kept: its colors were converted to sRGB"
        raise InputError(source.name, found, "--keep-palette takes pictures whose profile is kept")
    if source.data is None or source.format not in INDEXED or source.is_part:
        raise _none(image)
    palette = table_of(source.data)
    with quiet_pillow, PillowImage.open(BytesIO(source.data)) as opened:
        if palette is None or opened.mode != "P":
            raise _none(image)
        indices = np.asarray(opened).astype(np.uint8)
    if int(indices.max()) < len(palette):
        own = IndexedImage(indices, palette)
        if shows(own, image):
            return own
    return IndexedImage(_by_color(image, palette), palette)


def shows(indexed: IndexedImage, image: Image) -> bool:
    """Whether an indexed picture shows another, but for colors that are not seen."""
    if indexed.indices.shape != image.pixels.shape[:2]:
        return False
    return np.array_equal(_seen(indexed.to_pixels()), _seen(image.pixels))


def _by_color(image: Image, palette: Palette) -> Indices:
    """Find the first entry of every pixel's color."""
    first = {tuple(c): i for i, c in reversed(list(enumerate(_seen(palette.colors).tolist())))}
    pixels = _seen(image.pixels)
    flat = pixels.reshape(-1, 4)
    distinct, places = np.unique(flat, axis=0, return_inverse=True)
    try:
        entries = np.array([first[tuple(color)] for color in distinct.tolist()], np.uint8)
    except KeyError:
        raise _none(image) from None
    return entries[places.reshape(pixels.shape[:2])]


def _seen(colors: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give (..., 4) colors, those that are fully transparent 0."""
    if colors.shape[-1] == 3:
        return np.concatenate([colors, np.full((*colors.shape[:-1], 1), 255, np.uint8)], axis=-1)
    return colors * (colors[..., 3:] > 0)


def _none(image: Image) -> InputError:
    wanted = "--keep-palette takes a PNG, GIF, BMP or TIFF that has one, a single frame"
    return InputError(image.source.name, "has no palette of its own", wanted)
