"""Mix given colors in light: seen from afar, a few colors show the picture.

The error is passed on in linear light and all of it, so that the mean color of an area is that of
the original wherever the palette can mix it; what it cannot is first moved to the nearest color
that it can, else errors would pile up. Which dots make a color is left open by the mean alone: gray
may be black and white, or red, green and blue. Each entry pays for how far it is from the pixel,
mostly in chroma, and that price is not passed on: the queue of errors then finds the cheapest mix
by itself (drift plus penalty: Neely, "Stochastic Network Optimization" (2010),
doi:10.2200/S00271ED1V01Y201006CNT007), black and white for gray.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.color.light import mixing
from huepress.color.spaces import embed
from huepress.remap.given import ROWS, distinct
from huepress.remap.rate import REACH
from huepress.types import Colors, IndexedImage, Indices, Palette, Pixels, Points

# Shares of the error that go to the next pixel and to the next row: all of it, about as Floyd and
# Steinberg share it. 0.3 and 0.5 to the right look alike (docs/lab-book/rate.md).
_RIGHT: Final = 0.4375
# Penalty of an entry for its distance to the pixel, as factors on lightness and chroma in Oklab.
# With less chroma, grays have colored dots; with more, pale colors start late
# (docs/lab-book/rate.md).
_PRICE: Final = (0.316, 2.2)
# Mirrored rows to map before the first, so that the queue of errors is filled by then: without them
# the first rows of a gray sky are black, or have dots of odd colors.
_LEAD: Final = 16


class MixedMap:
    """One picture and one given palette, ready to map at any rate weight.

    Parameters
    ----------
    pixels : ndarray
        (height, width, 3 or 4) uint8.
    palette : Palette
        With alpha where the pixels have it. Opaque entries mix, `can_mix` says whether there are
        any; what is not opaque takes its nearest entry.
    nearest : ndarray
        (height, width) uint8: as `given.remap_given` maps.
    weights : ndarray or None
        (height, width) float32, > 0: importance of every pixel beside bits; None: all the same.
    n_threads : int, default 0
        0 means all.
    """

    def __init__(
        self,
        pixels: Pixels,
        palette: Palette,
        *,
        nearest: Indices,
        weights: NDArray[np.float32] | None = None,
        n_threads: int = 0,
    ) -> None:
        self.palette, self.nearest = palette, nearest
        self._pixels = pixels
        self._n_threads = n_threads
        self._solid = _solid(palette)
        self._lead = min(_LEAD, len(pixels))
        colors = np.ascontiguousarray(palette.colors[self._solid, :3])
        self._entries = mixing(colors)
        self._centers = np.hstack([self._entries, _priced(colors)])
        self._points = self._wanted()
        self._weights = np.ones(nearest.shape, np.float32) if weights is None else weights

    def _wanted(self) -> Points:
        """Where pixels are to be: what the palette can mix, and where they are by price."""
        height, width, channels = self._pixels.shape
        points = np.empty((height + self._lead, width, 6), np.float32)
        for top in range(0, height, ROWS):
            strip = self._pixels[top : top + ROWS]
            colors, places = distinct(strip)
            opaque = np.ascontiguousarray(colors[:, :3])
            wanted = mixing(opaque)
            _core.mixable(wanted, self._entries, self._n_threads)
            both = np.hstack([wanted, _priced(opaque)])
            if channels == 4:  # where nothing is mixed there is no error
                both[colors[:, 3] < 255] = self._centers[0]
            at = top + self._lead
            points[at : at + len(strip)] = both[places].reshape(len(strip), width, 6)
        points[: self._lead] = points[self._lead : 2 * self._lead][::-1]
        return points.reshape(-1, 6)

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
        """Map every pixel; parameters as for `rate.RateMap.map`, a dither of 1 passes on all."""
        height, width = self.nearest.shape
        indices = np.empty((height + self._lead, width), np.uint8)
        weights = np.concatenate([self._weights[: self._lead][::-1], self._weights])
        _core.map_rate(
            self._points,
            weights,
            np.zeros(indices.shape, np.float32),
            np.zeros_like(indices),
            self._centers,
            np.ones(len(self._solid)),
            indices,
            max(rate_weight, 1e-6),
            0.0,
            0.0,
            (_RIGHT * dither, _RIGHT * dither),
            ((1 - _RIGHT) * dither, (1 - _RIGHT) * dither),
            0.0,
            1.0,
            find,
            REACH[container] if wide else (1, 1),
            container,
            2 if halves else 1,
            self._n_threads,
        )
        indices = self._solid[indices[self._lead :]]
        if self._pixels.shape[2] == 4:
            through = self._pixels[..., 3] < 255
            indices[through] = self.nearest[through]
        return IndexedImage(indices, self.palette)


def can_mix(palette: Palette) -> bool:
    """Whether any entry is opaque."""
    return len(_solid(palette)) > 0


def _solid(palette: Palette) -> Indices:
    colors = palette.colors
    is_solid = (colors[:, 3:] == 255).all(axis=1)
    return np.flatnonzero(is_solid).astype(np.uint8)


def _priced(colors: Colors) -> Points:
    points = embed(colors, "oklab")
    lightness, chroma = _PRICE
    return points * np.array([lightness, chroma, chroma], np.float32)
