"""The guides of a 9-patch: a one-pixel frame that says how Android stretches the picture.

Black marks what stretches and where content goes, red marks layout bounds; any other color is an
error when the picture is built into an application.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from huepress.color.keys import keys_of, with_alpha
from huepress.types import Colors, Image, IndexedImage

SUFFIX: Final = ".9.png"

MOST: Final = 4
"""Most colors in a frame: black, red, white, and one to spare."""


@dataclass(frozen=True, slots=True, eq=False)
class Guides:
    """The frame of a 9-patch.

    Attributes
    ----------
    colors : ndarray
        (n, 3 or 4) uint8: its colors, except full transparency.
    keys : ndarray
        (height, width) uint32: the color of every pixel of the frame as a number
        (`color.keys.keys_of`).
    frame : ndarray
        (height, width) bool: where the frame is visible.
    """

    colors: Colors
    keys: NDArray[np.uint32]
    frame: NDArray[np.bool_]

    @classmethod
    def of(cls, image: Image) -> Self | None:
        """Find the guides; None if the name is not that of a 9-patch, or there is no frame."""
        if not image.source.name.lower().endswith(SUFFIX) or min(image.pixels.shape[:2]) < 3:
            return None
        pixels = image.pixels
        frame = np.ones(pixels.shape[:2], bool)
        frame[1:-1, 1:-1] = False
        if image.has_alpha:
            frame &= pixels[..., 3] > 0
        keys = np.zeros(frame.shape, np.uint32)
        keys[frame] = keys_of(with_alpha(pixels[frame], 4))
        _, first = np.unique(keys[frame], return_index=True)
        if not 0 < len(first) <= MOST:
            return None
        return cls(np.ascontiguousarray(pixels[frame][first]), keys, frame)

    def fit_in(self, n_colors: int) -> bool:
        """Whether a palette has room for the guides, full transparency and two more colors."""
        return n_colors >= len(self.colors) + 3

    def restore(self, indexed: IndexedImage) -> IndexedImage:
        """Give the pixels of the frame their own entries, if the palette has them."""
        known = keys_of(with_alpha(indexed.palette.colors, 4))
        indices = indexed.indices.copy()
        for color in np.unique(self.keys[self.frame]):
            entries = np.flatnonzero(known == color)
            if len(entries):
                indices[self.frame & (self.keys == color)] = entries[0]
        return IndexedImage(indices, indexed.palette)
