"""What can get smaller: a picture with a palette, the pictures of an icon, a repacked JPEG.

This is the part of a batch that loads the compressor; a run that finds nothing to do never does.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from time import perf_counter

from huepress._compress import compress, finish
from huepress.batch.icons import compress_icon
from huepress.batch.job import Job
from huepress.batch.jpeg import optimized
from huepress.batch.kinds import HEAD_BYTES, ICONS, kind_of
from huepress.batch.marks import marked
from huepress.batch.names import OWN, decided, suffix_of
from huepress.batch.outcomes import Given, along, written
from huepress.batch.rows import REASONS, Row, RowStatus
from huepress.batch.store import STDIO, split
from huepress.batch.targets import check
from huepress.decode import load_with
from huepress.encode import kept_original
from huepress.errors import EncodeError, FramesError, InputError, LimitError, OptionError
from huepress.formats.moving import is_animation
from huepress.options import CompressOptions, parse_size
from huepress.result.report import Result, colors_words, kept_words, size_words


class _Named(BytesIO):
    """Bytes with the file name that messages use."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = name


def press(job: Job, given: Given, kind: str | None) -> Row:
    """Compress a picture and write it.

    Parameters
    ----------
    job : Job
        What is asked for.
    given : Given
        The input.
    kind : str or None
        Its format by its first bytes; None if unknown.

    Raises
    ------
    HuepressError
        It cannot be read, mapped or written as asked.
    """
    if kind == "jpeg" and job.target.format == OWN and job.optimize_jpeg:
        return _packed(job, given)
    if kind in ICONS and job.target.format == OWN:
        return _icon(job, given, kind)
    try:
        result = _compress(job, given.data, kind)
    except (FramesError, LimitError, OptionError) as error:
        code = _frames_code(error, given.data)
        if code is None or not (job.target.from_tree or job.target.format == OWN):
            raise
        return along(job, "left", code, given.stamp)
    except EncodeError:
        # Such as a color TIFF of 16 bits, which is read but never written.
        if job.target.format != OWN:
            raise
        return along(job, "left", "no_writer", given.stamp)
    target = job.target
    if target.in_place and not target.again and result.loses_depth:
        if target.from_tree or not job.write:
            return Row.skipped(target.source, "deep")
        raise InputError(
            target.source,
            "has more than 8 bits a channel, and replacing it would lose them",
            "--lossless keeps them, --force does it even so",
        )
    return _smaller_or_original(job, given, result)


def in_own_format(job: Job, data: bytes) -> Job:
    """Give an animation its own format, and the matching name, when no format was asked for."""
    if not is_animation(data):
        return job
    target = job.target
    format = kind_of(data[:HEAD_BYTES]) or target.format
    output = target.output
    if output != STDIO:
        output = output.removesuffix(suffix_of(target.format)) + suffix_of(format)
    target = replace(target, output=output, format=format)
    if job.write and not job.adopt and job.known is None:
        check(target)
    return replace(job, target=target, options=job.options.changed(format=format))


def _frames_code(error: Exception, data: bytes) -> str | None:
    """Whether an error is about several frames or pages."""
    if isinstance(error, FramesError):
        return "pages" if error.word == "pages" else "animation"
    if isinstance(error, LimitError):
        return "animation" if error.what == "frames" else None
    about_format = isinstance(error, OptionError) and error.name == "format"
    return "animation" if about_format and is_animation(data) else None


def _compress(job: Job, data: bytes, kind: str | None) -> Result:
    source = _Named(data, job.target.source)
    options = job.options
    if job.target.format == OWN and kind is not None:
        options = options.changed(format=kind)
    if job.fit is None:
        return compress(source, options)
    started = perf_counter()
    image = load_with(source, options.changed(icc="srgb"))  # the palette was learned in sRGB
    return finish(image, job.fit, options, started)


def _smaller_or_original(job: Job, given: Given, result: Result) -> Row:
    """Write the compressed picture, or the original if that is no worse."""
    target, size = job.target, len(given.data)
    code, reason, output = "", "", target.output
    never_larger = target.in_place or target.from_tree
    content = marked(result.data, result.format) if never_larger else result.data
    original: bytes | None = None
    if result.status == "kept":
        code, original = "not_smaller", result.data
    elif never_larger and len(content) >= size:
        code, original = "not_smaller", kept_original(result.image, job.options)
    elif reason := _too_little(job, size, len(content)):
        code, original = "min_savings", kept_original(result.image, job.options)
    if original is not None:
        content, reason = original, reason or REASONS[code]
        if result.status != "kept":
            output = target.own_output
        own = result.image.source.format or result.format
        result = replace(result, data=content, status="kept", format=own, more_notes=())
        why = kept_words(reason, size, len(content))
        summary = f"{size_words(size, len(content))}, {why}, {colors_words(result.colors)}"
    else:
        code = "smaller" if len(content) < size else "converted"
        result = replace(result, data=content)
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
    return written(job, row, content, given)


def _too_little(job: Job, before: int, after: int) -> str:
    """Return why too little is saved; empty when it is enough."""
    if job.min_savings and before - after < parse_size(job.min_savings, before):
        return f"less than {job.min_savings} to save"
    return ""


def _icon(job: Job, given: Given, kind: str) -> Row:
    """Compress the pictures of an icon."""

    def one(picture: bytes, name: str, options: CompressOptions) -> Result:
        return compress(_Named(picture, name), options)

    started = perf_counter()
    content = compress_icon(job.target.source, given.data, kind, job.options, one)
    return _whole(job, given, content, kind, started)


def _packed(job: Job, given: Given) -> Row:
    """Repack a JPEG; leave it alone if it cannot be read."""
    started = perf_counter()
    try:
        content = optimized(given.data)
    except EncodeError:
        return along(job, "left", "photo_format", given.stamp)
    return _whole(job, given, content, "jpeg", started)


def _whole(job: Job, given: Given, content: bytes, kind: str, started: float) -> Row:
    """Write a file rewritten in its own format (it may be unchanged), and return its row."""
    target, size = job.target, len(given.data)
    status: RowStatus = "compressed"
    code, words = "smaller", ""
    if reason := _too_little(job, size, len(content)):
        code, content = "min_savings", given.data
    elif content == given.data:
        code, reason = "not_smaller", REASONS["not_smaller"]
    if reason:
        status, words = "kept", ", " + kept_words(reason, size, len(content))
    figures = {"bytes_in": size, "bytes_out": len(content), "format": kind}
    row = Row(
        target.source,
        status,
        code,
        output=target.output,
        reason=reason,
        figures=figures | {"seconds": round(perf_counter() - started, 4)},
        summary=size_words(size, len(content)) + words,
    )
    return written(job, row, content, given)
