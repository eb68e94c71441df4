"""Opaque stays opaque: an entry is for pixels without transparency, or for others, never for both.

A center of k-means is a mean, of alpha, too: an entry that serves the inside of an icon and the
first pixels of its smooth edge ends at alpha 250, and the icon lets the page shine through. Here an
entry of which opaque pixels have at least half becomes opaque; pixels that are opaque get no other
entries (`keep_opaque`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress.color import spaces
from huepress.color.keys import with_alpha
from huepress.color.points import nearest
from huepress.color.spaces import embed
from huepress.types import Colors, Histogram, Indices, Palette, PaletteFit, Pixels

HALF: Final = 0.5
"""Share of an entry's weight from which it is for what is opaque: the median of its alpha then."""


def settle(
    fit: PaletteFit,
    counted: Histogram,
    color_space: spaces.ColorSpace,
    *,
    n_fixed: int = 0,
    n_threads: int = 0,
) -> PaletteFit:
    """Make entries opaque that are for opaque pixels.

    Parameters
    ----------
    fit : PaletteFit
        As it was learned.
    counted : Histogram
        What it was learned from.
    color_space : {"oklab", "srgb"} or ProfiledOklab
        Where distance is measured.
    n_fixed : int
        So many of the first entries stay as they are.

    Returns
    -------
    PaletteFit
        At least one entry is opaque when a pixel is. The same object where nothing changed.
    """
    palette, colors = fit.palette.colors, counted.colors
    if fit.stop_reason in ("exact", "given") or palette.shape[1] == 3 or colors.shape[1] == 3:
        return fit
    is_opaque = colors[:, 3] == 255
    soft = (palette[:, 3] > 0) & (palette[:, 3] < 255)
    soft[:n_fixed] = False
    if not (is_opaque.any() and soft.any()):
        return fit
    points = embed(colors, color_space)
    labels, _ = nearest(points, embed(palette, color_space), n_threads)
    weights = np.where(is_opaque, counted.weights, 0.0)
    opaque = np.bincount(labels, weights, minlength=len(palette))
    total = np.bincount(labels, counted.weights, minlength=len(palette))
    turned = soft & (opaque > 0) & (opaque >= HALF * total)
    if not turned.any() and not (palette[:, 3] == 255).any():
        turned[np.argmax(np.where(soft, opaque, -1.0))] = True
    if not turned.any():
        return fit
    sums = [np.bincount(labels, weights * points[:, axis], len(palette)) for axis in range(4)]
    means = np.stack(sums, axis=1)[turned] / np.maximum(opaque[turned, None], 1e-300)
    # The one that had to turn may have no opaque pixel yet: it takes the mean of all there are.
    means[opaque[turned] == 0] = (weights @ points) / weights.sum()
    centers = fit.centers.copy()
    centers[turned] = means.astype(np.float32)
    new = palette.copy()
    new[turned] = spaces.unembed(centers[turned], color_space)
    new[turned, 3] = 255
    _, squared = nearest(points, centers, n_threads)
    inertia = float(squared @ counted.weights)
    return replace(fit, palette=Palette(new), centers=centers, inertia=inertia)


def least_colors(colors: Colors, kept: Colors | None = None) -> int:
    """Tell how many colors a palette needs, so that what is opaque or clear can stay so.

    Parameters
    ----------
    colors : ndarray
        (..., 3 or 4) uint8: those of the picture, or its pixels.
    kept : ndarray or None
        (n, 3 or 4) uint8 that stay in the palette whatever is learned.
    """
    if colors.shape[-1] == 3:
        return 1 if kept is None else max(1, len(kept))
    alpha = colors[..., 3]
    known = np.zeros(0, np.uint8) if kept is None else with_alpha(kept, 4)[:, 3]
    missing = sum(bool((alpha == level).any() and level not in known) for level in (0, 255))
    return max(1, len(known) + missing)


def keep_opaque(
    indices: Indices,
    pixels: Pixels,
    palette: Colors,
    color_space: spaces.ColorSpace,
    n_threads: int = 0,
) -> None:
    """Give pixels that are opaque the nearest opaque entry, where a mapping gave them another.

    Parameters
    ----------
    indices : ndarray
        (height, width) uint8; changed in place.
    pixels : ndarray
        (height, width, 3 or 4) uint8; three channels are opaque.
    palette : ndarray
        (k, 3 or 4) uint8. Without an opaque entry nothing is changed.
    color_space : {"oklab", "srgb"} or ProfiledOklab
        Where distance is measured.
    """
    if palette.shape[1] == 3:
        return
    solid = np.flatnonzero(palette[:, 3] == 255).astype(np.uint8)
    if len(solid) in (0, len(palette)):
        return
    other: NDArray[np.bool_] = np.ones(256, bool)
    other[solid] = False
    lost = other[indices]
    if pixels.shape[2] == 4:
        lost &= pixels[..., 3] == 255
    if not lost.any():
        return
    points = embed(with_alpha(pixels[lost], 4), color_space)
    labels, _ = nearest(points, embed(palette[solid], color_space), n_threads)
    indices[lost] = solid[labels]
