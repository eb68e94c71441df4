"""A sweep as curves: what k does to size, score, time and inertia."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.ticker import FuncFormatter

from huepress.study.plots.curves import LOWEST_SCORE, bytes_axis, draw_inertia, draw_scaling
from huepress.study.plots.style import BLUE, CYCLE, FAINT, INK, RED, figure, plain, ticks_at_k

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from huepress.study.sweep import Sweep

_CURVES = 6  # histories drawn: more lie on top of each other


def sweep_figure(sweep: Sweep) -> Figure:
    """Draw size, score and time against k, score against size, and inertia by iteration.

    Parameters
    ----------
    sweep : Sweep
        From `huepress.study.sweep.sweep`; with timings, two more panels show time against pixels.

    Returns
    -------
    Figure
        The suggested k is marked in every panel.
    """
    image = sweep.image
    rows = 3 if sweep.timings else 2
    name = image.source.name.rsplit("/", 1)[-1]
    title = f"{name}, {image.width} x {image.height}: suggested k = {sweep.suggestion.k}"
    made = figure(11, 4.1 * rows, title)
    grid = made.add_gridspec(rows, 6)
    _size(made.add_subplot(grid[0, 0:2]), sweep)
    _score(made.add_subplot(grid[0, 2:4]), sweep)
    _time(made.add_subplot(grid[0, 4:6]), sweep)
    _rate(made.add_subplot(grid[1, 0:3]), sweep)
    _inertia(made.add_subplot(grid[1, 3:6]), sweep)
    if sweep.timings:
        for place, what in enumerate(("k-means", "whole")):
            law = next((law for law in sweep.laws if law.what == what), None)
            axes = made.add_subplot(grid[2, 3 * place : 3 * place + 3])
            draw_scaling(axes, sweep.timings, what, law)
    return made


def _against_k(axes: Axes, sweep: Sweep, values: list[float], color: str, label: str = "") -> None:
    ks = [point.k for point in sweep.points]
    axes.plot(ks, values, "o-", color=color, linewidth=1.6, markersize=4, label=label)
    ticks_at_k(axes, ks)
    axes.axvline(sweep.suggestion.k, color=FAINT, linewidth=1, linestyle=":")


def _size(axes: Axes, sweep: Sweep) -> None:
    plain(axes, "size against k", "k", "")
    _against_k(axes, sweep, [p.n_bytes / 1000 for p in sweep.points], BLUE)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.4g} KB"))
    size = sweep.image.source.n_bytes
    if size and size / 1000 < 2 * max(p.n_bytes for p in sweep.points) / 1000:
        axes.axhline(size / 1000, color=FAINT, linewidth=1, linestyle="--")
        axes.text(sweep.points[0].k, size / 1000, " input", va="bottom", size=8, color=FAINT)


def _score(axes: Axes, sweep: Sweep) -> None:
    plain(axes, "score against k", "k", "")
    _against_k(axes, sweep, [p.score for p in sweep.points], RED)
    for level, word in ((50, "fair"), (70, "good"), (90, "hardly told apart")):
        axes.axhline(level, color=FAINT, linewidth=0.6, linestyle="--")
        axes.text(sweep.points[0].k, level + 1, word, size=7, color=FAINT, va="bottom")
    _score_axis(axes, sweep)


def _time(axes: Axes, sweep: Sweep) -> None:
    plain(axes, "seconds against k", "k", "")
    _against_k(axes, sweep, [p.seconds for p in sweep.points], INK, "all")
    _against_k(axes, sweep, [p.fit_seconds for p in sweep.points], CYCLE[2], "k-means alone")
    axes.set_ylim(bottom=0)
    axes.legend(fontsize=8, frameon=False)


def _rate(axes: Axes, sweep: Sweep) -> None:
    plain(axes, "score against size", "", "score")
    axes.plot(
        [p.n_bytes for p in sweep.points],
        [p.score for p in sweep.points],
        "o-",
        color=BLUE,
        linewidth=1.6,
        markersize=4,
    )
    for point in sweep.points:
        axes.annotate(
            f"{point.k}",
            (point.n_bytes, point.score),
            xytext=(5, -9),
            textcoords="offset points",
            size=8,
            color=INK,
        )
    best = sweep.at(sweep.suggestion.k)
    axes.plot(best.n_bytes, best.score, "o", markersize=12, fillstyle="none", color=RED)
    axes.margins(x=0.06)
    _score_axis(axes, sweep)
    bytes_axis(axes)


def _score_axis(axes: Axes, sweep: Sweep) -> None:
    low = min(p.score for p in sweep.points)
    axes.set_ylim(max(min(low, 40) - 5, LOWEST_SCORE), 104)


def _inertia(axes: Axes, sweep: Sweep) -> None:
    plain(axes, "inertia by iteration, relative to its end", "iteration", "")
    drawn = [p for p in sweep.points if p.fit.history]
    if len(drawn) > _CURVES:
        step = (len(drawn) - 1) / (_CURVES - 1)
        drawn = [drawn[round(i * step)] for i in range(_CURVES)]
    for i, point in enumerate(drawn):
        last = point.fit.inertia
        steps = [*(step.inertia / last for step in point.fit.history), 1.0]
        draw_inertia(axes, steps, f"k = {point.k}", CYCLE[i % len(CYCLE)])
    if drawn:
        axes.legend(fontsize=8, frameon=False, ncols=2)
    else:
        axes.text(0.5, 0.5, "every color fits: k-means does not run", ha="center", color=FAINT)
