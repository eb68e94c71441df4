"""Write the benchmark's table into README.md, between its markers.

    python tools/make_benchmark_table.py [--check]

The table is made from benchmarks/results.csv, which scripts/bench writes.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks" / "versus"))

from table import markdown  # noqa: E402

START = "<!-- benchmark: made by tools/make_benchmark_table.py -->"
END = "<!-- /benchmark -->"


def with_table(text: str, table: str) -> str:
    """Return a text with what stands between the markers replaced."""
    before, marker, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not marker or not end:
        raise SystemExit(f"README.md has no {START} ... {END}")
    return f"{before}{START}\n\n{table}\n{END}{after}"


def main() -> None:
    """Write the table, or check that it is there."""
    readme = ROOT / "README.md"
    old = readme.read_text()
    new = with_table(old, markdown(ROOT / "benchmarks" / "results.csv"))
    if "--check" in sys.argv[1:]:
        raise SystemExit(0 if new == old else "README.md: the table is stale")
    readme.write_text(new)


if __name__ == "__main__":
    main()
