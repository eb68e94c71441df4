"""The road: a picture in, a small file out.

Load the picture, count its colors, learn a palette by k-means, give every pixel its index by
distortion and rate, encode, and never return more bytes than came in.
"""

from __future__ import annotations

import os
from io import IOBase
from time import perf_counter
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias, cast

from huepress import search
from huepress.animate import compress_animation, is_animation
from huepress.decode import limits_of, load_with, read
from huepress.decode.reading import name_of
from huepress.encode import carry, encode, encode_lossless, kept_original
from huepress.errors import EncodeError, OptionError, QualityError
from huepress.options import CompressOptions, parse_size
from huepress.result.report import Result
from huepress.search.setup import (
    Workbench,
    bench_of,
    bench_with,
    learn,
    matte_of,
    require_time,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image as PillowImage

    from huepress.types import Encoded, Image, IndexedImage, PaletteFit

__all__ = ["PictureSource", "compress", "finish", "learn", "learn_palette"]

PictureSource: TypeAlias = (
    "str | os.PathLike[str] | bytes | BinaryIO | PillowImage.Image | NDArray[Any] | Image"
)


SIZE_TRIES = 8
"""Times a smaller file is made to fit a size; two or three are enough for GIF, TIFF and JPEG XL."""


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
    if options.frame is None and (film := _film_of(source, options)) is not None:
        return compress_animation(*film, options, started=started)
    return _compress_image(load_with(source, options), options, started)


def _film_of(source: PictureSource, options: CompressOptions) -> tuple[str, bytes] | None:
    """Return name and bytes of a file that is an animation; a stream stays where it stands."""
    limits = limits_of(options)
    if isinstance(source, str | os.PathLike | bytes):
        data = read(source, limits)
    elif isinstance(source, IOBase) and source.seekable():
        start = source.tell()
        data = read(cast("BinaryIO", source), limits)
        source.seek(start)
    else:
        return None
    return (name_of(source), data) if is_animation(data) else None


def _compress_image(image: Image, options: CompressOptions, started: float) -> Result:
    """Walk the road from a loaded picture; `started` is when the clock of the report began."""
    require_time(image, options, started)
    if options.lossless:
        return _unchanged(image, options, started)
    return _result(bench_of(image, options, started), options, started)


def _choose(bench: Workbench, options: CompressOptions, share: float = 1.0) -> search.Trial:
    """Take the mapping that serves what the options aim for.

    Sizes are those of a PNG; ``share`` of the bytes allowed is taken for formats that need more.
    """
    image = bench.source
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
        limit = _limit(image, options) - carry(image.source, options.strip, force=True).n_bytes
        limit = max(1, int(limit * share))
        fitting = search.reach_size(bench, limit, options.effort, options.dither)
        if fitting is None:
            fitting = search.smallest(bench, options.dither)
            if not options.best_effort:
                raise _too_large(bench, fitting, options)
        return fitting
    if options.rate_weight is not None:
        return search.fixed(bench, options.rate_weight, options.dither or 0.0)
    return search.default(bench, options.effort, options.dither)


def learn_palette(image: Image, options: CompressOptions) -> IndexedImage:
    """Learn the palette of one picture and map it plainly: what `huepress palette` tells of."""
    bench = bench_of(image, options, perf_counter())
    return bench.nearest(bench.colors).indexed


def finish(image: Image, fit: PaletteFit, options: CompressOptions, started: float) -> Result:
    """Walk the rest of the road from a learned palette."""
    return _result(bench_with(image, fit, options, started), options, started)


def _result(bench: Workbench, options: CompressOptions, started: float) -> Result:
    """Map, encode, and take the original where it is not larger."""
    chosen, encoded = _encoded(bench, options, started)
    image = bench.source
    original = _better_original(image, encoded, options)
    return Result(
        data=original or encoded.data,
        format=encoded.format,
        status="kept" if original else "compressed",
        image=image,
        indexed=chosen.indexed,
        fit=chosen.fit,
        seconds=perf_counter() - started,
        more_notes=() if original else encoded.notes,
    )


def _encoded(
    bench: Workbench, options: CompressOptions, started: float
) -> tuple[search.Trial, Encoded]:
    """Map and encode; again for fewer bytes as long as the file is larger than it may be."""
    share, before = 1.0, None
    for _ in range(SIZE_TRIES):
        chosen = _choose(bench, options, share)
        require_time(bench.source, options, started)
        encoded = _encode(bench, chosen, options)
        if options.format == "smallest" and options.effort != "fast":
            chosen, encoded = _or_webp(bench, chosen, encoded, options)
        if options.max_size is None or chosen is before:
            return chosen, encoded
        limit = _limit(bench.source, options)
        if len(encoded.data) <= limit:
            return chosen, encoded
        before = chosen
        share *= 0.97 * limit / len(encoded.data)
    if options.best_effort:
        return chosen, encoded
    raise _too_large(bench, chosen, options)


def _encode(bench: Workbench, chosen: search.Trial, options: CompressOptions) -> Encoded:
    # A size was met by trials with the deflate of "balanced".
    effort = "balanced" if options.max_size and options.effort == "fast" else options.effort
    return encode(
        chosen.indexed,
        _format(options),
        effort=effort,
        carried=carry(bench.source.source, options.strip, force=options.drop_signature),
        n_fixed=bench.n_fixed,
        matte=matte_of(options),
        # What fits into a size was chosen by the bytes of the usual deflate.
        drawn=chosen.is_drawn and options.max_size is None,
        as_palette=options.indexed,
    )


def _or_webp(
    bench: Workbench, chosen: search.Trial, encoded: Encoded, options: CompressOptions
) -> tuple[search.Trial, Encoded]:
    """Map as WebP counts bits, too, and take that file if it is the smaller one."""
    goal = chosen.score if options.quality is None else min(options.quality, chosen.score)
    other = search.for_container(bench, chosen, "webp", goal)
    if other is None:
        return chosen, encoded
    try:
        found = _encode(bench, other, options.changed(format="webp"))
    except EncodeError:  # more than 16383 pixels a side
        return chosen, encoded
    return (other, found) if len(found.data) < len(encoded.data) else (chosen, encoded)


def _limit(image: Image, options: CompressOptions) -> int:
    """Bytes the file may have."""
    limit = parse_size(options.max_size or "", image.source.n_bytes)
    if limit < 1:
        raise OptionError("max_size", options.max_size, "bytes, for a picture without a file")
    return limit


def _too_large(bench: Workbench, smallest: search.Trial, options: CompressOptions) -> QualityError:
    return QualityError(
        bench.source.source.name,
        f"{_limit(bench.source, options):,} bytes",
        f"{len(_encode(bench, smallest, options).data):,} can",
        "raise --max-size, shrink the picture, or take the smallest: --best-effort",
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
        more_notes=() if original else encoded.notes,
    )


def _format(options: CompressOptions) -> str:
    return "png" if options.format == "auto" else options.format


def _better_original(image: Image, encoded: Encoded, options: CompressOptions) -> bytes | None:
    """Return the input's own bytes, when they are in the format asked for and no more than ours."""
    if image.source.format != encoded.format:
        return None
    return kept_original(image, options, at_most=len(encoded.data))
