"""One picture at many k: fit, map, encode and measure each.

What costs most is done once: the picture is read, counted, and made ready for mapping and scoring.
Of a k there remain one k-means, one mapping, one quick deflate and one score. k-means starts afresh
at each k: from the next larger palette it would save next to nothing, and find mostly a worse one
(docs/lab-book/study.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from huepress import metrics
from huepress._compress import compress
from huepress.color.shown import as_srgb
from huepress.color.spaces import space_of
from huepress.decode import load_with
from huepress.encode import oxipng
from huepress.errors import OptionError, memory_guard
from huepress.options import CompressOptions
from huepress.palette import fixed
from huepress.palette.learn import learn
from huepress.remap import NearestMap
from huepress.search import count_seen
from huepress.study.sweep.knee import Suggestion, suggest
from huepress.study.sweep.plain import finish_plain, is_nearest
from huepress.study.sweep.point import Point
from huepress.study.sweep.scaling import Law, Timing
from huepress.types import Histogram, Image

if TYPE_CHECKING:
    from huepress._compress import PictureSource
    from huepress.result.report import Result

DEFAULT_COLORS: Final = (2, 4, 8, 16, 32, 64, 128, 256)


@dataclass(frozen=True, eq=False)
class Sweep:
    """One picture at many k.

    Attributes
    ----------
    image : Image
        The picture.
    options : CompressOptions
        For every k but for the number of colors.
    points : tuple of Point
        In ascending order of k.
    suggestion : Suggestion
        A k and why.
    searched : Result or None
        What ``compress`` makes of the suggested k, when asked for.
    timings : tuple of Timing
        Seconds on downscaled copies, when asked for.
    laws : tuple of Law
        Power laws fitted to them: k-means alone, and the whole road.
    is_searched : bool
        Every file is that of ``compress``; else the curve is the fast one, of nearest colors.
    """

    image: Image
    options: CompressOptions
    points: tuple[Point, ...]
    suggestion: Suggestion
    searched: Result | None = None
    timings: tuple[Timing, ...] = ()
    laws: tuple[Law, ...] = ()
    is_searched: bool = False

    def at(self, k: int) -> Point:
        """Return the point of one k."""
        return next(point for point in self.points if point.k == k)

    def to_json(self) -> dict[str, Any]:
        """Return everything but the pictures, ready for JSON."""
        return {
            "input": self.image.source.name,
            "width": self.image.width,
            "height": self.image.height,
            "bytes_in": self.image.source.n_bytes,
            "format": self.points[0].result.format,
            "curve": "searched" if self.is_searched else "fast",
            "points": [point.to_json() for point in self.points],
            "suggested": {"k": self.suggestion.k, "reason": self.suggestion.reason},
            "searched": None if self.searched is None else _searched(self.searched),
            "timings": [timing.to_json() for timing in self.timings],
            "laws": [law.to_json() for law in self.laws],
            "notes": list(self.image.source.notes),
        }

    def with_scaling(self, timings: Sequence[Timing], laws: Sequence[Law]) -> Sweep:
        """Return the same with timings on downscaled copies."""
        return replace(self, timings=tuple(timings), laws=tuple(laws))


@memory_guard("<picture>")
def sweep(
    source: PictureSource,
    colors: Sequence[int] = DEFAULT_COLORS,
    options: CompressOptions | None = None,
    /,
    *,
    search_all: bool = False,
    search_suggested: bool = False,
    on_point: Callable[[Point], None] | None = None,
    **changes: Any,
) -> Sweep:
    """Compress one picture at many k and measure each.

    Parameters
    ----------
    source : path, bytes, binary file, PIL image, ndarray or Image
        The picture, as for `huepress.compress`.
    colors : sequence of int
        The k, 1 to 256, in any order. Those above the number of distinct colors of the picture
        would all give the same file: only the first of them is kept.
    options : CompressOptions or None
        For every k; ``colors`` is replaced. ``rate_weight`` and ``dither`` are 0 when not given, so
        that nothing but k varies: every pixel takes its nearest color. ``small_colors`` and targets
        only matter to searches.
    search_all : bool
        Make every file exactly that of ``compress`` at that k, at its full price.
    search_suggested : bool
        Also let ``compress`` make the file of the suggested k.
    on_point : callable, optional
        Called with every point when it is done.
    **changes
        Single options by name.

    Returns
    -------
    Sweep
        Points in ascending order of k. Everything but the seconds is the same for any number of
        threads.

    Raises
    ------
    OptionError
        An option out of range, no k at all, a k below the number of colors to keep, or a palette
        that is given: there is nothing to sweep then.
    DecodeError, LimitError
        As for `huepress.compress`.
    """
    options = (options or CompressOptions()).changed(**changes)
    wanted = sorted({options.changed(colors=k).colors for k in colors})
    if not wanted:
        raise OptionError("colors", colors, "at least one k")
    if options.palette is not None:
        raise OptionError("palette", options.palette, "none: a sweep learns a palette at every k")
    fixed.require_room(len(options.keep_color), wanted[0])
    image = load_with(source, options)
    with oxipng.threads(options.threads):
        return _swept(image, wanted, options, search_all, search_suggested, on_point)


def _swept(
    image: Image,
    wanted: list[int],
    options: CompressOptions,
    search_all: bool,
    search_suggested: bool,
    on_point: Callable[[Point], None] | None,
) -> Sweep:
    profile = image.source.icc_profile
    space = space_of(options.color_space, profile)
    started = perf_counter()
    counted = count_seen(image, space, n_threads=options.threads)
    nearest = None
    if is_nearest(options) and not search_all:
        # A color to be kept may be clear where none of the picture is.
        kept = fixed.of_words(options.keep_color) if options.keep_color else counted.colors
        has_alpha = kept.shape[1] == 4
        nearest = NearestMap(image, space, has_alpha=has_alpha, n_threads=options.threads)
    shared_seconds = perf_counter() - started
    enough = [k for k in wanted if k >= counted.n_colors]
    wanted = [k for k in wanted if k < counted.n_colors] + enough[:1]
    judges = metrics.Judges(as_srgb(image.pixels, profile), n_threads=options.threads)
    points: list[Point] = []
    for k in wanted:
        at_k = options.changed(colors=k)
        points.append(_point(image, counted, nearest, shared_seconds, judges, at_k, search_all))
        if on_point is not None:
            on_point(points[-1])
    knee = suggest(points)
    found = Sweep(image, options, tuple(points), knee, is_searched=search_all)
    if not search_suggested:
        return found
    at = found.at(found.suggestion.k)
    searched = at.result if search_all else compress(image, options.changed(colors=at.k))
    return replace(found, searched=searched)


def _point(
    image: Image,
    counted: Histogram,
    nearest: NearestMap | None,
    shared_seconds: float,
    judges: metrics.Judges,
    options: CompressOptions,
    search: bool,
) -> Point:
    profile = image.source.icc_profile
    started = perf_counter()
    fit = learn(counted, options, icc_profile=profile, return_history=True)
    fit_seconds = perf_counter() - started
    if search:
        result = compress(image, options)
    else:
        clock = started - shared_seconds
        result = finish_plain(image, fit, options, clock, nearest=nearest)
    return Point(options.colors, result, fit, _verdict(judges, result), result.seconds, fit_seconds)


def _verdict(judges: metrics.Judges, result: Result) -> metrics.Verdict:
    indexed, profile = result.indexed, result.image.source.icc_profile
    if indexed is None or result.status == "kept":
        return metrics.Verdict(100.0, 10.0)  # the picture itself
    return judges.judge_indexed(indexed.indices, as_srgb(indexed.palette.colors, profile))


def _searched(result: Result) -> dict[str, Any]:
    report = result.report()
    names = (
        "bytes_out",
        "colors",
        "score",
        "look",
        "ssimulacra2",
        "jod",
        "psnr",
        "seconds",
        "status",
    )
    return {name.removesuffix("_out"): report[name] for name in names}
