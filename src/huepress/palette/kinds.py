"""Kinds of pictures that are mapped with a care of their own.

Faint gradients are skies and drawn backgrounds: bands and streaks are seen there before anywhere.
Paintings have crayon or brush in their lightness.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from huepress.types import Histogram, Pixels

DRAWN_COLORS: Final = 16384
"""Distinct colors up to which a picture counts as drawn, not taken. Charts, icons and screens have
300 to 12,000, photographs 30,000 and more."""

PALETTE: Final = 256
PAINTED: Final = 0.8
"""Share of the pixels that the most frequent so many colors have, up to which a drawing counts as
painted. Crayon on paper has 0.47 to 0.73, charts and screens 0.89 to 1 (docs/lab-book.md, Rate)."""

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


def is_painted(pixel_counts: Histogram) -> bool:
    """Tell whether a picture without gradients is a painting: opaque, and drawn in many colors.

    Parameters
    ----------
    pixel_counts : Histogram
        Distinct colors and the number of pixels of each.
    """
    counts = pixel_counts.weights
    if not PALETTE < len(counts) <= DRAWN_COLORS or pixel_counts.colors.shape[1] == 4:
        return False
    most = np.partition(counts, -PALETTE)[-PALETTE:]
    return float(most.sum()) <= PAINTED * float(counts.sum())
