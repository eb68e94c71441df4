"""Map large pictures strip by strip: only the pixels and the indices are held for the whole.

What a mapping needs (coordinates, weights, nearest entries: 40 bytes a pixel) is computed for a
strip and then dropped. The indices are the same as from mapping the whole, byte for byte: the
kernel keeps its state from the rows above, and importance is computed from enough rows around the
strip.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress._threads import side_by_side
from huepress.color.spaces import ColorSpace
from huepress.limits import strips
from huepress.palette import histogram
from huepress.remap.masking import REACH
from huepress.remap.nearest import remap
from huepress.remap.rate import RateMap, weights_of
from huepress.types import Histogram, Image, IndexedImage, Indices, Palette

BANDS: Final = 2
"""Independent bands of rows, mapped in parallel if there are processors."""


@dataclass(frozen=True, eq=False)
class StripMap:
    """One large picture and one palette; see `remap.rate.RateMap`.

    Attributes
    ----------
    image : Image
        The picture.
    palette : Palette
        With as many channels as the pixels, or more.
    counted : Histogram
        Its colors, weighted by number of pixels, which set the prices of literals.
    color_space : {"oklab", "srgb"} or ProfiledOklab
        Where distance is measured.
    masked, drawn, lightness, smooth : bool
        As for `RateMap`.
    n_threads : int
        0: one per processor. No influence on the result.
    """

    image: Image
    palette: Palette
    counted: Histogram
    color_space: ColorSpace = "oklab"
    masked: bool = True
    drawn: bool = False
    lightness: bool = False
    smooth: bool = False
    n_threads: int = 0

    def map(
        self,
        rate_weight: float,
        *,
        dither: float = 1.0,
        find: bool = True,
        wide: bool = True,
        halves: bool = True,
        container: str = "png",
    ) -> IndexedImage:
        """Map every pixel; parameters as for `RateMap.map`."""
        if rate_weight == 0:
            return nearest(self.image, self.palette, self.color_space, n_threads=self.n_threads)
        indices = np.empty((self.image.height, self.image.width), np.uint8)
        how = {"dither": dither, "find": find, "wide": wide, "container": container}
        counts = self._counts()
        edges = np.linspace(0, len(indices), (BANDS if halves else 1) + 1).astype(int)

        def work(band: int) -> None:
            rows = slice(int(edges[band]), int(edges[band + 1]))
            self._map_band(rows, rate_weight, how, counts, indices)

        side_by_side(work, range(len(edges) - 1), self.n_threads)
        return IndexedImage(indices, self.palette)

    def _counts(self) -> NDArray[np.float64]:
        """Count the pixels that are nearest to each entry."""
        colors = self.counted.colors[None]
        entries = remap(colors, self.palette, self.color_space, n_threads=self.n_threads).indices
        counts = np.bincount(entries[0], self.counted.weights, minlength=len(self.palette))
        return np.asarray(counts, np.float64)

    def _map_band(
        self,
        band: slice,
        rate_weight: float,
        how: dict[str, Any],
        counts: NDArray[np.float64],
        indices: Indices,
    ) -> None:
        """Map the rows of a band, strip by strip."""
        mapper: _core.RateMapper | None = None
        for rows in strips(band.stop - band.start, self.image.width):
            inner = slice(band.start + rows.start, band.start + rows.stop)
            outer = slice(max(0, inner.start - REACH), min(self.image.height, inner.stop + REACH))
            strip = self._rate_map(outer)
            if mapper is None:
                terms = strip.terms(rate_weight, **how)
                mapper = _core.RateMapper(self.image.width, strip.centers, counts, *terms)
            own = slice(inner.start - outer.start, inner.stop - outer.start)
            found = np.zeros(strip.nearest.shape, np.uint8)
            mapper.map_rows(*strip.planes(rate_weight, own), strip.nearest[own], found[own])
            strip.settle(found)
            indices[inner] = found[own]

    def _rate_map(self, rows: slice) -> RateMap:
        part = _part(self.image, rows)
        return RateMap(
            part.pixels,
            self.palette,
            color_space=self.color_space,
            masked=self.masked,
            fine=part.deep,
            nearest=remap(part, self.palette, self.color_space, n_threads=1).indices,
            drawn=self.drawn,
            lightness=self.lightness,
            smooth=self.smooth,
            n_threads=1,
        )


def nearest(
    image: Image, palette: Palette, color_space: ColorSpace, *, n_threads: int = 0
) -> IndexedImage:
    """Map every pixel to its nearest palette entry, as `remap.nearest.remap` does."""
    indices = np.empty((image.height, image.width), np.uint8)

    def work(rows: slice) -> None:
        indices[rows] = remap(_part(image, rows), palette, color_space, n_threads=1).indices

    side_by_side(work, strips(image.height, image.width), n_threads)
    return IndexedImage(indices, palette)


def count(
    image: Image, color_space: ColorSpace, *, n_threads: int = 0
) -> tuple[Histogram, Histogram]:
    """Count the distinct colors of a large picture.

    Parameters
    ----------
    image : Image
        The picture.
    color_space : {"oklab", "srgb"} or ProfiledOklab
        In sRGB every pixel weighs 1.
    n_threads : int
        0: one per processor. No influence on the result.

    Returns
    -------
    seen : Histogram
        Pixels weighted as errors there are (`masking.importance`).
    pixels : Histogram
        Every pixel weighs 1.
    """
    found: list[tuple[Histogram, Histogram]] = []

    def counted(rows: slice) -> tuple[Histogram, Histogram]:
        pixels = histogram.count(image.pixels[rows], n_threads=1)
        outer = slice(max(0, rows.start - REACH), min(image.height, rows.stop + REACH))
        weights = weights_of(image.pixels[outer], color_space, n_threads=1)
        if weights is None:
            return pixels, pixels
        own = weights[rows.start - outer.start :][: rows.stop - rows.start]
        return histogram.count(image.pixels[rows], own.astype(np.float64), n_threads=1), pixels

    every = strips(image.height, image.width)
    for start in range(0, len(every), histogram.GROUP):
        parts = side_by_side(counted, every[start : start + histogram.GROUP], n_threads)
        seen, pixels = zip(*found, *parts, strict=True)
        found = [(histogram.merge(seen), histogram.merge(pixels))]
    return found[0]


def _part(image: Image, rows: slice) -> Image:
    deep = None if image.deep is None else image.deep[rows]
    return replace(image, pixels=image.pixels[rows], deep=deep)
