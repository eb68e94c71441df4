"""Keep opaque pixels opaque: an entry serves opaque pixels or transparent ones, never both.

A center of k-means is a mean, also of alpha: an entry shared by the inside of an icon and the first
pixels of its smooth edge ends up at alpha 250, and the page shows through the icon. So an entry
with at least half opaque pixels becomes opaque, and opaque pixels get no other entries
(`keep_opaque`).
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
"""An entry with at least this share of opaque weight becomes opaque: the median of its alpha."""


def settle(
    fit: PaletteFit,
    counted: Histogram,
    color_space: spaces.ColorSpace,
    *,
    n_fixed: int = 0,
    n_threads: int = 0,
) -> PaletteFit:
    """Make the entries of opaque pixels opaque.

    Parameters
    ----------
    fit : PaletteFit
        The learned palette.
    counted : Histogram
        What it was learned from.
    color_space : {"oklab", "srgb"} or ProfiledOklab
        Where distance is measured.
    n_fixed : int
        This many first entries stay as they are.

    Returns
    -------
    PaletteFit
        At least one entry is opaque if any pixel is. The same object if nothing changed.
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
    # An entry that was forced to be opaque may have no opaque pixel: it takes the mean of them all.
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
    """Return how many colors a palette needs so that opaque and clear pixels can stay so.

    Parameters
    ----------
    colors : ndarray
        (..., 3 or 4) uint8: the colors of the picture, or its pixels.
    kept : ndarray or None
        (n, 3 or 4) uint8: colors that stay in the palette in any case.
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
    """Give opaque pixels the nearest opaque entry if a mapping gave them another.

    Parameters
    ----------
    indices : ndarray
        (height, width) uint8; changed in place.
    pixels : ndarray
        (height, width, 3 or 4) uint8; with three channels, all are opaque.
    palette : ndarray
        (k, 3 or 4) uint8. Without an opaque entry nothing changes.
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
