"""A palette as swatches, with the share of the picture that each color holds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from huepress._quantize import Quantized
from huepress.errors import OptionError
from huepress.study.plots.style import FAINT, INK, as_floats, figure, hex_of, ink_on
from huepress.types import Colors, IndexedImage

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NAMED: Final = 64  # above this many, swatches are too small for words


def palette_figure(
    palette: Quantized | IndexedImage | ArrayLike, shares: ArrayLike | None = None
) -> Figure:
    """Draw a palette: a strip with widths by share, and a swatch for every color.

    Parameters
    ----------
    palette : Quantized, IndexedImage, or array of shape (k, 3 or 4) uint8
        The colors. The first two bring the shares along.
    shares : array_like, optional
        (k,) weights >= 0 of the colors. Default: those of the picture; equal ones for an array.

    Returns
    -------
    Figure
        Swatches in falling order of share, each with its hex number and share where there is room.

    Raises
    ------
    OptionError
        Not a palette, or shares that do not go with it.
    """
    colors, weights = _colors_and_shares(palette, shares)
    order = np.argsort(-weights, kind="stable")
    colors, weights = colors[order], weights[order]
    k = len(colors)
    columns = min(k, 8 if k <= _NAMED else 16)
    rows = math.ceil(k / columns)
    cell = 0.62 if k <= _NAMED else 0.36
    made = figure(8.0, 1.2 + cell * rows, f"{k} color{'s' if k > 1 else ''} by share")
    axes = made.add_subplot()
    axes.set_axis_off()
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, -1.0)
    rgba = as_floats(colors)
    edges = np.concatenate([[0.0], np.cumsum(weights)]) * columns
    for i in range(k):
        strip = Rectangle((edges[i], -0.85), edges[i + 1] - edges[i], 0.65, color=tuple(rgba[i]))
        axes.add_patch(strip)
        x, y = i % columns, i // columns
        axes.add_patch(
            Rectangle(
                (x + 0.03, y + 0.04),
                0.94,
                0.92,
                facecolor=tuple(rgba[i]),
                edgecolor=FAINT,
                linewidth=0.4,
            )
        )
        if k <= _NAMED:
            words = f"{hex_of(colors[i])}\n{_percent(weights[i])}"
            axes.text(
                x + 0.5, y + 0.5, words, ha="center", va="center", size=7, color=ink_on(colors[i])
            )
    axes.add_patch(Rectangle((0, -0.85), columns, 0.65, fill=False, edgecolor=INK, linewidth=0.6))
    return made


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.001 else "< 0.1 %"


def _colors_and_shares(
    palette: Quantized | IndexedImage | ArrayLike, shares: ArrayLike | None
) -> tuple[Colors, NDArray[np.float64]]:
    if isinstance(palette, (Quantized, IndexedImage)):
        given = palette.palette
        colors = given if isinstance(given, np.ndarray) else given.colors
        counts = np.bincount(palette.indices.reshape(-1), minlength=len(colors))
        shares = counts if shares is None else shares
    else:
        colors = np.asarray(palette)
        shares = np.ones(len(colors)) if shares is None else shares
    if colors.dtype != np.uint8 or colors.ndim != 2 or colors.shape[1] not in (3, 4):
        found = f"{colors.dtype} array of shape {colors.shape}"
        raise OptionError("palette", found, "(k, 3 or 4) uint8")
    weights = np.asarray(shares, np.float64)
    if weights.shape != (len(colors),) or weights.min() < 0 or weights.sum() <= 0:
        raise OptionError("shares", shares, f"{len(colors)} numbers >= 0, not all 0")
    return colors, weights / weights.sum()
