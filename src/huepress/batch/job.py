"""One file down the road: read, compress, write, tell.

A Job goes in, a Row comes out. Both are plain data, and `run_job` needs nothing else: it runs the
same in this process, in a worker process and on another machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import huepress
from huepress._compress import compress, finish
from huepress.animate import is_animation
from huepress.batch.marks import is_marked, marked
from huepress.batch.rows import Failure, Record, Row, RowStatus
from huepress.batch.store import STDIO, is_remote, split, store_of
from huepress.batch.targets import PENDING, SUFFIXES, Target, check, format_of, suffix_of
from huepress.decode import Limits, limits_of, load_with, read
from huepress.encode import kept_original
from huepress.errors import HuepressError, InputError, OutputError
from huepress.formats.signatures import format_of as sniffed_format
from huepress.options import CompressOptions, parse_size
from huepress.result.report import Result, colors_words, kept_words, size_words
from huepress.types import PaletteFit

HEAD_BYTES: Final = 64
"""As much of a file as `load.sniff` looks at."""

writing: Final = threading.Lock()
"""Held while a file is written: a worker process that is told to stop waits for it."""

_NO_BYTES: Final = {"threads"}
_LIMITS: Final = {"max_pixels", "max_bytes", "max_metadata", "max_frames", "timeout"}


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that one file needs.

    Attributes
    ----------
    target : Target
        The input and where its output goes.
    options : CompressOptions
        Its format is the target's.
    recipe : bytes
        `recipe_of` the options.
    version : str
        Of the huepress that asked.
    known : Record or None
        What the manifest remembers of this output.
    adopt : bool
        An existing output that is what would be written counts as written: the file of a run that
        was killed before it could be recorded.
    write : bool
        Write the output.
    again : bool
        Compress even what the manifest or a mark says is done.
    score : bool
        Compute the score for the figures.
    min_savings : str or None
        Keep the original unless this much is saved.
    fit : PaletteFit or None
        The palette to be used, when it is one for all.
    """

    target: Target
    options: CompressOptions
    recipe: bytes
    version: str
    known: Record | None = None
    adopt: bool = False
    write: bool = True
    again: bool = False
    score: bool = False
    min_savings: str | None = None
    fit: PaletteFit | None = None


