"""ColorVideoVDP for still pictures, on the native core: what an eye sees at a desk, in JOD.

Two pictures go in, a quality comes out: 10 for no difference that is seen, one less for every step
that three of four observers notice (just-objectionable differences). It models a display, the
distance to it and the eye's sensitivity to contrast by spatial frequency, which SSIMULACRA2 does
not: it forgives the finest noise and punishes bands, streaks and shifted averages. `Cvvdp` keeps
everything of the reference for many test pictures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.color.spaces import linear_from_srgb
from huepress.errors import OptionError
from huepress.metrics.inputs import (
    BACKGROUNDS,
    ImageLike,
    aligned,
    as_pixels,
    grow,
    is_transparent,
    require_indexed,
    require_same_size,
)
from huepress.types import Colors, Indices, Pixels

LEAST_SIDE: Final = 8
"""Smaller pictures are extended to this many pixels a side; the package fails below 4."""

# What follows are constants of the package cvvdp 0.5.7 (Mantiuk et al.; MIT): primaries of sRGB,
# the cone fundamentals of 2006 and the opponent channels at D65, the bands of the pyramid, and the
# norms that lead to JOD (cvvdp_parameters.json), fitted to what observers said.
_XYZ_FROM_RGB: Final = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_LMS_FROM_XYZ: Final = np.array(
    [
        [0.187596268556126, 0.585168649077728, -0.026384263306304],
        [-0.133397430663221, 0.405505777260049, 0.034502127690364],
        [0.000244379021663, -0.000542995890619, 0.019406849066323],
    ]
)
_OPPONENT_FROM_LMS: Final = np.array(
    [[1.0, 1.0, 0.0], [1.0, -2.311130179947035, 0.0], [-1.0, -1.0, 50.977571328718781]]
)
_LOWEST_FREQUENCY: Final = 0.2  # cycles per degree: below it a band is the last
_LAST_FREQUENCY: Final = 0.1
_BAND_SHARE: Final = 0.3228  # of the highest frequency, where the second band has its peak
_SENSITIVITY_DECIBEL: Final = -0.2797423303127289
_CHANNEL_GAIN: Final = (1.0, 1.45, 1.0)
_LAST_BAND_WEIGHT: Final = (0.0036334486212581396, 1.6627724170684814, 4.11874532699585)
_STILL: Final = 0.577918291091919  # a still picture against a second of video
_JOD_SCALE: Final = 0.0439569391310215
_JOD_POWER: Final = 0.9302042722702026
_LINEAR_BELOW: Final = 0.1
_SMALL: Final = 1e-5

_CACHE_LIMIT: Final = 512 << 20
"""Most bytes of planes kept for a reference, about 15 megapixels; larger ones are recomputed."""


@dataclass(frozen=True)
class Display:
    """A display, and the eye in front of it.

    Attributes
    ----------
    peak : float
        Luminance of white, cd/m2.
    contrast : float
        White against black in the dark, as a ratio.
    ambient : float
        Light in the room, lux.
    pixels_per_degree : float
        Of visual angle.
    reflectivity : float
        Share of the room's light that the panel throws back.
    """

    peak: float
    contrast: float
    ambient: float
    pixels_per_degree: float
    reflectivity: float = 0.005


def _pixels_per_degree(inches: float, width: int, height: int, meters: float) -> float:
    pitch = inches * 0.0254 / math.hypot(width, height)
    return 1 / (2 * math.degrees(math.atan(0.5 * pitch / meters)))


STANDARD_FHD: Final = Display(200.0, 1000.0, 250.0, _pixels_per_degree(24, 1920, 1080, 0.6))
"""A 24-inch Full HD display at 0.6 m in an office: the package's ``standard_fhd``."""


