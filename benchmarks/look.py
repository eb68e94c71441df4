"""Bytes at an equal look, by two judges that do not share their blind spots.

    python benchmarks/look.py ~/photographs --limit 6

For each picture pngquant --speed 1 + oxipng (256 and 64 colors) and JPEG (SSIMULACRA2 of 80, 70 and
60) set the look; huepress's PNGs are made over a grid of rate weights, and for each judge the bytes
at the peer's value are interpolated; looks beyond the grid are left out. The worse of the two is
what counts. Prints a table for README.md.
"""

from __future__ import annotations

import argparse
import io
import math
import sys
from pathlib import Path

import numpy as np
from PIL import Image

import huepress
from huepress import metrics

sys.path.insert(0, str(Path(__file__).parent / "versus"))
from peers import peers
from pictures import found_in

WEIGHTS = (0.3, 1.0, 2.5, 5.0, 10.0, 20.0, 45.0, 100.0)
QUALITIES = (20, 30, 40, 50, 60, 70, 80, 88, 94)
JUDGES = ("ssimulacra2", "jod")


def seen(data: bytes, judges: metrics.Judges) -> dict[str, float]:
    """Bytes and both figures of a file."""
    with Image.open(io.BytesIO(data)) as image:
        verdict = judges.judge(np.asarray(image.convert("RGB")))
    return {"bytes": len(data), "ssimulacra2": verdict.ssimulacra2, "jod": verdict.jod}


def at(points: list[dict[str, float]], judge: str, value: float, wanted: str = "bytes") -> float:
    """Interpolate along the points of one tool; beyond their ends, nan."""
    points = sorted(points, key=lambda point: point[judge])
    x = [point[judge] for point in points]
    if not x[0] <= value <= x[-1]:
        return math.nan
    if wanted == "bytes":
        return math.exp(np.interp(value, x, [math.log(point["bytes"]) for point in points]))
    return float(np.interp(value, x, [point[wanted] for point in points]))


def measured(pixels: np.ndarray) -> dict[str, dict[str, float]]:
    """Ratios of bytes by peer and judge, on one picture."""
    judges = metrics.Judges(pixels)
    ours = [
        seen(huepress.compress(pixels, rate_weight=w, dither=1.0).data, judges) for w in WEIGHTS
    ]
    found = {}
    for peer in peers():
        if peer.name.startswith("pngquant"):
            for k in (256, 64):
                theirs = seen(peer.write(pixels, k), judges)
                found[f"pngquant + oxipng, {k} colors"] = {
                    judge: at(ours, judge, theirs[judge]) / theirs["bytes"] for judge in JUDGES
                }
    jpegs = []
    for quality in QUALITIES:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=quality, optimize=True)
        jpegs.append(seen(file.getvalue(), judges))
    for score in (80, 70, 60):
        n_bytes, jod = (at(jpegs, "ssimulacra2", score, name) for name in ("bytes", "jod"))
        found[f"JPEG of {score}"] = {
            "ssimulacra2": at(ours, "ssimulacra2", score) / n_bytes,
            "jod": at(ours, "jod", jod) / n_bytes,
        }
    return found


def worse(ratios: dict[str, float]) -> float:
    """Return the larger ratio; a look below the grid takes fewer bytes than any that is known."""
    return max((ratio for ratio in ratios.values() if not math.isnan(ratio)), default=math.nan)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()
    files = found_in(args.folders)
    if args.limit and len(files) > args.limit:
        files = [files[i * len(files) // args.limit] for i in range(args.limit)]
    rows: dict[str, list[dict[str, float]]] = {}
    for file in files:
        image = huepress.load(file)
        if image.has_alpha:
            continue
        for peer, ratios in measured(image.pixels).items():
            rows.setdefault(peer, []).append(ratios)
            print(file.name, peer, {k: round(v, 3) for k, v in ratios.items()}, file=sys.stderr)
    print("| at the look of | by SSIMULACRA2 | by ColorVideoVDP | by the worse |")
    print("|---|---:|---:|---:|")
    for peer, found in rows.items():
        columns = [[ratios[judge] for ratios in found] for judge in JUDGES]
        columns.append([worse(ratios) for ratios in found])
        means = [math.exp(np.nanmean(np.log(values))) for values in columns]
        print(f"| {peer} | {means[0]:.2f} | {means[1]:.2f} | **{means[2]:.2f}** |", flush=True)


if __name__ == "__main__":
    main()
