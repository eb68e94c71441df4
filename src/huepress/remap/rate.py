"""Indices by distortion + rate weight x bits: k-means with the rate in its objective.

The assignment step of k-means takes the nearest center. Here each pixel takes the entry that
minimizes distortion plus the price of the bits that the encoder will spend on it, as in
entropy-constrained vector quantization (Chou, Lookabaugh and Gray, "Entropy-constrained vector
quantization", IEEE Trans. ASSP 37 (1989), doi:10.1109/29.17498), with the bits of an LZ77 coder
that may copy what is only nearly equal (Luczak and Szpankowski, "A suboptimal lossy data
compression based on approximate pattern matching", IEEE Trans. Inf. Theory 43 (1997),
doi:10.1109/18.623143). Each row is a shortest path over literals, runs and copies of earlier rows;
the error is diffused inside it, so that smooth areas stay smooth at any rate.
"""

from __future__ import annotations

from copy import copy
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.color.keys import with_alpha
from huepress.color.spaces import ColorSpace, embed, is_oklab
from huepress.errors import OptionError
from huepress.palette import deep
from huepress.palette.opaque import keep_opaque
from huepress.remap.masking import importance
from huepress.remap.nearest import seen_entries
from huepress.types import IndexedImage, Indices, Palette, Pixels, Points

# Scale of the chroma coordinates while mapping, a factor; the palette is learned without it. 0.8 is
# smallest at equal SSIMULACRA2, 0.5 at equal ColorVideoVDP (docs/lab-book/rate.md).
_CHROMA: Final = 0.65
# The same for drawings: their best score is a point higher with it.
_CHROMA_DRAWN: Final = 0.8
# The same when lightness comes first. Paintings keep the grain of crayon and brush for a quarter
# more bytes (0.75 of pngquant's instead of 0.6); charts at high scores get closer to the original
# by butteraugli for 1 % more (docs/lab-book/rate.md).
_CHROMA_LAST: Final = 0.35
# Shares of the error that go to the next pixel and to the next row at full dither: in texture, and
# in smooth areas at a low and at a high rate weight. In smooth areas nearly all of it goes on,
# mostly to the right, so that neither bands nor streaks remain: (0.28, 0.45) everywhere leaves
# streaks in skies (docs/lab-book/rate.md).
_SPREAD_RIGHT: Final = (0.28, 0.72, 0.87)
_SPREAD_DOWN: Final = (0.62, 0.20, 0.12)
# In pictures of gradients these cost 1 to 10 % of the bytes, of a file a fifth of pngquant's size,
# and leave 3 to 8 % less error after a blur (docs/lab-book/rate.md).
_SPREAD_RIGHT_GRADIENTS: Final = (0.28, 0.80, 0.87)
_SPREAD_DOWN_GRADIENTS: Final = (0.62, 0.16, 0.12)
# Share of the error that lightness takes over from its neighbors and does not pass on, and factor
# on the chroma error that goes down. Error that is passed on forever averages out, but is strong at
# four to ten pixels a wave, where an eye at a desk sees best; error that is passed on once is weak
# there. Saves 4 % of the bytes at equal ColorVideoVDP (docs/lab-book/rate.md).
_FORGET: Final = 0.5
_CHROMA_DOWN: Final = 0.75
# Rate weight halfway between "low" and "high": above it, runs are long enough to be visible as
# streaks in half-smooth areas (docs/lab-book/rate.md).
_STREAKS: Final = 32.0
# Extra weight of errors in smooth areas at a high rate weight, a factor: long runs become visible
# as streaks there first (docs/lab-book/rate.md).
_PREMIUM: Final = 12.0
# How far weights move toward their square roots at a high rate weight, 0-1: otherwise texture loses
# too much (docs/lab-book/rate.md).
_TO_ROOT: Final = 0.8
# 1 / squared distance (a fifteenth of the way from black to white) at which an error counts double.
# On drawings 1/160 takes 3 % more bytes for 4 % less butteraugli, 1/40 as many for none
# (docs/lab-book/rate.md).
_OUTLIER: Final = 1 / 300
# Groups of sixteen offsets to follow in each of the rows above. More groups keep helping, but less
# and less: one row of 16 offsets +12 % bytes, eight rows of 64 -2 % at twice the time
# (docs/lab-book/rate.md). WebP's short distances reach eight rows (docs/lab-book/webp.md).
REACH: Final = {"png": (4, 2, 2, 2), "webp": (4, 2, 1, 1, 1, 1, 1, 1)}
_NARROW: Final = (1, 1)
EVERY_ROW: Final = slice(None)
# Rows whose coordinates are held at a time where only their lightness is wanted.
_ROWS: Final = 256


