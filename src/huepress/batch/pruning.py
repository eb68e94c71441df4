"""Remove outputs whose source is gone, if we wrote them and nobody changed them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from huepress.batch.memory import is_as_written
from huepress.batch.rows import Record, Row
from huepress.batch.store import is_remote, store_of
from huepress.batch.targets import Target

if TYPE_CHECKING:
    from huepress.batch.manifest import Manifest


def prune(
    manifest: Manifest,
    targets: Sequence[Target | Row],
    done: Mapping[str, str],
    out_dir: str,
    *,
    write: bool,
) -> Iterator[Row]:
    """Remove outputs whose source is gone, or has another output now.

    Parameters
    ----------
    manifest : Manifest
        Of the run.
    targets : sequence
        The targets of the run.
    done : mapping of str to str
        From inputs to their current outputs.
    out_dir : str
        Directories below it that become empty are removed, too.
    write : bool
        False: only report.

    Yields
    ------
    Row
        One per removed output.
    """
    has_output = {_real(source) for source in done}
    kept = {_real(output) for output in done.values()}
    kept |= {_real(item.output) for item in targets if isinstance(item, Target)}
    for record in manifest.all():
        source = record.source
        if source is None or is_remote(record.output) or _real(record.output) in kept:
            continue
        if _real(source) not in has_output and store_of(source).exists(source):
            continue  # it failed, or is not part of this run
        if not is_as_written(record):
            continue
        if write:
            Path(record.output).unlink()
            manifest.forget(record.output)
            _remove_empty(Path(record.output).parent, Path(out_dir))
        yield _row(record, source)


def _row(record: Record, source: str) -> Row:
    row = Row.skipped(source, "pruned")
    return Row(source, row.status, row.code, output=record.output, reason=row.reason)


def _remove_empty(directory: Path, top: Path) -> None:
    top = Path(os.path.realpath(top))
    directory = Path(os.path.realpath(directory))
    while directory != top and directory.is_relative_to(top):
        try:
            directory.rmdir()
        except OSError:  # not empty
            return
        directory = directory.parent


def _real(address: str) -> str:
    """Return the same address for all spellings of it; links to files are not resolved."""
    if is_remote(address):
        return address
    directory, name = os.path.split(address)
    return os.path.join(os.path.realpath(directory or "."), name)  # noqa: PTH118
