"""Seed and iterate: starting centers from the 4-bit cells, and one pass over every color."""

from __future__ import annotations

import numpy as np
from common import Work, least
from numpy.typing import NDArray
from tree import NODE_BYTES, POINT_BYTES, cells_of, filtering_pass

from huepress import _core
from huepress.palette import histogram
from huepress.types import Pixels

DISTANCE_OPERATIONS = 8  # three differences, three products, two sums
PASSES = 16  # that the time of one is taken from
WU_BINS = 32  # along each axis of a box, in core/src/engine/cloud_view.hpp


def _fit(
    engine: _core.Engine, n_colors: int, round_passes: int, exact_passes: int
) -> NDArray[np.float32]:
    centers = np.empty((n_colors, 3), np.float32)
    found = engine.fit(centers, None, 0, 0, 0, 0, 0, round_passes, exact_passes, 0.0, False, 1)[0]
    return centers[:found]


def seed(pixels: Pixels, n_colors: int) -> Work:
    """Gather the cells of 5 and 4 bits and cut them (Wu 1991), without the passes that follow."""
    engine = histogram.engine_of(pixels, n_threads=1)
    engine.place("srgb", False, 1)
    once = least(lambda: _fit(engine, n_colors, 1, 1))
    passes = sum(_one_pass(engine, n_colors)) / PASSES
    colors = histogram.from_engine(engine).colors
    fine, coarse = (len(np.unique(cells_of(colors, bits))) for bits in (5, 4))
    # Every cut reads the points of its box twice and moves them once; boxes halve each time.
    cuts = np.log2(n_colors)
    cells = coarse if coarse >= 8 * n_colors else fine
    n_bytes = (fine + coarse) * (NODE_BYTES + POINT_BYTES) + cells * POINT_BYTES * 4 * cuts
    operations = cells * cuts * 30 + n_colors * 2 * 3 * WU_BINS * 14
    return Work("seed", max(once - passes, 0.0), float(n_bytes), float(operations))


def _one_pass(engine: _core.Engine, n_colors: int) -> tuple[float, float]:
    """Return the seconds of so many passes over the coarse cells and over every color."""
    once = least(lambda: _fit(engine, n_colors, 1, 1))
    coarse = least(lambda: _fit(engine, n_colors, 1 + PASSES, 1)) - once
    return coarse, least(lambda: _fit(engine, n_colors, 1, 1 + PASSES)) - once


def iterate(pixels: Pixels, n_colors: int) -> Work:
    """Find the nearest center of every color and sum up the clusters: one exact pass."""
    engine = histogram.engine_of(pixels, n_threads=1)
    engine.place("srgb", False, 1)
    seconds = _one_pass(engine, n_colors)[1] / PASSES
    colors = histogram.from_engine(engine).colors
    done = filtering_pass(colors, _fit(engine, n_colors, 1, PASSES))
    n_bytes = done.visited * NODE_BYTES + done.points * POINT_BYTES
    # Masked products and sums of four numbers for the points of leaves.
    operations = done.distances * DISTANCE_OPERATIONS + done.points * 16 + done.visited * 8
    return Work("iterate", seconds, n_bytes, operations)
