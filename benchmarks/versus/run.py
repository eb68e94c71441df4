"""huepress beside other palette tools: bytes at equal score, score at equal k, seconds, memory.

    scripts/bench                       the demo set, which it draws
    scripts/bench ~/pictures --limit 6  any folder

Writes benchmarks/results.csv (one line a run) and benchmarks/results.md (the table).
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from time import perf_counter

from peers import Peer, peers
from pictures import draw, found_in
from table import COLUMNS, markdown

import huepress
from huepress import metrics

HERE = Path(__file__).parent
LEAST_SCORE = 30.0
"""Below it a picture is only recognized: who gets no further does not set the score to reach."""


class Bench:
    """Runs on one picture, each made once."""

    def __init__(self, picture: Path, folder: Path) -> None:
        self.picture, self.folder = picture, folder
        self.image = huepress.load(picture)
        self.judges = metrics.Judges(self.image.pixels)
        self.runs: dict[tuple[str, int], dict] = {}

    def run(self, peer: Peer, k: int) -> dict:
        """Write the picture in k colors and measure it, once."""
        if (peer.name, k) not in self.runs:
            self.runs[peer.name, k] = {**self.measure(peer, f"k={k}"), "k": k}
        return self.runs[peer.name, k]

    def measure(self, peer: Peer, aim: str) -> dict:
        """Write the picture in a process of its own and measure the file."""
        out = self.folder / "out.png"
        command = [sys.executable, HERE / "measure.py", peer.name, aim, self.picture, out]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{peer.name}, {aim}, {self.picture}: {done.stderr.strip()[-400:]}")
        told = json.loads(done.stdout)
        shown = huepress.load(out).pixels
        verdict = self.judges.judge(shown)
        return {
            "picture": self.picture.name,
            "pixels": self.image.width * self.image.height,
            "tool": peer.name,
            "version": peer.version,
            "bytes": out.stat().st_size,
            "score": round(verdict.score, 3),
            "ssimulacra2": round(verdict.ssimulacra2, 3),
            "jod": round(verdict.jod, 4),
            "psnr": round(min(metrics.psnr(self.image.pixels, shown), 99.0), 3),
            "seconds": round(told["seconds"], 4),
            "cpu_seconds": round(max(told["cpu_seconds"], 0.01), 4),  # what the clock ticks in
            "peak_mb": round(told["peak_mb"], 1),
        }

    def at_score(self, peer: Peer, score: float) -> dict | None:
        """Reach a score by a search of its own, or the fewest colors; None when it cannot."""
        if peer.aim is not None:
            found = self.measure(peer, f"score={score}")
            return found if found["score"] >= score - 1e-3 else None
        scores = {k: run["score"] for (name, k), run in self.runs.items() if name == peer.name}
        high = min((k for k, found in scores.items() if found >= score), default=257)
        low = max((k + 1 for k, found in scores.items() if found < score and k < high), default=2)
        while low < high:
            middle = (low + high) // 2
            if self.run(peer, middle)["score"] >= score:
                high = middle
            else:
                low = middle + 1
        return self.run(peer, low) if low <= 256 else None


def bench(picture: Path, folder: Path, everybody: list[Peer], ks: list[int]) -> list[dict]:
    """Return the rows of one picture: everybody at each k, then the quick ones at one score."""
    one = Bench(picture, folder)
    able = [peer for peer in everybody if peer.takes_alpha or not one.image.has_alpha]
    rows = [{**one.run(peer, k), "by": "k"} for k in ks for peer in able]
    quick = [peer for peer in able if not peer.is_slow]
    # A score that is worth looking at, and that everybody reaches who gets that far.
    # huepress's default gives up a little score for bytes, and can reach more when it is asked to.
    bound = [one.run(peer, 256)["score"] for peer in quick if peer.aim is None]
    target = round(min([80.0, *(score for score in bound if score >= LEAST_SCORE)]) - 0.01, 2)
    for peer in quick:
        found = one.at_score(peer, target)
        if found is not None:
            rows.append({**found, "by": "score", "target": target})
    return rows


def machine() -> str:
    """Describe this machine in a line."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = f"{lines[0].split(':')[1].strip()}, {len(lines)} threads" if lines else cpu
    return f"{cpu}, {platform.system()}, Python {platform.python_version()}"


def write(out: Path, rows: list[dict]) -> None:
    """Write what was measured so far, and the table."""
    stamp = {"date": date.today().isoformat(), "machine": machine()}
    with out.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, COLUMNS, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows({**row, **stamp} for row in rows)
    out.with_suffix(".md").write_text(markdown(out))


def main() -> None:
    """Run everything and write the two files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", help="pictures or folders; none: the demo set")
    parser.add_argument("--limit", type=int, help="at most so many pictures, spread evenly")
    parser.add_argument("--colors", type=int, nargs="+", default=[256, 64, 16])
    parser.add_argument("--only", nargs="+", help="tools whose names hold one of these words")
    parser.add_argument("--out", type=Path, default=HERE.parent / "results.csv")
    args = parser.parse_args()
    if args.out.suffix != ".csv":
        parser.error("--out: a name that ends in .csv")
    everybody = [p for p in peers() if not args.only or any(w in p.name.lower() for w in args.only)]
    if not everybody:
        parser.error("--only: nobody here has such a name")
    with tempfile.TemporaryDirectory(prefix="huepress-bench-") as name:
        folder = Path(name)
        pictures = found_in(args.folders) if args.folders else draw(folder / "set")
        if args.limit and len(pictures) > args.limit:
            step = len(pictures) / args.limit
            pictures = [pictures[int(i * step)] for i in range(args.limit)]
        if not pictures:
            parser.error("no pictures there")
        rows = []
        started = perf_counter()
        for i, picture in enumerate(pictures):
            minutes = (perf_counter() - started) / 60
            words = f"{picture.name}: {i + 1} of {len(pictures)}, after {minutes:.1f} minutes"
            print(words, file=sys.stderr, flush=True)
            rows += bench(picture, folder, everybody, args.colors)
            write(args.out, rows)  # now already: the next picture may take long
    print(f"written: {args.out}, {args.out.with_suffix('.md')}", file=sys.stderr)


if __name__ == "__main__":
    main()
