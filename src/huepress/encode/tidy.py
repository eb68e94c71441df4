"""Prepare a palette for a file: the colors in use, each once, in an order that packs well."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from huepress.types import Colors, IndexedImage, Indices, Palette

CHUNK = 1 << 20
"""Pixels counted at a time: bincount widens its input to 8 bytes a pixel."""


def count_indices(indices: Indices) -> NDArray[np.int64]:
    """Count the pixels of every palette entry: shape (256,)."""
    flat = indices.reshape(-1)
    total = np.zeros(256, np.int64)
    for start in range(0, flat.size, CHUNK):
        total += np.bincount(flat[start : start + CHUNK], minlength=256)
    return total


def luma(colors: Colors) -> NDArray[np.float64]:
    """Rec. 601 luma of (n, 3 or 4) colors, 0-255."""
    rgb: NDArray[np.float64] = colors[:, :3].astype(np.float64)
    weighted: NDArray[np.float64] = rgb @ np.array([0.299, 0.587, 0.114])
    return weighted


def tidy(indexed: IndexedImage, *, n_fixed: int = 0) -> IndexedImage:
    """Drop unused entries, merge equal ones, and order the rest.

    Entries that are not opaque come first, so that the alpha table of a PNG is short. Each group is
    sorted by luma: similar colors then have similar indices, which row filters and deltas need.
    All fully transparent entries become one, (0, 0, 0, 0). A fourth channel that is 255 throughout
    is dropped.

    Parameters
    ----------
    n_fixed : int
        The first `n_fixed` entries (colors given by the user) stay as and where they are, used or
        not; only those after them are dropped, merged and ordered.

    Returns
    -------
    IndexedImage
        Shows the same picture.
    """
    if n_fixed:
        return _tidy_behind(indexed, n_fixed)
    counts = count_indices(indexed.indices)
    used = np.flatnonzero(counts)
    colors = indexed.palette.colors[used]
    if colors.shape[1] == 4:
        colors = np.where(colors[:, 3:] == 0, 0, colors).astype(np.uint8)
        if colors[:, 3].min() == 255:
            colors = np.ascontiguousarray(colors[:, :3])
    distinct, _, entry = np.unique(colors, axis=0, return_index=True, return_inverse=True)
    entry = entry.reshape(-1)  # only NumPy 2.0 returns another shape
    return relabel(indexed.indices, used, entry, distinct, _good_order(distinct))


def _good_order(colors: Colors) -> NDArray[np.intp]:
    """Return the order of colors: those that are not opaque first, each group by luma."""
    opaque = colors[:, 3] == 255 if colors.shape[1] == 4 else np.ones(len(colors), bool)
    return np.lexsort((np.arange(len(colors)), luma(colors), opaque))


def _tidy_behind(indexed: IndexedImage, n_fixed: int) -> IndexedImage:
    """Tidy the entries after the fixed ones."""
    counts = count_indices(indexed.indices)
    colors = indexed.palette.colors
    behind = np.flatnonzero(counts[: len(colors)])
    behind = behind[behind >= n_fixed]
    seen = colors[behind].copy()
    if seen.shape[1] == 4:
        seen[seen[:, 3] == 0] = 0
    distinct = np.unique(seen, axis=0)
    distinct = distinct[_good_order(distinct)]
    new = np.vstack([colors[:n_fixed], distinct])
    place = {tuple(color): i for i, color in reversed(list(enumerate(new.tolist())))}
    table = np.arange(256, dtype=np.uint8)
    for entry, color in zip(behind, seen.tolist(), strict=True):
        table[entry] = place[tuple(color)]
    # A color that equals a fixed one takes its index, and is dropped from the rest.
    gone = [i for i in range(n_fixed, len(new)) if place[tuple(new[i].tolist())] < n_fixed]
    new = np.delete(new, gone, axis=0)
    table -= np.searchsorted(np.array(gone, np.uint8), table).astype(np.uint8)
    if new.shape[1] == 4 and new[:, 3].min() == 255:
        new = np.ascontiguousarray(new[:, :3])
    return IndexedImage(table[indexed.indices], Palette(new))


def relabel(
    indices: Indices,
    used: NDArray[np.intp],
    entry: NDArray[np.intp],
    distinct: Colors,
    order: NDArray[np.intp],
) -> IndexedImage:
    """Renumber pixels: old entry ``used[i]`` is color ``distinct[entry[i]]``, sorted by order."""
    rank = np.empty(len(order), np.uint8)
    rank[order] = np.arange(len(order), dtype=np.uint8)
    table = np.zeros(256, np.uint8)
    table[used] = rank[entry]
    return IndexedImage(table[indices], Palette(np.ascontiguousarray(distinct[order])))
