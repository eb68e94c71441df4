"""huepress as scikit-image would have it: arrays in, arrays out, a channel axis of any place."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from huepress._quantize import quantize as quantize_pixels
from huepress.errors import OptionError


def quantize(
    image: NDArray[Any],
    n_colors: int = 256,
    *,
    channel_axis: int | None = -1,
    color_space: str = "oklab",
    effort: str = "balanced",
    rng: int = 0,
) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Reduce an image to a palette.

    Parameters
    ----------
    image : ndarray
        Gray, RGB or straight RGBA in sRGB, of any number of dimensions: uint8, uint16, bool, or
        float in 0-1. Not changed.
    n_colors : int
        Largest palette, 1 to 256.
    channel_axis : int or None
        Which axis holds the 3 or 4 channels; None for a gray image.
    color_space, effort
        As for `huepress.quantize`.
    rng : int
        Seed of what is drawn at random.

    Returns
    -------
    labels : ndarray
        The palette entry of every pixel, uint8, of the shape of the image without its channels.
    palette : ndarray
        (k, channels), or (k,) for a gray image, in the dtype and range of the image (colors are
        found with 8 bits a channel). ``palette[labels]`` is the image in few colors, its channels
        last.

    Raises
    ------
    OptionError
        An image of another type, range or number of channels, or `n_colors` out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from huepress.skimage import quantize
    >>> labels, palette = quantize(np.linspace(0, 1, 64).reshape(8, 8), 2, channel_axis=None)
    >>> labels.shape, palette.shape, palette.dtype.name
    ((8, 8), (2,), 'float64')
    """
    given = np.asarray(image)
    levels = _levels(given)
    if channel_axis is None:
        rows = np.repeat(levels[..., np.newaxis], 3, axis=-1)
    elif not -given.ndim <= channel_axis < given.ndim:
        raise OptionError("channel_axis", channel_axis, f"an axis of {given.ndim}, or None")
    else:
        rows = np.moveaxis(levels, channel_axis, -1)
        if rows.shape[-1] not in (3, 4):
            found = f"{rows.shape[-1]} channels"
            raise OptionError("image", found, "3 or 4, or channel_axis=None for gray")
    flat = np.ascontiguousarray(rows.reshape(1, -1, rows.shape[-1]))
    result = quantize_pixels(flat, n_colors, color_space=color_space, effort=effort, seed=rng)
    palette = result.palette[:, 0] if channel_axis is None else result.palette
    return result.indices.reshape(rows.shape[:-1]), _as_dtype(palette, given.dtype)


def _levels(image: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the image with 8 bits a channel."""
    if image.size == 0:
        raise OptionError("image", f"array of shape {image.shape}", "at least one pixel")
    if image.dtype == np.uint8:
        return image.astype(np.uint8, copy=False)
    if image.dtype == np.bool_:
        return image.astype(np.uint8) * np.uint8(255)
    if image.dtype == np.uint16:
        return np.rint(image / 257.0).astype(np.uint8)
    if image.dtype.kind != "f":
        raise OptionError("image", f"{image.dtype} array", "uint8, uint16, bool or float")
    low, high = float(image.min()), float(image.max())
    if not (low >= 0 and high <= 1):
        raise OptionError("image", f"floats from {low:g} to {high:g}", "0 to 1")
    return np.rint(image * 255.0).astype(np.uint8)


def _as_dtype(palette: NDArray[np.uint8], dtype: np.dtype[Any]) -> NDArray[Any]:
    if dtype == np.uint8:
        return palette
    if dtype == np.bool_:
        return palette > 127
    if dtype == np.uint16:
        return palette.astype(np.uint16) * np.uint16(257)
    return (palette / 255.0).astype(dtype)
