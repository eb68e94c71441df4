"""What a megapixel costs: processor time of each stage, bytes in and out, over folders of pictures.

    python benchmarks/batch/stages.py photos=~/kodak screens=~/screens [--limit 6]

Prints the rows of the table in docs/scaling.md, one column a folder. Processor time of one thread
(RAYON_NUM_THREADS=1), so that other users of the machine matter little.
"""

import argparse
import os
from pathlib import Path
from time import process_time

os.environ["RAYON_NUM_THREADS"] = "1"

import huepress
from huepress.palette import histogram

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", metavar="NAME=FOLDER")
    parser.add_argument("--limit", type=int, default=6, help="pictures of each, spread evenly")
    arguments = parser.parse_args()
    columns = {}
    for folder in arguments.folders:
        name, _, path = folder.partition("=")
        columns[name] = measured(pictures(Path(path).expanduser(), arguments.limit))
    rows = next(iter(columns.values()))
    print(f"{'':34}" + "".join(f"{name:>12}" for name in columns))
    for row in rows:
        print(f"{row:34}" + "".join(f"{column[row]:12,.1f}" for column in columns.values()))


def pictures(folder, limit):
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    step = max(1.0, len(found) / limit)
    return [found[int(i * step)] for i in range(min(limit, len(found)))]


def measured(paths):
    sums = dict.fromkeys(
        [
            "read and decode, ms",
            "count colors, ms",
            "whole road, fast, ms",
            "whole road, balanced, ms",
            "score, ms",
            "bytes in, kB",
            "bytes out, fast, kB",
            "bytes out, balanced, kB",
        ],
        0.0,
    )
    megapixels = distinct = 0.0
    huepress.compress(paths[0], effort="fast", threads=1)  # what is only done once, first
    for path in paths:
        image = timed(sums, "read and decode, ms", huepress.load, path)
        counted = timed(sums, "count colors, ms", histogram.count, image, n_threads=1)
        for effort in ("fast", "balanced"):
            row = f"whole road, {effort}, ms"
            result = timed(sums, row, huepress.compress, path, effort=effort, threads=1)
            sums[f"bytes out, {effort}, kB"] += result.bytes_out / 1000
        timed(sums, "score, ms", lambda made: made.score, result)
        sums["bytes in, kB"] += path.stat().st_size / 1000
        megapixels += image.width * image.height / 1e6
        distinct += counted.n_colors
    per_megapixel = {row: value / megapixels for row, value in sums.items()}
    return per_megapixel | {"distinct colors of a picture": distinct / len(paths)}


def timed(sums, row, deed, *arguments, **options):
    began = process_time()
    result = deed(*arguments, **options)
    sums[row] += 1000 * (process_time() - began)
    return result


if __name__ == "__main__":
    main()
