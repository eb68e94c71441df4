"""Make colors that fill areas exact, so white paper stays white.

A center of k-means is a mean: an entry shared by the white of a page and the smooth edges of its
letters ends up as (254, 255, 254), and so does the page. A color with at least half of an entry's
pixels is their geometric median, the point with the least sum of distances (not of their squares)
to all of them (Kuhn, "A note on Fermat's problem", Mathematical Programming 4 (1973),
doi:10.1007/BF01584648): if it fills an area, the entry takes that color.
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
from huepress.types import Histogram, Palette, PaletteFit

AREA: Final = 0.1
"""Least share of the picture that counts as an area. With no minimum, or a hundredth, single icons
take up to 4 % more bytes (docs/lab-book/rate.md)."""

EXTREME_LEAST: Final = 8
"""Pure black and pure white are made exact if they have at least this many pixels."""

EXTREME_NEAR: Final = {8: 5.1, 64: 10.2}
"""By entries: how far an entry may move to become pure. With larger values, photographs of few
colors lose up to ten points of score; with these, bytes and scores do not change
(docs/lab-book/search.md)."""

HALF: Final = 0.5
"""A color with at least this share of an entry's pixels is their median."""


def _extremes(pixels: Histogram) -> NDArray[np.intp]:
    """Find opaque pure black and pure white that are more than a speck."""
    colors = pixels.colors
    is_pure = (colors[:, :3] == colors[:, :1]).all(axis=1) & np.isin(colors[:, 0], (0, 255))
    is_solid = (colors[:, 3:] == 255).all(axis=1)
    return np.flatnonzero(is_pure & is_solid & (pixels.weights >= EXTREME_LEAST))


def settle(
    pixels: Histogram,
    counted: Histogram,
    fit: PaletteFit,
    color_space: spaces.ColorSpace,
    *,
    n_fixed: int = 0,
    n_threads: int = 0,
) -> PaletteFit:
    """Give entries the exact color of the area that they cover.

    Parameters
    ----------
    pixels : Histogram
        Colors of the picture, weighted by number of pixels.
    counted : Histogram
        What the palette was learned from, and what the inertia is measured on.
    fit : PaletteFit
        The learned palette.
    color_space : {"oklab", "srgb"} or ProfiledOklab
        Where distance is measured.
    n_fixed : int
        This many first entries stay as they are.

    Returns
    -------
    PaletteFit
        The same object if nothing fills an area, or if every area has its color already.
    """
    total = pixels.weights.sum()
    areas = np.flatnonzero(pixels.weights >= AREA * total)
    near = max((d for least, d in EXTREME_NEAR.items() if len(fit.palette) >= least), default=0.0)
    extremes = _extremes(pixels) if near else areas[:0]
    if fit.stop_reason in ("exact", "given") or len(areas) + len(extremes) == 0:
        return fit
    palette = fit.palette.colors
    channels = palette.shape[1]
    if pixels.colors.shape[1] > channels:  # learned elsewhere, from opaque pictures
        return fit
    colors = with_alpha(pixels.colors, channels)
    labels, apart = nearest(embed(colors, color_space), embed(palette, color_space), n_threads)
    taken = np.bincount(labels, pixels.weights, minlength=len(palette))
    new = palette.copy()
    for extreme in extremes:
        entry = labels[extreme]
        if entry >= n_fixed and apart[extreme] <= near**2 and (palette[entry, 3:] > 0).all():
            new[entry] = colors[extreme]
    for area in areas[np.argsort(pixels.weights[areas], kind="stable")]:  # the largest last
        entry = labels[area]
        if channels == 4 and 0 in (colors[area, 3], palette[entry, 3]):
            continue  # clear entries stay clear, and no other may become so
        if entry >= n_fixed and pixels.weights[area] >= HALF * taken[entry]:
            new[entry] = colors[area]
    moved = (new != palette).any(axis=1)
    if not moved.any():
        return fit
    centers = fit.centers.copy()
    centers[moved] = embed(new[moved], color_space)
    points = embed(with_alpha(counted.colors, channels), color_space)
    _, squared = nearest(points, centers, n_threads)
    inertia = float(squared.astype(np.float64) @ counted.weights)
    return replace(fit, palette=Palette(new), centers=centers, inertia=inertia)
