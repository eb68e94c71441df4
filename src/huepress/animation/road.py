"""The road of an animation: a film in, a small file out.

Read it, count its colors, learn a palette for all frames, walk through them by distortion and rate,
and never return more bytes than came in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Final

import numpy as np

from huepress.animation import goals
from huepress.animation.apng import ApngWriter
from huepress.animation.colors import count_colors
from huepress.animation.film import Animation, Frame
from huepress.animation.gif_ways import GifWays
from huepress.animation.goals import DITHER, SMALL, Bench, Pass
from huepress.animation.layer_bench import LayerBench, exact_palette, with_clear
from huepress.animation.layers import Colors, LayerWriter
from huepress.animation.read import FORMATS, read_animation
from huepress.animation.result import AnimationResult, first_image
from huepress.animation.tables import given_colors
from huepress.animation.timing import at_most, merged
from huepress.animation.webp_film import WebpWriter
from huepress.decode import limits_of
from huepress.encode import oxipng
from huepress.errors import EncodeError, OptionError, QualityError
from huepress.limits import Deadline
from huepress.options import CompressOptions, parse_size
from huepress.palette.learn import learn
from huepress.types import Histogram

TRIES: Final = {"fast": 4, "balanced": 6, "best": 9}
"""Most passes in the search for a score or a size."""

FEW: Final = 64
"""Colors from which on the exact way of a long film is not tried: it is not the smaller one."""

Tell = Callable[[], None]


def compress_animation(
    name: str,
    data: bytes,
    options: CompressOptions,
    *,
    started: float | None = None,
    tell: Tell = lambda: None,
) -> AnimationResult:
    """Compress one animation.

    Parameters
    ----------
    name : str
        For messages.
    data : bytes
        A GIF, APNG or WebP.
    options : CompressOptions
        As for stills. ``format`` ``auto`` is the input's own; ``colors`` counts the entries of a
        palette, including the one that means "left as shown".
    started : float, optional
        `perf_counter` when the clock of the report began.
    tell : callable
        Called for every frame that is done.

    Raises
    ------
    DecodeError, LimitError, OptionError, QualityError, EncodeError
        As `huepress.compress`.
    """
    started = perf_counter() if started is None else started
    animation = read_animation(name, data, limits_of(options))
    return press(animation, options, started=started, tell=tell)


def press(
    animation: Animation,
    options: CompressOptions,
    *,
    started: float,
    tell: Tell = lambda: None,
) -> AnimationResult:
    """Compress an animation that has been read."""
    formats = _formats(animation, options)

    deadline = Deadline(animation.source.name, options.timeout, started)
    first = first_image(animation)
    made: list[tuple[str, Pass]] = []
    refused: list[EncodeError] = []
    for format in formats:
        way = _as_gif if format == "gif" else _as_layers
        how = options.changed(format=format)
        try:
            with oxipng.threads(options.threads):
                made.append((format, way(animation, how, deadline.check, tell)))
        except EncodeError as error:
            refused.append(error)
    is_kept = _is_kept(animation, formats) and not _is_told(options)
    original = animation.source.data if is_kept else None
    format, found = min(made, key=lambda it: len(it[1].data), default=("", None))
    if found is not None and (original is None or len(found.data) < len(original)):
        data, status, n_colors = found.data, "compressed", found.n_colors
    elif original is not None:
        data, status, n_colors = original, "kept", None
        format = animation.source.format or format
    else:
        raise refused[0]
    return AnimationResult(
        data=data,
        format=format,
        status=status,  # type: ignore[arg-type]
        image=first,
        indexed=None,
        fit=None,
        seconds=perf_counter() - started,
        animation=animation,
        n_colors=n_colors,
    )


def _formats(animation: Animation, options: CompressOptions) -> tuple[str, ...]:
    """Return the formats to try."""
    if options.format == "smallest":
        return FORMATS
    own = animation.source.format
    chosen = options.format if options.format != "auto" else (own if own in FORMATS else "gif")
    if chosen not in FORMATS:
        raise OptionError("format", chosen, f"{', '.join(FORMATS)} or smallest, for animations")
    return (chosen or "gif",)


def _is_told(options: CompressOptions) -> bool:
    """Whether colors are asked for that the input need not have."""
    return options.palette is not None or bool(options.keep_color)


def _is_kept(animation: Animation, formats: tuple[str, ...]) -> bool:
    """Whether the input's own bytes may be kept when nothing is smaller."""
    source = animation.source
    return source.format in formats and not source.is_part


