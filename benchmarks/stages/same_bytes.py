"""Check that threads and instruction sets change no byte, on whole folders of pictures.

    python benchmarks/stages/same_bytes.py ../shared/images

Every picture that can be loaded is quantized with every instruction set of this machine and with 1,
2 and 7 threads; palette, indices and inertia must be the same. k, effort and space change from
picture to picture. Exits with 1 when anything differed.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import sys
from pathlib import Path

from common import files_below

from huepress import build_info
from huepress._native import instruction_set
from huepress._quantize import quantize
from huepress.decode import load
from huepress.errors import HuepressError

HOW = [
    {"n_colors": k, "effort": effort, "color_space": space}
    for k, effort, space in itertools.product(
        (256, 16, 64), ("balanced", "fast", "best"), ("oklab", "srgb")
    )
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, help="pictures, spread evenly")
    options = parser.parse_args()
    n_same = n_skipped = 0
    differing = []
    for number, path in enumerate(files_below(options.folders, options.limit)):
        try:
            pixels = load(path).pixels
        except HuepressError:
            n_skipped += 1  # damaged on purpose, or several frames
            continue
        how = HOW[number % len(HOW)]
        found = set()
        for name in build_info()["instruction_sets"]:
            with instruction_set(name):
                for n_threads in (1, 2, 7):
                    made = quantize(pixels, n_threads=n_threads, **how)
                    everything = made.palette.tobytes() + made.indices.tobytes()
                    found.add((hashlib.sha256(everything).hexdigest(), made.inertia))
        if len(found) == 1:
            n_same += 1
        else:
            differing.append(path)
            print(f"{path}: {len(found)} results with {how}", flush=True)
    print(f"{n_same} pictures with the same bytes, {len(differing)} not, {n_skipped} not loaded")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
