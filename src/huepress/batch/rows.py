"""The outcome for one file, as plain data that can cross processes and machines.

A Result holds a picture, a Row only what is reported about it.
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
    "told": "huepress.toml says so",
    "no_writer": "cannot be written in its own format",
    "not_a_picture": "not a picture",
    "rewritten": "references updated",
    "deep": "more than 8 bits a channel",
    "unchanged": "unchanged",
    "compressed_before": "compressed before",
    "other_format": "its name implies another format",
    "ignored": "ignored",
    "link": "a link",
    "empty_directory": "an empty directory",
    "not_regular": "not a regular file",
    "own_output": "an output of huepress",
    "pruned": "removed: its source is gone",
}
"""Stable codes of rows that did not fail, and the default words for people."""

FAILURES: Final = {
    "decode": "damaged",
    "limit": "too_large",
    "input": "unreadable",
    "missing-extra": "missing_extra",
}
"""More specific codes for some errors; all other errors keep their own code."""

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
"""Keys of every row's JSON besides input, output, status, reason and error."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file failed.

    Attributes
    ----------
    code : str
        The error's code, for machines.
    message : str
        One line for people.
    exit_code : int
        Exit code of the command line if this were the only file.
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
        Hashes of the contents (`carry.digest_of`).
    input_stamp, output_stamp : str or None
        From the store (`store.Store.stamp`).
    output : str
        The file with the result; the input itself when it was kept in place.
    recipe : bytes
        Hash of everything else that decides the bytes (`job.recipe_of`).
    status : str
        ``compressed``, ``kept``, ``left`` or ``copied``.
    figures : mapping
        As `Row.figures`.
    source : str or None
        The input it was made from; None in manifests of earlier versions.
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
    """The outcome for one file.

    Attributes
    ----------
    source : str
        The input.
    status : str
        ``compressed``; ``kept``: could not be made smaller, the original was written; ``left``: a
        picture that was not tried; ``copied``: not a picture, copied along; ``skipped``: nothing
        to do; ``failed``.
    code : str
        Why, for machines: a key of `REASONS`, or the code of a failure.
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
        What the manifest should remember.
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
        """Return the row of a file that failed with an error of `huepress.errors`."""
        code = FAILURES.get(error.code, error.code)
        if isinstance(error, LimitError) and error.option == "--timeout":
            code = "timeout"
        return cls(source, "failed", code, failure=Failure(code, str(error), error.exit_code))

    @classmethod
    def skipped(cls, source: str, code: str, reason: str = "") -> Row:
        """Return the row of a file for which there is nothing to do."""
        return cls(source, "skipped", code, reason=reason or REASONS[code])

    @property
    def notes(self) -> tuple[str, ...]:
        """What was changed or could not be kept while loading."""
        return tuple(self.figures.get("notes", ()))

    @property
    def exit_code(self) -> int:
        """Exit code of the command line if this were the only file."""
        return 0 if self.failure is None else self.failure.exit_code

    @property
    def saved(self) -> int:
        """Bytes saved; 0 if nothing was compressed."""
        before, after = self.figures.get("bytes_in"), self.figures.get("bytes_out")
        return before - after if self.status == "compressed" and before and after else 0

    def to_json(self) -> dict[str, Any]:
        """Return the row as one JSON object; unknown values are None."""
        known = dict.fromkeys(FIGURES) | dict(self.figures)
        row: dict[str, Any] = {"input": self.source, "output": self.output, **known}
        row |= {"status": self.status, "code": self.code, "reason": self.reason or None}
        row |= {"notes": list(self.notes), "error": None}
        if self.failure is not None:
            row["error"] = {"code": self.failure.code, "message": self.failure.message}
        return row
