"""Count: pixels to distinct colors, sorted; and their places in the color space with the tree."""

from __future__ import annotations

import numpy as np
from common import Work, least
from tree import NODE_BYTES, POINT_BYTES, cells_of, level_bits

from huepress import _core
from huepress.palette import histogram
from huepress.types import Pixels

KEY_OPERATIONS = 32  # a pixel: three channels spread by shifts, masks and ors, then joined
EMBED_OPERATIONS = 30  # a color: the key gathered back, three conversions
NODE_OPERATIONS = 20  # a color: minimum, maximum, product and sum of three coordinates, a weight


def count(pixels: Pixels) -> Work:
    """Key every pixel, scatter it into its bucket, count the colors of every bucket."""
    flat = pixels.reshape(-1, 3)

    def work() -> int:
        return _core.Engine(flat, None, 1).n_colors

    n, n_colors = len(flat), work()
    # Pixels read, keys written, read to size the buckets, read to scatter; items written and read;
    # keys and counts of the colors written.
    n_bytes = n * (3 + 4 + 4 + 4 + 4 + 4) + n_colors * 8
    operations = n * (KEY_OPERATIONS + 2 + 4 + 2) + n_colors * 4
    return Work("count", least(work), n_bytes, operations)


def place(pixels: Pixels) -> Work:
    """Turn keys into coordinates, and gather boxes and sums of the cells that are nodes."""
    engine = histogram.engine_of(pixels, n_threads=1)
    colors = histogram.from_engine(engine).colors
    n = len(colors)
    n_nodes = sum(len(np.unique(cells_of(colors, bits))) for bits in level_bits(colors))
    # Keys and counts read, points written, keys and points read, nodes written.
    n_bytes = n * (8 + POINT_BYTES + 4 + POINT_BYTES) + n_nodes * NODE_BYTES
    operations = n * (EMBED_OPERATIONS + NODE_OPERATIONS) + n_nodes * 16
    return Work("place", least(lambda: engine.place("srgb", False, 1)), n_bytes, operations)
