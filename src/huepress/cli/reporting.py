"""Report a batch: a line or a JSON object per file, and the total at the end."""

from __future__ import annotations

from collections import Counter
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import click

from huepress.cli.progress import size_in_words
from huepress.cli.wording import as_typed, in_one_line, json_line

if TYPE_CHECKING:
    from huepress.batch import Row

_STATUSES: Final = ("compressed", "kept", "left", "copied", "skipped", "failed")

_PHOTO_HINT: Final = "huepress compare shows what takes fewer bytes"
"""Hint for photo formats, which are left as they are."""

_MOST_REASONS: Final = 6
"""Most reasons in the total: a longer line is not read."""


class Reporter:
    """Report rows as they come, and their total.

    Parameters
    ----------
    as_json : bool
        One JSON object per row on standard output, and nothing else there.
    quiet : bool
        Report only errors.
    several : bool
        More than one file: name each, and give the total at the end.
    check : bool
        Nothing was written: list only files that could be smaller.
    dry_run : bool
        Nothing was written: the total says so.
    """

    def __init__(
        self, *, as_json: bool, quiet: bool, several: bool, check: bool, dry_run: bool
    ) -> None:
        self._as_json = as_json
        self._quiet = quiet
        self._several = several
        self._check = check
        self._dry_run = dry_run
        self._started = perf_counter()
        self._counts: Counter[str] = Counter()
        self._reasons: dict[str, Counter[str]] = {"left": Counter(), "skipped": Counter()}
        self._before = self._after = 0
        self._codes: set[int] = set()
        self._has_photos = False

    def tell(self, row: Row) -> None:
        """Report one row."""
        self._counts[row.status] += 1
        self._codes.add(row.exit_code)
        self._has_photos |= row.code == "photo_format"
        if row.status in self._reasons:
            self._reasons[row.status][row.reason] += 1
        if row.status in ("compressed", "kept"):
            self._before += row.figures.get("bytes_in") or 0
            self._after += row.figures.get("bytes_out") or 0
        if self._as_json:
            click.echo(json_line(self._worded(row)))
        if row.failure is not None:
            click.echo(f"error: {in_one_line(as_typed(row.failure))}", err=True)
        elif not self._as_json and not self._quiet:
            self._say(row)

    @staticmethod
    def _worded(row: Row) -> dict[str, Any]:
        told = row.to_json()
        if row.failure is not None:
            told["error"] = {**told["error"], "message": as_typed(row.failure)}
        return told

    def _say(self, row: Row) -> None:
        source = in_one_line(row.source)
        if row.status in ("left", "copied", "skipped"):
            if not self._several:
                hint = f"; {_PHOTO_HINT}" if row.code == "photo_format" else ""
                click.echo(f"{source}: {row.status}, {row.reason}{hint}")
            return
        if self._check:
            if row.status == "compressed":
                click.echo(f"{source}: could be smaller: {row.summary}")
            return
        to_stdout = row.output == "-"
        where = "<stdout>" if to_stdout else in_one_line(row.output or row.source)
        if (self._several or to_stdout) and where != source:
            where = f"{source} -> {where}"
        click.echo(f"{where}: {row.summary}", err=to_stdout)
        for note in row.notes:
            click.echo(f"note: {source}: {note}", err=True)

    def sum_up(self) -> None:
        """Report the total of several files, on standard error if standard output has data."""
        if not self._several or self._quiet:
            return
        parts = [
            f"{self._counts[status]} {status}{self._why(status)}"
            for status in _STATUSES
            if self._counts[status]
        ]
        line = ", ".join(parts) or "no files"
        if self._before:
            before, after = size_in_words(self._before), size_in_words(self._after)
            share = 100 * (1 - self._after / self._before)
            line += (
                f"; {before} -> {after} ({abs(share):.1f} % {'saved' if share >= 0 else 'more'})"
            )
        line += f"; {perf_counter() - self._started:.1f} s"
        if self._check or self._dry_run:
            line += "; nothing was written"
        click.echo(line, err=self._as_json)
        if self._has_photos and not self._as_json:
            click.echo(f"Photo formats are left as they are; {_PHOTO_HINT}.")

    def _why(self, status: str) -> str:
        """Return the most frequent reasons for a status, in parentheses."""
        reasons = self._reasons.get(status, Counter()).most_common(_MOST_REASONS)
        return f" ({', '.join(f'{n} {reason}' for reason, n in reasons)})" if reasons else ""

    @property
    def shows_progress(self) -> bool:
        """Whether to show a progress bar."""
        return not (self._quiet or self._as_json)

    @property
    def wants_scores(self) -> bool:
        """Whether to compute scores, which takes time."""
        return self._as_json

    @property
    def n_reported(self) -> int:
        """How many rows were reported."""
        return self._counts.total()

    @property
    def exit_code(self) -> int:
        """Exit code of the run.

        For a single file, its own code (4: a bound was not met, else 1); for several, 1 when any
        failed. A check that found something to save is 1.
        """
        failed = {4 if code == 4 else 1 for code in self._codes if code}
        if self._check and self._counts["compressed"]:
            failed.add(1)
        return min(failed, default=0)