def cvvdp(
    image_true: ImageLike,
    image_test: ImageLike,
    *,
    display: Display = STANDARD_FHD,
    n_threads: int = 1,
) -> float:
    """Judge a picture against its original as an observer at a desk would.

    Parameters
    ----------
    image_true, image_test : array_like
        (height, width, 3 or 4) uint8, sRGB or straight sRGBA; see `huepress.metrics`. When either
        is transparent, both are composited over gray 26 and over gray 230, in 8 bits with Pillow's
        rounding, and the worse quality counts.
    display : Display
        Where it is seen.
    n_threads : int
        0 for one per processor.

    Returns
    -------
    float
        JOD: 10 for identical pictures, about 9.6 for a good JPEG; negative for very bad ones.

    Raises
    ------
    OptionError
        Wrong type or shape, or the sizes differ.

    Notes
    -----
    The same bytes for any number of threads and every instruction set; within 0.005 of the package
    ``cvvdp`` 0.5.7. Pictures with a side below 8 pixels are extended to 8 by repeating their last
    row and column.

    References
    ----------
    .. [1] R. K. Mantiuk, P. Hanji, M. Ashraf, Y. Asano, A. Chapiro, "ColorVideoVDP: A visual
           difference predictor for image, video and display color perception", ACM Trans. Graph.
           43, 2024, doi:10.1145/3658144
    """
    return Cvvdp(image_true, display=display, n_threads=n_threads, warm=False).score(image_test)


class Cvvdp:
    """A reference picture, kept ready for many comparisons.

    Parameters
    ----------
    reference : array_like
        (height, width, 3 or 4) uint8, sRGB or straight sRGBA. Not copied: not to be changed.
    display : Display
        Where it is seen.
    n_threads : int
        0 for one per processor.
    warm : bool
        Keep the planes of the reference at the first score, about 32 bytes a pixel (twice that
        when it is transparent) and not above 512 MB.

    Notes
    -----
    Values are those of `cvvdp`, bit for bit. May be used from several threads at once.
    """

    def __init__(
        self,
        reference: ImageLike,
        *,
        display: Display = STANDARD_FHD,
        n_threads: int = 1,
        warm: bool = True,
    ) -> None:
        if n_threads < 0:
            raise OptionError("n_threads", n_threads, "0 or more")
        self._shown = as_pixels(reference, "reference")
        self._reference = grow(self._shown, LEAST_SIDE)
        self._is_transparent = is_transparent(self._reference)
        self._n_threads = n_threads
        height, width = self._reference.shape[:2]
        self._model = (light_of(display), sensitivity_of(display, height, width))
        size = _core.cvvdp_cache_size(height, width, *self._model)
        n_caches = 2 if self._is_transparent else 1
        self._cache_size = size if warm and n_caches * size * 4 <= _CACHE_LIMIT else 0
        self._caches: dict[int, NDArray[np.float32]] = {}

    def score(self, image_test: ImageLike) -> float:
        """Judge a picture of the reference's size; JOD.

        Parameters
        ----------
        image_test : array_like
            (height, width, 3 or 4) uint8.

        Raises
        ------
        OptionError
            Wrong type or shape, or another size than the reference's.
        """
        pixels = as_pixels(image_test, "image_test")
        require_same_size(self._shown, pixels)
        return self._worst(grow(pixels, LEAST_SIDE), None, is_transparent(pixels))

    def score_indexed(self, indices: Indices, palette: Colors) -> float:
        """Judge ``palette[indices]`` without making it; JOD.

        Parameters
        ----------
        indices : ndarray
            (height, width) uint8, each below the length of the palette.
        palette : ndarray
            (k, 3 or 4) uint8, 1 to 256 colors.

        Raises
        ------
        OptionError
            Wrong type or shape, another size, or an index beyond the palette.
        """
        require_indexed(self._shown, indices, palette)
        planes = np.ascontiguousarray(grow(indices, LEAST_SIDE))[..., None]
        return self._worst(planes, np.ascontiguousarray(palette), is_transparent(palette))

    def _worst(self, test: Pixels, palette: Colors | None, is_transparent: bool) -> float:
        levels = BACKGROUNDS if self._is_transparent or is_transparent else BACKGROUNDS[:1]
        return min(self._score_over(level, test, palette) for level in levels)

    def _score_over(self, background: int, test: Pixels, palette: Colors | None) -> float:
        n_bands = len(self._model[1])
        sums = np.empty((n_bands, 3), np.float64)
        rest = (test, palette, background, *self._model, sums, self._n_threads)
        if self._cache_size:
            _core.cvvdp_sums(self._cache(background), *rest)
        else:
            _core.cvvdp_sums_streamed(self._reference, *rest)
        return jod_of_sums(sums, *self._reference.shape[:2])

    def _cache(self, background: int) -> NDArray[np.float32]:
        key = background if self._is_transparent else BACKGROUNDS[0]
        found = self._caches.get(key)
        if found is None:
            found = aligned(self._cache_size)
            _core.cvvdp_prepare(self._reference, background, *self._model, found, self._n_threads)
            self._caches[key] = found
        return found


