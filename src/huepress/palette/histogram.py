"""Count the distinct colors of pictures.

Pixels go in, a Histogram comes out: every color once, with its weight. Counting is exact.
Histograms can be merged, so pictures, strips of a picture and machines can count separately.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.color.keys import colors_from_keys, with_alpha
from huepress.errors import OptionError
from huepress.limits import LARGE, strips
from huepress.types import Histogram, Image, Pixels

GROUP: Final = 4
"""Strips whose colors are counted apart before they are added up."""


def count(
    image: Image | Pixels,
    weights: NDArray[np.floating] | None = None,
    *,
    n_threads: int = 0,
) -> Histogram:
    """Count the distinct colors of a picture.

    Parameters
    ----------
    image : Image or ndarray
        A picture, or pixels of shape (height, width, 3 or 4) or (n, 3 or 4), uint8. Not changed.
    weights : ndarray, optional
        Importance of every pixel, >= 0 and finite, shape (height, width) or (n,). Colors that
        weigh nothing at all are left out. Default: every pixel weighs 1.
    n_threads : int
        Threads to use; 0: one per processor. No influence on the result.

    Returns
    -------
    Histogram
        The colors in ascending order, all fully transparent pixels as one color (0, 0, 0, 0);
        the weights of one color are summed in the order of the pixels.

    Raises
    ------
    OptionError
        ``weights`` of another shape, negative, not finite, or all zero.
    """
    pixels = image.pixels if isinstance(image, Image) else np.ascontiguousarray(image)
    return from_engine(engine_of(pixels, weights, n_threads))


def count_distinct(image: Image) -> int:
    """Return how many colors a picture has, by its 16-bit values if it has them.

    All fully transparent pixels count as one color.
    """
    fine = image.fine
    if fine is None and image.height * image.width < LARGE:
        return count(image).n_colors
    every = strips(image.height, image.width)
    groups = [every[start : start + GROUP] for start in range(0, len(every), GROUP)]
    if fine is None:
        known: list[Histogram] = []
        for group in groups:
            known = [merge([*known, *(count(image.pixels[rows]) for rows in group)])]
        return known[0].n_colors
    found = np.zeros(0, np.uint64)
    for group in groups:
        found = np.unique(np.concatenate([found, *(_deep_numbers(fine[rows]) for rows in group)]))
    return len(found)


def _deep_numbers(pixels: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """Distinct colors of 16 bits a channel as one number each; all that are clear are one."""
    colors = np.zeros((pixels.shape[0] * pixels.shape[1], 4), np.uint16)
    colors[:, : pixels.shape[2]] = pixels.reshape(-1, pixels.shape[2])
    if pixels.shape[2] == 4:
        colors[colors[:, 3] == 0] = 0
    return np.unique(colors.view(np.uint64)[:, 0])


def engine_of(
    pixels: Pixels, weights: NDArray[np.floating] | None = None, n_threads: int = 0
) -> _core.Engine:
    """Sort the pixels of a picture by color, for counting, clustering and mapping.

    Parameters
    ----------
    pixels, weights, n_threads
        As for `count`.

    Returns
    -------
    Engine
        The native engine. It holds no reference to the pixels.

    Raises
    ------
    OptionError
        As for `count`.
    """
    flat = np.ascontiguousarray(pixels).reshape(-1, pixels.shape[-1])
    given = None if weights is None else _checked_weights(weights, pixels.shape[:-1])
    return _core.Engine(flat, given, n_threads)


def from_engine(engine: _core.Engine) -> Histogram:
    """Return what an engine counted, without colors of zero weight.

    Parameters
    ----------
    engine : Engine
        As `engine_of` gives it.

    Returns
    -------
    Histogram
        As `count` gives it.
    """
    keys = np.empty(engine.n_colors, np.uint32)
    totals = np.empty(engine.n_colors, np.float64)
    engine.histogram(keys, totals)
    kept = totals > 0
    if not kept.all():
        keys, totals = keys[kept], totals[kept]
    return Histogram(colors_from_keys(keys, engine.channels), totals)


def merge(histograms: Iterable[Histogram]) -> Histogram:
    """Add histograms up.

    Parameters
    ----------
    histograms : iterable of Histogram
        One or more, with or without alpha. The order matters only to the rounding of weights that
        are not whole numbers.

    Returns
    -------
    Histogram
        Every color of all of them with the sum of its weights; with alpha if one of them has it.
    """
    parts = list(histograms)
    channels = max(part.colors.shape[1] for part in parts)
    colors = np.concatenate([with_alpha(part.colors, channels) for part in parts])
    return count(colors, np.concatenate([part.weights for part in parts]))


def _checked_weights(weights: NDArray[np.floating], shape: tuple[int, ...]) -> NDArray[np.float64]:
    given = np.ascontiguousarray(weights, np.float64)
    if given.shape != shape:
        raise OptionError("weights", f"shape {given.shape}", f"one weight per pixel, {shape}")
    if not (np.isfinite(given).all() and given.min() >= 0 and given.max() > 0):
        raise OptionError("weights", given, "finite numbers >= 0, not all of them 0")
    return given.reshape(-1)
