"""Count the distinct colors of pictures.

Pixels go in, a Histogram comes out: every color once, with what it weighs. Counting is exact.
Histograms merge, so pictures, strips of one picture and machines count on their own.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.errors import OptionError
from huepress.types import Histogram, Image, Pixels


def count(
    image: Image | Pixels,
    weights: NDArray[np.floating] | None = None,
    *,
    n_threads: int = 0,  # noqa: ARG001
) -> Histogram:
    """Count the distinct colors of a picture.

    Parameters
    ----------
    image : Image or ndarray
        A picture, or pixels of shape (height, width, 3 or 4) or (n, 3 or 4), uint8. Not changed.
    weights : ndarray, optional
        Importance of every pixel, >= 0 and finite, shape (height, width) or (n,). Colors that
        weigh nothing at all are left out. Default: every pixel weighs 1.

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
    channels = pixels.shape[-1]
    flat = pixels.reshape(-1, channels)
    given = None if weights is None else _checked_weights(weights, pixels.shape[:-1])
    keys = np.empty(len(flat), np.uint32)
    totals = np.empty(len(flat), np.float64)
    n_colors = _core.count(flat, given, keys, totals)
    keys, totals = keys[:n_colors], totals[:n_colors]
    if given is not None:
        kept = totals > 0
        keys, totals = keys[kept], totals[kept]
    return Histogram(colors_from_keys(keys, channels), totals.copy())


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
    colors = np.concatenate([_with_channels(part.colors, channels) for part in parts])
    return count(colors, np.concatenate([part.weights for part in parts]))


def colors_from_keys(keys: NDArray[np.uint32], channels: int) -> NDArray[np.uint8]:
    """Unpack colors from the numbers R·2^16 + G·2^8 + B (+ A·2^24).

    Parameters
    ----------
    keys : ndarray
        (n,) uint32.
    channels : int
        3 or 4.

    Returns
    -------
    ndarray
        (n, channels) uint8.
    """
    colors = np.empty((len(keys), channels), np.uint8)
    for channel, shift in zip(range(channels), (16, 8, 0, 24), strict=False):
        colors[:, channel] = keys >> np.uint32(shift)
    return colors


def _checked_weights(weights: NDArray[np.floating], shape: tuple[int, ...]) -> NDArray[np.float64]:
    given = np.ascontiguousarray(weights, np.float64)
    if given.shape != shape:
        raise OptionError("weights", f"shape {given.shape}", f"one weight per pixel, {shape}")
    if not (np.isfinite(given).all() and given.min() >= 0 and given.max() > 0):
        raise OptionError("weights", given, "finite numbers >= 0, not all of them 0")
    return given.reshape(-1)


def _with_channels(colors: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    if colors.shape[1] == channels:
        return colors
    return np.hstack([colors, np.full((len(colors), 1), 255, np.uint8)])
