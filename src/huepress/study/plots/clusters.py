"""Where the colors of a picture lie, and which cluster each belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from huepress._quantize import Quantized
from huepress.color import spaces
from huepress.decode import load
from huepress.palette import histogram
from huepress.remap import nearest
from huepress.study.plots.style import INK, as_floats, figure
from huepress.types import Colors, Image, Palette, Pixels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SHOWN: Final = 6000  # points drawn; more only make the cloud solid and the file large
_NAMES: Final = {"srgb": "RGB", "oklab": "Oklab"}
_AXES: Final = {"srgb": ("R", "G", "B"), "oklab": ("b", "a", "L")}


def clusters_figure(
    image: Image | Pixels,
    palette: Quantized | Palette | Colors,
    *,
    color_space: str = "oklab",
    seed: int = 0,
) -> Figure:
    """Draw the colors of a picture as points in RGB and in Oklab.

    Parameters
    ----------
    image : Image or ndarray
        The picture, (height, width, 3 or 4) uint8; colors are drawn without their alpha.
    palette : Quantized, Palette or ndarray
        The centers, as (k, 3 or 4) uint8 colors.
    color_space : {"oklab", "srgb"}
        Where the nearest center was found.
    seed : int
        Of the sample, when the picture has more colors than can be drawn.

    Returns
    -------
    Figure
        Two views: every point in the color of its center (so that the Voronoi cells show), the
        centers as larger dots whose area goes with their share of the pixels.
    """
    pixels = load(image).pixels
    given = palette.palette if isinstance(palette, Quantized) else palette
    centers = given.colors if isinstance(given, Palette) else given
    counted = histogram.count(pixels)
    mapped = nearest.remap(counted.colors[np.newaxis], Palette(centers), color_space)
    labels = mapped.indices[0]
    shares = np.bincount(labels, counted.weights, minlength=len(centers)) / counted.weights.sum()
    colors = counted.colors
    if len(colors) > _SHOWN:
        rows = np.random.default_rng(seed).choice(len(colors), _SHOWN, replace=False)
        colors, labels = colors[rows], labels[rows]
    made = figure(
        11,
        5.2,
        f"{counted.n_colors:,} colors in {len(centers)} clusters, nearest in {_NAMES[color_space]}",
    )
    for place, space in enumerate(("srgb", "oklab")):
        axes = made.add_subplot(1, 2, place + 1, projection="3d", computed_zorder=False)
        at, middle = _coordinates(colors, space), _coordinates(centers, space)
        axes.scatter(
            *at.T, c=as_floats(centers[labels][:, :3]), s=3, linewidths=0, depthshade=False
        )
        axes.scatter(
            *middle.T,
            c=as_floats(centers[:, :3]),
            s=14 + 500 * shares,
            edgecolors="white",
            linewidths=1.1,
            depthshade=False,
            zorder=3,  # on top of the cloud, whatever is nearer
        )
        for name, letter in zip(_AXES[space], "xyz", strict=True):
            getattr(axes, f"set_{letter}label")(name, fontsize=8, color=INK)
        axes.tick_params(labelsize=6, pad=-2)
        axes.set_title(_NAMES[space], fontsize=10, color=INK)
        axes.set_box_aspect((1, 1, 1) if space == "srgb" else (1, 1, 1.2), zoom=0.92)
        if space == "oklab":
            axes.view_init(elev=14, azim=-60)
        else:
            axes.view_init(elev=22, azim=-55)
    return made


def _coordinates(colors: Colors, space: str) -> NDArray[np.float64]:
    if space == "srgb":
        return colors[:, :3].astype(np.float64)
    lab = spaces.oklab_from_srgb8(colors[:, :3])
    return np.ascontiguousarray(lab[:, [2, 1, 0]])
