"""Faint gradients: skies, drawn backgrounds. Bands and streaks are seen there before anywhere."""

from __future__ import annotations

from typing import Final

import numpy as np

from huepress.types import Pixels

SMOOTH: Final = 0.3
"""Share of blocks with a faint gradient from which on a picture is one of gradients. Skies and
drawn gradients have 0.3 to 0.64; charts, icons and screens up to 0.22 (docs/lab-book.md, Rate)."""

FAINT: Final = 6
"""Levels of 255 by which a block varies in a faint gradient."""

BLOCK: Final = 8
"""Pixels along the side of a block."""


def is_smooth(pixels: Pixels) -> bool:
    """Tell whether much of a picture is faint gradients; see `smooth_share`."""
    return smooth_share(pixels) >= SMOOTH


def smooth_share(pixels: Pixels) -> float:
    """Share of blocks of 8 x 8 pixels that are not flat and vary by few levels.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, channels)
        Encoded as the file has them. Rows and columns beyond the last whole block do not count.

    Returns
    -------
    float
        0 to 1; 0 for pictures smaller than a block.
    """
    height, width, channels = pixels.shape
    rows, columns = height // BLOCK, width // BLOCK
    if rows * columns == 0:
        return 0.0
    whole = pixels[: rows * BLOCK, : columns * BLOCK]
    blocks = whole.reshape(rows, BLOCK, columns, BLOCK, channels)
    range_ = blocks.max(axis=1).max(axis=2) - blocks.min(axis=1).min(axis=2)
    widest = range_.max(axis=2)
    return float(np.mean((widest > 0) & (widest <= FAINT)))