class _Named(BytesIO):
    """Bytes that messages call by the name of their file."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = name


def digest_of(data: bytes) -> bytes:
    """Return 20 bytes that stand for a content."""
    return hashlib.blake2b(data, digest_size=20).digest()


def recipe_of(options: CompressOptions, *more: str | None) -> bytes:
    """Return 20 bytes that stand for all that decides the output beside the input.

    The version of huepress is part of it; threads and limits are not, they change no byte.
    """
    decisive = {k: v for k, v in asdict(options).items() if k not in _NO_BYTES | _LIMITS}
    return digest_of(json.dumps([huepress.__version__, decisive, more], default=str).encode())


def run_job(job: Job) -> Row:
    """Compress one file and write it, whole or not at all."""
    target = job.target
    if job.version != huepress.__version__:
        words = f"{target.source}: huepress {huepress.__version__} here, {job.version} asked"
        return Row(target.source, "failed", failure=Failure("version", words))
    try:
        return _run(job)
    except HuepressError as error:
        return Row.failed(target.source, error)
    except MemoryError:
        lack = InputError(target.source, "takes more memory than there is", "a smaller picture")
        return Row.failed(target.source, lack)


def _run(job: Job) -> Row:
    target = job.target
    if job.write and not job.adopt and job.known is None:
        check(target)
    if target.from_tree and _is_no_picture(target.source):
        return Row(target.source, "skipped", reason="not a picture")
    stamp = None if target.source == STDIO else _stamp(target)
    data = _read(target, job.options)
    if target.from_tree and sniffed_format(data[:HEAD_BYTES]) is None:
        return Row(target.source, "skipped", reason="not a picture")
    if target.by_default and job.options.frame is None and is_animation(data):
        job = _in_own_format(job, data)
        target = job.target
    digest = digest_of(data)
    if not job.again:
        if job.known is not None and (done := _unchanged(job, job.known, digest, stamp)):
            return done
        if target.in_place and is_marked(data):
            figures = {"bytes_in": len(data), "bytes_out": len(data)}
            record = _record(job, "kept", target.source, (digest, digest), stamp, figures)
            return Row(target.source, "skipped", reason="compressed before", record=record)
    result = _compress(job, data)
    if target.in_place and not target.again and result.loses_depth:
        if target.from_tree or not job.write:
            return Row(target.source, "skipped", reason="has more than 8 bits a channel")
        raise InputError(
            target.source,
            "has more than 8 bits a channel, and replacing it would lose them",
            "--lossless keeps them, --force does it even so",
        )
    return _finish(job, data, digest, stamp, result)


def _in_own_format(job: Job, data: bytes) -> Job:
    """Give an animation that nobody asked a format for its own, and the name that goes with it."""
    target = job.target
    format = sniffed_format(data[:HEAD_BYTES]) or target.format
    output = target.output
    if output != STDIO:
        output = output.removesuffix(suffix_of(target.format)) + suffix_of(format)
    target = replace(target, output=output, format=format)
    if job.write and not job.adopt and job.known is None:
        check(target)
    return replace(job, target=target, options=job.options.changed(format=format))


def _compress(job: Job, data: bytes) -> Result:
    source = _Named(data, job.target.source)
    if job.fit is None:
        return compress(source, job.options)
    started = perf_counter()
    image = load_with(source, job.options.changed(icc="srgb"))  # as the palette was learned
    return finish(image, job.fit, job.options, started)


def _finish(job: Job, data: bytes, digest: bytes, stamp: str | None, result: Result) -> Row:
    target = job.target
    reason, output = "", target.output
    content = marked(result.data, result.format) if target.in_place else result.data
    original: bytes | None = None
    if result.status == "kept":
        reason, original = "nothing smaller was found", result.data
    elif target.in_place and len(content) >= len(data):
        reason, original = "nothing smaller was found", kept_original(result.image, job.options)
    elif job.min_savings and len(data) - len(content) < parse_size(job.min_savings, len(data)):
        reason = f"less than {job.min_savings} to save"
        original = kept_original(result.image, job.options)
        output = output if original is None else _own_name(target)
    if original is not None:
        content = original
        own = result.image.source.format or result.format
        result = replace(result, data=content, status="kept", format=own, more_notes=())
        why = kept_words(reason, len(data), len(content))
        sizes = size_words(len(data), len(content))
        summary = f"{sizes}, {why}, {colors_words(result.colors)}"
    else:
        reason, result = "", replace(result, data=content)
        summary = result.summary()
    if output.endswith(PENDING):
        own_suffix = Path(split(target.source)[1]).suffix
        decided = SUFFIXES.get(result.format, (own_suffix,))[0]
        output = output.removesuffix(PENDING) + decided
    row = Row(
        target.source,
        result.status,
        output=output,
        reason=reason,
        figures=result.report(score=job.score),
        summary=summary,
    )
    if not job.write:
        return row
    if not (target.in_place and content == data):
        _put(job, output, content)
    if output == STDIO:
        return row
    record = _record(job, row.status, output, (digest, digest_of(content)), stamp, row.figures)
    return replace(row, record=record)


def _is_no_picture(source: str) -> bool:
    """Whether the first bytes are those of no format that is read."""
    if is_remote(source) and format_of(split(source)[1]) is not None:
        return False  # one request less: the name says what to expect
    return sniffed_format(store_of(source).head(source, HEAD_BYTES)) is None


def _stamp(target: Target) -> str | None:
    return target.stamp or store_of(target.source).stamp(target.source)


def _read(target: Target, options: CompressOptions) -> bytes:
    limits = limits_of(options)
    if target.source == STDIO:
        return read(sys.stdin.buffer, limits, name="<stdin>")
    return store_of(target.source).read(target.source, limits)


def _unchanged(job: Job, known: Record, digest: bytes, stamp: str | None) -> Row | None:
    """Return the row of a file that an earlier run finished, None when there is work to do."""
    source = job.target.source
    if known.recipe != job.recipe:
        return None
    if job.target.in_place:
        if digest != known.output_hash:
            return None
        output_stamp = stamp
    else:
        if digest != known.input_hash or not _is_ours(known):
            return None
        output_stamp = store_of(known.output).stamp(known.output, settled=False)
    return Row(
        source,
        "skipped",
        output=known.output,
        reason="unchanged",
        figures=known.figures,
        record=replace(known, input_stamp=stamp, output_stamp=output_stamp),
    )


def _is_ours(known: Record) -> bool:
    """Whether the output of an earlier run is there and as it was written."""
    store = store_of(known.output)
    if not store.exists(known.output):
        return False
    return digest_of(store.read(known.output, Limits())) == known.output_hash


def _is_same(one: str, other: str) -> bool:
    if is_remote(one) or is_remote(other):
        return one == other
    return os.path.realpath(one) == os.path.realpath(other)


def _own_name(target: Target) -> str:
    """Return where the original goes when it is kept although another format was asked for."""
    if target.output == STDIO or target.in_place:
        return target.output
    above, name = split(target.output)
    suffix = suffix_of(target.format)
    own = Path(split(target.source)[1])
    if own.suffix.lower() == suffix or not name.endswith(suffix):
        return target.output
    stem = name.removesuffix(suffix)
    return (
        above
        + ("" if not above or above.endswith("/") else "/")
        + (stem if stem.endswith(own.suffix) else stem + own.suffix)
    )


def _put(job: Job, output: str, content: bytes) -> None:
    target = job.target
    if output == STDIO:
        _put_on_stdout(content)
        return
    store = store_of(output)
    known = job.known
    ours = known is not None and _is_same(known.output, output) and _is_ours(known)
    force = target.overwrite or ours
    with writing:
        try:
            store.write(
                output,
                content,
                force=force,
                keep_from=target.source if target.in_place and not is_remote(output) else None,
                make_parents=target.make_parents,
            )
        except OutputError:
            if not (job.adopt and store.exists(output)):
                raise
            if store.read(output, Limits()) != content:
                raise


def _put_on_stdout(content: bytes) -> None:
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            "<stdout>", error.strerror or "cannot be written", "a pipe or file"
        ) from error


def _record(
    job: Job,
    status: RowStatus,
    output: str,
    hashes: tuple[bytes, bytes],
    stamp: str | None,
    figures: Mapping[str, Any],
) -> Record:
    in_place = job.target.in_place
    written = store_of(output).stamp(output, settled=in_place)
    return Record(
        input_hash=hashes[0],
        input_stamp=written if in_place else stamp,
        recipe=job.recipe,
        output=output,
        output_hash=hashes[1],
        output_stamp=written,
        status=status,
        figures=figures,
    )
