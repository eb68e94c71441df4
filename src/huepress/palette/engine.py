"""The engine's own way to a palette: coarse to fine, and out of local minima.

The sorted colors of a picture go in, a PaletteFit comes out. The search starts from Wu's cuts on
the means of the 4-bit cells and, for few centers, from other starts, too. On the means of the 5-bit
cells it splits some clusters and merges others as long as that pays, continues on the 6-bit cells,
and ends with over-relaxed passes over every color.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from huepress import _core
from huepress.color import spaces
from huepress.types import Palette, PaletteFit, Points, Step, StopReason


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long to search.

    Attributes
    ----------
    more_starts : int
        Starts by greedy k-means++ beside Wu's cuts. The best one after the coarse rounds is kept.
    coarse_rounds, medium_rounds, exact_rounds : int
        Rounds of split-merge on the means of the 5-bit cells, of the 6-bit cells, and on every
        color.
    medium_points : int
        Most filled 6-bit cells that are searched.
    round_passes : int
        Passes of k-means after each round.
    exact_passes : int
        Passes over every color at the end.
    """

    more_starts: int
    coarse_rounds: int
    medium_rounds: int
    medium_points: int
    exact_rounds: int
    round_passes: int
    exact_passes: int


_ANY: Final = 1 << 30
# By effort and most centers. Measured on CQ100 and Kodak (docs/lab-book/engine.md). With few
# centers, different starts end in different local minima; a few thousand 5-bit cells say little
# about more than 128 centers. "fast" searches 6-bit cells only if they are few: then this costs
# little beside sorting the pixels, and the 5-bit cells are too few for many centers.
SCHEDULES: Final = {
    "fast": {
        16: Schedule(1, 4, 2, 1 << 14, 0, 2, 3),
        128: Schedule(0, 2, 2, 1 << 14, 0, 2, 3),
        256: Schedule(0, 1, 1, 1 << 14, 0, 2, 2),
    },
    "balanced": {
        8: Schedule(4, 4, 6, _ANY, 0, 3, 4),
        128: Schedule(0, 4, 6, _ANY, 0, 3, 4),
        256: Schedule(0, 2, 6, _ANY, 0, 3, 4),
    },
    "best": {
        64: Schedule(6, 15, 40, _ANY, 12, 5, 5),
        128: Schedule(0, 15, 40, _ANY, 12, 5, 5),
        256: Schedule(0, 7, 40, _ANY, 12, 5, 5),
    },
}
# A picture of few colors has hardly fewer 6-bit cells than colors: the colors themselves are
# searched, and the cells more often.
SMALL_HISTOGRAM: Final = 1 << 16
SCHEDULES_OF_FEW: Final = {
    "fast": {
        16: Schedule(2, 6, 0, 0, 4, 3, 3),
        128: Schedule(0, 2, 0, 0, 4, 2, 3),
        256: Schedule(0, 1, 0, 0, 2, 2, 2),
    },
    "balanced": {
        16: Schedule(4, 8, 0, 0, 6, 3, 4),
        128: Schedule(0, 5, 0, 0, 6, 2, 4),
        256: Schedule(0, 2, 0, 0, 6, 3, 4),
    },
    "best": SCHEDULES["best"],
}


def fit(
    engine: _core.Engine,
    n_colors: int,
    *,
    color_space: spaces.ColorSpace,
    effort: str,
    start: Points | None = None,
    max_iter: int = 300,
    tol: float = 1e-4,
    n_threads: int = 0,
    return_history: bool = False,
) -> PaletteFit:
    """Find the palette with least weighted squared error.

    Parameters
    ----------
    engine : Engine
        Has more colors than ``n_colors``. They are placed in ``color_space``, ready for mapping.
    n_colors : int
        1 to 256.
    start : ndarray, optional
        (any number up to 256, channels) float32: centers to start from in place of Wu's cuts. The
        widest clusters are split, or the nearest merged, until there are ``n_colors``.
    max_iter : int
        Most passes over every color at the end; the effort has its own limit, too.
    color_space, effort, tol, n_threads, return_history
        As for `huepress.palette.kmeans.fit_palette`.

    Returns
    -------
    PaletteFit
        ``n_iter`` and ``history`` are those of the passes over every color. ``inertia`` is the sum
        of weight x squared distance to the mean of the cluster, for the clusters of the last pass.

    References
    ----------
    .. [1] Kanungo et al., "An efficient k-means clustering algorithm: analysis and implementation"
       (2002). doi:10.1109/TPAMI.2002.1017616
    .. [2] Fritzke, "The k-means-u* algorithm: non-local jumps and greedy retries" (2017).
       arXiv:1706.09059
    .. [3] Arthur & Vassilvitskii, "k-means++: the advantages of careful seeding" (2007).
    """
    rows = (SCHEDULES_OF_FEW if engine.n_colors <= SMALL_HISTOGRAM else SCHEDULES)[effort]
    schedule = next(row for most, row in rows.items() if n_colors <= most)
    keeps_clear = engine.has_clear and n_colors > 1
    spaces.place(engine, color_space, keeps_clear, n_threads)
    centers = np.empty((n_colors - keeps_clear, engine.channels), np.float32)
    found, inertia, n_iter, converged, within_tolerance, steps = engine.fit(
        centers,
        start,
        schedule.more_starts,
        schedule.coarse_rounds,
        schedule.medium_rounds,
        schedule.medium_points,
        schedule.exact_rounds,
        schedule.round_passes,
        min(schedule.exact_passes, max_iter),
        tol,
        return_history,
        n_threads,
    )
    centers = centers[:found]
    stop_reason: StopReason = "max_iter" if max_iter <= schedule.exact_passes else "effort"
    if converged:
        stop_reason = "converged"
    elif within_tolerance:
        stop_reason = "tolerance"
    fit = PaletteFit(
        palette=Palette(spaces.unembed(centers, color_space)),
        centers=centers,
        inertia=inertia,
        n_iter=n_iter,
        stop_reason=stop_reason,
        history=tuple(Step(*step) for step in steps),
    )
    return with_clear(fit, color_space) if keeps_clear else fit


def with_clear(fit: PaletteFit, color_space: spaces.ColorSpace) -> PaletteFit:
    """Put full transparency in front of a palette, so clear pixels stay clear whatever k is.

    Parameters
    ----------
    fit : PaletteFit
        With alpha; at most 255 colors.
    color_space : {"oklab", "srgb"} or ProfiledOklab
        The space of its centers.

    Returns
    -------
    PaletteFit
        With one more color, and otherwise unchanged.
    """
    clear = np.zeros((1, 4), np.uint8)
    return replace(
        fit,
        palette=Palette(np.vstack([clear, fit.palette.colors])),
        centers=np.vstack([spaces.embed(clear, color_space), fit.centers]),
    )
