"""Map: the nearest palette entry of every color, painted onto the pixels."""

from __future__ import annotations

import numpy as np
from common import Work, least
from iterate import DISTANCE_OPERATIONS
from tree import NODE_BYTES, POINT_BYTES, filtering_pass

from huepress._quantize import quantize
from huepress.palette import histogram
from huepress.types import Pixels


def map_pixels(pixels: Pixels, n_colors: int) -> Work:
    """Label the colors by filtering, then write an index through the sorted pixels."""
    palette = quantize(pixels, n_colors, color_space="srgb", effort="fast").palette
    engine = histogram.engine_of(pixels, n_threads=1)
    engine.place("srgb", False, 1)
    indices = np.empty(pixels.shape[:2], np.uint8).reshape(-1)
    seconds = least(lambda: engine.map(palette, indices, 1))
    done = filtering_pass(histogram.from_engine(engine).colors, palette.astype(np.float32))
    n, n_distinct = len(indices), engine.n_colors
    # The tree; labels written and read, keys read; items read, indices written.
    n_bytes = done.visited * NODE_BYTES + done.points * POINT_BYTES + n_distinct * 6 + n * 5
    operations = done.distances * DISTANCE_OPERATIONS + done.visited * 8 + n_distinct * 3 + n * 4
    return Work("map", seconds, n_bytes, operations)
