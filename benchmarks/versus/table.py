"""From the CSV to a Markdown table: geometric means over the pictures."""

from __future__ import annotations

import csv
import math
from pathlib import Path

COLUMNS = [
    "date",
    "machine",
    "picture",
    "pixels",
    "tool",
    "version",
    "by",
    "k",
    "target",
    "bytes",
    "score",
    "ssimulacra2",
    "jod",
    "psnr",
    "seconds",
    "cpu_seconds",
    "peak_mb",
]
BASE = "huepress balanced"


def markdown(path: Path) -> str:
    """Return the table of a CSV that run.py wrote.

    Sizes and seconds are ratios to huepress balanced on the same pictures, as geometric means;
    scores are differences. A tool that cannot take a picture (alpha) is judged on the others.
    """
    with path.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    tools = list(dict.fromkeys(row["tool"] for row in rows))
    base = BASE if BASE in tools else tools[0]
    ks = sorted({int(row["k"]) for row in rows if row["by"] == "k"}, reverse=True)
    at = {(r["picture"], r["tool"], r["by"], r["k"] if r["by"] == "k" else ""): r for r in rows}
    pictures = list(dict.fromkeys(row["picture"] for row in rows))
    head = ["tool", "bytes at equal score"]
    head += [f"score at k = {k}" for k in ks]
    head += [f"bytes at k = {ks[0]}", f"CPU seconds at k = {ks[0]}", "peak MB"]
    lines = [_line(head), _line(["---", *("---:" for _ in head[1:])])]
    for tool in tools:
        mine = [p for p in pictures if (p, tool, "k", str(ks[0])) in at]

        def ratio(column: str, by: str, k: str, tool: str = tool, mine: list = mine) -> str:
            pairs = [(at.get((p, tool, by, k)), at.get((p, base, by, k))) for p in mine]
            known = [float(a[column]) / float(b[column]) for a, b in pairs if a and b]
            return f"{math.exp(sum(map(math.log, known)) / len(known)):.2f}" if known else "-"

        cells = [f"{tool} ({_version(rows, tool)})", ratio("bytes", "score", "")]
        for k in ks:
            change = [
                float(at[p, tool, "k", str(k)]["score"]) - float(at[p, base, "k", str(k)]["score"])
                for p in mine
            ]
            mean = sum(change) / len(change)
            base_mean = sum(float(at[p, base, "k", str(k)]["score"]) for p in mine) / len(mine)
            cells.append(f"{base_mean:.1f}" if tool == base else f"{mean:+.1f}")
        cells.append(ratio("bytes", "k", str(ks[0])))
        cells.append(ratio("cpu_seconds", "k", str(ks[0])))
        peaks = [at[p, tool, "k", str(ks[0])]["peak_mb"] for p in mine]
        cells.append(f"{max(float(peak or 0) for peak in peaks):.0f}")  # blank: not measured
        lines.append(_line(cells))
    first = rows[0]
    count = "1 picture" if len(pictures) == 1 else f"{len(pictures)} pictures"
    named = ", ".join(pictures) if len(pictures) <= 6 else "from a folder"
    notes = (
        f"{count} ({named}); {first['date']}; {first['machine']}. Bytes and"
        f" seconds are ratios to {base} (geometric means; below 1 is smaller or faster), scores are"
        f" points above or below {base} by the lower of SSIMULACRA2 and ColorVideoVDP. Equal"
        " score: what all others that get to 30 reach with 256 colors, at most 80. CPU seconds"
        " are those of one run at that k, over all threads. At a given k huepress gives up a"
        " little score for bytes; bytes at equal score weigh both. k-means on every pixel"
        " (scikit-learn, OpenCV) is too slow for the search for"
        " an equal score."
    )
    return "\n".join(lines) + f"\n\n{notes}\n"


def _version(rows: list[dict[str, str]], tool: str) -> str:
    return next(row["version"] for row in rows if row["tool"] == tool)


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
