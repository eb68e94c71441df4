"""One file down the road: read, compress, write, tell.

A Job goes in, a Row comes out. Both are plain data, and `run_job` needs nothing else: it runs the
same in this process, in a worker process and on another machine.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from time import perf_counter
from typing import Any, Final

from huepress._compress import compress, finish
from huepress._version import __version__
from huepress.animation import is_animation
from huepress.batch.carry import carry_link, digest_of
from huepress.batch.icons import compress_icon
from huepress.batch.jpeg import optimized
from huepress.batch.kinds import HEAD_BYTES, ICONS, PHOTO_FORMATS, kind_of, left_code
from huepress.batch.marks import is_marked, marked
from huepress.batch.memory import Memory, unchanged
from huepress.batch.names import OWN, decided, is_picture_name, suffix_of
from huepress.batch.output import Output
from huepress.batch.rows import REASONS, Failure, Record, Row, RowStatus
from huepress.batch.store import STDIO, is_remote, split, store_of
from huepress.batch.targets import Target, check
from huepress.decode import limits_of, load_with, read
from huepress.encode import kept_original
from huepress.errors import (
    EncodeError,
    FramesError,
    HuepressError,
    InputError,
    LimitError,
    OptionError,
    OutOfMemoryError,
    OutputError,
)
from huepress.options import CompressOptions, parse_size
from huepress.result.report import Result, colors_words, kept_words, size_words
from huepress.types import PaletteFit

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
        Its format is the target's; ``auto`` where that is the input's own.
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
    optimize_jpeg : bool
        Pack JPEGs anew instead of leaving them.
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
    optimize_jpeg: bool = False
    fit: PaletteFit | None = None

    @property
    def memory(self) -> Memory:
        """What is known of the output."""
        return Memory(self.target, self.recipe, None if self.again else self.known)

    @property
    def output(self) -> Output:
        """Where it is written."""
        return Output(self.target, self.known, self.adopt)


class _Named(BytesIO):
    """Bytes that messages call by the name of their file."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = name


def recipe_of(options: CompressOptions, *more: str | None) -> bytes:
    """Return 20 bytes that stand for all that decides the output beside the input.

    The version of huepress is part of it; threads and limits are not, they change no byte.
    """
    decisive = {k: v for k, v in asdict(options).items() if k not in _NO_BYTES | _LIMITS}
    return digest_of(json.dumps([__version__, decisive, more], default=str).encode())


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
        return row if isinstance(error, OutputError | OptionError) else _along_even_so(job, row)
    except MemoryError:
        return _along_even_so(job, Row.failed(source, OutOfMemoryError(source)))


def _along_even_so(job: Job, row: Row) -> Row:
    """Carry a file along that could not be compressed: the tree stays whole."""
    target = job.target
    if target.along is None or not job.write:
        return row
    try:
        digest = job.output.carry(target.along, job.options).digest
    except HuepressError:
        return row  # the first fault is the one to be told
    record = _record(job, "failed", target.along, (digest, digest), None, {})
    return replace(row, output=target.along, record=replace(record, recipe=b""))


def _run(job: Job) -> Row:
    target = job.target
    if target.is_link:
        return _link(job)
    if job.write and not job.adopt and job.known is None:
        check(target)
    stamp = None if target.source == STDIO else _stamp(target)
    if target.from_tree and not _is_known_by_name(target):
        head = store_of(target.source).head(target.source, HEAD_BYTES)
        kind = kind_of(head)
        if kind is None:
            return _no_picture(job, stamp)
        packed = kind == "jpeg" and job.optimize_jpeg
        if kind in PHOTO_FORMATS and target.format == OWN and not packed:
            return _along(job, "left", "photo_format", stamp)
    try:
        data = _read(target, job.options)
    except InputError:
        if target.from_tree and not store_of(target.source).head(target.source, 1):
            return _no_picture(job, stamp)  # an empty object of a store
        raise
    kind = kind_of(data[:HEAD_BYTES])
    if target.from_tree and kind is None:
        return _no_picture(job, stamp)
    if target.leave:
        return _along(job, "left", "told", stamp)
    if target.by_default and job.options.frame is None and is_animation(data):
        job = _in_own_format(job, data)
        target = job.target
    digest = digest_of(data)
    if done := unchanged(job.memory, digest, stamp):
        return done
    if kind is not None and target.format == OWN:
        if not job.again and is_marked(data):
            return _marked(job, (digest, len(data)), stamp)
        if kind == "jpeg" and job.optimize_jpeg:
            return _packed(job, data, digest, stamp)
        if code := left_code(kind, data):
            return _along(job, "left", code, stamp)
        if kind in ICONS:
            return _icon(job, data, kind, digest, stamp)
    try:
        result = _compress(job, data, kind)
    except (FramesError, LimitError, OptionError) as error:
        code = _frames_code(error, data)
        if code is None or not (target.from_tree or target.format == OWN):
            raise
        return _along(job, "left", code, stamp)
    except EncodeError:
        # Such as a BMP with alpha: read, and not to be written so.
        if target.format != OWN:
            raise
        return _along(job, "left", "no_writer", stamp)
    if target.in_place and not target.again and result.loses_depth:
        if target.from_tree or not job.write:
            return Row.skipped(target.source, "deep")
        raise InputError(
            target.source,
            "has more than 8 bits a channel, and replacing it would lose them",
            "--lossless keeps them, --force does it even so",
        )
    return _finish(job, data, digest, stamp, result)


