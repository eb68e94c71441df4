"""What other settings would write: other formats and other numbers of colors, each measured.

Every row is a file that `compress` made with exactly these options, so the figures are those of a
real file; a page that then chooses these options finds it finished.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from huepress.errors import HuepressError, OptionError
from huepress.options import FORMATS, CompressOptions
from huepress.study.sweep import suggest

Values: TypeAlias = dict[str, Any]
Make: TypeAlias = Callable[[Values], dict[str, Any]]

_DEFAULT_COLORS: Final = CompressOptions().colors
_SLOW: Final = "jxl"  # takes longer than all others together
_FEWEST: Final = 4  # points before a knee is looked for
_FIGURES: Final = ("score", "look", "colors", "format", "status", "seconds")


@dataclass(frozen=True, slots=True)
class Row:
    """One file to be made.

    Attributes
    ----------
    options : dict
        Of the client.
    k : int or None
        Largest palette, where that is what varies; else the format is.
    """

    options: Values
    k: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What a knee is looked for in: the figures of one file."""

    k: int
    n_bytes: int
    score: float
    colors: int | None
    is_lossless: bool


def rows_of(values: Mapping[str, Any], formats: Sequence[str], colors: Sequence[int]) -> list[Row]:
    """Lay out what is to be made, in the order in which it is made: what is slow comes last.

    Parameters
    ----------
    values : mapping
        Options of the client.
    formats : sequence of str
        Formats, each with those options.
    colors : sequence of int
        Numbers of colors, each with those options without a bound.
    """
    free = {name: value for name, value in values.items() if name not in _BOUNDS}
    quick = [Row(_with_format(values, word)) for word in formats if word != _SLOW]
    slow = [Row(_with_format(values, word)) for word in formats if word == _SLOW]
    of_colors = [Row(free | {"colors": k} if k != _DEFAULT_COLORS else free, k) for k in colors]
    return quick + of_colors + slow


_BOUNDS: Final = ("colors", "quality", "max_size", "best_effort")


def _with_format(values: Mapping[str, Any], word: str) -> Values:
    rest = {name: value for name, value in values.items() if name != "format"}
    return rest if word == "auto" else rest | {"format": word}


def checked_lists(formats: Any, colors: Any) -> tuple[list[str], list[int]]:
    """Check what a client wants to have measured.

    Raises
    ------
    OptionError
        Not a list of formats, or not one of up to 32 whole numbers from 1 to 256.
    """
    if not isinstance(formats, list) or not all(word in FORMATS for word in formats):
        raise OptionError("formats", formats, "a list of " + ", ".join(FORMATS))
    fits = isinstance(colors, list) and len(colors) <= 32
    if not fits or not all(type(k) is int and 1 <= k <= 256 for k in colors):
        raise OptionError("colors", colors, "a list of up to 32 whole numbers from 1 to 256")
    return list(dict.fromkeys(formats)), list(dict.fromkeys(colors))


def measure(
    rows: Sequence[Row], known: Sequence[dict[str, Any] | None], make: Make, tell: Any
) -> dict[str, Any]:
    """Make the files, one after the other.

    Parameters
    ----------
    rows : sequence of Row
        What is wanted.
    known : sequence of dict or None
        The report of each that was made before.
    make : callable
        Gives what a worker tells of a finished file: ``report`` and ``file``.
    tell : callable
        Takes an event for every row.

    Returns
    -------
    dict
        ``suggested``: the k at the knee and why, or None.
    """
    # What is known counts from the beginning: a suggestion never goes back to fewer points.
    found = [
        _measured(row.k, report)
        for row, report in zip(rows, known, strict=True)
        if row.k is not None and report is not None
    ]
    for row, report in zip(rows, known, strict=True):
        if row.k is not None and any(p.is_lossless and p.k < row.k for p in found):
            continue  # every color fits already: the same file
        told: dict[str, Any] = {"options": row.options, "k": row.k}
        made: dict[str, Any] = {}
        try:
            made = make(row.options) if report is None else {"report": report}
        except HuepressError as error:
            tell({"event": "point", "row": told | {"error": str(error)}})
            continue
        told |= {"bytes": made["report"]["bytes_out"]}
        told |= {name: made["report"].get(name) for name in _FIGURES}
        if row.k is not None and report is None:
            found.append(_measured(row.k, made["report"]))
        tell({"event": "point", "row": told, "suggested": suggested(found), **made})
    return {"suggested": suggested(found, fewest=1)}


def _measured(k: int, report: Mapping[str, Any]) -> Measured:
    is_lossless = report["psnr"] is None
    return Measured(k, report["bytes_out"], report["score"], report["colors"], is_lossless)


def suggested(found: Sequence[Measured], *, fewest: int = _FEWEST) -> dict[str, Any] | None:
    """Return the k at the knee of what was measured; None before there are enough points."""
    if len(found) < fewest:
        return None
    exact = min((p.k for p in found if p.is_lossless), default=256)
    at = suggest(sorted((p for p in found if p.k <= exact), key=lambda p: p.k))
    return {"k": at.k, "reason": at.reason}
