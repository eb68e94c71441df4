"""What can happen to a file (written, left, copied, linked, skipped), and the row for each case."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from huepress.batch.carry import carry_empty_directory, carry_link, digest_of, is_carried_link
from huepress.batch.job import Job
from huepress.batch.memory import unchanged
from huepress.batch.rows import REASONS, Record, Row, RowStatus
from huepress.batch.store import STDIO, store_of
from huepress.errors import HuepressError


@dataclass(frozen=True, slots=True)
class Given:
    """An input as it was read.

    Attributes
    ----------
    data : bytes
        The file.
    digest : bytes
        Its hash (`carry.digest_of`).
    stamp : str or None
        The store's stamp, taken before the file was read.
    """

    data: bytes
    digest: bytes
    stamp: str | None


def written(job: Job, row: Row, content: bytes, given: Given) -> Row:
    """Write the file that a row describes, and record it."""
    assert row.output is not None
    if not job.write:
        return row
    if not (job.target.in_place and content == given.data):
        job.output.put(row.output, content)
    if row.output == STDIO:
        return row
    hashes = (given.digest, digest_of(content))
    record = _record(job, row.status, row.output, hashes, given.stamp, row.figures)
    return replace(row, record=record)


def no_picture(job: Job, stamp: str | None) -> Row:
    """Return the row of a file of a tree that is not a picture."""
    if job.target.copy_rest:
        return along(job, "copied", "not_a_picture", stamp)
    return Row.skipped(job.target.source, "not_a_picture")


def compressed_before(job: Job, given: Given) -> Row:
    """Return the row of a file that carries huepress's mark."""
    target = job.target
    if target.along is not None:
        return along(job, "left", "compressed_before", given.stamp)
    row = Row.skipped(target.source, "compressed_before")
    if not target.in_place:
        return row
    figures = {"bytes_in": len(given.data), "bytes_out": len(given.data)}
    hashes = (given.digest, given.digest)
    return replace(row, record=_record(job, "kept", target.source, hashes, given.stamp, figures))


def along(job: Job, status: RowStatus, code: str, stamp: str | None) -> Row:
    """Leave a file as it is; in a mirrored tree it is copied."""
    target = job.target
    words = f"{'left' if status == 'left' else 'copied'}: {REASONS[code]}"
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


def along_even_so(job: Job, row: Row) -> Row:
    """Copy a file that could not be compressed, so that the tree stays complete."""
    target = job.target
    if target.along is None or not job.write:
        return row
    try:
        digest = job.output.carry(target.along, job.options).digest
    except HuepressError:
        return row  # report the first error
    record = _record(job, "failed", target.along, (digest, digest), None, {})
    return replace(row, output=target.along, record=replace(record, recipe=b""))


def link(job: Job) -> Row:
    """Recreate a link to a directory of the tree."""
    target = job.target
    if os.path.isabs(os.readlink(target.source)):  # noqa: PTH115, PTH117
        return Row.skipped(target.source, "link", "a link with an absolute target")
    if is_carried_link(target.source, target.output):
        return replace(Row.skipped(target.source, "unchanged"), output=target.output)
    words = "a link to a directory"
    row = Row(target.source, "copied", "link", reason=words, summary=f"copied: {words}")
    if not job.write:
        return row
    carry_link(target.source, target.output)
    return replace(row, output=target.output)


def empty_directory(job: Job) -> Row:
    """Make an empty directory of the tree again: some programs need one to write to."""
    target = job.target
    if Path(target.output).is_dir():
        return replace(Row.skipped(target.source, "unchanged"), output=target.output)
    words = REASONS["empty_directory"]
    row = Row(target.source, "copied", "empty_directory", reason=words, summary=f"copied: {words}")
    if not job.write:
        return row
    carry_empty_directory(target.source, target.output)
    return replace(row, output=target.output)


def _record(
    job: Job,
    status: RowStatus,
    output: str,
    hashes: tuple[bytes, bytes],
    stamp: str | None,
    figures: Mapping[str, Any],
) -> Record:
    in_place = job.target.in_place
    now = store_of(output).stamp(output, settled=in_place)
    return Record(
        input_hash=hashes[0],
        input_stamp=now if in_place else stamp,
        recipe=job.recipe,
        output=output,
        output_hash=hashes[1],
        output_stamp=now,
        status=status,
        figures=figures,
        source=job.target.source,
    )
