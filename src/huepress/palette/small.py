"""Small colors that matter: a red dot on a map keeps its red.

k-means spends entries where there are many pixels; twenty red pixels among two million move no
center. The rule: a color gets its own entry if no entry is near it (`FAR`), if enough pixels have
it (`SAME` color, `--small-colors` pixels), and if it stands alone: it is not the end of a gradient,
where as many pixels have colors in between. A full palette makes room if its two most similar
entries are less than half as far apart as the color is from what it would become. The rest is
learned again around it.

Mapping by rate would lose these colors again, because twenty pixels change no score:
`SmallColors.restore` puts them back.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress._forks import cached_property
from huepress.color import spaces
from huepress.color.keys import keys_of, with_alpha
from huepress.color.points import nearest
from huepress.color.spaces import embed
from huepress.limits import strips
from huepress.palette import histogram
from huepress.palette.guides import Guides
from huepress.palette.opaque import keep_opaque
from huepress.types import Colors, Histogram, Image, IndexedImage, PaletteFit, Pixels, Points

FAR: Final = 38.25
"""A color this far from every entry is a different one: 0.15 in Oklab, a seventh of the way from
black to white. At 0.1 a quarter of all photographs lose entries at k = 16, at 0.15 one in twenty
(docs/lab-book/files.md)."""

SAME: Final = 5.1
"""Colors closer than this are the same color: 0.02 in Oklab."""

TRIES: Final = 24
"""Most colors examined closely, each against every color of the picture."""

SHARE: Final = 8
"""One entry in this many may go to small colors."""

CANDIDATES: Final = 512
"""Most far colors examined, the most frequent first: limits the work to 512 x 512 distances."""


EXACT: Final = ("exact", "given")
"""Stop reasons of palettes that must not be learned again."""

FEW: Final = 1 / 200
"""Colors with at most this share of the pixels are small; above it, rate decides."""


class SmallColors:
    """The small colors of one picture, for all the palettes that are tried.

    Parameters
    ----------
    image : Image
        The picture.
    least : int
        Fewest pixels that matter; 0: none do.
    count : callable, optional
        Returns its colors, weighted by number of pixels, if they are counted elsewhere anyway.
    """

    def __init__(
        self,
        image: Image,
        least: int,
        *,
        count: Callable[[], Histogram] | None = None,
        n_threads: int = 0,
    ) -> None:
        self._image = image
        self._guides = Guides.of(image)
        self._least = least
        self._count = count
        self._n_threads = n_threads
        self._found: dict[bytes, tuple[Colors, NDArray[np.uint32]]] = {}

    def of_part(self, image: Image) -> SmallColors:
        """Return what restores the same colors in a part of the picture."""
        part = copy(self)
        part._image, part._guides = image, None
        return part

    @cached_property
    def pixels(self) -> Histogram:
        """Colors of the picture, weighted by number of pixels."""
        if self._count is not None:
            return self._count()
        return histogram.count(self._image, n_threads=self._n_threads)

    def keep(
        self,
        fit: PaletteFit,
        n_colors: int,
        color_space: spaces.ColorSpace,
        around: Callable[[Colors], PaletteFit],
        *,
        n_fixed: int = 0,
    ) -> PaletteFit:
        """Return a palette with entries for small colors; see `keep`."""
        guides = self._guides
        must = None if guides is None or not guides.fit_in(n_colors) else guides.colors
        if is_settled(fit, self._least) and (must is None or fit.stop_reason in EXACT):
            return fit
        new = keep(
            self.pixels,
            fit,
            n_colors,
            color_space,
            self._least,
            around,
            n_fixed=n_fixed,
            must=must,
            n_threads=self._n_threads,
        )
        self.know(new, color_space)
        return new

    def know(self, fit: PaletteFit, color_space: spaces.ColorSpace) -> None:
        """Learn which colors of this picture go with the small ones of a palette."""
        if fit.small is None:
            return
        colors = with_alpha(self.pixels.colors, fit.small.shape[1])
        small = embed(fit.small, color_space)
        _, distances = nearest(embed(colors, color_space), small, self._n_threads)
        goes = distances <= SAME**2
        if colors.shape[1] == 4:
            goes &= colors[:, 3] > 0
        keys = keys_of(colors[goes])
        self._found[fit.palette.colors.tobytes()] = fit.small, keys

    def restore(self, indexed: IndexedImage, color_space: spaces.ColorSpace) -> IndexedImage:
        """Give the pixels of small colors their entries, whatever the mapping chose."""
        restored = self._restore_small(indexed, color_space)
        return restored if self._guides is None else self._guides.restore(restored)

    def _restore_small(self, indexed: IndexedImage, color_space: spaces.ColorSpace) -> IndexedImage:
        found = self._found.get(indexed.palette.colors.tobytes())
        if found is None:
            return indexed
        small, keys = found
        palette = indexed.palette.colors
        channels = palette.shape[1]
        entries = np.flatnonzero(np.isin(keys_of(palette), keys_of(small))).astype(np.uint8)
        pixels = self._image.pixels
        at = _places_of(keys, pixels, channels)
        if len(at) > FEW * indexed.indices.size:
            return indexed
        colors = with_alpha(pixels.reshape(-1, pixels.shape[2])[at], channels)
        labels, _ = nearest(embed(colors, color_space), embed(palette[entries], color_space))
        indices = indexed.indices.copy()
        indices.reshape(-1)[at] = entries[labels]
        keep_opaque(indices, pixels, palette, color_space)
        return IndexedImage(indices, indexed.palette)


def _places_of(keys: NDArray[np.uint32], pixels: Pixels, channels: int) -> NDArray[np.intp]:
    """Find the pixels that have one of some colors, strip by strip: their numbers, ascending."""
    height, width = pixels.shape[:2]
    found = []
    for rows in strips(height, width):
        numbers = keys_of(with_alpha(pixels[rows], channels)).reshape(-1)
        found.append(np.flatnonzero(np.isin(numbers, keys)) + rows.start * width)
    return np.concatenate(found)


def is_settled(fit: PaletteFit, least: int) -> bool:
    """Whether a palette needs no change: no small colors matter, or every color has an entry."""
    return least == 0 or fit.stop_reason in EXACT


def keep(
    pixels: Histogram,
    fit: PaletteFit,
    n_colors: int,
    color_space: spaces.ColorSpace,
    least: int,
    around: Callable[[Colors], PaletteFit],
    *,
    n_fixed: int = 0,
    must: Colors | None = None,
    n_threads: int = 0,
) -> PaletteFit:
    """Give small colors their own entries.

    Parameters
    ----------
    pixels : Histogram
        Colors of the picture, or of several, each weighing its number of pixels.
    fit : PaletteFit
        The learned palette; returned unchanged if no small color needs an entry.
    n_colors, color_space, least, n_fixed
        See worth_keeping().
    around : callable
        Learns the palette again around colors that stay.
    must : ndarray or None
        (n, 3 or 4) uint8 that get an entry in any case.

    Returns
    -------
    PaletteFit
        ``small`` holds these entries.
    """
    colors = np.zeros((0, pixels.colors.shape[1]), np.uint8)
    if not is_settled(fit, least):
        colors = worth_keeping(
            pixels, fit, n_colors, color_space, least, n_fixed=n_fixed, n_threads=n_threads
        )
    if must is not None and fit.stop_reason not in EXACT:
        others = colors[~np.isin(keys_of(colors), keys_of(must))]
        colors = np.vstack([must, others[: n_colors - n_fixed - len(must) - 1]])
    if len(colors) == 0:
        return fit
    new = around(colors)
    return replace(new, small=with_alpha(colors, new.palette.colors.shape[1]))


def worth_keeping(
    pixels: Histogram,
    fit: PaletteFit,
    n_colors: int,
    color_space: spaces.ColorSpace,
    least: int,
    *,
    n_fixed: int = 0,
    n_threads: int = 0,
) -> Colors:
    """Find the small colors that need their own entry.

    Parameters
    ----------
    pixels : Histogram
        Colors of the picture, each weighing its number of pixels.
    fit : PaletteFit
        A palette of them.
    n_colors : int
        Largest palette.
    color_space : {"oklab", "srgb"} or ProfiledOklab
        Where distance is measured.
    least : int
        Fewest pixels that matter.
    n_fixed : int
        This many first entries must not be replaced.

    Returns
    -------
    ndarray
        (n, 3 or 4) uint8, colors of the picture; n may be 0.
    """
    channels = max(fit.palette.colors.shape[1], pixels.colors.shape[1])
    palette = with_alpha(fit.palette.colors, channels)
    centers = embed(palette, color_space)
    colors = with_alpha(pixels.colors, channels)
    points = embed(colors, color_space)
    labels, distances = nearest(points, centers, n_threads)
    far = np.flatnonzero(distances > FAR**2)
    if channels == 4:
        far = far[colors[far, 3] > 0]
    if pixels.weights[far].sum() < least:
        return colors[:0]
    far = far[np.argsort(-pixels.weights[far], kind="stable")[:CANDIDATES]]
    stays = np.arange(len(palette)) < n_fixed
    if channels == 4:
        stays |= palette[:, 3] == 0
    taken = np.bincount(labels, pixels.weights, minlength=len(palette)).astype(np.float64)
    room = _Room(centers[~stays], taken[~stays], n_colors - len(palette))
    mates = _squared(points[far], points[far]) <= SAME**2
    error, weights = distances[far], pixels.weights[far]
    mass = mates @ weights
    chosen: list[int] = []
    for _ in range(TRIES):
        gain = np.where((mass >= least) & (error > FAR**2), mass * error, 0.0)
        best = int(gain.argmax())
        if gain[best] == 0 or len(chosen) == max(1, n_colors // SHARE):
            break
        around = _squared(points, points[far[best]][None])[:, 0]
        stands_alone = pixels.weights[around <= FAR**2].sum() <= 2 * mass[best]
        if stands_alone and room.take(float(error[best])):
            chosen.append(best)
            error = np.minimum(error, around[far])
        else:
            error[around[far] <= FAR**2] = 0.0
    return colors[far[chosen]]


def _squared(points: NDArray[np.floating], others: NDArray[np.floating]) -> NDArray[np.float64]:
    """Squared distances, (n, m)."""
    total = np.zeros((len(points), len(others)))
    for axis in range(points.shape[1]):
        total += (points[:, axis, None].astype(np.float64) - others[None, :, axis]) ** 2
    return total


class _Room:
    """Entries available in a palette: free ones first, then one of each similar pair.

    Parameters
    ----------
    centers : ndarray
        (k, 3 or 4): entries that may be replaced.
    taken : ndarray
        (k,): pixels of each.
    n_free : int
        Number of free entries.
    """

    def __init__(self, centers: Points, taken: NDArray[np.floating], n_free: int) -> None:
        self._centers = centers.astype(np.float64)
        self._taken = taken.astype(np.float64)
        self._n_free = n_free

    def take(self, error: float) -> bool:
        """Take an entry for a color at this squared distance from the nearest one, if possible."""
        if self._n_free > 0:
            self._n_free -= 1
            return True
        if len(self._centers) < 2:
            return False
        apart = _squared(self._centers, self._centers)
        np.fill_diagonal(apart, np.inf)
        one, other = divmod(int(apart.argmin()), len(apart))
        if apart[one, other] >= error / 4:
            return False
        share = self._taken[[one, other]] + 1e-9
        self._centers[one] = np.average(self._centers[[one, other]], axis=0, weights=share)
        self._taken[one] = share.sum()
        self._centers = np.delete(self._centers, other, axis=0)
        self._taken = np.delete(self._taken, other)
        return True
