"""Nearest of given colors, where gaps between them are wide: gray stays gray.

In Oklab a gray is nearer to red than to black and white, and the nearest color to it is red. Colors
that are learned lie so close that it never matters; of a display's seven it makes gray walls pink.
So an entry pays for chroma that a pixel does not have, and gray pixels take gray entries.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress.color.keys import keys_of, with_alpha
from huepress.color.points import nearest
from huepress.color.spaces import embed
from huepress.remap.nearest import seen_entries
from huepress.types import Colors, IndexedImage, Indices, Palette, Pixels

GRAY: Final = 3.0
"""Chroma up to which a pixel is gray (`spaces.embed`, of 255): grays of JPEGs have as much."""

GRAY_ENTRY: Final = 6.0
"""The same of an entry: displays and game consoles have tinted whites and grays."""

MARGIN: Final = 32.0
"""Lightness by which a gray may lie outside of the gray entries to take one of them."""

STRANGE: Final = 4.0
"""How much chroma that a pixel has not counts beside other differences: with 8 black is
nearer to white than to red."""

COARSE: Final = 32
"""Entries up to which a picture that is not dithered is mapped plainly, at any rate weight: what is
near by distance alone may be of another hue."""

ROWS: Final = 128
"""Rows whose distinct colors are looked at together."""


def remap_given(pixels: Pixels, palette: Palette, n_threads: int = 0) -> IndexedImage:
    """Map every pixel to the nearest of given colors, gray to gray.

    Parameters
    ----------
    pixels : ndarray
        (height, width, 3 or 4) uint8.
    palette : Palette
        1 to 256 colors, with alpha where the pixels have it.

    Returns
    -------
    IndexedImage
        Ties go to the lowest entry. What is clear, opaque and seen stays so, as in `remap`.
    """
    pixels = with_alpha(pixels, palette.colors.shape[1])
    indices = np.empty(pixels.shape[:2], np.uint8)
    for top in range(0, len(pixels), ROWS):
        strip = pixels[top : top + ROWS]
        colors, places = distinct(strip)
        found = _nearest(colors, palette, n_threads)
        indices[top : top + ROWS] = found[places].reshape(strip.shape[:2])
    return IndexedImage(indices, palette)


def distinct(pixels: Pixels) -> tuple[Colors, NDArray[np.intp]]:
    """Find the distinct colors (n, 3 or 4) of pixels, and which of them each pixel has (flat)."""
    flat = pixels.reshape(-1, pixels.shape[-1])
    _, first, places = np.unique(keys_of(flat), return_index=True, return_inverse=True)
    return flat[first], places.reshape(-1)


def keep_gray(indices: Indices, pixels: Pixels, palette: Palette, plain: Indices) -> None:
    """Give gray pixels their nearest entry where a mapping gave them one that is not gray.

    Parameters
    ----------
    indices : ndarray
        (height, width) uint8; changed in place.
    pixels : ndarray
        (height, width, 3 or 4) uint8.
    palette : Palette
        Given.
    plain : ndarray
        (height, width) uint8: as `remap_given` maps.
    """
    is_gray = _chroma(palette.colors) <= GRAY_ENTRY
    lost = is_gray[plain] & ~is_gray[indices]
    at = np.flatnonzero(lost)
    at = at[_chroma(pixels.reshape(-1, pixels.shape[2])[at]) <= GRAY]
    indices.reshape(-1)[at] = plain.reshape(-1)[at]


def _chroma(colors: Colors) -> NDArray[np.float32]:
    points = embed(np.ascontiguousarray(colors[:, :3]), "oklab")
    return np.asarray(np.hypot(points[:, 1], points[:, 2]))


def _nearest(colors: Colors, palette: Palette, n_threads: int) -> Indices:
    """Find the entry for each of some colors."""
    costs = _costs(colors, palette.colors)
    found: Indices = costs.argmin(axis=1).astype(np.uint8)
    clear = len(seen_entries(palette)) < len(palette)
    if colors.shape[1] == 4 and clear:
        is_clear = colors[:, 3] == 0
        labels, _ = nearest(embed(colors, "oklab"), embed(palette.colors, "oklab"), n_threads)
        found[is_clear] = labels[is_clear]
    return found


def _costs(colors: Colors, entries: Colors) -> NDArray[np.float32]:
    """Squared distance of every color to every entry, and what it pays beside; never: infinite."""
    points, centers = embed(colors, "oklab"), embed(entries, "oklab")
    costs = np.zeros((len(colors), len(entries)), np.float32)
    for axis in range(points.shape[1]):
        gap = points[:, axis, None] - centers[None, :, axis]
        costs += gap * gap
    chroma, of_entry = _chroma(colors), _chroma(entries)
    costs += np.float32(STRANGE) * _strange(colors, entries)
    is_gray_entry = of_entry <= GRAY_ENTRY
    if colors.shape[1] == 4:
        solid, seen = entries[:, 3] == 255, entries[:, 3] > 0
        if seen.any():
            costs[:, ~seen] = np.inf
            is_gray_entry &= seen
        if solid.any():
            costs[np.ix_(colors[:, 3] == 255, ~solid)] = np.inf
    if is_gray_entry.any():
        tones = _lightness(entries[is_gray_entry])
        tone = _lightness(colors)
        is_near = (tone >= tones.min() - MARGIN) & (tone <= tones.max() + MARGIN)
        rows = np.flatnonzero((chroma <= GRAY) & is_near)
        rows = rows[np.isfinite(costs[np.ix_(rows, is_gray_entry)]).any(axis=1)]
        costs[np.ix_(rows, ~is_gray_entry)] = np.inf
    return costs


def _strange(colors: Colors, entries: Colors) -> NDArray[np.float32]:
    """Squared chroma of every entry that no share of a color's own chroma explains."""
    own, other = (
        embed(np.ascontiguousarray(each[:, :3]), "oklab")[:, 1:] for each in (colors, entries)
    )
    along = own @ other.T
    squared = (own * own).sum(axis=1, keepdims=True)
    share = np.clip(along / np.maximum(squared, np.float32(1e-6)), 0, 1)
    rest = (other * other).sum(axis=1)[None] - 2 * share * along + share * share * squared
    return np.asarray(np.maximum(rest, 0), np.float32)


def _lightness(colors: Colors) -> NDArray[np.float32]:
    return embed(np.ascontiguousarray(colors[:, :3]), "oklab")[:, 0]