class RateMap:
    """One picture and one palette, ready to map at any rate weight.

    Everything that does not depend on the rate weight is computed once, since a search maps often.

    Parameters
    ----------
    pixels : ndarray
        (height, width, 3 or 4) uint8.
    palette : Palette
        With as many channels as the pixels.
    color_space : {"oklab", "srgb"} or ProfiledOklab, default "oklab"
        Where distance is measured.
    weights : ndarray, optional
        (height, width) float32, > 0: importance of every pixel. Default: `masking.importance` for
        Oklab, 1 for sRGB.
    masked : bool, default True
        Take the weights as they are; False: their square roots.
    fine : ndarray, optional
        The pixels as uint16, if they have more than 8 bits; these are mapped instead.
    points : ndarray, optional
        `spaces.embed` of the pixels, when it is known; scaled in place.
    nearest : ndarray, optional
        (height, width) uint8: the nearest entry of every pixel, when it is known.
    drawn : bool, default False
        Spend as much on chroma as `kinds.is_drawn` pictures need.
    lightness : bool, default False
        Spend more on lightness, less on chroma, as `kinds.is_painted` pictures need.
    smooth : bool, default False
        Diffuse more of the error, as `kinds.is_smooth` pictures need.
    n_threads : int, default 0
        For the nearest colors, and for halves; 0 means all.

    Attributes
    ----------
    nearest : ndarray
        (height, width) uint8, the nearest entry of every pixel.
    """

    def __init__(
        self,
        pixels: Pixels,
        palette: Palette,
        *,
        color_space: ColorSpace = "oklab",
        weights: NDArray[np.float32] | None = None,
        masked: bool = True,
        fine: NDArray[np.uint16] | None = None,
        points: Points | None = None,
        nearest: Indices | None = None,
        drawn: bool = False,
        lightness: bool = False,
        smooth: bool = False,
        n_threads: int = 0,
    ) -> None:
        if palette.colors.shape[1] == 4:  # it may be shared with pictures that have alpha
            pixels = with_alpha(pixels, 4)
        height, width, channels = pixels.shape
        scale = np.ones(channels, np.float32)
        if fine is None:
            if points is None or points.shape[1] != channels:
                points = embed(pixels.reshape(-1, channels), color_space)
        else:
            fine = with_alpha(fine, channels)
            points = deep.points_of(fine, color_space, n_threads=n_threads)
        if is_oklab(color_space):
            scale[1:3] = _CHROMA_LAST if lightness else _CHROMA_DRAWN if drawn else _CHROMA
        if weights is None:
            weights = weights_of(pixels, color_space, points=points, n_threads=n_threads)
        if weights is None:
            weights = np.ones((height, width), np.float32)
        self._pixels = pixels
        points *= scale
        self._points = points
        self._importance = np.ascontiguousarray(weights, np.float32)
        self._color_space = color_space
        self._scale = scale
        self._n_threads = n_threads
        self._spread = (
            (_SPREAD_RIGHT_GRADIENTS, _SPREAD_DOWN_GRADIENTS)
            if smooth
            else (_SPREAD_RIGHT, _SPREAD_DOWN)
        )
        # In sRGB no coordinate is lightness.
        self._shaping = (_FORGET, _CHROMA_DOWN) if is_oklab(color_space) else (0.0, 1.0)
        self._take(palette, masked, nearest)

    def with_palette(
        self, palette: Palette, *, masked: bool = True, nearest: Indices | None = None
    ) -> RateMap:
        """Return a map of the same picture for another palette; the picture's planes are shared."""
        other = copy(self)
        other._take(palette, masked, nearest)
        return other

    def _take(self, palette: Palette, masked: bool, nearest: Indices | None) -> None:
        self.palette = palette
        self.centers = np.ascontiguousarray(embed(palette.colors, self._color_space) * self._scale)
        self._weights = self._importance if masked else np.sqrt(self._importance)
        if nearest is None:
            nearest = np.empty(self._pixels.shape[:2], np.uint8)
            _core.assign(self._points, self.centers, nearest.reshape(-1), None, self._n_threads)
        self.nearest = nearest
        counts = np.bincount(self.nearest.reshape(-1), minlength=len(palette))
        self._counts = counts.astype(np.float64)

    def map(
        self,
        rate_weight: float,
        *,
        dither: float = 1.0,
        find: bool = True,
        wide: bool = True,
        halves: bool = False,
        container: str = "png",
    ) -> IndexedImage:
        """Map every pixel.

        Parameters
        ----------
        rate_weight : float
            Lambda, >= 0: squared units of distance (8-bit units, `spaces.embed`) that one bit
            is worth. 0 gives the nearest colors, without dither.
        dither : float, default 1
            0 to 1: how much of the error is passed on to the neighbors to come.
        find : bool, default True
            Look for matches by context beside those at fixed offsets: smaller, a quarter slower.
        wide : bool, default True
            Follow many offsets: 3 to 5 % smaller, a third slower.
        halves : bool, default False
            Map the upper and the lower half apart, side by side where there are processors: in
            half the time, the lower one without anything to copy from above.
        container : {"png", "webp"}, default "png"
            Whose bits are counted.

        Returns
        -------
        IndexedImage
            The same bytes for every machine.

        Raises
        ------
        OptionError
            Another container.
        """
        terms = self.terms(rate_weight, dither=dither, find=find, wide=wide, container=container)
        if rate_weight == 0:
            return IndexedImage(self.nearest, self.palette)
        indices = np.empty_like(self.nearest)
        points, weights, smoothness = self.planes(rate_weight)
        rest = (self.centers, self._counts, indices, *terms, 2 if halves else 1, self._n_threads)
        _core.map_rate(points, weights, smoothness, self.nearest, *rest)
        self.settle(indices)
        return IndexedImage(indices, self.palette)

    def terms(
        self, rate_weight: float, *, dither: float, find: bool, wide: bool, container: str
    ) -> tuple[Any, ...]:
        """Return what the kernel wants to know beside the pixels; parameters as for `map`.

        Raises
        ------
        OptionError
            Another container.
        """
        if container not in REACH:
            raise OptionError("container", container, ", ".join(REACH))
        streaks = _streaks(rate_weight)
        right, down = self._spread
        return (
            rate_weight,
            _OUTLIER,
            0.5,
            _shares(right, dither, streaks),
            _shares(down, dither, streaks),
            *self._shaping,
            find,
            REACH[container] if wide else _NARROW,
            container,
        )

    def planes(
        self, rate_weight: float, rows: slice = EVERY_ROW
    ) -> tuple[Points, NDArray[np.float32], NDArray[np.float32]]:
        """Return the points of some rows, their weights and how smooth the picture is there."""
        width, streaks = self._pixels.shape[1], _streaks(rate_weight)
        top, bottom, _ = rows.indices(len(self._pixels))
        points = self._points[top * width : bottom * width]
        return points, self._weights_at(streaks, rows), self._smoothness(streaks, rows)

    def settle(self, indices: Indices) -> None:
        """See to it that clear pixels stay clear, and opaque ones opaque: indices of every row."""
        self._keep_clear(indices)
        keep_opaque(indices, self._pixels, self.palette.colors, self._color_space, self._n_threads)

    def _smoothness(self, streaks: float, rows: slice) -> NDArray[np.float32]:
        """How smooth the picture is at every pixel, 0 to 1: the cube of the importance.

        As the rate weight rises, the exponent falls: half-smooth texture shows streaks then, and
        diffusing more of the error there costs nothing.
        """
        importance = self._importance[rows]
        smoothness = importance * importance
        smoothness *= np.float32(1 - streaks)
        smoothness += np.float32(streaks)
        smoothness *= importance
        return smoothness

    def _weights_at(self, streaks: float, rows: slice) -> NDArray[np.float32]:
        """Weights of errors: nearer their roots as the rate weight rises, larger where smooth."""
        given = self._weights[rows]
        premium = self._importance[rows] * self._importance[rows]
        premium *= premium
        premium *= np.float32(_PREMIUM * streaks)
        premium += np.float32(1)
        weights = np.sqrt(given)
        with np.errstate(invalid="ignore"):  # infinite ones are refused by the core
            weights -= given
        weights *= np.float32(_TO_ROOT * streaks)
        weights += given
        premium *= weights
        return premium

    def _keep_clear(self, indices: Indices) -> None:
        """Give full transparency to clear pixels only, as `nearest.remap` does."""
        seen = seen_entries(self.palette)
        if self._pixels.shape[2] == 3 or len(seen) == len(self.palette):
            return
        clear = np.flatnonzero(self.palette.colors[:, 3] == 0)
        is_clear = self._pixels[..., 3] == 0
        lost = np.isin(indices, clear) & ~is_clear
        if lost.any():
            nearest = np.empty(int(lost.sum()), np.uint8)
            points = np.ascontiguousarray(self._points[lost.reshape(-1)])
            _core.assign(points, self.centers[seen], nearest, None, 1)
            indices[lost] = seen[nearest]
        indices[is_clear] = clear[0]


