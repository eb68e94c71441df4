"""Kinds of pictures that need their own way of mapping.

Skies and drawn backgrounds have faint gradients, where bands and streaks become visible first.
Paintings have the texture of crayon or brush in their lightness.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress.limits import strips
from huepress.types import Histogram, Pixels

SAMPLE: Final = 1 << 15
"""Pixels examined to recognize drawings: whole rows, evenly spaced."""

EDGE: Final = 32
QUIET: Final = 3
"""Two neighboring pixels are an edge from the first step of lightness (0-255) up, and quiet up to
the second: text, lines and fills have edges in quiet areas, photographs have edges beside edges."""

FOUR_COLORS: Final = 0.63
CLEAN_EDGES: Final = 0.20
EDGES: Final = 0.45
"""Shares of the pixels in the four most frequent colors (of 16 levels a channel, of 64 grays), of
edges amid quiet, and of edges, above which a picture is drawn. 342 pictures, photographs of 32 to
768 pixels in color and gray and as JPEG, charts, screens, icons and sprites, as they are, as JPEG,
as noisy scans and enlarged: 2.6 % wrong (docs/lab-book/search.md)."""

VARIED: Final = 0.15
FEW_EDGES: Final = 0.05
"""Few colors in most of the picture, but this many in all and this few edges: a photo at night."""

PAINTED_COLORS: Final = 16384
"""A drawing with more distinct colors than this does not count as painted."""

PALETTE: Final = 256
PAINTED: Final = 0.8
"""Share of the pixels that the most frequent so many colors have, up to which a drawing counts as
painted. Crayon on paper has 0.47 to 0.73, charts and screens 0.89 to 1 (docs/lab-book/rate.md)."""

SMOOTH: Final = 0.3
"""A picture with at least this share of blocks with a faint gradient is one of gradients. Skies and
drawn gradients have 0.3 to 0.64; charts, icons and screens up to 0.22 (docs/lab-book/rate.md)."""

FAINT: Final = 6
"""Most levels of 255 by which a block of a faint gradient varies."""

BLOCK: Final = 8
"""Pixels along the side of a block."""


def is_drawn(pixels: Pixels) -> bool:
    """Whether a picture is a chart, icon, sprite, screen or scan of print, and not a photograph.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3 or 4)
        As encoded in the file. Clear pixels count as black.
    """
    height, width = pixels.shape[:2]
    rows = pixels[:: max(1, height * width // SAMPLE)]
    if rows.shape[2] == 4:
        rows = np.where(rows[..., 3:] == 0, np.uint8(0), rows[..., :3])
    red, green, blue = (rows[..., c].astype(np.int32) for c in range(3))
    is_gray = np.array_equal(red, green) and np.array_equal(red, blue)
    cells = red >> 2 if is_gray else (red >> 4 << 8) | (green >> 4 << 4) | (blue >> 4)
    four = np.sort(np.bincount(cells.reshape(-1), minlength=4))[-4:].sum() / red.size
    steps = np.abs(np.diff((5 * red + 9 * green + 2 * blue) >> 4, axis=1))
    edges = steps >= EDGE
    if four > FOUR_COLORS:
        n_colors = len(np.unique(red << 16 | green << 8 | blue))
        few_edges = not steps.size or edges.mean() <= FEW_EDGES
        return not (n_colors > max(VARIED * red.size, PALETTE / 4) and few_edges)
    inner, quiet = edges[:, 2:-2], steps <= QUIET
    clean = (inner & quiet[:, :-4] & quiet[:, 4:]).sum() if inner.size else 0
    is_clean = clean > CLEAN_EDGES * max(32, inner.sum())
    return bool(is_clean or (steps.size and edges.mean() > EDGES))


def is_smooth(pixels: Pixels) -> bool:
    """Whether much of a picture is faint gradients; see `smooth_share`."""
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
    rows, columns = pixels.shape[0] // BLOCK, pixels.shape[1] // BLOCK
    if rows * columns == 0:
        return 0.0
    n_faint = 0
    for part in strips(rows, columns * BLOCK * BLOCK):
        widest = _ranges(pixels[part.start * BLOCK : part.stop * BLOCK, : columns * BLOCK])
        n_faint += int(((widest > 0) & (widest <= FAINT)).sum())
    return float(n_faint / (rows * columns))


def _ranges(pixels: Pixels) -> NDArray[np.uint8]:
    """Return by how much every block varies in the channel that varies most."""
    height, width, channels = pixels.shape
    blocks = pixels.reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, channels)
    ranges = blocks.max(axis=1).max(axis=2) - blocks.min(axis=1).min(axis=2)
    return np.asarray(ranges.max(axis=2))


def is_painted(pixel_counts: Histogram) -> bool:
    """Whether a picture without gradients is a painting: opaque, and drawn in many colors.

    Parameters
    ----------
    pixel_counts : Histogram
        Distinct colors and the number of pixels of each.
    """
    counts = pixel_counts.weights
    if not PALETTE < len(counts) <= PAINTED_COLORS or pixel_counts.colors.shape[1] == 4:
        return False
    most = np.partition(counts, -PALETTE)[-PALETTE:]
    is_small = len(counts) * 16 > counts.sum()  # a small picture always has few colors
    return not is_small and float(most.sum()) <= PAINTED * float(counts.sum())