def _as_layers(
    animation: Animation, options: CompressOptions, require_time: Tell, tell: Tell
) -> Pass:
    def frames() -> Iterator[Frame]:
        found = merged(animation.frames())
        return found if options.max_fps is None else at_most(found, options.max_fps)

    def bench(colors: Colors) -> LayerBench:
        if options.format == "webp":
            writer: LayerWriter = WebpWriter(animation.plays, effort=options.effort)
        else:
            writer = ApngWriter(colors.palette, animation.plays, effort=options.effort)
        return LayerBench(frames, writer, colors, animation.n_frames, require_time, tell)

    def exact() -> Colors:
        tries = options.effort != "fast"
        return Colors(exact_palette(frames()), exact=True, tries_whole=tries)

    if options.lossless:
        if animation.source.is_converted:
            raise EncodeError(options.format, "it has more than the 8 bits that are written")
        return bench(exact()).run(1.0)
    counted = count_colors(frames(), n_threads=options.threads)
    require_time()

    def learned(k: int) -> Bench:
        given = given_colors(options)
        colors = np.zeros((0, 4), np.uint8) if given is None else given
        if counted is not None and given is None:
            fit = learn(counted, options.changed(colors=max(1, k - 1)))
            colors = fit.palette.colors
        return bench(
            Colors(
                with_clear(colors),
                dither=DITHER if options.dither is None else options.dither,
                color_space=options.color_space,
                wide=options.effort != "fast",
                tries_whole=options.effort == "best",
                n_threads=options.threads,
            )
        )

    return _or_exact(
        animation, _reach(animation, options, learned), counted, options, lambda: bench(exact())
    )


def _or_exact(
    animation: Animation,
    made: Pass,
    counted: Histogram | None,
    options: CompressOptions,
    exact: Callable[[], Bench],
) -> Pass:
    """Take a file that shows everything as it is, when it is not larger."""
    n_pixels = animation.width * animation.height * animation.n_frames
    if n_pixels > SMALL:
        few = counted is None or counted.n_colors < min(options.colors, FEW)
    else:
        few = counted is None or counted.n_colors < options.colors or options.colors == 256
    is_lossy = _is_told(options) or options.rate_weight is not None
    if not few or is_lossy or options.effort == "fast":
        return made
    try:
        other = exact().run(1.0)
    except EncodeError:
        return made
    return other if len(other.data) <= len(made.data) else made


def _as_gif(animation: Animation, options: CompressOptions, require_time: Tell, tell: Tell) -> Pass:
    ways = GifWays(animation, options, require_time, tell)
    if options.lossless:
        return ways.exact().run(1.0)
    counted = count_colors(ways.frames(), n_threads=options.threads)
    require_time()
    made = _reach(animation, options, lambda colors: ways.with_colors(counted, colors))
    return _or_exact(animation, made, counted, options, ways.exact)


def _reach(animation: Animation, options: CompressOptions, bench: Callable[[int], Bench]) -> Pass:
    """Make the file that meets the goal of the options."""
    name = animation.source.name
    tries = TRIES[options.effort]
    if options.quality is not None:
        found, nearest = goals.reach_score(bench(options.colors), options.quality, tries)
        if found is None and not options.best_effort:
            assert nearest.score is not None
            raise QualityError(
                name,
                f"score {options.quality:g} with {options.colors} colors",
                f"{nearest.score.value:.1f} can",
                "lower --quality, raise --colors, or take what comes nearest: --best-effort",
            )
        return found or nearest
    if options.max_size is not None:
        limit = parse_size(options.max_size, animation.source.n_bytes)
        if limit < 1:
            raise OptionError("max_size", options.max_size, "bytes, for frames without a file")
        fewer = [k for k in (options.colors, 64, 16, 4) if k <= options.colors]
        benches = (bench(k) for k in dict.fromkeys(fewer))
        found, nearest = goals.reach_size(benches, limit, tries + 2)
        if found is None and not options.best_effort:
            raise QualityError(
                name,
                f"{limit:,} bytes",
                f"{len(nearest.data):,} can",
                "raise --max-size, leave frames out (--max-fps), or take the smallest:"
                " --best-effort",
            )
        return found or nearest
    chosen = bench(options.colors)
    weight = options.rate_weight
    if weight is None:
        weight = goals.usual_weight(chosen, chosen.frames())
    return chosen.run(max(weight, goals.LOWEST))
