"""The bench of one picture, set up as the options have it.

Everything that is to be decided before mappings are tried: which colors are given, how the rest is
learned, which small colors must not be lost, what the file can show, and how long it may take.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from huepress import search
from huepress.color.spaces import as_srgb, space_of
from huepress.encode.gif import binary_image
from huepress.errors import LimitError
from huepress.metrics import Judges
from huepress.options import CompressOptions
from huepress.palette import deep, fixed, flat, kmeans
from huepress.palette.files import parse_hex, read_palette, to_hex
from huepress.palette.small import SmallColors
from huepress.remap.kinds import FEW_COLORS
from huepress.types import Histogram, Image, IndexedImage, Palette, PaletteFit, Points


@dataclass(eq=False)
class Workbench(search.Bench):
    """A bench whose mappings keep small colors, and take no more time than there is.

    Attributes
    ----------
    reference : Image or None
        What scores are measured against, when it is another than the picture that is mapped; it
        has the notes that are to be told.
    small : SmallColors or None
        What must not be lost.
    require_time : callable
        Raises LimitError when the time is up.
    """

    reference: Image | None = None
    small: SmallColors | None = None
    require_time: Callable[[], None] = lambda: None

    @property
    def source(self) -> Image:
        """The picture as it came, with the notes of all that was done to it."""
        return self.reference or self.image

    @cached_property
    def judges(self) -> Judges:
        """What is judged against the picture as it came."""
        profile = self.source.source.icc_profile
        return Judges(as_srgb(self.source.pixels, profile), n_threads=self.n_threads)

    def map(
        self, setting: search.Setting, rate_weight: float, *, hurry: bool = False
    ) -> IndexedImage:
        """Map by distortion and rate, without a score."""
        self.require_time()
        mapped = super().map(setting, rate_weight, hurry=hurry)
        return mapped if self.small is None else self.small.restore(mapped, self.color_space)


def bench_of(image: Image, options: CompressOptions, started: float) -> Workbench:
    """Set up the bench of a picture whose palette is learned, or given by the options.

    Raises
    ------
    OptionError
        A palette that cannot be read, or colors without room.
    InputError
        The file of the palette cannot be read.
    """
    shown = as_shown(image, options)
    if options.palette is not None:
        shown, palette = fixed.palette_for(shown, read_palette(options.palette), options.colors)
        bench = _bench(image, shown, _given(palette, options), options, started)
        bench.colors = bench.n_fixed = len(palette)
        return bench
    n_fixed = len(options.keep_color)
    fixed.require_room(n_fixed, options.colors)
    small = SmallColors(
        shown, least_of(options), count=lambda: bench.pixel_counts, n_threads=options.threads
    )
    profile = image.source.icc_profile

    def learned(counted: Histogram, colors: int, other: str | None) -> PaletteFit:
        require_time(image, options, started)
        word = other or options.color_space
        now = options.changed(colors=max(colors, n_fixed), color_space=word)
        space = space_of(word, profile)

        def around(kept: tuple[str, ...]) -> PaletteFit:
            fine = None if shown.deep is None else deep.fine_values(shown, counted)
            fit = learn(counted, now.changed(keep_color=kept), icc_profile=profile, fine=fine)
            return settled(fit, len(kept))

        def settled(fit: PaletteFit, n_kept: int) -> PaletteFit:
            # As small colors; and finer values than those of 8 bits have their means.
            if least_of(options) == 0 or shown.deep is not None:
                return fit
            return flat.settle(
                small.pixels, counted, fit, space, n_fixed=n_kept, n_threads=now.threads
            )

        if n_fixed:
            fit = around(now.keep_color)
        else:
            fit = learn(counted, now, icc_profile=profile)
            fit = deep.refine(fit, shown, counted, space, tol=now.tol, n_threads=now.threads)
            fit = settled(fit, 0)

        return small.keep(
            fit,
            now.colors,
            space,
            lambda more: around((*now.keep_color, *map(to_hex, more))),
            n_fixed=n_fixed,
        )

    bench = _bench(image, shown, learned, options, started)
    bench.small, bench.n_fixed = small, n_fixed
    return bench


def bench_with(
    image: Image, fit: PaletteFit, options: CompressOptions, started: float
) -> Workbench:
    """Set up the bench of a picture that gets a palette learned elsewhere."""
    shown = as_shown(image, options)
    bench = _bench(image, shown, lambda _counted, _colors, _space: fit, options, started)
    bench.colors, bench.n_fixed = len(fit.palette), len(options.keep_color)
    if fit.small is not None:
        bench.small = SmallColors(shown, options.small_colors, n_threads=options.threads)
        bench.small.know(fit, bench.color_space)
    return bench


def as_shown(image: Image, options: CompressOptions) -> Image:
    """Return the picture as the format can show it: GIF has no half-transparent pixels."""
    if options.format != "gif":
        return image
    return binary_image(image, matte=matte_of(options))


def matte_of(options: CompressOptions) -> tuple[int, int, int] | None:
    """Read the matte."""
    return None if options.matte is None else parse_hex(options.matte)[:3]


def least_of(options: CompressOptions) -> int:
    """Fewest pixels from which a small color matters; 0: none does.

    A named start is the textbook's k-means and nothing else.
    """
    return options.small_colors if options.init == "auto" else 0


def require_time(image: Image, options: CompressOptions, started: float) -> None:
    """Raise LimitError when a picture has taken more than its seconds."""
    seconds = perf_counter() - started
    if seconds > options.timeout:
        name = image.source.name
        raise LimitError(name, "seconds", round(seconds, 2), options.timeout, "--timeout")


def learn(
    counted: Histogram,
    options: CompressOptions,
    *,
    icc_profile: bytes | None = None,
    start: Points | None = None,
    return_history: bool = False,
    fine: NDArray[np.float64] | None = None,
) -> PaletteFit:
    """Learn a palette from counted colors, the engine starting from given centers if there are.

    Colors to be kept are its first entries; the others settle around them by the `fine` values
    that the counted colors stand for, where there are any.
    """
    space = space_of(options.color_space, icc_profile)
    drawn = counted.n_colors <= FEW_COLORS and options.effort != "fast"

    def fit(colors: Histogram, n_colors: int) -> PaletteFit:
        return kmeans.fit_palette(
            colors,
            n_colors,
            color_space=space,
            # With few colors the thorough search takes milliseconds and gains up to 0.5 points.
            effort="best" if drawn else options.effort,
            init=options.init,
            n_init=options.n_init,
            max_iter=options.max_iter,
            tol=options.tol,
            seed=options.seed,
            n_threads=options.threads,
            return_history=return_history,
            start=start,
        )

    if not options.keep_color:
        return fit(counted, options.colors)
    kept = fixed.of_words(options.keep_color)
    return fixed.learn_around(counted, kept, options.colors, space, fit, options.threads, fine=fine)


def _given(palette: Palette, options: CompressOptions) -> search.Learn:
    """Take a palette for learned; its colors are sRGB, as the picture is then."""
    space = space_of(options.color_space, None)
    return lambda counted, _colors, _space: fixed.given(counted, palette, space, options.threads)


def _bench(
    image: Image, shown: Image, learn: search.Learn, options: CompressOptions, started: float
) -> Workbench:
    return Workbench(
        shown,
        learn,
        options.colors,
        space_of(options.color_space, image.source.icc_profile),
        n_threads=options.threads,
        find=options.effort != "fast",
        # A start or a mapping that is named is exactly that one.
        race=options.init == "auto" and options.rate_weight is None,
        container="webp" if options.format == "webp" else "png",
        reference=replace(image, source=shown.source),
        require_time=lambda: require_time(image, options, started),
    )
