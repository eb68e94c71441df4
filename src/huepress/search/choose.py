"""Choose the mapping that does what the options ask for, and make its file."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Final

from huepress.encode import carry, encode, encode_lossless, is_exact
from huepress.errors import EncodeError, OptionError, QualityError
from huepress.options import CompressOptions, parse_size
from huepress.palette.own import own_palette
from huepress.search.bench import Bench
from huepress.search.goals import (
    closest_score,
    default,
    fixed,
    for_container,
    thorough_default,
)
from huepress.search.score import reach_score
from huepress.search.setup import matte_of
from huepress.search.size import SMALL, Found, SizeSearch
from huepress.search.trial import Trial
from huepress.types import Encoded, Image

ROUNDS: Final = 3
ABOVE: Final = 0.2
"""Times that all of a large picture is mapped to reach a score that its stand-in has, and points
above it that are as good as the score."""

FIXED_SIZES: Final = ("bmp",)
"""Formats whose file size does not depend on the mapping."""


def choose(bench: Bench, options: CompressOptions) -> tuple[Trial, Encoded]:
    """Map and encode."""
    if options.max_size is not None:
        found = _within_size(bench, options)
        return found.trial, found.encoded
    chosen = _aimed(bench, options)
    bench.deadline.check()
    encoded = _encode(bench, chosen, options)
    if options.format == "smallest" and options.effort != "fast":
        return _or_webp(bench, chosen, encoded, options)
    return chosen, encoded


def _within_size(bench: Bench, options: CompressOptions) -> Found:
    """Find the best file within the size limit."""
    limit = size_limit(bench.picture.source, options)
    found = _search_size(bench, options, limit)
    best, smallest = found.best, found.smallest
    if options.format == "smallest" and options.effort != "fast":
        webp = bench.for_container("webp")
        other = _search_size(webp, options.changed(format="webp"), limit)
        fitting = [each for each in (best, other.best) if each is not None]
        best = max(fitting, key=lambda each: each.trial.score, default=None)
        tiny = [each for each in (smallest, other.smallest) if each is not None]
        smallest = min(tiny, key=lambda each: each.n_bytes, default=None)
    if best is not None:
        return best
    assert smallest is not None
    if options.best_effort:
        return smallest
    raise QualityError(
        bench.picture.source.source.name,
        f"{limit:,} bytes",
        f"{smallest.n_bytes:,} can",
        "raise --max-size, shrink the picture, or take the smallest: --best-effort",
    )


def _search_size(bench: Bench, options: CompressOptions, limit: int) -> SizeSearch:
    known: dict[tuple[bytes, bool, bool], Encoded] = {}

    def write(trial: Trial, hurry: bool) -> Encoded:
        bench.deadline.check()
        if bench.rivals.n_fixed or trial.indexed.indices.size > SMALL:
            return _encode(bench, trial, options, hurry=hurry)
        # Settings of small pictures often map alike; a file depends on what is shown alone.
        shown = trial.indexed.to_pixels()
        key = (sha256(shown.data).digest() + bytes(shown.shape[2:]), trial.is_drawn, hurry)
        if key not in known:
            known[key] = _encode(bench, trial, options, hurry=hurry)
        return known[key]

    search = SizeSearch(bench, limit, write, options.effort, options.dither)
    if format_of(options) in FIXED_SIZES:
        search.run_for_fixed_size()
    else:
        search.run()
    return search


def _encode(
    bench: Bench, chosen: Trial, options: CompressOptions, *, hurry: bool = False
) -> Encoded:
    """Write the file; in a hurry without zopfli, and of two writers for an exact picture one."""
    # A size was met by trials with the deflate of "balanced".
    effort = "balanced" if options.max_size and options.effort == "fast" else options.effort
    effort = "balanced" if hurry else effort
    carried = carry(bench.picture.source.source, options.strip, force=options.drop_signature)
    arranged = options.arranges_palette
    free = not (bench.rivals.n_fixed or options.indexed or arranged)
    if format_of(options) == "png" and free and is_exact(bench.picture.image, chosen.indexed):
        quick = "fast" if hurry else effort
        return encode_lossless(bench.picture.image, "png", effort=quick, carried=carried)
    return encode(
        bench.as_written(chosen.indexed),
        format_of(options),
        effort=effort,
        carried=carried,
        n_fixed=bench.rivals.n_fixed,
        matte=matte_of(options),
        drawn=chosen.is_drawn,
        as_palette=options.indexed or arranged,
        clear_first=options.transparent_first,
        bit_depth=options.bit_depth,
        hurry=hurry,
    )


def _or_webp(
    bench: Bench, chosen: Trial, encoded: Encoded, options: CompressOptions
) -> tuple[Trial, Encoded]:
    """Also map with WebP's bits, and take that file if it is smaller."""
    goal = chosen.score if options.quality is None else min(options.quality, chosen.score)
    other = for_container(bench, chosen, "webp", goal)
    if other is None:
        return chosen, encoded
    try:
        found = _encode(bench, other, options.changed(format="webp"))
    except EncodeError:  # more than 16383 pixels a side
        return chosen, encoded
    return (other, found) if len(found.data) < len(encoded.data) else (chosen, encoded)


def size_limit(image: Image, options: CompressOptions) -> int:
    """Return the most bytes that the file may have."""
    limit = parse_size(options.max_size or "", image.source.n_bytes)
    if limit < 1:
        raise OptionError("max_size", options.max_size, "bytes, for a picture without a file")
    return limit


def _aimed(bench: Bench, options: CompressOptions) -> Trial:
    """Choose the mapping for every goal of the options except a size."""
    image = bench.picture.source
    if bench.picture.is_lean and options.effort != "fast" and options.rate_weight is None:
        found = _by_stand_in(bench, options)
        if found is not None:
            return found
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
    if options.rate_weight is not None:
        return fixed(bench, options.rate_weight, options.dither or 0.0)
    if options.effort == "best":
        found = thorough_default(bench, options.dither)
    else:
        found = default(bench, options.effort, options.dither)
    if options.keep_palette and bench.picture.is_exact:
        return replace(found, indexed=own_palette(image))
    if options.lossless and not is_exact(image, found.indexed):
        found_colors = "more colors than a palette of that size holds"
        raise EncodeError(format_of(options), f"{found_colors}: --lossless keeps every one")
    return found


def _by_stand_in(bench: Bench, options: CompressOptions) -> Trial | None:
    """Search on what stands for a large picture, and map all of it as that was.

    None where a score is asked for and not reached in that way.
    """
    if options.quality is None:
        return bench.repeated(_aimed(bench.stand_in(), options))  # which is let go before
    stand, best, aim = bench.stand_in(), None, options.quality
    for _ in range(ROUNDS):
        if not 1 <= aim <= 100:
            break
        found = reach_score(stand, aim, options.effort, options.dither)
        if found is None:
            break
        trial = bench.scored(bench.repeated(found))
        above = trial.score - options.quality
        if above >= 0 and (best is None or trial.score < best.score):
            best = trial
        if 0 <= above <= ABOVE:
            break
        aim -= above - ABOVE / 2
    return best


def format_of(options: CompressOptions) -> str:
    """Return the format of the file."""
    return "png" if options.format == "auto" else options.format
