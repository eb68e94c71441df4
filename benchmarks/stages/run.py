"""Time every stage of the engine, and say how far each is from what the machine can do.

    python benchmarks/stages/run.py ../shared/images/photos/cq100 --limit 6

One thread, opaque sRGB, means over the pictures. Bytes and operations are counted from what the
stage has to do (distances by walking the same tree in NumPy), not from what the processor did;
`bandwidth` and `arithmetic` are the shares of the machine's ceilings that were reached.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from common import Ceilings, Work, ceilings, rgb_pictures
from count import count, place
from iterate import iterate, seed
from map import map_pixels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, default=6, help="pictures, spread evenly")
    parser.add_argument("--colors", type=int, nargs="+", default=[16, 64, 256])
    options = parser.parse_args()

    rows: dict[str, list[Work]] = {}
    for _, pixels in rgb_pictures(options.folders, options.limit):
        rows.setdefault("count", []).append(count(pixels))
        rows.setdefault("place", []).append(place(pixels))
        for k in options.colors:
            for stage in (seed, iterate, map_pixels):
                work = stage(pixels, k)
                rows.setdefault(f"{work.stage}, k = {k}", []).append(work)
    print_table(rows, ceilings())


def print_table(rows: dict[str, list[Work]], limits: Ceilings) -> None:
    """Print one line a stage."""
    print(
        f"ceilings of one thread: {limits.bandwidth / 1e9:.1f} GB/s copied, "
        f"{limits.arithmetic / 1e9:.0f} Gop/s"
    )
    print(f"{'stage':16} {'ms':>7} {'MB':>7} {'Mop':>8} {'bandwidth':>10} {'arithmetic':>11}")
    for name, works in rows.items():
        n = len(works)
        seconds = sum(w.seconds for w in works) / n
        n_bytes = sum(w.n_bytes for w in works) / n
        operations = sum(w.operations for w in works) / n
        print(
            f"{name:16} {1000 * seconds:7.2f} {n_bytes / 1e6:7.2f} {operations / 1e6:8.2f} "
            f"{n_bytes / seconds / limits.bandwidth:10.0%} "
            f"{operations / seconds / limits.arithmetic:11.0%}"
        )


if __name__ == "__main__":
    main()
