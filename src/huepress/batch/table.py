"""A Markdown table of savings, from the JSON lines of a run.

``huepress compress assets -r --check --json | python -m huepress.batch.table``
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final

_MOST_ROWS: Final = 100
"""A comment on GitHub holds 65,536 characters; a row takes up to a few hundred."""


def markdown(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return a table of what was saved, the largest saving first, and what failed.

    Parameters
    ----------
    rows : iterable of mapping
        As `Row.to_json` makes them.

    Returns
    -------
    str
        Markdown, with its sum above the table.
    """
    told = list(rows)
    smaller = [row for row in told if row["status"] == "compressed"]
    smaller.sort(key=lambda row: (row["bytes_out"] - row["bytes_in"], row["input"]))
    failed = [row for row in told if row["status"] == "failed"]
    before = sum(row["bytes_in"] for row in smaller)
    after = sum(row["bytes_out"] for row in smaller)
    lines = [f"**{len(smaller)} of {len(told)} files smaller**" if smaller else "Nothing to save."]
    if smaller:
        lines[0] += f": {before:,} -> {after:,} B ({_share(before, after)})"
        lines += ["", "| File | Before | After | Saved | Score |", "|---|---:|---:|---:|---:|"]
        for row in smaller[:_MOST_ROWS]:
            score = "" if row["score"] is None else f"{row['score']:.1f}"
            cells = (
                _cell(row["input"]),
                f"{row['bytes_in']:,}",
                f"{row['bytes_out']:,}",
                _share(row["bytes_in"], row["bytes_out"]),
                score,
            )
            lines.append("| " + " | ".join(cells) + " |")
        if len(smaller) > _MOST_ROWS:
            lines.append(f"\nand {len(smaller) - _MOST_ROWS} more")
    if failed:
        lines += ["", f"**{len(failed)} failed**", ""]
        lines += [f"- {_cell(row['error']['message'])}" for row in failed[:_MOST_ROWS]]
    return "\n".join(lines) + "\n"


def _share(before: int, after: int) -> str:
    return f"{100 * (1 - after / before):.1f} %"


def _cell(text: str) -> str:
    """Return a text that stays one cell and plain text, whatever a file is called."""
    for character in "\\`|<>[]*_":
        text = text.replace(character, "\\" + character)
    return " ".join(text.split())


def main() -> None:
    """Read JSON lines on standard input, write Markdown on standard output."""
    sys.stdout.write(markdown(json.loads(line) for line in sys.stdin if line.strip()))


if __name__ == "__main__":
    main()