def _frames_code(error: HuepressError, data: bytes) -> str | None:
    """Say whether frames or pages are what an error is about."""
    if isinstance(error, FramesError):
        return "pages" if error.word == "pages" else "animation"
    if isinstance(error, LimitError):
        return "animation" if error.what == "frames" else None
    about_format = isinstance(error, OptionError) and error.name == "format"
    return "animation" if about_format and is_animation(data) else None


def _in_own_format(job: Job, data: bytes) -> Job:
    """Give an animation that nobody asked a format for its own, and the name that goes with it."""
    target = job.target
    format = kind_of(data[:HEAD_BYTES]) or target.format
    output = target.output
    if output != STDIO:
        output = output.removesuffix(suffix_of(target.format)) + suffix_of(format)
    target = replace(target, output=output, format=format)
    if job.write and not job.adopt and job.known is None:
        check(target)
    return replace(job, target=target, options=job.options.changed(format=format))


def _compress(job: Job, data: bytes, kind: str | None) -> Result:
    source = _Named(data, job.target.source)
    options = job.options
    if job.target.format == OWN and kind is not None:
        options = options.changed(format=kind)
    if job.fit is None:
        return compress(source, options)
    started = perf_counter()
    image = load_with(source, options.changed(icc="srgb"))  # as the palette was learned
    return finish(image, job.fit, options, started)


def _finish(job: Job, data: bytes, digest: bytes, stamp: str | None, result: Result) -> Row:
    target = job.target
    code, reason, output = "", "", target.output
    never_larger = target.in_place or target.from_tree
    content = marked(result.data, result.format) if never_larger else result.data
    original: bytes | None = None
    if result.status == "kept":
        code, original = "not_smaller", result.data
    elif never_larger and len(content) >= len(data):
        code, original = "not_smaller", kept_original(result.image, job.options)
    elif job.min_savings and len(data) - len(content) < parse_size(job.min_savings, len(data)):
        code, reason = "min_savings", f"less than {job.min_savings} to save"
        original = kept_original(result.image, job.options)
    if original is not None:
        content, reason = original, reason or REASONS[code]
        if result.status != "kept":
            output = target.own_output
        own = result.image.source.format or result.format
        result = replace(result, data=content, status="kept", format=own, more_notes=())
        why = kept_words(reason, len(data), len(content))
        sizes = size_words(len(data), len(content))
        summary = f"{sizes}, {why}, {colors_words(result.colors)}"
    else:
        code = "smaller" if len(content) < len(data) else "converted"
        reason, result = "", replace(result, data=content)
        summary = result.summary()
    row = Row(
        target.source,
        result.status,
        code,
        output=decided(output, result.format, split(target.source)[1]),
        reason=reason,
        figures=result.report(score=job.score),
        summary=summary,
    )
    return _written(job, row, content, data, digest, stamp)


def _icon(job: Job, data: bytes, kind: str, digest: bytes, stamp: str | None) -> Row:
    """Compress the pictures of an icon."""

    def one(picture: bytes, name: str, options: CompressOptions) -> Result:
        return compress(_Named(picture, name), options)

    started = perf_counter()
    content = compress_icon(job.target.source, data, kind, job.options, one)
    return _whole(job, (data, content), kind, digest, stamp, started)


