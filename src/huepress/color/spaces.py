"""Color spaces in which distance is measured: 8-bit colors to coordinates and back.

sRGB or straight sRGBA colors go in; points come out whose squared Euclidean distance is the visible
difference of the colors. Units are those of 8-bit values: white is 255 away from black.

With alpha, the distance is the mean of the squared distances seen over a black and over a white
background. In premultiplied coordinates p = A·c that mean is a quadratic form in (p, A), so it is
again Euclidean, in four coordinates; colors under full transparency do not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from huepress import _core
from huepress.errors import OptionError
from huepress.formats.profiles import RgbProfile, encode_srgb, parse
from huepress.types import Colors, Points

COLOR_SPACES: Final = ("oklab", "srgb")


@dataclass(frozen=True, slots=True, eq=False)
class ProfiledOklab:
    """Oklab of colors whose values are in an ICC profile other than sRGB.

    Attributes
    ----------
    profile : RgbProfile
        The profile of the values.
    linear_of_byte : ndarray
        (3, 256) float64: linear value of every byte of each channel.
    lms : ndarray
        (3, 3) float64: from linear channels to the cone responses of Oklab.
    """

    profile: RgbProfile
    linear_of_byte: NDArray[np.float64]
    lms: NDArray[np.float64]


ColorSpace: TypeAlias = "str | ProfiledOklab"
"""``oklab``, ``srgb``, or a result of `space_of`; functions that measure distance check it."""

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
# What XYB adds to every cone response before the root, so that differences near black do not count
# for more than the eye sees there: Alakuijala et al., "JPEG XL next-generation image compression
# architecture and coding tools" (2019), doi:10.1117/12.2529237. Against plain Oklab: 4.7 % fewer
# bytes at equal score (docs/lab-book/rate.md).
_BIAS: Final = 0.0037930732552754493
_BIAS_ROOT: Final = 0.15595420054924863
_WHITE: Final = 0.8453085619621623
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
    return encode_srgb(np.maximum(np.asarray(values, np.float64), 0.0))


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
    return _oklab_from_lms(np.asarray(rgb, np.float64) @ _LMS_FROM_RGB.T)


def _oklab_from_lms(lms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Apply cube roots and the second matrix; negative responses, which no eye has, count as 0."""
    return np.asarray(np.cbrt(np.maximum(lms, 0.0)) @ _LAB_FROM_LMS.T)


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


@lru_cache(maxsize=16)
def space_of(color_space: str, icc_profile: bytes | None) -> ColorSpace:
    """Find the space in which to measure the distance of colors in a profile.

    Parameters
    ----------
    color_space : {"oklab", "srgb"}
        Oklab measures the real colors; ``srgb`` takes the values as they are, whatever their
        profile.
    icc_profile : bytes or None
        A profile of three curves and a matrix (others count as sRGB); None: sRGB.

    Returns
    -------
    str or ProfiledOklab
        For every parameter named ``color_space``.
    """
    require_space(color_space)
    profile = None if icc_profile is None else parse(icc_profile)
    if profile is None or color_space != "oklab":
        return color_space
    return ProfiledOklab(profile, profile.linear_of_byte(), _LMS_FROM_RGB @ profile.matrix)


def require_space(color_space: ColorSpace) -> None:
    """Raise OptionError for an unknown color space."""
    if not isinstance(color_space, ProfiledOklab) and color_space not in COLOR_SPACES:
        raise OptionError("color_space", color_space, " or ".join(COLOR_SPACES))


def is_oklab(color_space: ColorSpace) -> bool:
    """Whether distances are measured in Oklab."""
    return isinstance(color_space, ProfiledOklab) or color_space == "oklab"


def place(
    engine: _core.Engine, color_space: ColorSpace, without_clear: bool, n_threads: int
) -> None:
    """Place the colors of a native engine in a color space."""
    if isinstance(color_space, ProfiledOklab):
        tables = color_space.linear_of_byte, color_space.lms
        engine.place("oklab", without_clear, n_threads, *tables)
    else:
        engine.place(color_space, without_clear, n_threads)


def embed(colors: Colors, color_space: ColorSpace) -> Points:
    """Place colors so that squared Euclidean distance is the visible difference.

    Parameters
    ----------
    colors : ndarray
        (n, 3) uint8 sRGB, or (n, 4) uint8 straight sRGBA.
    color_space : {"oklab", "srgb"} or ProfiledOklab
        Oklab measures as the eye does: cone responses are biased as in XYB before the cube root,
        because plain Oklab exaggerates differences near black. sRGB gives the textbook's mean
        squared error.

    Returns
    -------
    ndarray
        (n, 3) or (n, 4) float32 in units of 8-bit values: the sRGB values themselves, or 255 times
        biased Oklab (first coordinate 0 for black, 255 for white); with alpha, premultiplied minus
        half of what white would be there, then one more coordinate for alpha.

    Raises
    ------
    OptionError
        Unknown color space.
    """
    require_space(color_space)
    points = np.empty(colors.shape, np.float32)
    colors = np.ascontiguousarray(colors)
    if isinstance(color_space, ProfiledOklab):
        _core.embed(colors, "oklab", points, color_space.linear_of_byte, color_space.lms)
    else:
        _core.embed(colors, color_space, points)
    return points


