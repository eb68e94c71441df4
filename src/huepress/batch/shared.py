"""One palette for many pictures.

Each picture is counted on its own, the counts are added up, and k-means runs once on the sum.
Counts are whole numbers, so the sum is exact: the palette is the same to the byte in any order and
on any number of machines. Small colors that matter get entries as in the palette of one picture;
their pixels are counted over all pictures.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from huepress._compress import PictureSource
from huepress.batch.rows import Failure
from huepress.batch.store import STDIO, store_of
from huepress.color.spaces import space_of
from huepress.decode import limits_of, load_with
from huepress.errors import HuepressError, InputError, OptionError, memory_guard
from huepress.options import CompressOptions
from huepress.palette import fixed, histogram, opaque, small
from huepress.palette.files import to_hex
from huepress.palette.learn import learn, least_of
from huepress.types import Histogram, PaletteFit
from huepress.workers.executor import Executor, Inline, in_order
from huepress.workers.pool import Workers

if TYPE_CHECKING:
    from distributed import Client

WEIGHTINGS: Final = ("pixels", "pictures")

# The weight of every picture when all weigh the same. Whole numbers again: sums stay exact up to
# 2^53 / 2^32 = two million pictures, and a color of one pixel in 2^32 still counts.
_PICTURE_WEIGHT: Final = 2.0**32

# A larger total is scaled down before k-means, whose sums must stay far below 2^63.
_LARGEST_TOTAL: Final = 2.0**40

# Pictures counted by one job: enough that histograms take less transfer than pictures would.
_PER_JOB: Final = 16

# Up to this many files are counted in this process (see running.FEW).
_FEW: Final = 8


@dataclass(frozen=True, slots=True)
class Counted:
    """What one job counted, or several.

    Attributes
    ----------
    weighed : Histogram or None
        Colors and their weights for the palette; None when no picture could be read.
    pixels : Histogram or None
        Colors weighted by pixels, where that differs.
    failure : Failure or None
        The first picture that could not be read.
    """

    weighed: Histogram | None
    pixels: Histogram | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class CountJob:
    """Pictures for one worker to count.

    Attributes
    ----------
    sources : tuple
        Paths, addresses, or anything `huepress.load` takes.
    weighting : str
        One of `WEIGHTINGS`.
    options : CompressOptions
        The limits of loading.
    n_threads : int
        0: one per processor.
    """

    sources: tuple[PictureSource, ...]
    weighting: str
    options: CompressOptions
    n_threads: int = 0


@memory_guard("<pictures>")
def fit_palette(
    pictures: Iterable[PictureSource],
    options: CompressOptions | None = None,
    /,
    *,
    weighting: str = "pixels",
    client: Client | None = None,
    skip_bad: bool = False,
    **changes: Any,
) -> PaletteFit:
    """Learn one palette for many pictures.

    Parameters
    ----------
    pictures : iterable
        Paths, addresses such as ``s3://bucket/a.png``, or anything that `compress` takes.
    options : CompressOptions or None
        ``colors`` and the options of k-means are used.
    weighting : {"pixels", "pictures"}
        Whether every pixel counts the same, or every picture.
    client : distributed.Client or None
        Count on its Dask cluster: workers count, a tree of merges adds up, this process clusters.
    skip_bad : bool
        Skip pictures that cannot be read, as long as at least one can.
    **changes
        Single options by name, such as ``colors=16``.

    Returns
    -------
    PaletteFit
        The same, to the byte, for any order of the pictures and any number of processes.

    Raises
    ------
    OptionError
        An option out of range, or no pictures.
    InputError
        A picture that cannot be read (with `skip_bad`: none can).

    Examples
    --------
    >>> import huepress, numpy as np
    >>> frames = [np.full((4, 4, 3), value, np.uint8) for value in (0, 128, 255)]
    >>> huepress.fit_palette(frames, colors=8).palette.colors.tolist()
    [[0, 0, 0], [128, 128, 128], [255, 255, 255]]
    """
    # A palette has one color space: pictures in other profiles are converted to sRGB.
    options = (options or CompressOptions()).changed(**changes).changed(icc="srgb")
    if weighting not in WEIGHTINGS:
        raise OptionError("weighting", weighting, " or ".join(WEIGHTINGS))
    sources = tuple(pictures)
    if not sources:
        raise OptionError("pictures", sources, "at least one")
    counted = _count_all(sources, weighting, options, client)
    failure, weighed = counted.failure, counted.weighed
    if failure is not None and not (skip_bad and weighed is not None):
        raise InputError("shared palette", failure.message, "pictures that can all be read")
    assert weighed is not None
    return _learn(_scaled(weighed), counted.pixels or weighed, options)


def _learn(weighed: Histogram, pixels: Histogram, options: CompressOptions) -> PaletteFit:
    """Learn the palette, with entries for small colors."""
    space = space_of(options.color_space, None)
    kept = fixed.of_words(options.keep_color) if options.keep_color else None
    fewest = opaque.least_colors(pixels.colors, kept)
    if options.colors < fewest:
        allowed = f"at least {fewest}: what is opaque or clear stays so"
        raise OptionError("colors", options.colors, allowed)

    def around(kept: tuple[str, ...]) -> PaletteFit:
        fit = learn(weighed, options.changed(keep_color=kept))
        return opaque.settle(fit, weighed, space, n_fixed=len(kept), n_threads=options.threads)

    return small.keep(
        pixels,
        around(options.keep_color),
        options.colors,
        space,
        least_of(options),
        lambda more: around((*options.keep_color, *map(to_hex, more))),
        n_fixed=len(options.keep_color),
        n_threads=options.threads,
    )


def count_job(job: CountJob) -> Counted:
    """Count the pictures of a job; the first failure is reported, the others still count."""
    parts: list[Histogram] = []
    failures: list[Failure] = []
    for source in job.sources:
        try:
            parts.append(_count(source, job))
        except HuepressError as error:
            failures.append(Failure(error.code, str(error), error.exit_code))
    failure = next(iter(failures), None)
    if job.weighting == "pixels" or not parts:
        return Counted(_merged(parts), failure=failure)
    return Counted(_merged([_weighed(part) for part in parts]), _merged(parts), failure)


def add_counted(counted: Sequence[Counted]) -> Counted:
    """Add up what jobs counted."""
    return Counted(
        _merged([one.weighed for one in counted]),
        _merged([one.pixels for one in counted]),
        next((one.failure for one in counted if one.failure is not None), None),
    )


def _merged(parts: Sequence[Histogram | None]) -> Histogram | None:
    there = [part for part in parts if part is not None]
    return histogram.merge(there) if len(there) > 1 else next(iter(there), None)


def _count(source: PictureSource, job: CountJob) -> Histogram:
    options = job.options.changed(icc="srgb")  # one palette, so one color space
    if isinstance(source, str) and source != STDIO:
        data = store_of(source).read(source, limits_of(options))
        image = load_with(data, options, name=source)
    else:
        image = load_with(source, options)
    return histogram.count(image, n_threads=job.n_threads)


def _weighed(counted: Histogram) -> Histogram:
    """Scale the weights of a picture to the total that every picture has."""
    share = _PICTURE_WEIGHT / counted.weights.sum()
    return Histogram(counted.colors, np.maximum(np.rint(counted.weights * share), 1.0))


def _scaled(counted: Histogram) -> Histogram:
    total = float(counted.weights.sum())
    if total <= _LARGEST_TOTAL:
        return counted
    return Histogram(counted.colors, counted.weights * (_LARGEST_TOTAL / total))


def _count_all(
    sources: tuple[PictureSource, ...],
    weighting: str,
    options: CompressOptions,
    client: Client | None,
) -> Counted:
    if client is not None:
        from huepress.batch.dask import reduce_tree

        jobs = list(_jobs(sources, weighting, options, n_threads=1))
        return reduce_tree(client, count_job, add_counted, jobs)
    n_workers = options.threads or os.cpu_count() or 1
    executor: Executor[CountJob, Counted]
    if len(sources) <= _FEW or n_workers == 1 or not all(isinstance(s, str) for s in sources):
        executor = Inline(count_job)
        jobs = list(_jobs(sources, weighting, options, n_threads=options.threads))
    else:
        executor = Workers(count_job, _lost, n_workers)
        jobs = list(_jobs(sources, weighting, options, n_threads=1))
    try:
        return _add_as_they_come(in_order(executor, jobs, lambda _, value: value, _never))
    finally:
        executor.close()


def _jobs(
    sources: tuple[PictureSource, ...], weighting: str, options: CompressOptions, n_threads: int
) -> Iterator[CountJob]:
    for start in range(0, len(sources), _PER_JOB):
        yield CountJob(sources[start : start + _PER_JOB], weighting, options, n_threads)


def _add_as_they_come(values: Iterable[Counted]) -> Counted:
    """Add up like sizes first, as a binary counter carries: few large merges, few parts kept."""
    levels: list[Counted | None] = []
    for value in values:
        carried = value
        for level, held in enumerate(levels):
            if held is None:
                levels[level] = carried
                break
            carried = add_counted([held, carried])
            levels[level] = None
        else:
            levels.append(carried)
    return add_counted([held for held in levels if held is not None])


def _lost(job: CountJob, words: str) -> Counted:
    lost = (
        f"{job.sources[0]!r} and {len(job.sources) - 1} more: the worker was lost, twice ({words})"
    )
    return Counted(None, failure=Failure("worker", lost))


def _never(place: int) -> Counted:
    raise AssertionError(place)  # every job needs work
