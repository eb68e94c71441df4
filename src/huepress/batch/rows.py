"""What came of one file, as plain data: it travels between processes and machines.

A Result holds a picture, a Row only what is told of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from huepress.errors import HuepressError, LimitError

RowStatus: TypeAlias = Literal["compressed", "kept", "left", "copied", "skipped", "failed"]

STATUSES: Final[tuple[RowStatus, ...]] = (
    "compressed",
    "kept",
    "left",
    "copied",
    "skipped",
    "failed",
)

REASONS: Final = {
    "smaller": "",
    "converted": "",
    "not_smaller": "nothing smaller was found",
    "min_savings": "too little to save",
    "photo_format": "a photo format",
    "animation": "an animation",
    "pages": "several pages",
    "told": "as huepress.toml has it",
    "no_writer": "not to be written in its own format",
    "not_a_picture": "not a picture",
    "rewritten": "references follow",
    "deep": "more than 8 bits a channel",
    "unchanged": "unchanged",
    "compressed_before": "compressed before",
    "other_format": "its name says another format",
    "ignored": "ignored",
    "link": "a link",
    "not_regular": "not a regular file",
    "own_output": "an output of huepress",
    "pruned": "removed: its source is gone",
}
"""Stable codes of rows that did not fail, and what people are told where nothing more is known."""

FAILURES: Final = {
    "decode": "damaged",
    "limit": "too_large",
    "input": "unreadable",
    "missing-extra": "missing_extra",
}
"""Codes of rows for those codes of errors that say less; other errors keep their own."""

FIGURES: Final = (
    "bytes_in",
    "bytes_out",
    "format",
    "colors",
    "score",
    "look",
    "ssimulacra2",
    "jod",
    "psnr",
    "mse",
    "n_iter",
    "stop_reason",
    "seconds",
)
"""Keys of every row's JSON beside input, output, status, reason and error."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file failed.

    Attributes
    ----------
    code : str
        Of the error's class, for machines.
    message : str
        One line for people.
    exit_code : int
        Of the command line, were it the only file.
    """

    code: str
    message: str
    exit_code: int = 1

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Record:
    """What the manifest remembers of a finished file.

    Attributes
    ----------
    input_hash, output_hash : bytes
        Of the contents (`job.digest_of`).
    input_stamp, output_stamp : str or None
        As the store gave them (`store.Store.stamp`).
    output : str
        The file that holds the result; the input itself when it was kept in place.
    recipe : bytes
        Of everything else that decides the bytes (`job.recipe_of`).
    status : str
        ``compressed``, ``kept``, ``left`` or ``copied``.
    figures : mapping
        As `Row.figures`.
    source : str or None
        The input it was made of; None in manifests of earlier versions.
    """

    input_hash: bytes
    input_stamp: str | None
    recipe: bytes
    output: str
    output_hash: bytes
    output_stamp: str | None
    status: RowStatus
    figures: Mapping[str, Any]
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one file.

    Attributes
    ----------
    source : str
        The input.
    status : str
        ``compressed``; ``kept``: not to be made smaller, the original is what was written;
        ``left``: a picture that was not tried; ``copied``: no picture, carried along; ``skipped``:
        nothing was to be done; ``failed``.
    code : str
        Why, for machines: a key of `REASONS`, or of a failure.
    output : str or None
        The file written, ``-`` for standard output; None when there is none.
    reason : str
        Why it was skipped, left or kept, for people.
    figures : mapping
        `Result.report()`; empty when the file was not compressed.
    summary : str
        `Result.summary()`: the figures in one line.
    failure : Failure or None
        Why it failed.
    record : Record or None
        What the manifest is to remember.
    """

    source: str
    status: RowStatus
    code: str
    output: str | None = None
    reason: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    summary: str = ""
    failure: Failure | None = None
    record: Record | None = field(default=None, repr=False)

    @classmethod
    def failed(cls, source: str, error: HuepressError) -> Row:
        """Return the row of a file that failed with an error of the tree."""
        code = FAILURES.get(error.code, error.code)
        if isinstance(error, LimitError) and error.option == "--timeout":
            code = "timeout"
        return cls(source, "failed", code, failure=Failure(code, str(error), error.exit_code))

    @classmethod
    def skipped(cls, source: str, code: str, reason: str = "") -> Row:
        """Return the row of a file that needs nothing."""
        return cls(source, "skipped", code, reason=reason or REASONS[code])

    @property
    def notes(self) -> tuple[str, ...]:
        """What was changed or could not be honored while loading."""
        return tuple(self.figures.get("notes", ()))

    @property
    def exit_code(self) -> int:
        """Exit code of the command line, were this the only file."""
        return 0 if self.failure is None else self.failure.exit_code

    @property
    def saved(self) -> int:
        """Bytes saved, 0 where nothing was compressed."""
        before, after = self.figures.get("bytes_in"), self.figures.get("bytes_out")
        return before - after if self.status == "compressed" and before and after else 0

    def to_json(self) -> dict[str, Any]:
        """Return the row as one JSON object; what is not known is None."""
        known = dict.fromkeys(FIGURES) | dict(self.figures)
        row: dict[str, Any] = {"input": self.source, "output": self.output, **known}
        row |= {"status": self.status, "code": self.code, "reason": self.reason or None}
        row |= {"notes": list(self.notes), "error": None}
        if self.failure is not None:
            row["error"] = {"code": self.failure.code, "message": self.failure.message}
        return row