def linear_of_deep(color_space: ColorSpace) -> NDArray[np.float64] | None:
    """Return the linear light of every 16-bit value, for many colors in `embed_deep`.

    Returns
    -------
    ndarray or None
        (3, 65536) float64; None where distance is not measured on light.
    """
    require_space(color_space)
    steps = np.arange(65536) / 65535.0
    if isinstance(color_space, ProfiledOklab):
        return color_space.profile.curve_at(np.repeat(steps[:, None], 3, axis=1)).T.copy()
    return np.tile(linear_from_srgb(steps), (3, 1)) if is_oklab(color_space) else None


def embed_deep(
    values: NDArray[np.generic],
    color_space: ColorSpace,
    linear_of_value: NDArray[np.float64] | None = None,
) -> Points:
    """Place colors of more than 8 bits; equals `embed` for whole 8-bit values.

    Parameters
    ----------
    values : ndarray
        (n, 3 or 4) straight alpha: uint16, or float in units of 8-bit values, 0-255 with
        fractions.
    color_space : {"oklab", "srgb"} or ProfiledOklab
        As for `embed`.
    linear_of_value : ndarray, optional
        `linear_of_deep` of the color space, in which uint16 values are looked up.

    Returns
    -------
    ndarray
        (n, 3 or 4) float32, as `embed` gives them.
    """
    require_space(color_space)
    linear = None
    if linear_of_value is not None and values.dtype == np.uint16:
        linear = linear_of_value[np.arange(3), values[:, :3]]
    fine = values.astype(np.float64) / (257.0 if values.dtype == np.uint16 else 1.0)
    if linear is None and isinstance(color_space, ProfiledOklab):
        linear = color_space.profile.curve_at(fine[:, :3] / 255.0)
    elif linear is None and is_oklab(color_space):
        linear = linear_from_srgb(fine[:, :3] / 255.0)
    return _placed(fine, linear, color_space)


def _biased_from_lms(lms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Apply biased cube roots, black at 0 and white at 1, and the second matrix."""
    roots = (np.cbrt(np.maximum(lms, 0.0) + _BIAS) - _BIAS_ROOT) * (1.0 / _WHITE)
    return np.asarray(roots @ _LAB_FROM_LMS.T)


def _lms_from_biased(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    """Undo `_biased_from_lms`."""
    return np.asarray((lab @ _LMS_FROM_LAB.T * _WHITE + _BIAS_ROOT) ** 3 - _BIAS)


def _placed(
    values: NDArray[np.float64], linear: NDArray[np.float64] | None, color_space: ColorSpace
) -> Points:
    """Place values, from their linear light where the space needs it."""
    if linear is None:
        points = values[:, :3]
        white, alpha_scale = np.full(3, 255.0), 255.0 * 0.75**0.5
    else:
        matrix = color_space.lms if isinstance(color_space, ProfiledOklab) else _LMS_FROM_RGB
        points = 255.0 * _biased_from_lms(linear @ matrix.T)
        white, alpha_scale = np.array([255.0, 0.0, 0.0]), 255.0 * 0.25**0.5
    if values.shape[1] == 3:
        return points.astype(np.float32)
    alpha = values[:, 3:] / 255.0
    return np.hstack([alpha * (points - 0.5 * white), alpha * alpha_scale]).astype(np.float32)


def unembed(points: NDArray[np.floating], color_space: ColorSpace) -> Colors:
    """Return the 8-bit colors at points; the rounded inverse of `embed`.

    Parameters
    ----------
    points : ndarray
        (n, 3) or (n, 4), as `embed` gives them.
    color_space : {"oklab", "srgb"} or ProfiledOklab
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
    require_space(color_space)
    p = np.asarray(points, np.float64)
    straight = p[:, :3]
    if p.shape[1] == 4:
        srgb = color_space == "srgb"
        alpha = p[:, 3:] / (255.0 * (0.75**0.5 if srgb else 0.5))
        alpha = np.rint(np.clip(alpha, 0.0, 1.0) * 255.0) / 255.0
        white = np.full(3, 255.0) if srgb else np.array([255.0, 0.0, 0.0])
        straight = np.divide(straight, alpha, out=np.zeros_like(straight), where=alpha > 0)
        straight = straight + 0.5 * white
    if is_oklab(color_space):
        linear = _lms_from_biased(straight / 255.0) @ _RGB_FROM_LMS.T
        if isinstance(color_space, ProfiledOklab):
            straight = 255.0 * color_space.profile.from_linear(linear)
        else:
            straight = 255.0 * srgb_from_linear(linear)
    colors = np.rint(np.clip(straight, 0.0, 255.0)).astype(np.uint8)
    if p.shape[1] == 3:
        return colors
    colors = np.where(alpha > 0, colors, 0).astype(np.uint8)
    return np.hstack([colors, np.rint(alpha * 255.0).astype(np.uint8)])
