"""k-means and nearest mapping alone: no rate, no dither, no file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huepress import _core, remap
from huepress.color import spaces
from huepress.decode import ImageSource, load
from huepress.errors import memory_guard
from huepress.palette import deep, engine, histogram, kmeans, opaque
from huepress.palette.kmeans import Init
from huepress.result import notebook
from huepress.types import Colors, Image, Indices, PaletteFit, Pixels, Step, StopReason


@dataclass(frozen=True, slots=True, eq=False)
class Quantized:
    """A picture in few colors.

    Attributes
    ----------
    indices : ndarray
        (height, width) uint8: the palette entry of every pixel.
    palette : ndarray
        (k, 3 or 4) uint8, sRGB or straight sRGBA; k may be less than asked for.
    inertia : float
        Sum over the pixels of weight x squared distance to the nearest center before the centers
        were rounded to 8 bits, in squared units of the color space.
    n_iter : int
        Iterations done.
    stop_reason : str
        ``converged``, ``tolerance``, ``max_iter`` or ``exact`` (the picture has no more than k
        colors, and is unchanged).
    history : tuple of Step
        One per iteration, when asked for.
    """

    indices: Indices
    palette: Colors
    inertia: float
    n_iter: int
    stop_reason: StopReason
    history: tuple[Step, ...] = ()

    def _repr_png_(self) -> bytes:
        return notebook.png_of(self.palette[self.indices])

    def _repr_html_(self) -> str:
        words = (
            f"{len(self.palette)} colors, inertia {self.inertia:.4g}, {self.n_iter} iterations"
            f" ({self.stop_reason})"
        )
        strip = notebook.strip_html(self.palette, self.indices)
        return notebook.picture_html(self._repr_png_(), "png", words, strip)


@memory_guard("<picture>")
def quantize(
    image: ImageSource,
    n_colors: int = 256,
    *,
    color_space: spaces.ColorSpace = "oklab",
    effort: str = "balanced",
    init: Init = "auto",
    n_init: int = 1,
    max_iter: int = 300,
    tol: float = 1e-4,
    seed: int = 0,
    weights: NDArray[np.floating] | None = None,
    n_threads: int = 0,
    return_history: bool = False,
) -> Quantized:
    """Reduce a picture to a palette of at most ``n_colors`` colors.

    Parameters
    ----------
    image : path, bytes, binary file, PIL image, ndarray or Image
        The picture, as for `huepress.compress`. Pixels of shape (height, width, 3 or 4), uint8, are
        taken as they are, without a copy; an Image in the profile that it came in; all others are
        loaded and converted to sRGB.
    n_colors : int
        Largest palette, 1 to 256.
    color_space, effort, init, n_init, max_iter, tol, seed, n_threads, return_history
        As for `huepress.palette.kmeans.fit_palette`.
    weights : ndarray, optional
        Importance of every pixel, >= 0, shape (height, width).

    Returns
    -------
    Quantized
        Every pixel has the nearest entry of the palette; opaque pixels have opaque entries alone,
        clear ones the clear entry. Same input, options and seed give the
        same bytes for any number of threads.

    Raises
    ------
    OptionError
        An option out of its range.
    HuepressError
        What is no picture, or cannot be read; see `huepress.decode.load`.
    """
    kmeans.check_options(n_colors, color_space, effort, init, n_init, max_iter, tol, seed)
    pixels, loaded = _pixels_of(image)
    if loaded is not None and isinstance(color_space, str):
        color_space = spaces.space_of(color_space, loaded.source.icc_profile)
    colors = histogram.engine_of(pixels, weights, n_threads)
    if weights is None and isinstance(init, str) and init == "auto" and colors.n_colors > n_colors:
        fit = engine.fit(
            colors,
            n_colors,
            color_space=color_space,
            effort=effort,
            max_iter=max_iter,
            tol=tol,
            n_threads=n_threads,
            return_history=return_history,
        )
    else:
        fit = kmeans.fit_palette(
            histogram.from_engine(colors),
            n_colors,
            color_space=color_space,
            effort=effort,
            init=init,
            n_init=n_init,
            max_iter=max_iter,
            tol=tol,
            seed=seed,
            n_threads=n_threads,
            return_history=return_history,
        )
        spaces.place(colors, color_space, False, n_threads)
    if loaded is not None and loaded.deep is not None:
        fit, indices = _by_fine_values(loaded, fit, colors, color_space, tol, n_threads)
    else:
        fit = _settled(fit, colors, color_space, n_threads)
        indices = np.empty(pixels.shape[:2], np.uint8)
        colors.map(fit.palette.colors, indices.reshape(-1), n_threads)
        opaque.keep_opaque(indices, pixels, fit.palette.colors, color_space, n_threads)
    return _quantized(fit, indices)


def _quantized(fit: PaletteFit, indices: Indices) -> Quantized:
    return Quantized(
        indices=indices,
        palette=fit.palette.colors,
        inertia=fit.inertia,
        n_iter=fit.n_iter,
        stop_reason=fit.stop_reason,
        history=fit.history,
    )


def _settled(
    fit: PaletteFit, engine: _core.Engine, color_space: spaces.ColorSpace, n_threads: int
) -> PaletteFit:
    """Make entries opaque that are for opaque pixels; without alpha nothing is counted for it."""
    if fit.palette.colors.shape[1] == 3:
        return fit
    counted = histogram.from_engine(engine)
    return opaque.settle(fit, counted, color_space, n_threads=n_threads)


def _by_fine_values(
    image: Image,
    fit: PaletteFit,
    engine: _core.Engine,
    color_space: spaces.ColorSpace,
    tol: float,
    n_threads: int,
) -> tuple[PaletteFit, Indices]:
    """Go on from the palette of 8 bits with the fine values, and map these."""
    counted = histogram.from_engine(engine)
    fit = deep.refine(fit, image, counted, color_space, tol=tol, n_threads=n_threads)
    fit = opaque.settle(fit, counted, color_space, n_threads=n_threads)
    mapped = deep.as_mapped(image, fit)
    return fit, remap.remap(mapped, fit.palette, color_space, n_threads=n_threads).indices


def _pixels_of(image: ImageSource) -> tuple[Pixels, Image | None]:
    """Take pixels as they are, or load them."""
    if isinstance(image, np.ndarray) and image.dtype == np.uint8 and image.ndim == 3:
        height, width, channels = image.shape
        if height * width > 0 and channels in (3, 4):
            return image, None
    loaded = load(image, icc="srgb")
    return loaded.pixels, loaded