def _streaks(rate_weight: float) -> float:
    """How much of what is mapped at a high rate weight there is in this one: 0 to 1."""
    return rate_weight / (rate_weight + _STREAKS)


def _shares(
    spread: tuple[float, float, float], dither: float, streaks: float
) -> tuple[float, float]:
    texture, low, high = spread
    return texture * dither, (low + streaks * (high - low)) * dither


def weights_of(
    pixels: Pixels, color_space: ColorSpace, *, points: Points | None = None, n_threads: int = 0
) -> NDArray[np.float32] | None:
    """Return the importance of every pixel, or None where all count the same.

    Parameters
    ----------
    pixels : ndarray
        (height, width, 3 or 4) uint8.
    color_space : {"oklab", "srgb"}
        Errors in texture are cheap in Oklab; sRGB is plain mean squared error.
    points : ndarray, optional
        Coordinates of the pixels, when they are known.
    n_threads : int, default 0
        0: one per processor.

    Returns
    -------
    ndarray or None
        (height, width) float32, see `masking.importance`.
    """
    if not is_oklab(color_space):
        return None
    height, width, _ = pixels.shape
    if points is not None:
        return importance(points, height, width, n_threads=n_threads)
    lightness = np.empty((height, width), np.float32)
    for top in range(0, height, _ROWS):
        rows = slice(top, top + _ROWS)
        strip = pixels[rows].reshape(-1, pixels.shape[2])
        lightness[rows] = embed(strip, color_space)[:, 0].reshape(-1, width)
    return importance(lightness.reshape(-1, 1), height, width, n_threads=n_threads)


def remap(
    pixels: Pixels,
    palette: Palette,
    rate_weight: float,
    *,
    dither: float = 1.0,
    color_space: ColorSpace = "oklab",
) -> IndexedImage:
    """Map a picture once; see `RateMap` and `RateMap.map`."""
    return RateMap(pixels, palette, color_space=color_space).map(rate_weight, dither=dither)
