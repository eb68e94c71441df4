"""Copy the text files of a mirrored tree, with references updated to renamed pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from huepress.batch.carry import digest_of
from huepress.batch.memory import is_as_written
from huepress.batch.output import Output
from huepress.batch.rewriting import Renames, diff_of, kind_of_text, rewritten
from huepress.batch.rows import REASONS, Record, Row, RowStatus
from huepress.batch.store import store_of
from huepress.batch.targets import Target
from huepress.decode import Limits
from huepress.errors import HuepressError

if TYPE_CHECKING:
    from huepress.batch.manifest import Manifest

_RECIPE = digest_of(b"text whose references follow")


def split_texts(
    targets: Sequence[Target | Row], kinds: tuple[str, ...]
) -> tuple[list[Target | Row], list[Target]]:
    """Separate text files of these kinds from everything else, keeping the order."""
    others: list[Target | Row] = []
    texts: list[Target] = []
    for item in targets:
        if kinds and isinstance(item, Target) and _is_text(item, kinds):
            texts.append(item)
        else:
            others.append(item)
    return others, texts


def rewrite_texts(
    texts: Sequence[Target],
    renames: Renames,
    kinds: tuple[str, ...],
    out_dir: str,
    *,
    manifest: Manifest | None,
    write: bool,
) -> Iterator[tuple[Row, str]]:
    """Copy text files with updated references.

    Parameters
    ----------
    texts : sequence of Target
        From `split_texts`.
    renames : Renames
        The renamed pictures, below the output directory.
    kinds : tuple of str
        Of `rewriting.KINDS`.
    out_dir : str
        The output directory; references that start with a slash are relative to it.
    manifest : Manifest or None
        What earlier runs did; this run is recorded there, too.
    write : bool
        False: only report.

    Yields
    ------
    (Row, str)
        The row of each, and a diff of the changes.
    """
    for target in texts:
        try:
            yield _one(target, renames, kinds, out_dir, manifest, write=write)
        except HuepressError as error:
            yield Row.failed(target.source, error), ""


def renames_of(targets: Sequence[Target | Row], done: Mapping[str, str], out_dir: str) -> Renames:
    """Collect the pictures whose output has another name."""
    names = {}
    for item in targets:
        if isinstance(item, Target) and item.along and item.source in done:
            old, new = _below(item.along, out_dir), _below(done[item.source], out_dir)
            if old != new:
                names[old] = new
    return Renames(names)


def _one(
    target: Target,
    renames: Renames,
    kinds: tuple[str, ...],
    out_dir: str,
    manifest: Manifest | None,
    *,
    write: bool,
) -> tuple[Row, str]:
    name = _below(target.output, out_dir)
    kind = kind_of_text(name, kinds)
    assert kind is not None
    data = store_of(target.source).content(target.source, Limits())
    content = rewritten(data, kind, name, renames)
    known = None if manifest is None else manifest.find(target)
    digest = digest_of(content)
    if known is not None and known.output_hash == digest and is_as_written(known):
        row = Row.skipped(target.source, "unchanged")
        return Row(row.source, row.status, row.code, target.output, row.reason, known.figures), ""
    code = "not_a_picture" if content == data else "rewritten"
    status: RowStatus = "copied"
    figures = {"bytes_in": len(data), "bytes_out": len(content)}
    summary = f"copied: {REASONS[code]}"
    row = Row(target.source, status, code, target.output, REASONS[code], figures, summary)
    if write:
        Output(target, known, adopt=manifest is not None).put(target.output, content, like=True)
        if manifest is not None:
            stamp = store_of(target.output).stamp(target.output, settled=False)
            manifest.record(
                target,
                Record(
                    input_hash=digest,  # of the result: a run that only copies must do it again
                    input_stamp=None,
                    recipe=_RECIPE,
                    output=target.output,
                    output_hash=digest,
                    output_stamp=stamp,
                    status=status,
                    figures=figures,
                    source=target.source,
                ),
            )
    return row, "" if content == data else diff_of(name, data, content)


def _is_text(target: Target, kinds: tuple[str, ...]) -> bool:
    return target.copy_rest and kind_of_text(target.source, kinds) is not None


def _below(address: str, out_dir: str) -> str:
    return os.path.relpath(address, out_dir).replace(os.sep, "/")
