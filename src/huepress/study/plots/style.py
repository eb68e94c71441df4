"""How all figures look."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from huepress.types import Colors, Pixels

INK: Final = "#22303c"
FAINT: Final = "#8a97a3"
BLUE: Final = "#2b6cb0"
RED: Final = "#c0392b"
# Okabe and Ito, "Color universal design" (2008): told apart with any kind of color vision.
CYCLE: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")


def figure(width: float, height: float, title: str = "") -> Figure:
    """Make an empty figure, in inches."""
    made = Figure(figsize=(width, height), dpi=120, layout="constrained", facecolor="white")
    if title:
        made.suptitle(title, fontsize=12, color=INK, x=0.01, ha="left")
    return made


def plain(axes: Axes, title: str = "", x: str = "", y: str = "") -> Axes:
    """Take the boxes away, leave a faint grid, name the axes."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(FAINT)
    axes.grid(visible=True, color="#e3e7ea", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, labelsize=8)
    axes.set_title(title, fontsize=10, color=INK, loc="left")
    axes.set_xlabel(x, fontsize=9, color=INK)
    axes.set_ylabel(y, fontsize=9, color=INK)
    return axes


def ticks_at_k(axes: Axes, ks: list[int]) -> None:
    """Put a logarithmic k axis with ticks at the k themselves, as many as have room."""
    axes.set_xscale("log", base=2)
    shown = [k for k in ks if len(ks) <= 10 or k & (k - 1) == 0] or [ks[0], ks[-1]]
    axes.xaxis.set_major_locator(FixedLocator(shown))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def over_checkerboard(pixels: Pixels) -> Pixels:
    """Return a picture as RGB, transparent places over a light checkerboard."""
    if pixels.shape[2] == 3:
        return pixels
    height, width = pixels.shape[:2]
    y, x = np.mgrid[0:height, 0:width] // 8
    board = np.where((x + y) % 2, 255.0, 224.0)[..., np.newaxis]
    alpha = pixels[..., 3:] / 255.0
    return np.rint(alpha * pixels[..., :3] + (1 - alpha) * board).astype(np.uint8)


def as_floats(colors: Colors) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return colors as Matplotlib wants them: (n, 3 or 4), 0-1."""
    return np.asarray(colors / 255.0, np.float64)


def hex_of(color: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> str:
    """Return one color such as ``#2b6cb0``; with alpha when it is not opaque."""
    values = [int(v) for v in color]
    if len(values) == 4 and values[3] == 255:
        values = values[:3]
    return "#" + "".join(f"{v:02x}" for v in values)


def ink_on(color: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> str:
    """Return black or white, whichever reads better on a color."""
    r, g, b = (float(v) for v in color[:3])
    alpha = float(color[3]) / 255 if len(color) == 4 else 1.0
    luma = alpha * (0.299 * r + 0.587 * g + 0.114 * b) + (1 - alpha) * 240  # Rec. 601
    return "black" if luma > 140 else "white"
