"""Which mapping serves what the options ask for, and the file it makes."""

from __future__ import annotations

from typing import Final

from huepress.encode import carry, encode, encode_lossless, is_exact
from huepress.errors import EncodeError, OptionError, QualityError
from huepress.options import CompressOptions, parse_size
from huepress.search.bench import Bench
from huepress.search.goals import (
    closest_score,
    default,
    fixed,
    for_container,
    reach_size,
    smallest,
    thorough_default,
)
from huepress.search.score import reach_score
from huepress.search.setup import matte_of
from huepress.search.trial import Trial
from huepress.types import Encoded, Image

SIZE_TRIES: Final = 8
"""Times a smaller file is made to fit a size; two or three are enough for GIF, TIFF and JPEG XL."""


def choose(bench: Bench, options: CompressOptions) -> tuple[Trial, Encoded]:
    """Map and encode; again for fewer bytes as long as the file is larger than it may be."""
    share, before = 1.0, None
    for _ in range(SIZE_TRIES):
        chosen = _aimed(bench, options, share)
        bench.deadline.check()
        encoded = _encode(bench, chosen, options)
        if options.format == "smallest" and options.effort != "fast":
            chosen, encoded = _or_webp(bench, chosen, encoded, options)
        if options.max_size is None or chosen is before:
            return chosen, encoded
        limit = _limit(bench.picture.source, options)
        if len(encoded.data) <= limit:
            return chosen, encoded
        before = chosen
        share *= 0.97 * limit / len(encoded.data)
    if options.best_effort:
        return chosen, encoded
    raise _too_large(bench, chosen, options)


def _encode(bench: Bench, chosen: Trial, options: CompressOptions) -> Encoded:
    # A size was met by trials with the deflate of "balanced".
    effort = "balanced" if options.max_size and options.effort == "fast" else options.effort
    carried = carry(bench.picture.source.source, options.strip, force=options.drop_signature)
    free = not bench.rivals.n_fixed and not options.indexed
    if format_of(options) == "png" and free and is_exact(bench.picture.image, chosen.indexed):
        return encode_lossless(bench.picture.image, "png", effort=effort, carried=carried)
    return encode(
        chosen.indexed,
        format_of(options),
        effort=effort,
        carried=carried,
        n_fixed=bench.rivals.n_fixed,
        matte=matte_of(options),
        # What fits into a size was chosen by the bytes of the usual deflate.
        drawn=chosen.is_drawn and options.max_size is None,
        as_palette=options.indexed,
    )


def _or_webp(
    bench: Bench, chosen: Trial, encoded: Encoded, options: CompressOptions
) -> tuple[Trial, Encoded]:
    """Map as WebP counts bits, too, and take that file if it is the smaller one."""
    goal = chosen.score if options.quality is None else min(options.quality, chosen.score)
    other = for_container(bench, chosen, "webp", goal)
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


def _too_large(bench: Bench, smallest: Trial, options: CompressOptions) -> QualityError:
    return QualityError(
        bench.picture.source.source.name,
        f"{_limit(bench.picture.source, options):,} bytes",
        f"{len(_encode(bench, smallest, options).data):,} can",
        "raise --max-size, shrink the picture, or take the smallest: --best-effort",
    )


def _aimed(bench: Bench, options: CompressOptions, share: float = 1.0) -> Trial:
    """Take the mapping that serves what the options aim for.

    Sizes are those of a PNG; ``share`` of the bytes allowed is taken for formats that need more.
    """
    image = bench.picture.source
    if options.quality is not None:
        found = reach_score(bench, options.quality, options.effort, options.dither)
        if found is None:
            found = closest_score(bench, options.dither)
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
        fitting = reach_size(bench, limit, options.effort, options.dither)
        if fitting is None:
            fitting = smallest(bench, options.dither)
            if not options.best_effort:
                raise _too_large(bench, fitting, options)
        return fitting
    if options.rate_weight is not None:
        return fixed(bench, options.rate_weight, options.dither or 0.0)
    if options.effort == "best":
        return thorough_default(bench, options.dither)
    return default(bench, options.effort, options.dither)


def format_of(options: CompressOptions) -> str:
    """Name the format of the file."""
    return "png" if options.format == "auto" else options.format
