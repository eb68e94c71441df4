"""Stored colors: with or without alpha, and packed into one number each."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from huepress.types import Colors

Values = TypeVar("Values", bound=NDArray[Any])


def with_alpha(values: Values, channels: int = 4) -> Values:
    """Add an opaque alpha to RGB values where four channels are wanted.

    Parameters
    ----------
    values : ndarray
        (..., 3 or 4): uint8, uint16, or floats in units of 8-bit values.
    channels : int
        3 or 4; values with as many channels, or more, are returned unchanged.
    """
    if values.shape[-1] >= channels:
        return values
    whole = np.issubdtype(values.dtype, np.integer)
    opaque = np.iinfo(values.dtype).max if whole else 255
    alpha = np.full((*values.shape[:-1], 1), opaque, values.dtype)
    return np.concatenate([values, alpha], axis=-1)  # type: ignore[return-value]


def keys_of(colors: Colors) -> NDArray[np.uint32]:
    """Pack colors into the numbers R·2^16 + G·2^8 + B (+ A·2^24), as the native engine does.

    Parameters
    ----------
    colors : ndarray
        (..., 3 or 4) uint8.

    Returns
    -------
    ndarray
        (...) uint32; equal numbers mean equal colors.
    """
    keys = np.zeros(colors.shape[:-1], np.uint32)
    for channel, shift in zip(range(colors.shape[-1]), (16, 8, 0, 24), strict=False):
        keys |= colors[..., channel].astype(np.uint32) << np.uint32(shift)
    return keys


def colors_from_keys(keys: NDArray[np.uint32], channels: int) -> NDArray[np.uint8]:
    """Unpack colors from their numbers; the inverse of `keys_of`.

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
