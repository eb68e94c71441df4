"""Where distance is measured: 8-bit colors to coordinates and back.

In come sRGB or straight sRGBA colors, out go points whose squared Euclidean distance is the
distance between the colors as seen. Units are those of 8-bit values: white is 255 away from black.

With alpha, the distance is the mean of the squared distances seen over a black and over a white
background. In premultiplied coordinates p = A·c that mean is a quadratic form in (p, A), so it is
again Euclidean, in four coordinates; nothing hidden behind full transparency counts.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from huepress.errors import OptionError
from huepress.types import Colors, Points

ColorSpace: TypeAlias = str
"""``oklab`` or ``srgb``; every function that measures distance checks it."""
COLOR_SPACES: Final = ("oklab", "srgb")

# Björn Ottosson, "A perceptual color space for image processing" (2020),
# https://bottosson.github.io/posts/oklab/ (matrices of 2021-01-25, from linear sRGB).
_LMS_FROM_RGB: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB_FROM_LMS: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_LMS_FROM_LAB: Final = np.linalg.inv(_LAB_FROM_LMS)
_RGB_FROM_LMS: Final = np.linalg.inv(_LMS_FROM_RGB)


def linear_from_srgb(values: ArrayLike) -> NDArray[np.float64]:
    """Undo the sRGB transfer curve (IEC 61966-2-1).

    Parameters
    ----------
    values : array_like
        Encoded sRGB, 0-1.

    Returns
    -------
    ndarray
        Linear light, 0-1, float64, same shape.
    """
    v = np.asarray(values, np.float64)
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def srgb_from_linear(values: ArrayLike) -> NDArray[np.float64]:
    """Apply the sRGB transfer curve; the inverse of `linear_from_srgb`.

    Parameters
    ----------
    values : array_like
        Linear light, 0-1; negative values become 0.

    Returns
    -------
    ndarray
        Encoded sRGB, float64, same shape.
    """
    v = np.maximum(np.asarray(values, np.float64), 0.0)
    return np.where(v <= 0.0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - 0.055)


_LINEAR_OF_BYTE: Final = linear_from_srgb(np.arange(256) / 255.0)


def oklab_from_linear(rgb: ArrayLike) -> NDArray[np.float64]:
    """Convert linear sRGB to Oklab.

    Parameters
    ----------
    rgb : array_like
        (..., 3) linear light, 0-1 (values outside are allowed: wider gamuts).

    Returns
    -------
    ndarray
        (..., 3) float64: L 0-1, a and b about -0.4 to 0.4.
    """
    lms = np.asarray(rgb, np.float64) @ _LMS_FROM_RGB.T
    return np.asarray(np.cbrt(lms) @ _LAB_FROM_LMS.T)


def linear_from_oklab(lab: ArrayLike) -> NDArray[np.float64]:
    """Convert Oklab to linear sRGB; the inverse of `oklab_from_linear`.

    Parameters
    ----------
    lab : array_like
        (..., 3) Oklab.

    Returns
    -------
    ndarray
        (..., 3) float64 linear light; outside 0-1 for colors outside the sRGB gamut.
    """
    lms = (np.asarray(lab, np.float64) @ _LMS_FROM_LAB.T) ** 3
    return np.asarray(lms @ _RGB_FROM_LMS.T)


def oklab_from_srgb8(colors: Colors) -> NDArray[np.float64]:
    """Convert 8-bit sRGB to Oklab.

    Parameters
    ----------
    colors : ndarray
        (..., 3) uint8 sRGB.

    Returns
    -------
    ndarray
        (..., 3) float64 Oklab.
    """
    return oklab_from_linear(_LINEAR_OF_BYTE[colors])


def embed(colors: Colors, color_space: str) -> Points:
    """Place colors where squared Euclidean distance is the distance as seen.

    Parameters
    ----------
    colors : ndarray
        (n, 3) uint8 sRGB, or (n, 4) uint8 straight sRGBA.
    color_space : {"oklab", "srgb"}
        Oklab measures as the eye does, sRGB gives the textbook's mean squared error.

    Returns
    -------
    ndarray
        (n, 3) or (n, 4) float32 in units of 8-bit values: the sRGB values themselves, or 255 times
        Oklab; with alpha, premultiplied and less half of what white would be, then one more
        coordinate for alpha.

    Raises
    ------
    OptionError
        Unknown color space.
    """
    if color_space == "srgb":
        points = colors[:, :3].astype(np.float64)
        white, alpha_scale = np.full(3, 255.0), 255.0 * 0.75**0.5
    elif color_space == "oklab":
        points = 255.0 * oklab_from_srgb8(colors[:, :3])
        white, alpha_scale = np.array([255.0, 0.0, 0.0]), 255.0 * 0.25**0.5
    else:
        raise OptionError("color_space", color_space, " or ".join(COLOR_SPACES))
    if colors.shape[1] == 3:
        return points.astype(np.float32)
    alpha = colors[:, 3:].astype(np.float64) / 255.0
    return np.hstack([alpha * (points - 0.5 * white), alpha * alpha_scale]).astype(np.float32)


def unembed(points: NDArray[np.floating], color_space: str) -> Colors:
    """Return the 8-bit colors at points; the rounded inverse of `embed`.

    Parameters
    ----------
    points : ndarray
        (n, 3) or (n, 4), as `embed` gives them.
    color_space : {"oklab", "srgb"}
        The space they are in.

    Returns
    -------
    ndarray
        (n, 3) or (n, 4) uint8: each channel clipped to 0-255 and rounded. Fully transparent
        colors are (0, 0, 0, 0).

    Raises
    ------
    OptionError
        Unknown color space.
    """
    if color_space not in COLOR_SPACES:
        raise OptionError("color_space", color_space, " or ".join(COLOR_SPACES))
    p = np.asarray(points, np.float64)
    straight = p[:, :3]
    if p.shape[1] == 4:
        srgb = color_space == "srgb"
        alpha = p[:, 3:] / (255.0 * (0.75**0.5 if srgb else 0.5))
        alpha = np.rint(np.clip(alpha, 0.0, 1.0) * 255.0) / 255.0
        white = np.full(3, 255.0) if srgb else np.array([255.0, 0.0, 0.0])
        straight = np.divide(straight, alpha, out=np.zeros_like(straight), where=alpha > 0)
        straight = straight + 0.5 * white
    if color_space == "oklab":
        straight = 255.0 * srgb_from_linear(linear_from_oklab(straight / 255.0))
    colors = np.rint(np.clip(straight, 0.0, 255.0)).astype(np.uint8)
    if p.shape[1] == 3:
        return colors
    colors = np.where(alpha > 0, colors, 0).astype(np.uint8)
    return np.hstack([colors, np.rint(alpha * 255.0).astype(np.uint8)])