def band_frequencies(display: Display, height: int, width: int) -> list[float]:
    """Return the spatial frequencies of the bands of a picture, cycles per degree; last the rest.

    Parameters
    ----------
    display : Display
        Where it is seen.
    height, width : int
        At least 8.
    """
    highest = display.pixels_per_degree / 2
    bands = [highest]
    while bands[-1] > _LOWEST_FREQUENCY:
        bands.append(highest * _BAND_SHARE * 0.5 ** (len(bands) - 1))
    most = int(math.log2(min(height, width))) - 1
    return [*bands[:most], _LAST_FREQUENCY]


def light_of(display: Display) -> NDArray[np.float32]:
    """Return what a byte of red, green and blue adds to the three channels: (3, 256, 3), cd/m2."""
    black = display.peak / display.contrast
    reflected = display.ambient / math.pi * display.reflectivity
    linear = linear_from_srgb(np.arange(256) / 255.0)
    shown = (display.peak - black) * linear + black + reflected
    matrix = _OPPONENT_FROM_LMS @ _LMS_FROM_XYZ @ _XYZ_FROM_RGB
    return np.asarray(matrix.T[:, None, :] * shown[None, :, None], np.float32)


def sensitivity_of(display: Display, height: int, width: int) -> NDArray[np.float32]:
    """Return log2 of the sensitivity to contrast: (n_bands, 3 channels, 32 background luminances).

    Gains of channels are in it, of all bands but the last.
    """
    table = _contrast_sensitivity()
    frequencies = band_frequencies(display, height, width)
    places = np.log10(np.array(frequencies) / 0.1) / math.log10(64 / 0.1) * 31
    below = np.clip(np.ceil(places).astype(int) - 1, 0, 30)
    share = places - below
    logs = table[..., below] * (1 - share) + table[..., below + 1] * share
    logs = np.moveaxis(logs, -1, 0) + _SENSITIVITY_DECIBEL / 20
    logs[:-1] += np.log10(_CHANNEL_GAIN)[:, None]
    return np.ascontiguousarray(logs * math.log2(10), np.float32)


def jod_of_sums(sums: NDArray[np.float64], height: int, width: int) -> float:
    """Return JOD of the sums of squared differences of every band and channel."""
    norms = np.empty_like(sums)
    for band, values in enumerate(sums):
        pixels = -(-height >> band) * -(-width >> band)
        norms[band] = _power(values / pixels, 0.5)
    norms[-1] *= _LAST_BAND_WEIGHT
    channels = _power(_power(norms, 4.0).sum(axis=0), 0.25)
    quality = float(_power(_power(channels, 4.0).sum(), 0.25)) * _STILL
    if quality <= 0.0:
        return 10.0
    if quality <= _LINEAR_BELOW:
        return 10.0 - _JOD_SCALE * math.pow(_LINEAR_BELOW, _JOD_POWER - 1) * quality
    return 10.0 - _JOD_SCALE * math.pow(quality, _JOD_POWER)


@cache
def _contrast_sensitivity() -> NDArray[np.float64]:
    """Return log10 sensitivity: (3 channels, 32 background luminances, 32 frequencies)."""
    text = (files("huepress.metrics") / "contrast_sensitivity.csv").read_text("utf-8")
    rows = [line.split(",") for line in text.splitlines() if not line.startswith("#")]
    return np.array(rows, np.float64).reshape(3, 32, 32)


def _power(values: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """Return the package's power, which has a slope at 0."""
    return np.asarray((values + _SMALL) ** power - _SMALL**power)
