"""Process one file: look at it, read it, and decide what to do with it.

A Job goes in, a Row comes out. Both are plain data, and `run_job` needs nothing else, so it works
the same in this process, in a worker process and on another machine.
"""

from __future__ import annotations

import sys
from pathlib import Path

from huepress._version import __version__
from huepress.batch.carry import digest_of
from huepress.batch.job import Job
from huepress.batch.kinds import HEAD_BYTES, PHOTO_FORMATS, kind_of, left_code
from huepress.batch.marks import is_marked
from huepress.batch.memory import unchanged
from huepress.batch.names import OWN, is_picture_name
from huepress.batch.outcomes import (
    Given,
    along,
    along_even_so,
    compressed_before,
    empty_directory,
    link,
    no_picture,
)
from huepress.batch.rows import Failure, Row
from huepress.batch.store import STDIO, is_remote, split, store_of
from huepress.batch.targets import Target, check
from huepress.decode import limits_of, read
from huepress.errors import HuepressError, InputError, OptionError, OutOfMemoryError, OutputError
from huepress.options import CompressOptions


def run_job(job: Job) -> Row:
    """Compress one file and write it, whole or not at all."""
    source = job.target.source
    if job.version != __version__:
        words = f"{source}: huepress {__version__} here, {job.version} asked"
        return Row(source, "failed", "version", failure=Failure("version", words))
    try:
        return _run(job)
    except HuepressError as error:
        row = Row.failed(source, error)
        return row if isinstance(error, OutputError | OptionError) else along_even_so(job, row)
    except MemoryError:
        return along_even_so(job, Row.failed(source, OutOfMemoryError(source)))


def _run(job: Job) -> Row:
    target = job.target
    if target.is_directory:
        return link(job) if Path(target.source).is_symlink() else empty_directory(job)
    if job.write and not job.adopt and job.known is None:
        check(target)
    stamp = None if target.source == STDIO else _stamp(target)
    if row := _by_its_head(job, stamp):
        return row
    try:
        data = _read(target, job.options)
    except InputError:
        if target.from_tree and not store_of(target.source).head(target.source, 1):
            return no_picture(job, stamp)  # an empty object in a store
        raise
    kind = kind_of(data[:HEAD_BYTES])
    if target.from_tree and kind is None:
        return no_picture(job, stamp)
    if target.leave:
        return along(job, "left", "told", stamp)
    given = Given(data, digest_of(data), stamp)
    return _by_its_content(job, given, kind)


def _by_its_head(job: Job, stamp: str | None) -> Row | None:
    """Return the row of a file that need not be read; None when it must be."""
    target = job.target
    if not target.from_tree or _is_known_by_name(target):
        return None
    kind = kind_of(store_of(target.source).head(target.source, HEAD_BYTES))
    if kind is None:
        return no_picture(job, stamp)
    packed = kind == "jpeg" and job.optimize_jpeg
    if kind in PHOTO_FORMATS and target.format == OWN and not packed:
        return along(job, "left", "photo_format", stamp)
    return None


def _by_its_content(job: Job, given: Given, kind: str | None) -> Row:
    if job.target.by_default and job.options.frame is None:
        from huepress.batch.pressing import in_own_format

        job = in_own_format(job, given.data)
    if done := unchanged(job.memory, given.digest, given.stamp):
        return done
    if kind is not None and job.target.format == OWN:
        if not job.again and is_marked(given.data):
            return compressed_before(job, given)
        packed = kind == "jpeg" and job.optimize_jpeg
        if not packed and (code := left_code(kind, given.data)):
            return along(job, "left", code, given.stamp)
    from huepress.batch.pressing import press

    return press(job, given, kind)


def _is_known_by_name(target: Target) -> bool:
    """Whether the name says enough to save a request to the store."""
    return is_remote(target.source) and is_picture_name(split(target.source)[1])


def _stamp(target: Target) -> str | None:
    return target.stamp or store_of(target.source).stamp(target.source)


def _read(target: Target, options: CompressOptions) -> bytes:
    limits = limits_of(options)
    if target.source == STDIO:
        return read(sys.stdin.buffer, limits, name="<stdin>")
    return store_of(target.source).read(target.source, limits)
