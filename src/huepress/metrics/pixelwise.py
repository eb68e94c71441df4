"""Errors measured pixel by pixel: MSE, PSNR, and the error that remains after a blur."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from huepress.color import spaces
from huepress.errors import OptionError
from huepress.metrics.inputs import ImageLike, as_pair, as_pixels, require_same_size
from huepress.types import Pixels

_CHUNK = 1 << 18  # values at a time, so that temporaries stay inside a common L2


def mse(image_true: ImageLike, image_test: ImageLike) -> float:
    """Mean squared error of the 8-bit values, over pixels and color channels.

    Parameters
    ----------
    image_true, image_test : array_like
        (height, width, 3 or 4) uint8, RGB or straight RGBA; see `huepress.metrics`.

    Returns
    -------
    float
        0 to 65025. The sum is exact, so the order of the pixels changes nothing.

    Raises
    ------
    OptionError
        Wrong type or shape, or the sizes differ.

    Notes
    -----
    With alpha it is the mean of the errors seen over black and over white, the distance that
    colors are clustered by (`huepress.color.spaces`, ``srgb``).
    """
    first, second = as_pair(image_true, image_test)
    channels = first.shape[2]
    step = _CHUNK // channels * channels
    a, b = first.reshape(-1), second.reshape(-1)
    sum_of = _squares if channels == 3 else _squares_over_black_and_white
    total: int = sum(sum_of(a[i : i + step], b[i : i + step]) for i in range(0, a.size, step))
    values = first.size // channels * 3
    return float(total / (values if channels == 3 else values * 2 * 255 * 255))


def mse_fine(fine: NDArray[np.uint16], image_test: ImageLike) -> float:
    """As `mse`, against 16-bit values.

    Parameters
    ----------
    fine : ndarray
        (height, width, 3 or 4) uint16, white at 65535, straight alpha.
    image_test : array_like
        (height, width, 3 or 4) uint8.

    Returns
    -------
    float
        In squared 8-bit values, as for `mse`.

    Raises
    ------
    OptionError
        Wrong type or shape, or the sizes differ.
    """
    test = as_pixels(image_test, "image_test")
    require_same_size(test, (fine >> 8).astype(np.uint8))
    total = 0.0
    for row, shown in zip(fine, test, strict=True):
        a, b = row / 257.0, shown.astype(np.float64)
        if a.shape[1] == b.shape[1] == 3:
            total += float(np.sum(np.square(a - b)))
            continue
        p, q = (v[:, 3:] / 255 if v.shape[1] == 4 else np.ones((len(v), 1)) for v in (a, b))
        black = a[:, :3] * p - b[:, :3] * q
        white = black - 255 * (p - q)
        total += float(np.sum(np.square(black)) + np.sum(np.square(white))) / 2
    return total / float(fine.shape[0] * fine.shape[1] * 3)


def _squares(a: Pixels, b: Pixels) -> int:
    difference = np.maximum(a, b) - np.minimum(a, b)
    squares = np.multiply(difference, difference, dtype=np.uint16)  # 255 x 255 just fits
    return int(np.sum(squares, dtype=np.uint64))


def _squares_over_black_and_white(a: Pixels, b: Pixels) -> int:
    """Sum of squares over both backgrounds, in units of 1/255 of an 8-bit step squared."""
    # Most pixels are equal or opaque, so the background does not matter for them.
    differ = np.flatnonzero(a.view(np.uint32) != b.view(np.uint32))
    first, second = (v.view(np.uint32)[differ].view(np.uint8).reshape(-1, 4) for v in (a, b))
    is_solid = (first[:, 3] == 255) & (second[:, 3] == 255)
    solid = _squares(first[is_solid, :3], second[is_solid, :3])
    p, q = (v[~is_solid].astype(np.int64) for v in (first, second))
    black = p[:, :3] * p[:, 3:] - q[:, :3] * q[:, 3:]
    white = black - 255 * (p[:, 3:] - q[:, 3:])
    return 2 * 255 * 255 * solid + int(np.sum(black * black) + np.sum(white * white))


def psnr(image_true: ImageLike, image_test: ImageLike, *, data_range: float = 255) -> float:
    """Peak signal-to-noise ratio in decibels: 10 log10(data_range^2 / mse).

    Parameters
    ----------
    image_true, image_test : array_like
        As for `mse`.
    data_range : float
        The largest possible difference of two values.

    Returns
    -------
    float
        Decibels; ``inf`` for identical pictures.

    Raises
    ------
    OptionError
        As `mse`; or `data_range` is not above 0.
    """
    if not data_range > 0:
        raise OptionError("data_range", data_range, "above 0")
    error = mse(image_true, image_test)
    return 10 * math.log10(data_range**2 / error) if error > 0 else math.inf


def blur_error(image_true: ImageLike, image_test: ImageLike, *, sigma: float = 3.0) -> float:
    """Mean squared Oklab error after a Gaussian blur: what the eye cannot average away.

    Noise such as dither almost vanishes; bands in a gradient remain.

    Parameters
    ----------
    image_true, image_test : array_like
        (height, width, 3 or 4) uint8, sRGB or straight sRGBA.
    sigma : float
        Of the blur, in pixels; cut at 4 sigma, mirrored at the borders.

    Returns
    -------
    float
        Mean over the pixels of the squared distance between the blurred pictures, in Oklab x 255
        (`huepress.color.spaces.embed`; with alpha, over black and over white).

    Raises
    ------
    OptionError
        As `mse`; or `sigma` is not above 0.
    """
    if not sigma > 0:
        raise OptionError("sigma", sigma, "above 0")
    first, second = as_pair(image_true, image_test)
    shape = first.shape
    a, b = (spaces.embed(p.reshape(-1, shape[2]), "oklab") for p in (first, second))
    error = (a - b).reshape(shape)
    radius = math.ceil(4 * sigma)
    taps = np.exp(-0.5 * (np.arange(radius + 1) / sigma) ** 2)
    kernel = (taps / (2 * taps.sum() - taps[0])).astype(np.float32)
    for axis in (0, 1):
        error = _blurred(error, kernel, axis)
    return float(np.mean(np.sum(np.square(error, dtype=np.float64), axis=2)))


def _blurred(
    values: NDArray[np.float32], kernel: NDArray[np.float32], axis: int
) -> NDArray[np.float32]:
    """Blur (height, width, n) along an axis; the kernel from its middle to one end."""
    radius, length = len(kernel) - 1, values.shape[axis]
    widths = [(radius, radius) if a == axis else (0, 0) for a in range(3)]
    wide = np.pad(values, widths, mode="symmetric")

    def shifted(offset: int) -> NDArray[np.float32]:
        start = radius + offset
        return wide[start : start + length] if axis == 0 else wide[:, start : start + length]

    total: NDArray[np.float32] = kernel[0] * shifted(0)
    pair = np.empty_like(total)
    for offset, tap in enumerate(kernel[1:], start=1):
        np.add(shifted(-offset), shifted(offset), out=pair)
        pair *= tap
        total += pair
    return total
