"""Set up the bench of one picture from the options.

This decides everything before mappings are tried: which colors are given, how the rest is learned,
which small colors must not be lost, what the file can show, and how long it may take.
"""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np

from huepress.color.spaces import space_of
from huepress.encode.gif import binary_image
from huepress.errors import OptionError
from huepress.limits import Deadline
from huepress.options import CompressOptions
from huepress.palette import fixed, opaque
from huepress.palette.files import parse_hex, read_palette
from huepress.palette.learn import (
    GivenPalette,
    Learn,
    LearnedPalettes,
    SharedPalette,
    least_of,
)
from huepress.palette.own import own_palette
from huepress.palette.small import SmallColors
from huepress.search.bench import Bench
from huepress.search.picture import Picture
from huepress.search.rivals import Rivals
from huepress.types import Image, IndexedImage, Palette, PaletteFit


def bench_of(image: Image, options: CompressOptions, deadline: Deadline) -> Bench:
    """Set up the bench of a picture whose palette is learned, or given in the options.

    Raises
    ------
    OptionError
        A palette cannot be read, or there is no room for colors to keep.
    InputError
        The file of the palette cannot be read.
    """
    shown = as_shown(image, options)
    if options.whole_palette:
        raise OptionError("whole_palette", True, "only for a palette that files share")
    if options.palette is not None:
        return _bench_of_given(image, shown, options, deadline)
    if options.keep_palette:
        shown, palette = fixed.palette_for(shown, own_palette(image).palette, options.colors)
        picture = _picture(image, shown, len(palette), options)
        learn = GivenPalette(palette, space_of(options.color_space, None), options.threads)
        return _bench(picture, learn, options, deadline, n_fixed=len(palette))
    n_fixed = len(options.keep_color)
    fixed.require_room(n_fixed, options.colors)
    kept = fixed.of_words(options.keep_color) if n_fixed else None
    fewest = opaque.least_colors(shown.pixels, kept)
    if options.colors < fewest:
        allowed = f"at least {fewest}: what is opaque or clear stays so"
        raise OptionError("colors", options.colors, allowed)
    picture = _picture(image, shown, options.colors, options)
    small = SmallColors(
        shown,
        least_of(options),
        count=lambda: picture.pixel_counts,
        n_threads=options.threads,
    )
    learned = LearnedPalettes(shown, options, small, deadline, fewest)
    return _bench(picture, learned, options, deadline, n_fixed=n_fixed, small=small)


def _bench_of_given(
    image: Image, shown: Image, options: CompressOptions, deadline: Deadline
) -> Bench:
    """Set up the bench of a picture whose palette is given, as a display shows it."""
    assert options.palette is not None
    colors = read_palette(options.palette)
    seen = colors
    if options.display_palette is not None:
        seen = as_displayed(colors, read_palette(options.display_palette))
    shown, written = fixed.palette_for(shown, colors, options.colors)
    _, palette = fixed.palette_for(shown, seen, options.colors)
    picture = replace(_picture(image, shown, len(palette), options), given=palette)
    space = space_of(options.color_space, None)
    learn = GivenPalette(palette, space, options.threads)
    bench = _bench(picture, learn, options, deadline, n_fixed=len(palette))
    return bench if seen is colors else replace(bench, written=written)


def as_displayed(colors: Palette, seen: Palette) -> Palette:
    """Give entries the colors that a display shows for them; what is clear is not displayed.

    Raises
    ------
    OptionError
        Not one color for every entry.
    """
    n = len(colors)
    if len(seen) != n:
        raise OptionError("display_palette", f"{len(seen)} colors", f"{n}, as many as palette has")
    if colors.colors.shape[1] == 3:
        return Palette(np.ascontiguousarray(seen.colors[:, :3]))
    return Palette(np.hstack([seen.colors[:, :3], colors.colors[:, 3:]]))


def bench_with(
    image: Image, fit: PaletteFit, options: CompressOptions, deadline: Deadline
) -> Bench:
    """Set up the bench of a picture that gets a palette learned elsewhere."""
    shown = as_shown(image, options)
    picture = _picture(image, shown, len(fit.palette), options)
    small = None
    if fit.small is not None:
        small = SmallColors(shown, options.small_colors, n_threads=options.threads)
        small.know(fit, picture.color_space)
    n_fixed = len(fit.palette) if options.whole_palette else len(options.keep_color)
    return _bench(picture, SharedPalette(fit), options, deadline, n_fixed=n_fixed, small=small)


def learn_palette(image: Image, options: CompressOptions) -> IndexedImage:
    """Learn the palette of one picture and map it plainly, for `huepress palette`."""
    bench = bench_of(image, options, Deadline(image.source.name, options.timeout, perf_counter()))
    return bench.nearest(bench.colors).indexed


def as_shown(image: Image, options: CompressOptions) -> Image:
    """Return the picture as the format can show it: GIF has no half-transparent pixels."""
    if options.format != "gif":
        return image
    return binary_image(image, matte=matte_of(options))


def matte_of(options: CompressOptions) -> tuple[int, int, int] | None:
    """Read the matte."""
    return None if options.matte is None else parse_hex(options.matte)[:3]


def _picture(image: Image, shown: Image, colors: int, options: CompressOptions) -> Picture:
    return Picture(
        shown,
        colors,
        space_of(options.color_space, image.source.icc_profile),
        original=replace(image, source=shown.source),
        n_threads=options.threads,
    )


def _bench(
    picture: Picture,
    learn: Learn,
    options: CompressOptions,
    deadline: Deadline,
    *,
    n_fixed: int,
    small: SmallColors | None = None,
) -> Bench:
    container = "webp" if options.format == "webp" else "png"
    rivals = Rivals(
        picture,
        learn,
        # If the user names a start or a mapping, it is used exactly.
        several=options.init == "auto" and options.rate_weight is None and picture.given is None,
        goal=options.quality,
        container=container,
        n_fixed=n_fixed,
    )
    return Bench(
        picture,
        rivals,
        small=small,
        find=options.effort != "fast",
        container=container,
        deadline=deadline,
    )
