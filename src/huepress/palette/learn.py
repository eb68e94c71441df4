"""Palettes from the options: learned, given, or learned elsewhere.

Each class is a way for a search to get palettes. It is called with counted colors, a number of
colors, and a color space (None: the usual one).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.color.spaces import ColorSpace, space_of
from huepress.limits import LARGE, Deadline
from huepress.options import CompressOptions
from huepress.palette import deep, fixed, flat, kmeans, opaque
from huepress.palette.files import to_hex
from huepress.palette.small import SmallColors
from huepress.types import Colors, Histogram, Image, Palette, PaletteFit, Points, Step

Learn: TypeAlias = Callable[[Histogram, int, str | None], PaletteFit]
"""Maps a histogram, a number of colors, and a color space (None: the usual one) to a palette."""

FEW_COLORS: Final = 16384
"""Up to this many distinct colors, a thorough search for the palette takes milliseconds."""


@dataclass(frozen=True, eq=False)
class LearnedPalettes:
    """Palettes learned from one picture, with entries for colors that must not be lost.

    Attributes
    ----------
    image : Image
        The picture to map.
    options : CompressOptions
        How to learn; colors to keep become the first entries.
    small : SmallColors
        Small colors that must not be lost.
    deadline : Deadline
        Checked before every palette.
    fewest : int
        Least number of colors of a palette, however few are asked for.
    """

    image: Image
    options: CompressOptions
    small: SmallColors
    deadline: Deadline
    fewest: int = 1

    def of_effort(self, effort: str) -> LearnedPalettes:
        """Return the same with another effort."""
        return replace(self, options=self.options.changed(effort=effort))

    def __call__(self, counted: Histogram, colors: int, color_space: str | None) -> PaletteFit:
        """Learn a palette of at most this many colors, including those to keep."""
        self.deadline.check()
        kept = self.options.keep_color
        options = self.options.changed(
            colors=max(colors, len(kept), self.fewest),
            color_space=color_space or self.options.color_space,
        )
        space = self._space_of(options)
        if kept:
            fit = self._around(counted, options, kept)
        else:
            profile = self.image.source.icc_profile
            fit = learn(counted, options, icc_profile=profile, watch=self._on_time)
            fit = deep.refine(
                fit, self.image, counted, space, tol=options.tol, n_threads=options.threads
            )
            fit = self._settled(counted, fit, options, 0)
        around_small = partial(self._around_small, counted, options)
        fit = self.small.keep(fit, options.colors, space, around_small, n_fixed=len(kept))
        if self.image.width * self.image.height >= LARGE:
            _core.give_back_memory()  # what follows is mapped in strips: it would be of no use
        return fit

    def _on_time(self, _: Step) -> None:
        self.deadline.check()

    def _space_of(self, options: CompressOptions) -> ColorSpace:
        return space_of(options.color_space, self.image.source.icc_profile)

    def _around_small(
        self, counted: Histogram, options: CompressOptions, small: Colors
    ) -> PaletteFit:
        return self._around(counted, options, (*options.keep_color, *map(to_hex, small)))

    def _around(
        self, counted: Histogram, options: CompressOptions, kept: tuple[str, ...]
    ) -> PaletteFit:
        """Learn the rest around colors that stay."""
        profile = self.image.source.icc_profile
        fine = None if self.image.deep is None else deep.fine_values(self.image, counted)
        fit = learn(
            counted,
            options.changed(keep_color=kept),
            icc_profile=profile,
            fine=fine,
            watch=self._on_time,
        )
        return self._settled(counted, fit, options, len(kept))

    def _settled(
        self, counted: Histogram, fit: PaletteFit, options: CompressOptions, n_kept: int
    ) -> PaletteFit:
        """Make colors that fill areas exact, except for pictures of 16 bits.

        As with small colors, a named start is left alone. Opaque always stays opaque.
        """
        space = self._space_of(options)
        if least_of(options) > 0 and self.image.deep is None:
            fit = flat.settle(
                self.small.pixels,
                counted,
                fit,
                space,
                n_fixed=n_kept,
                n_threads=options.threads,
            )
        return opaque.settle(fit, counted, space, n_fixed=n_kept, n_threads=options.threads)


@dataclass(frozen=True, eq=False)
class GivenPalette:
    """Always the same palette, given by the user.

    Attributes
    ----------
    palette : Palette
        In sRGB, like the picture.
    color_space : str or ProfiledOklab
        Where its inertia is measured.
    n_threads : int
        0: one per processor.
    """

    palette: Palette
    color_space: ColorSpace
    n_threads: int = 0

    def __call__(self, counted: Histogram, _colors: int, _color_space: str | None) -> PaletteFit:
        """Measure the inertia of the counted colors."""
        return fixed.given(counted, self.palette, self.color_space, self.n_threads)


@dataclass(frozen=True, eq=False)
class SharedPalette:
    """Always the same palette, learned from several pictures."""

    fit: PaletteFit

    def __call__(self, _counted: Histogram, _colors: int, _color_space: str | None) -> PaletteFit:
        """Return it."""
        return self.fit


def least_of(options: CompressOptions) -> int:
    """Return the fewest pixels for a small color to matter; 0: none does.

    A named start means the textbook's k-means and nothing else.
    """
    return options.small_colors if options.init == "auto" else 0


def learn(
    counted: Histogram,
    options: CompressOptions,
    *,
    icc_profile: bytes | None = None,
    start: Points | None = None,
    return_history: bool = False,
    fine: NDArray[np.float64] | None = None,
    watch: Callable[[Step], object] | None = None,
) -> PaletteFit:
    """Learn a palette from counted colors; the engine starts from given centers, if any.

    Colors to keep are its first entries; the others settle around them, by the `fine` values that
    the counted colors stand for, if any. `watch` gets every step of a named start, and may raise.
    """
    space = space_of(options.color_space, icc_profile)
    thorough = counted.n_colors <= FEW_COLORS and options.effort != "fast"

    def fit(colors: Histogram, n_colors: int) -> PaletteFit:
        return kmeans.fit_palette(
            colors,
            n_colors,
            color_space=space,
            # With few colors the thorough search takes milliseconds and gains up to 0.5 points.
            effort="best" if thorough else options.effort,
            init=options.init,
            n_init=options.n_init,
            max_iter=options.max_iter,
            tol=options.tol,
            seed=options.seed,
            n_threads=options.threads,
            return_history=return_history,
            start=start,
            watch=watch,
        )

    if not options.keep_color:
        return fit(counted, options.colors)
    kept = fixed.of_words(options.keep_color)
    return fixed.learn_around(counted, kept, options.colors, space, fit, options.threads, fine=fine)
