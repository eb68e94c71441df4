"""The native SSIMULACRA2 against the Python package: how close, and how many times as fast.

    python benchmarks/score.py ../shared/images/photos/kodak ../shared/images/screens --limit 12

Pairs are made with Pillow: palettes of 256, 64 and 16 colors and JPEG of quality 95, 75 and 30;
transparent pictures are composited over both grays first. Seconds are CPU seconds of one thread,
the least of three runs of the native score.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from ssimulacra2 import compute_ssimulacra2

from huepress import metrics
from huepress._native import build_info, instruction_set
from huepress.metrics.inputs import BACKGROUNDS, flatten
from huepress.types import Colors, Indices, Pixels

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, default=12, help="pictures, spread evenly")
    parser.add_argument("--side", type=int, default=1023, help="crop to this many pixels a side")
    options = parser.parse_args()

    differences, package, cold = [], [], []
    warm: dict[str, list[float]] = {name: [] for name in build_info()["instruction_sets"]}
    print(f"{'picture':40} {'made by':8} {'package':>9} {'native':>9} {'difference':>10}")
    for path in spread(options.folders, options.limit):
        with Image.open(path) as opened:
            shown = np.asarray(opened.convert("RGBA"))[: options.side, : options.side]
        for level in BACKGROUNDS if shown[..., 3].min() < 255 else BACKGROUNDS[:1]:
            image = flatten(shown, level)
            megapixels = image.shape[0] * image.shape[1] / 1e6
            reference = metrics.Ssimulacra2(image)
            reference.score(image)
            for name, test, indices, palette in degraded(image):
                expected, seconds = timed(partial(by_package, image, test))
                package.append(seconds / megapixels)
                score, seconds = least(partial(metrics.ssimulacra2, image, test))
                cold.append(seconds / megapixels)
                for isa, rows in warm.items():
                    with instruction_set(isa):
                        if palette is None or indices is None:
                            work = partial(reference.score, test)
                        else:
                            work = partial(reference.score_indexed, indices, palette)
                        again, seconds = least(work)
                    assert again == score, (path, name, isa)
                    rows.append(seconds / megapixels)
                differences.append(abs(score - expected))
                print(f"{path.name[:40]:40} {name:8} {expected:9.4f} {score:9.4f} "
                      f"{score - expected:+10.5f}")  # fmt: skip
    print(f"\n{len(differences)} pairs; largest difference {max(differences):.5f}")
    ratio = np.array(package)
    print(f"package {ratio.mean():.3f} CPU s per megapixel; times as fast, median (least):")
    for name, rows in {"cold": cold, **{f"warm {isa}": rows for isa, rows in warm.items()}}.items():
        gain = ratio / np.array(rows)
        print(f"  {name:14} {np.median(gain):6.0f} ({gain.min():.0f})"
              f"   {1e3 * np.median(rows):.2f} ms per megapixel")  # fmt: skip


def spread(folders: list[Path], limit: int) -> list[Path]:
    found = sorted(p for f in folders for p in f.rglob("*") if p.suffix.lower() in SUFFIXES)
    return [found[i * len(found) // limit] for i in range(min(limit, len(found)))]


def degraded(image: Pixels) -> Iterator[tuple[str, Pixels, Indices | None, Colors | None]]:
    whole = Image.fromarray(image)
    for n_colors in (256, 64, 16):
        indexed = whole.quantize(n_colors)
        palette = np.array(indexed.getpalette("RGB"), np.uint8).reshape(-1, 3)
        indices = np.asarray(indexed)
        yield f"k {n_colors}", palette[indices], indices, palette
    for quality in (95, 75, 30):
        file = io.BytesIO()
        whole.save(file, "JPEG", quality=quality)
        yield f"jpeg {quality}", np.asarray(Image.open(file)), None, None


def by_package(image: Pixels, test: Pixels) -> float:
    files = io.BytesIO(), io.BytesIO()
    for file, pixels in zip(files, (image, test), strict=True):
        Image.fromarray(pixels).save(file, "BMP")
    return float(compute_ssimulacra2(*files))


def timed(work: Callable[[], float]) -> tuple[float, float]:
    start = time.process_time()
    value = work()
    return value, time.process_time() - start


def least(work: Callable[[], float]) -> tuple[float, float]:
    runs = [timed(work) for _ in range(3)]
    return runs[0][0], min(seconds for _, seconds in runs)


if __name__ == "__main__":
    main()
