"""The road: a picture in, a small file out.

Load the picture, count its colors, learn a palette by k-means, give every pixel its index by
distortion and rate, encode, and never return more bytes than came in.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from huepress import fixed_colors, kmeans, search
from huepress.colorspace import space_of
from huepress.encode import carry, encode, encode_lossless, without_metadata
from huepress.errors import LimitError, OptionError, QualityError
from huepress.load import load_with
from huepress.options import CompressOptions, parse_size
from huepress.palette_files import parse_hex, read_palette, to_hex
from huepress.report import Result
from huepress.small_colors import SmallColors

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image as PillowImage

    from huepress.fixed_colors import Learn
    from huepress.types import (
        Colors,
        Encoded,
        Histogram,
        Image,
        IndexedImage,
        Palette,
        PaletteFit,
        Points,
    )

PictureSource: TypeAlias = (
    "str | os.PathLike[str] | bytes | BinaryIO | PillowImage.Image | NDArray[Any] | Image"
)


def compress(
    source: PictureSource, options: CompressOptions | None = None, /, **changes: Any
) -> Result:
    """Compress one picture.

    Parameters
    ----------
    source : path, bytes, binary file, PIL image, ndarray or Image
        The picture. Arrays are (height, width), (height, width, 3) or (height, width, 4); uint8,
        uint16, or float 0-1; sRGB.
    options : CompressOptions or None
        All options; None for the defaults.
    **changes
        Single options by name, such as ``colors=16`` or ``color_space="srgb"``; the names,
        ranges and defaults are those of `CompressOptions`.

    Returns
    -------
    Result
        The finished file and its figures. The same input, options and version give the same
        bytes, for any number of threads.

    Raises
    ------
    OptionError
        An option out of range or unknown.
    DecodeError
        Not a picture that can be read.
    LimitError
        More pixels, bytes or seconds than allowed; the seconds are looked at between steps.
    QualityError
        The score or the size asked for cannot be met.

    Examples
    --------
    >>> import huepress, numpy as np
    >>> ramp = np.linspace(0, 255, 64 * 48).reshape(48, 64).astype(np.uint8)
    >>> result = huepress.compress(ramp, colors=4)
    >>> result.colors, result.format
    (4, 'png')
    """
    started = perf_counter()
    options = (options or CompressOptions()).changed(**changes)
    return _compress_image(load_with(source, options), options, started)


def _compress_image(image: Image, options: CompressOptions, started: float) -> Result:
    """Walk the road from a loaded picture; `started` is when the clock of the report began."""
    require_time(image, options, started)
    if options.lossless:
        return _unchanged(image, options, started)
    bench, n_fixed = _bench_of(image, options, started)
    return _result(bench.image, _choose(bench, bench.image, options), options, started, n_fixed)


def require_time(image: Image, options: CompressOptions, started: float) -> None:
    """Raise LimitError when a picture has taken more than its seconds."""
    seconds = perf_counter() - started
    if seconds > options.timeout:
        raise LimitError(
            image.source.name, "seconds", round(seconds, 2), options.timeout, "--timeout"
        )


def _bench_of(image: Image, options: CompressOptions, started: float) -> tuple[_Bench, int]:
    """Prepare the bench of a picture; the number tells how many entries stay as they are."""
    profile = image.source.icc_profile
    if options.palette is not None:
        asked = read_palette(options.palette)
        image, palette = fixed_colors.palette_for(image, asked, options.colors)
        bench = _bench(
            image, lambda counted, _: _given(counted, palette, options, profile), options, started
        )
        bench.colors = len(palette)
        return bench, len(palette)
    n_fixed = len(options.keep_color)
    fixed_colors.require_room(n_fixed, options.colors)
    # A named start is the textbook's k-means and nothing else.
    least = options.small_colors if options.init == "auto" else 0
    small = SmallColors(image, least, n_threads=options.threads)
    space = space_of(options.color_space, profile)

    def learned(counted: Histogram, colors: int) -> PaletteFit:
        require_time(image, options, started)
        now = options.changed(colors=max(colors, n_fixed))
        fit = learn(counted, now, icc_profile=profile)

        def around(small: Colors) -> PaletteFit:
            words = (*now.keep_color, *(to_hex(color) for color in small))
            return learn(counted, now.changed(keep_color=words), icc_profile=profile)

        return small.keep(fit, now.colors, space, around, n_fixed=n_fixed)

    return _bench(image, learned, options, started, small), n_fixed


@dataclass(eq=False)
class _Bench(search.Bench):
    """The bench, whose mappings keep small colors, and no more time than there is."""

    small: SmallColors | None = None
    require_time: Callable[[], None] = lambda: None

    def map(self, colors: int, rate_weight: float, dither: float) -> IndexedImage:
        self.require_time()
        mapped = super().map(colors, rate_weight, dither)
        return mapped if self.small is None else self.small.restore(mapped, self.color_space)


def _bench(
    image: Image,
    learn: Learn,
    options: CompressOptions,
    started: float,
    small: SmallColors | None = None,
) -> _Bench:
    return _Bench(
        image,
        learn,
        options.colors,
        space_of(options.color_space, image.source.icc_profile),
        n_threads=options.threads,
        find=options.effort != "fast",
        small=small,
        require_time=lambda: require_time(image, options, started),
    )


def _choose(bench: search.Bench, image: Image, options: CompressOptions) -> search.Trial:
    """Take the mapping that serves what the options aim for."""
    if options.quality is not None:
        found = search.reach_score(bench, options.quality, options.effort, options.dither)
        if found is None:
            found = search.closest_score(bench, options.dither)
            if not options.best_effort:
                raise QualityError(
                    image.source.name,
                    f"score {options.quality:g} with {bench.colors} colors",
                    f"{found.score:.1f} can",
                    "lower --quality, raise --colors, or take what comes nearest: --best-effort",
                )
        return found
    if options.max_size is not None:
        limit = parse_size(options.max_size, image.source.n_bytes)
        limit -= carry(image.source, options.strip, force=options.drop_signature).n_bytes
        if limit < 1:
            raise OptionError("max_size", options.max_size, "bytes, for a picture without a file")
        fitting = search.reach_size(bench, limit, options.effort, options.dither)
        if fitting is None:
            fitting = search.smallest(bench, options.dither)
            if not options.best_effort:
                raise QualityError(
                    image.source.name,
                    f"{limit:,} bytes",
                    f"{fitting.n_bytes:,} can",
                    "raise --max-size, shrink the picture, or take the smallest: --best-effort",
                )
        return fitting
    if options.rate_weight is not None:
        return search.fixed(bench, options.rate_weight, options.dither or 0.0)
    return search.default(bench, options.effort, options.dither)


def learn_palette(image: Image, options: CompressOptions) -> IndexedImage:
    """Learn the palette of one picture and map it plainly: what `huepress palette` tells of."""
    bench, _ = _bench_of(image, options, perf_counter())
    return bench.try_nearest(bench.colors).indexed


def learn(
    counted: Histogram,
    options: CompressOptions,
    *,
    icc_profile: bytes | None = None,
    start: Points | None = None,
    return_history: bool = False,
) -> PaletteFit:
    """Learn a palette from counted colors, the engine starting from given centers if there are.

    Colors to be kept are its first entries.
    """
    space = space_of(options.color_space, icc_profile)

    def fit(colors: Histogram, n_colors: int) -> PaletteFit:
        return kmeans.fit_palette(
            colors,
            n_colors,
            color_space=space,
            effort=options.effort,
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
    kept = fixed_colors.of_words(options.keep_color)
    return fixed_colors.learn_around(counted, kept, options.colors, space, fit, options.threads)


def _given(
    counted: Histogram, palette: Palette, options: CompressOptions, icc_profile: bytes | None
) -> PaletteFit:
    space = space_of(options.color_space, icc_profile)
    return fixed_colors.given(counted, palette, space, options.threads)


def finish(image: Image, fit: PaletteFit, options: CompressOptions, started: float) -> Result:
    """Walk the rest of the road from a learned palette, aiming at nothing but the defaults."""
    bench = _bench(image, lambda _counted, _colors: fit, options, started)
    bench.colors = len(fit.palette)
    return _result(image, _choose(bench, image, options), options, started, len(options.keep_color))


def _result(
    image: Image,
    chosen: search.Trial,
    options: CompressOptions,
    started: float,
    n_fixed: int = 0,
) -> Result:
    require_time(image, options, started)
    carried = carry(image.source, options.strip, force=options.drop_signature)
    # A size was met by trials with the deflate of "balanced".
    effort = "balanced" if options.max_size and options.effort == "fast" else options.effort
    encoded = encode(
        chosen.indexed,
        _format(options),
        effort=effort,
        carried=carried,
        n_fixed=n_fixed,
        matte=None if options.matte is None else parse_hex(options.matte)[:3],
    )
    original = None if n_fixed else _better_original(image, encoded, options)
    return Result(
        data=original or encoded.data,
        format=encoded.format,
        status="kept" if original else "compressed",
        image=image,
        indexed=chosen.indexed,
        fit=chosen.fit,
        seconds=perf_counter() - started,
    )


def _unchanged(image: Image, options: CompressOptions, started: float) -> Result:
    """Encode the pixels as they are."""
    encoded = encode_lossless(
        image,
        _format(options),
        effort=options.effort,
        carried=carry(image.source, options.strip, force=options.drop_signature),
        keep_hidden_rgb=options.keep_hidden_rgb,
    )
    original = _better_original(image, encoded, options)
    return Result(
        data=original or encoded.data,
        format=encoded.format,
        status="kept" if original else "compressed",
        image=image,
        indexed=None,
        fit=None,
        seconds=perf_counter() - started,
    )


def _format(options: CompressOptions) -> str:
    return "png" if options.format == "auto" else options.format


def _better_original(image: Image, encoded: Encoded, options: CompressOptions) -> bytes | None:
    """Return the input's own bytes, when they are in the format asked for and no more than ours.

    When everything beside the picture is to go, it goes from them too.
    """
    source = image.source
    if source.data is None or source.is_part or source.format != encoded.format:
        return None
    if options.strip == "all":
        bare = without_metadata(image)
        return bare if bare is not None and len(bare) <= len(encoded.data) else None
    return source.data if len(source.data) <= len(encoded.data) else None
