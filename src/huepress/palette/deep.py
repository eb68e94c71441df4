"""Pictures of 16 bits: rounded only once, when the palette is done.

Colors are counted at 8 bits, which bounds their number. Here each counted color gets the mean of
the 16-bit values it stands for, and k-means continues from the palette of the 8-bit colors. Pixels
are mapped by their own 16-bit values.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress._threads import side_by_side
from huepress.color import spaces
from huepress.color.keys import keys_of
from huepress.palette.engine import with_clear
from huepress.palette.lloyd import lloyd
from huepress.types import Histogram, Image, Palette, PaletteFit, Points

PASSES: Final = 5
"""Most passes over the 16-bit values, which are within half a level of the 8-bit ones."""

ROWS: Final = 256
"""Rows summed at a time: bincount widens its input to 8 bytes a sample."""

STRIP: Final = 1 << 16
"""Pixels placed at a time: their coordinates take 24 bytes each on the way."""


def refine(
    fit: PaletteFit,
    image: Image,
    counted: Histogram,
    color_space: spaces.ColorSpace,
    *,
    tol: float = 1e-4,
    n_threads: int = 0,
) -> PaletteFit:
    """Move the centers of a palette to the means of the fine values.

    Parameters
    ----------
    fit : PaletteFit
        The fit of the counted colors.
    image : Image
        The picture; without 16-bit values the fit is returned unchanged.
    counted : Histogram
        Its colors.
    color_space : {"oklab", "srgb"} or ProfiledOklab
        The space of the centers.
    tol, n_threads
        As for `huepress.palette.kmeans.fit_palette`.

    Returns
    -------
    PaletteFit
        Its inertia is measured on the 16-bit values.
    """
    if image.deep is None or fit.stop_reason == "exact":
        return fit
    values = fine_values(image, counted)
    points = spaces.embed_deep(values, color_space)
    weights, start = counted.weights, fit.centers
    clear = counted.colors.shape[1] == 4 and not counted.colors[0].any() and len(start) > 1
    if clear:
        points, weights, start = points[1:], weights[1:], start[1:]
    run = lloyd(points, weights, start, PASSES, tol, n_threads)
    found = replace(
        fit,
        palette=Palette(spaces.unembed(run.centers, color_space)),
        centers=run.centers.astype(np.float32),
        inertia=run.inertia,
        n_iter=fit.n_iter + run.n_iter,
        stop_reason=run.stop_reason,
    )
    return with_clear(found, color_space) if clear else found


def fine_values(image: Image, counted: Histogram) -> NDArray[np.float64]:
    """Average the fine values of the pixels of every counted color.

    Returns
    -------
    ndarray
        (n, 3 or 4) float64 in units of 8-bit values, in the order of the counted colors.
    """
    assert image.deep is not None
    channels = counted.colors.shape[1]
    known = _keys_of(counted.colors)
    total = np.zeros((len(known), channels))
    n_pixels = np.zeros(len(known))
    for top in range(0, image.height, ROWS):
        deep = image.deep[top : top + ROWS].reshape(-1, channels)
        numbers = _keys_of(image.pixels[top : top + ROWS].reshape(-1, channels))
        place = np.searchsorted(known, numbers).clip(max=len(known) - 1)
        there = known[place] == numbers  # colors of zero weight are not counted
        place, deep = place[there], deep[there]
        n_pixels += np.bincount(place, minlength=len(known))
        for channel in range(channels):
            total[:, channel] += np.bincount(place, deep[:, channel], minlength=len(known))
    return total / np.maximum(n_pixels, 1)[:, None] / 257.0


def points_of(
    values: NDArray[np.uint16], color_space: spaces.ColorSpace, *, n_threads: int = 0
) -> Points:
    """Place pixels of 16 bits; equals `spaces.embed_deep` of single values.

    Parameters
    ----------
    values : ndarray
        (..., 3 or 4) uint16, straight alpha.
    color_space : {"oklab", "srgb"} or ProfiledOklab
        Where distance is measured.
    n_threads : int
        0: one per processor. No influence on the result.

    Returns
    -------
    ndarray
        (n, 3 or 4) float32, one row a pixel.
    """
    flat = values.reshape(-1, values.shape[-1])
    points = np.empty(flat.shape, np.float32)
    light = spaces.linear_of_deep(color_space)

    def place(start: int) -> None:
        part = flat[start : start + STRIP]
        points[start : start + STRIP] = spaces.embed_deep(part, color_space, light)

    starts = range(0, len(flat), STRIP)
    side_by_side(place, starts, n_threads)
    return points


def as_mapped(image: Image, fit: PaletteFit) -> Image:
    """Return a picture as it is mapped: at 8 bits if each such color has its own entry."""
    is_plain = image.deep is None or fit.stop_reason != "exact"
    return image if is_plain else replace(image, deep=None)


def _keys_of(colors: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Pack colors into the numbers that order a Histogram; all fully transparent ones are 0."""
    keys = keys_of(colors)
    if colors.shape[1] == 4:
        keys[colors[:, 3] == 0] = 0
    return keys
