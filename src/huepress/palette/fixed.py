"""Colors that must stay: a given palette, or colors forced in while the rest are learned.

Counted colors and the colors that must stay go in, a PaletteFit comes out. Colors that must stay
are the first entries, exactly as given and in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from huepress.color import spaces
from huepress.color.keys import keys_of, with_alpha
from huepress.color.points import nearest
from huepress.color.spaces import embed
from huepress.errors import OptionError
from huepress.palette.files import parse_hex, to_palette
from huepress.types import Colors, Histogram, Image, Palette, PaletteFit, Points

Values = TypeVar("Values", NDArray[np.uint8], NDArray[np.float64])

LearnRest: TypeAlias = Callable[[Histogram, int], PaletteFit]
"""Colors and how many to learn from them."""

REFINE: Final = 16
"""Most passes of k-means around the colors that stay (docs/lab-book/files.md)."""


def of_words(words: Sequence[str]) -> Colors:
    """Read colors such as ``#ff8800``: (n, 3) uint8, or (n, 4) when one is not opaque.

    Raises
    ------
    OptionError
        Not a color, or more than 256 of them.
    """
    return to_palette([parse_hex(word) for word in words], ", ".join(words)).colors


def require_room(n_kept: int, n_colors: int) -> None:
    """Raise OptionError when more colors stay than there is room for."""
    if n_kept > n_colors:
        raise OptionError("keep_color", f"{n_kept} colors", f"at most {n_colors} (--colors)")


def palette_for(image: Image, palette: Palette, n_colors: int) -> tuple[Image, Palette]:
    """Fit a given palette to a picture, whose transparent pixels must stay transparent.

    Parameters
    ----------
    image : Image
        The picture.
    palette : Palette
        The given palette.
    n_colors : int
        Most colors allowed.

    Returns
    -------
    image, palette
        For a picture with transparent pixels, an entry of full transparency is appended to a
        palette without one, and a note of the picture says so.

    Raises
    ------
    OptionError
        More colors than allowed, or no room for that entry.
    """
    colors = palette.colors
    if len(colors) > n_colors:
        raise OptionError("palette", f"{len(colors)} colors", f"at most {n_colors} (--colors)")
    if not image.has_alpha:
        return image, palette
    colors = with_alpha(colors, 4)
    if colors[:, 3].min() > 0 and not image.pixels[..., 3].min() > 0:
        if len(colors) == 256:
            found = "256 colors that are seen"
            raise OptionError("palette", found, "255, and #0000 for what is transparent")
        colors = np.vstack([colors, np.zeros((1, 4), np.uint8)])
        note = "the palette has no transparent color: one was added behind it"
        source = replace(image.source, notes=(*image.source.notes, note))
        image = replace(image, source=source)
    return image, Palette(colors)


def given(
    counted: Histogram, palette: Palette, color_space: spaces.ColorSpace, n_threads: int = 0
) -> PaletteFit:
    """Take a palette as it is.

    Returns
    -------
    PaletteFit
        Nothing is learned: no iterations, ``stop_reason`` is ``given``; the inertia is that of
        the counted colors around the entries.
    """
    channels = max(counted.colors.shape[1], palette.colors.shape[1])
    centers = embed(with_alpha(palette.colors, channels), color_space)
    points = embed(with_alpha(counted.colors, channels), color_space)
    _, distances = nearest(points, centers, n_threads)
    return PaletteFit(palette, centers, float(counted.weights @ distances), 0, "given")


def learn_around(
    counted: Histogram,
    kept: Colors,
    n_colors: int,
    color_space: spaces.ColorSpace,
    learn: LearnRest,
    n_threads: int = 0,
    *,
    fine: NDArray[np.float64] | None = None,
) -> PaletteFit:
    """Learn the rest of a palette around colors that stay.

    The rest is learned without them, then moved by Lloyd's iterations in which the fixed colors
    take their share of the colors but do not move.

    Parameters
    ----------
    counted : Histogram
        Colors of the picture.
    kept : ndarray
        (m, 3 or 4) uint8: the colors that stay, with alpha even if the counted colors have none.
    n_colors : int
        Largest palette, m included.
    learn : callable
        Maps a histogram and a number of colors to a PaletteFit.
    fine : ndarray, optional
        The counted colors before rounding to 8 bits (`deep.fine_values`).

    Raises
    ------
    OptionError
        More colors stay than there is room for.
    """
    require_room(len(kept), n_colors)
    channels = max(counted.colors.shape[1], kept.shape[1])
    kept = with_alpha(kept, channels)
    colors = with_alpha(counted.colors, channels)
    is_kept = np.isin(keys_of(colors), keys_of(kept))
    is_clear = np.zeros(len(colors), bool) if channels == 3 else colors[:, 3] == 0
    if is_clear.any() and not (kept[:, 3] == 0).any() and n_colors > len(kept):
        kept = np.vstack([kept, np.zeros((1, 4), np.uint8)])
    rest = np.flatnonzero(~(is_kept | is_clear))
    room = n_colors - len(kept)
    if room == 0 or len(rest) == 0:
        return given(counted, Palette(kept), color_space, n_threads)
    fit = learn(Histogram(colors[rest], counted.weights[rest]), room)
    fixed = embed(kept, color_space)
    centers = fit.centers
    if fit.stop_reason != "exact":
        if fine is None:
            points = embed(colors[rest], color_space)
        else:
            points = spaces.embed_deep(with_alpha(fine[rest], channels), color_space)
        centers = _settle(points, counted.weights[rest], fixed, centers, n_threads)
    palette = Palette(np.vstack([kept, spaces.unembed(centers, color_space)]))
    found = given(counted, palette, color_space, n_threads)
    return replace(
        found,
        centers=np.vstack([fixed, centers]),
        n_iter=fit.n_iter,
        stop_reason=fit.stop_reason,
        history=fit.history,
    )


def _settle(
    points: Points, weights: NDArray[np.float64], fixed: Points, free: Points, n_threads: int
) -> Points:
    """Move the free centers to the means of their clusters; the fixed ones stay."""
    n_fixed = len(fixed)
    for _ in range(REFINE):
        centers = np.vstack([fixed, free])
        indices, _ = nearest(points, centers, n_threads)
        total = np.bincount(indices, weights, minlength=len(centers))[n_fixed:]
        sums = [
            np.bincount(indices, weights * points[:, axis], minlength=len(centers))[n_fixed:]
            for axis in range(points.shape[1])
        ]
        taken = total > 0
        moved = free.copy()
        moved[taken] = (np.stack(sums, axis=1)[taken] / total[taken, None]).astype(np.float32)
        if np.array_equal(moved, free):
            break
        free = moved
    return free
