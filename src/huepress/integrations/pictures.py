"""Compress the pictures in a folder that another program has built."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from huepress import batch
from huepress.options import BatchOptions, CompressOptions, WriteOptions


def compress_folder(
    folder: str | os.PathLike[str], options: Mapping[str, Any] | None = None
) -> list[batch.Row]:
    """Compress the pictures below a folder in place, each in its own format.

    Parameters
    ----------
    folder : path
        Files that huepress has compressed before carry a mark and are skipped.
    options : mapping or None
        Options of `huepress.compress` by name, and ``min_savings``, ``include``, ``exclude``.

    Returns
    -------
    list of Row
        One per file, as in ``huepress compress --json``.

    Raises
    ------
    OptionError
        An option is unknown or out of range.
    """
    values = dict(options or {})
    of_batch = {
        name: values.pop(name) for name in ("min_savings", "include", "exclude") if name in values
    }
    choices = BatchOptions(recursive=True, no_manifest=True).changed(**of_batch)
    picture = CompressOptions().changed(**values)
    write = WriteOptions(in_place=True)
    targets = batch.plan((os.fspath(folder),), write, picture.format, choices)
    return list(batch.run(targets, picture, choices))


def in_words(rows: list[batch.Row]) -> str:
    """Return the outcome for a folder in one line."""
    done = [row for row in rows if row.status == "compressed"]
    failed = sum(row.status == "failed" for row in rows)
    saved = sum(row.saved for row in done)
    return f"huepress: {len(done)} pictures smaller, {saved:,} bytes saved, {failed} failed"
