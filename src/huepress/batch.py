"""Several files: each one down the road, errors become rows, the order is kept.

In come targets (targets.py) and options; out goes one Row a file.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from huepress.compress import compress
from huepress.errors import HuepressError, OutputError
from huepress.options import CompressOptions
from huepress.report import Result
from huepress.targets import STDIO, Target, check
from huepress.write import write_atomic

RowStatus: TypeAlias = Literal["compressed", "kept", "failed"]
Opener: TypeAlias = Callable[[Target], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """What came of one file.

    Attributes
    ----------
    target : Target
        The input and where its output went.
    result : Result or None
        None when it failed.
    error : HuepressError or None
        Why it failed.
    """

    target: Target
    result: Result | None
    error: HuepressError | None = None

    @property
    def status(self) -> RowStatus:
        """``compressed``, ``kept`` or ``failed``."""
        return "failed" if self.result is None else self.result.status

    def to_json(self) -> dict[str, Any]:
        """Return the row as one JSON object; what is not known is None."""
        path = self.target.path
        row: dict[str, Any] = {
            "input": self.target.source,
            "output": STDIO if path is None else str(path),
            **dict.fromkeys(_FIGURES),
            "status": self.status,
            "error": None,
        }
        if self.result is not None:
            row |= self.result.report()
        if self.error is not None:
            row |= {"output": None, "error": {"code": self.error.code, "message": str(self.error)}}
        return row


_FIGURES = (
    "bytes_in",
    "bytes_out",
    "format",
    "colors",
    "score",
    "psnr",
    "mse",
    "n_iter",
    "stop_reason",
    "seconds",
)


def run(targets: Sequence[Target], options: CompressOptions) -> Iterator[Row]:
    """Compress every target in turn.

    Parameters
    ----------
    targets : sequence of Target
        What to read and where to write.
    options : CompressOptions
        For all of them; the format is the target's own.

    Yields
    ------
    Row
        One a target, in their order. A failed file is a row, not an end.
    """
    for target in targets:
        yield run_one(target, options)


def run_one(target: Target, options: CompressOptions) -> Row:
    """Compress one target and write it, whole or not at all."""
    try:
        check(target)
        source = sys.stdin.buffer if target.source == STDIO else Path(target.source)
        result = compress(source, options.changed(format=target.format))
        _write(target, result)
    except HuepressError as error:
        return Row(target, None, error)
    return Row(target, result)


def _write(target: Target, result: Result) -> None:
    if target.path is None:
        try:
            sys.stdout.buffer.write(result.data)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(
                "<stdout>", error.strerror or "cannot be written", "a pipe or file"
            ) from error
        return
    if target.in_place and result.status == "kept":
        return
    write_atomic(
        target.path,
        result.data,
        force=target.overwrite,
        make_parents=target.make_parents,
        keep_from=Path(target.source) if target.in_place else None,
    )
