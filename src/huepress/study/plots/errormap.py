"""Where a compressed picture differs from its original, and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from huepress.color import spaces
from huepress.decode import load
from huepress.errors import OptionError
from huepress.study.plots.style import INK, figure, over_checkerboard
from huepress.types import Image, Pixels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def error_figure(original: Image | Pixels, compressed: Image | Pixels) -> Figure:
    """Draw a picture, its compressed self, and the distance of every pixel.

    Parameters
    ----------
    original, compressed : Image or ndarray
        Two pictures of one size, (height, width, 3 or 4) uint8.

    Returns
    -------
    Figure
        The error is the distance in Oklab times 100 (1 can hardly be seen side by side); the
        scale ends at its 99.5th percentile. With alpha, the root of the mean squared distance over
        black and over white (`huepress.color.spaces`).

    Raises
    ------
    OptionError
        The sizes differ.
    """
    a, b = load(original).pixels, load(compressed).pixels
    if a.shape[:2] != b.shape[:2]:
        raise OptionError("compressed", b.shape[:2], f"the size of the original, {a.shape[:2]}")
    error = _distance(a, b)
    top = max(float(np.percentile(error, 99.5)), 0.1)
    height, width = error.shape
    made = figure(12, max(2.4, 4.0 * height / width + 0.7))
    for place, (title, shown) in enumerate((("original", a), ("compressed", b))):
        axes = _panel(made, place, title)
        axes.imshow(over_checkerboard(shown), interpolation="antialiased")
    axes = _panel(made, 2, "error: Oklab distance x 100")
    drawn = axes.imshow(error, cmap="magma", vmin=0, vmax=top, interpolation="antialiased")
    bar = made.colorbar(drawn, ax=axes, shrink=0.85, pad=0.02, extend="max")
    bar.ax.tick_params(labelsize=7)
    axes.text(
        0.0,
        -0.02,
        f"mean {error.mean():.2f}, 95 % below {np.percentile(error, 95):.2f},"
        f" worst {error.max():.1f}",
        transform=axes.transAxes,
        va="top",
        fontsize=8,
        color=INK,
    )
    return made


def _panel(made: Figure, place: int, title: str) -> Axes:
    axes = made.add_subplot(1, 3, place + 1)
    axes.set_axis_off()
    axes.set_title(title, fontsize=10, color=INK, loc="left")
    return axes


def _distance(a: Pixels, b: Pixels) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    channels = max(a.shape[2], b.shape[2])
    points = []
    for pixels in (a, b):
        if pixels.shape[2] < channels:
            opaque = np.full((*pixels.shape[:2], 1), 255, np.uint8)
            pixels = np.concatenate([pixels, opaque], axis=2)
        points.append(spaces.embed(np.ascontiguousarray(pixels.reshape(-1, channels)), "oklab"))
    distance = np.sqrt(((points[0] - points[1]).astype(np.float64) ** 2).sum(axis=1))
    return np.asarray(distance.reshape(a.shape[:2]) / 2.55, np.float64)
