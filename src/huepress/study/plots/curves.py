"""Curves: score against bytes, inertia against iterations, seconds against pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.ticker import EngFormatter, FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from huepress.errors import OptionError
from huepress.study.plots.style import CYCLE, FAINT, INK, figure, plain
from huepress.types import PaletteFit, Step

LOWEST_SCORE: Final = -30
"""Lower SSIMULACRA2 scores are left out: they say that nothing is alike, and flatten the rest."""

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from huepress._quantize import Quantized
    from huepress.study.sweep import Law, Timing


def inertia_figure(
    runs: Mapping[str, Quantized | PaletteFit | Sequence[Step]], title: str = ""
) -> Figure:
    """Draw the inertia of several starts against the iterations.

    Parameters
    ----------
    runs : mapping
        Name -> a result with a history (``return_history=True``), or the history itself.
    title : str
        Above the axes.

    Returns
    -------
    Figure
        One curve a start.

    Raises
    ------
    OptionError
        No run at all, or one without a history.
    """
    if not runs:
        raise OptionError("runs", runs, "at least one")
    made = figure(7, 4.2)
    axes = plain(made.add_subplot(), title or "inertia by iteration", "iteration", "inertia")
    for i, (name, run) in enumerate(runs.items()):
        steps = run if isinstance(run, Sequence) else run.history
        if not steps:
            raise OptionError("runs", name, "a run with a history: return_history=True")
        draw_inertia(axes, [step.inertia for step in steps], name, CYCLE[i % len(CYCLE)])
    axes.yaxis.set_major_formatter(EngFormatter())
    axes.legend(fontsize=8, frameon=False)
    return made


def draw_inertia(axes: Axes, values: Sequence[float], name: str, color: str) -> None:
    """Draw the inertia before each iteration, the last value marked."""
    axes.plot(range(len(values)), values, color=color, linewidth=1.4, label=name)
    axes.plot(len(values) - 1, values[-1], "o", color=color, markersize=4)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def rate_distortion_figure(
    curves: Mapping[str, Iterable[tuple[float, float]]],
    *,
    marks: Mapping[str, tuple[float, float]] | None = None,
    title: str = "",
    y: str = "SSIMULACRA2",
) -> Figure:
    """Draw quality against bytes.

    Parameters
    ----------
    curves : mapping
        Name -> points (bytes, score), in the order they are to be joined.
    marks : mapping, optional
        Name -> one point, drawn as a diamond.
    title, y : str
        Words above, and at the vertical axis.

    Returns
    -------
    Figure
        Up and to the left is better.

    Raises
    ------
    OptionError
        No curve and no mark.
    """
    if not curves and not marks:
        raise OptionError("curves", curves, "at least one")
    made = figure(7.5, 4.8)
    axes = plain(made.add_subplot(), title or "quality against size", "bytes", y)
    for i, (name, points) in enumerate(curves.items()):
        xy = np.array(list(points), np.float64)
        color = CYCLE[i % len(CYCLE)]
        axes.plot(*xy.T, "o-", color=color, linewidth=1.5, markersize=3.5, label=name)
    for i, (name, point) in enumerate((marks or {}).items(), len(curves)):
        axes.plot(*point, "D", color=CYCLE[i % len(CYCLE)], markersize=6, label=name)
    bytes_axis(axes)
    if y == "SSIMULACRA2":
        axes.set_ylim(bottom=max(axes.get_ylim()[0], LOWEST_SCORE))
    axes.legend(fontsize=8, frameon=False)
    return made


def bytes_axis(axes: Axes) -> None:
    """Show bytes as KB on the horizontal axis."""
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v / 1000:,.4g} KB"))
    axes.set_xlabel("")


def scaling_figure(timings: Sequence[Timing], laws: Sequence[Law]) -> Figure:
    """Draw seconds against pixels for every k, with the fitted laws.

    Parameters
    ----------
    timings, laws : sequence
        From `huepress.study.sweep.scaling`.

    Returns
    -------
    Figure
        k-means alone, and the whole road; measured as dots, fitted as lines.
    """
    made = figure(11, 4.6)
    for place, what in enumerate(("k-means", "whole")):
        law = next((law for law in laws if law.what == what), None)
        draw_scaling(made.add_subplot(1, 2, place + 1), timings, what, law)
    return made


def draw_scaling(axes: Axes, timings: Sequence[Timing], what: str, law: Law | None) -> None:
    """Draw one of the two panels of `scaling_figure`."""
    name = "counting and k-means" if what == "k-means" else "counting to encoding"
    plain(axes, f"seconds against pixels: {name}", "pixels", "seconds")
    ks = sorted({t.k for t in timings})
    for i, k in enumerate(ks):
        row = sorted((t for t in timings if t.k == k), key=lambda t: t.pixels)
        x = np.array([t.pixels for t in row], np.float64)
        y = [t.fit_seconds if what == "k-means" else t.seconds for t in row]
        color = CYCLE[i % len(CYCLE)]
        axes.plot(x, y, "o", color=color, markersize=5, label=f"k = {k}")
        if law is not None:
            axes.plot(x, [law.seconds(p, k) for p in x], "-", color=color, linewidth=1, alpha=0.7)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_locator(FixedLocator(sorted({t.pixels for t in timings})))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: _count(v)))
    axes.xaxis.set_minor_locator(NullLocator())
    for ticks in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
        ticks(FuncFormatter(lambda v, _: f"{v:g}"))
    if law is not None:
        words = (
            f"s = {law.scale:.2g} · pixels$^{{{law.pixel_power:.2f}}}$ · k$^{{{law.k_power:.2f}}}$"
            f"   R² {law.r_squared:.3f}"
        )
        axes.text(0.98, 0.03, words, transform=axes.transAxes, ha="right", fontsize=8, color=INK)
    axes.legend(fontsize=8, frameon=False, labelcolor=INK)
    axes.tick_params(axis="y", which="minor", colors=FAINT, labelsize=6)


def _count(value: float) -> str:
    return f"{value / 1e6:.3g} M" if value >= 1e6 else f"{value / 1e3:.3g} k"
