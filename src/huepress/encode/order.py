"""Orders of a palette that may pack well; the best one is found by trying.

Without row filters an order changes next to nothing; with them, and where several indices share a
byte, neighbors in the picture should be neighbors in the palette: Zaccarin and Liu's order by luma
("A novel approach for coding color quantized images", IEEE Trans. Image Processing 2 (1993),
doi:10.1109/83.242357), which `tidy` leaves, and Zeng's by co-occurrence (Zeng, Li and Lei, "An
efficient color re-indexing scheme for palette-based compression", ICIP 2000,
doi:10.1109/ICIP.2000.899453), which the optimizer tries by itself. The plainer ones below win on
some icons (docs/lab-book/lossless.md).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from huepress.types import IndexedImage, Palette


def orders(indexed: IndexedImage) -> Iterator[IndexedImage]:
    """Yield the same picture with its palette in other orders.

    Parameters
    ----------
    indexed : IndexedImage
        As `tidy.tidy` leaves it: in order of luma.

    Yields
    ------
    IndexedImage
        By first appearance and by frequency. Entries that are not opaque stay
        before the others, for a short alpha table.
    """
    size = len(indexed.palette)
    if size < 3:
        return
    counts = np.bincount(indexed.indices.reshape(-1), minlength=size)
    _, first = np.unique(indexed.indices, return_index=True)
    for order in (np.argsort(first), np.argsort(-counts, kind="stable")):
        yield _reordered(indexed, order)


def put_clear_first(indexed: IndexedImage, n_fixed: int = 0) -> tuple[IndexedImage, int]:
    """Move the first entry that is fully transparent to 0, the others keep their order.

    Returns
    -------
    indexed, n_fixed
        Showing the same picture, and how many of its first entries are now to stay where they are.
        As it came where no entry is clear.
    """
    colors = indexed.palette.colors
    clear = np.flatnonzero(colors[:, 3:] == 0)
    if len(clear) == 0:
        return indexed, n_fixed
    at = int(clear[0])
    order = np.array([at, *(i for i in range(len(colors)) if i != at)])
    moved = colors[order]
    if at >= n_fixed:
        moved[0] = 0
    rank = np.empty(len(order), np.uint8)
    rank[order] = np.arange(len(order), dtype=np.uint8)
    return IndexedImage(rank[indexed.indices], Palette(moved)), n_fixed + (at >= n_fixed)


def _reordered(indexed: IndexedImage, order: NDArray[np.intp]) -> IndexedImage:
    colors = indexed.palette.colors
    if colors.shape[1] == 4:
        opaque = colors[order, 3] == 255
        order = np.concatenate([order[~opaque], order[opaque]])
    rank = np.empty(len(order), np.uint8)
    rank[order] = np.arange(len(order), dtype=np.uint8)
    return IndexedImage(rank[indexed.indices], Palette(np.ascontiguousarray(colors[order])))