def _packed(job: Job, data: bytes, digest: bytes, stamp: str | None) -> Row:
    """Pack a JPEG anew; what cannot be read is left."""
    started = perf_counter()
    try:
        content = optimized(data)
    except EncodeError:
        return _along(job, "left", "photo_format", stamp)
    return _whole(job, (data, content), "jpeg", digest, stamp, started)


def _whole(
    job: Job,
    contents: tuple[bytes, bytes],
    kind: str,
    digest: bytes,
    stamp: str | None,
    started: float,
) -> Row:
    """Tell of a file that became another of its kind, and write it; it may be the same."""
    target, (data, content) = job.target, contents
    status: RowStatus = "compressed"
    code, reason, words = "smaller", "", ""
    if job.min_savings and len(data) - len(content) < parse_size(job.min_savings, len(data)):
        code, reason, content = "min_savings", f"less than {job.min_savings} to save", data
    elif content == data:
        code, reason = "not_smaller", REASONS["not_smaller"]
    if reason:
        status, words = "kept", ", " + kept_words(reason, len(data), len(content))
    seconds = round(perf_counter() - started, 4)
    figures = {"bytes_in": len(data), "bytes_out": len(content), "format": kind}
    row = Row(
        target.source,
        status,
        code,
        output=target.output,
        reason=reason,
        figures=figures | {"seconds": seconds},
        summary=size_words(len(data), len(content)) + words,
    )
    return _written(job, row, content, data, digest, stamp)


def _written(
    job: Job, row: Row, content: bytes, data: bytes, digest: bytes, stamp: str | None
) -> Row:
    """Write what a row tells of."""
    assert row.output is not None
    if not job.write:
        return row
    if not (job.target.in_place and content == data):
        job.output.put(row.output, content)
    if row.output == STDIO:
        return row
    hashes = (digest, digest_of(content))
    return replace(row, record=_record(job, row.status, row.output, hashes, stamp, row.figures))


def _no_picture(job: Job, stamp: str | None) -> Row:
    if job.target.copy_rest:
        return _along(job, "copied", "not_a_picture", stamp)
    return Row.skipped(job.target.source, "not_a_picture")


def _marked(job: Job, content: tuple[bytes, int], stamp: str | None) -> Row:
    """Tell of a file that huepress compressed before."""
    target = job.target
    if target.along is not None:
        return _along(job, "left", "compressed_before", stamp)
    row = Row.skipped(target.source, "compressed_before")
    if not target.in_place:
        return row
    digest, size = content
    figures = {"bytes_in": size, "bytes_out": size}
    record = _record(job, "kept", target.source, (digest, digest), stamp, figures)
    return replace(row, record=record)


def _along(job: Job, status: RowStatus, code: str, stamp: str | None) -> Row:
    """Leave a file as it is; in a mirrored tree it goes along."""
    target = job.target
    words = f"{'left' if status == 'left' else 'carried along'}: {REASONS[code]}"
    row = Row(target.source, status, code, reason=REASONS[code], summary=words)
    if target.along is None or not job.write:
        return row
    memory = job.memory
    if memory.known is not None and (
        done := unchanged(memory, memory.digest_of_source(job.options), stamp)
    ):
        return done
    content = job.output.carry(target.along, job.options)
    figures = {"bytes_in": content.n_bytes, "bytes_out": content.n_bytes}
    hashes = (content.digest, content.digest)
    record = _record(job, status, target.along, hashes, stamp, figures)
    return replace(row, output=target.along, figures=figures, record=record)


def _link(job: Job) -> Row:
    """Make a link to a directory of the tree again."""
    target = job.target
    if os.path.isabs(os.readlink(target.source)):  # noqa: PTH115, PTH117
        return Row.skipped(target.source, "link", "a link with an absolute target")
    words = "a link to a directory"
    row = Row(target.source, "copied", "link", reason=words, summary=f"carried along: {words}")
    if not job.write:
        return row
    carry_link(target.source, target.output)
    return replace(row, output=target.output)


def _is_known_by_name(target: Target) -> bool:
    """Whether a request to a store can be saved, because the name says what to expect."""
    return is_remote(target.source) and is_picture_name(split(target.source)[1])


def _stamp(target: Target) -> str | None:
    return target.stamp or store_of(target.source).stamp(target.source)


def _read(target: Target, options: CompressOptions) -> bytes:
    limits = limits_of(options)
    if target.source == STDIO:
        return read(sys.stdin.buffer, limits, name="<stdin>")
    return store_of(target.source).read(target.source, limits)


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
        source=job.target.source,
    )
