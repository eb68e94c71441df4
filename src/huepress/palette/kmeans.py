"""Learn a palette: a Histogram goes in, a PaletteFit comes out.

``init="auto"`` is the engine's own choice for the effort. A named start, or given centers, is
followed by plain weighted Lloyd iterations, as the textbooks have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.color import spaces
from huepress.errors import OptionError
from huepress.options import EFFORTS, INITS
from huepress.palette import engine
from huepress.palette.init import starting_centers
from huepress.palette.lloyd import Run, lloyd
from huepress.types import Histogram, Palette, PaletteFit, Points, Step

Init: TypeAlias = str | NDArray[np.generic]


def fit_palette(
    histogram: Histogram,
    n_colors: int,
    *,
    color_space: spaces.ColorSpace = "oklab",
    effort: str = "balanced",
    init: Init = "auto",
    n_init: int = 1,
    max_iter: int = 300,
    tol: float = 1e-4,
    seed: int = 0,
    n_threads: int = 0,
    return_history: bool = False,
    start: Points | None = None,
    watch: Callable[[Step], object] | None = None,
) -> PaletteFit:
    """Find the palette with least weighted squared error.

    Parameters
    ----------
    histogram : Histogram
        Distinct colors and their weights.
    n_colors : int
        Largest palette, 1 to 256. A histogram with no more colors than that comes back as it is.
    color_space : {"oklab", "srgb"} or ProfiledOklab
        Where distance is measured.
    effort : {"fast", "balanced", "best"}
        How hard ``init="auto"`` searches; named starts take no notice of it.
    init : {"auto", "random", "kmeans++", "wu"} or ndarray
        The start: distinct colors drawn evenly, greedy k-means++, Wu's cuts, or centers: (k, 3|4)
        uint8 colors, or float points in the color space (`spaces.embed`).
    n_init : int
        Starts to try, keeping the one with least inertia; more than one matters only to
        ``random`` and ``kmeans++``.
    max_iter : int
        Most iterations of one start, >= 1.
    tol : float
        Stop when the squared moves of all centers add up to no more than this times the mean
        variance of the coordinates, >= 0.
    seed : int
        Same seed, same result; >= 0. ``auto`` and ``wu`` draw nothing by chance.
    n_threads : int
        Threads to use; 0: one per processor. No influence on the result.
    return_history : bool
        Keep inertia, shift and moved colors of every iteration.
    start : ndarray, optional
        Only with ``init="auto"``: (any number up to 256, 3 or 4) float32 centers, such as those of
        a fit with another ``n_colors``, for the engine to start from.
    watch : callable, optional
        Called with every Step of a named start as soon as it is done; it may raise.

    Returns
    -------
    PaletteFit
        Palette and centers in one order; colors of the palette may repeat where centers lie
        closer together than 8 bits tell apart. When full transparency is among the colors and
        ``n_colors`` > 1, it is the first entry, unless centers are given.

    Raises
    ------
    OptionError
        An option out of its range.

    References
    ----------
    .. [1] Lloyd, "Least squares quantization in PCM" (1982). doi:10.1109/TIT.1982.1056489
    """
    check_options(n_colors, color_space, effort, init, n_init, max_iter, tol, seed)
    if histogram.n_colors <= n_colors:
        return exact_fit(histogram, color_space)
    if isinstance(init, str) and init == "auto":
        sorted_colors = _core.Engine(histogram.colors, histogram.weights, n_threads)
        return engine.fit(
            sorted_colors,
            n_colors,
            color_space=color_space,
            effort=effort,
            start=start,
            max_iter=max_iter,
            tol=tol,
            n_threads=n_threads,
            return_history=return_history,
        )
    if _has_clear(histogram) and n_colors > 1 and isinstance(init, str):
        rest = Histogram(histogram.colors[1:], histogram.weights[1:])
        fit = fit_palette(
            rest,
            n_colors - 1,
            color_space=color_space,
            effort=effort,
            init=init,
            n_init=n_init,
            max_iter=max_iter,
            tol=tol,
            seed=seed,
            n_threads=n_threads,
            return_history=return_history,
            watch=watch,
        )
        return engine.with_clear(fit, color_space)
    rng = np.random.default_rng(seed)
    how = (init, n_init, max_iter, tol, rng, n_threads, watch)
    best = _best_run(histogram, n_colors, color_space, *how)
    return PaletteFit(
        palette=Palette(spaces.unembed(best.centers, color_space)),
        centers=best.centers.astype(np.float32),
        inertia=best.inertia,
        n_iter=best.n_iter,
        stop_reason=best.stop_reason,
        history=tuple(best.steps) if return_history else (),
    )


def _best_run(
    histogram: Histogram,
    n_colors: int,
    color_space: spaces.ColorSpace,
    init: Init,
    n_init: int,
    max_iter: int,
    tol: float,
    rng: np.random.Generator,
    n_threads: int,
    watch: Callable[[Step], object] | None,
) -> Run:
    """Follow plain Lloyd iterations from every start; keep the run with least inertia."""
    points = spaces.embed(histogram.colors, color_space)
    if isinstance(init, str):
        starts = n_init if init in ("random", "kmeans++") else 1
        drawn: Iterable[Points] = (
            starting_centers(points, histogram.weights, n_colors, init, rng) for _ in range(starts)
        )
    else:
        drawn = [_given_centers(init, n_colors, points.shape[1], color_space)]
    runs = (lloyd(points, histogram.weights, it, max_iter, tol, n_threads, watch) for it in drawn)
    return min(runs, key=lambda run: run.inertia)


def check_options(
    n_colors: int,
    color_space: spaces.ColorSpace,
    effort: str,
    init: Init,
    n_init: int,
    max_iter: int,
    tol: float,
    seed: int,
) -> None:
    """Raise OptionError for the first option that is out of its range."""
    if not 1 <= n_colors <= 256:
        raise OptionError("n_colors", n_colors, "1 to 256")
    spaces.require_space(color_space)
    if effort not in EFFORTS:
        raise OptionError("effort", effort, ", ".join(EFFORTS))
    if isinstance(init, str) and init not in INITS:
        raise OptionError("init", init, ", ".join(INITS) + ", or an array of centers")
    if n_init < 1:
        raise OptionError("n_init", n_init, "1 or more")
    if max_iter < 1:
        raise OptionError("max_iter", max_iter, "1 or more")
    if not tol >= 0:
        raise OptionError("tol", tol, "0 or more")
    if seed < 0:
        raise OptionError("seed", seed, "0 or more")


def exact_fit(histogram: Histogram, color_space: spaces.ColorSpace) -> PaletteFit:
    """Return the fit in which every color of the histogram is its own center."""
    return PaletteFit(
        palette=Palette(histogram.colors),
        centers=spaces.embed(histogram.colors, color_space),
        inertia=0.0,
        n_iter=0,
        stop_reason="exact",
    )


def _has_clear(histogram: Histogram) -> bool:
    """Whether full transparency is among the colors: it is the first one then."""
    return histogram.colors.shape[1] == 4 and not histogram.colors[0].any()


def _given_centers(
    init: NDArray[np.generic], n_colors: int, dims: int, color_space: spaces.ColorSpace
) -> Points:
    given = np.asarray(init)
    if given.ndim != 2 or given.shape[1] != dims or not 1 <= len(given) <= n_colors:
        allowed = f"1 to {n_colors} centers of {dims} numbers"
        raise OptionError("init", f"array of shape {given.shape}", allowed)
    if given.dtype == np.uint8:
        return spaces.embed(given.astype(np.uint8), color_space)
    if given.dtype.kind != "f" or not np.isfinite(given).all():
        raise OptionError("init", f"{given.dtype} array", "uint8 colors, or finite float points")
    return np.ascontiguousarray(given, np.float32)
