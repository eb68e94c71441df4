"""Hold the engine against scikit-learn's KMeans(n_init=1): error and CPU time, in one run.

    python benchmarks/stages/sklearn_kmeans.py ../shared/images/photos/kodak --colors 64

Errors are those of the picture in its palette of 8 bits a channel. CPU seconds of one thread; the
least of five runs of huepress, one of scikit-learn.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import numpy as np
from common import least, rgb_pictures
from sklearn.cluster import KMeans

from huepress._quantize import quantize
from huepress.types import Pixels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--colors", type=int, nargs="+", default=[16, 64, 256])
    parser.add_argument("--effort", nargs="+", default=["fast", "balanced"])
    options = parser.parse_args()
    pictures = list(rgb_pictures(options.folders, options.limit))
    for k in options.colors:
        ratios: dict[str, list[float]] = {effort: [] for effort in options.effort}
        seconds: dict[str, list[float]] = {effort: [] for effort in [*options.effort, "theirs"]}
        for name, pixels in pictures:
            model = KMeans(k, n_init=1, random_state=0)
            points = pixels.reshape(-1, 3).astype(np.float32)
            seconds["theirs"].append(least(partial(model.fit, points), 1))
            centers = np.rint(model.cluster_centers_).astype(np.uint8)
            theirs = error(pixels, centers[model.labels_].reshape(pixels.shape))
            for effort in options.effort:
                work = partial(quantize, pixels, k, color_space="srgb", effort=effort, n_threads=1)
                seconds[effort].append(least(work, 5))
                found = work()
                ratios[effort].append(error(pixels, found.palette[found.indices]) / theirs)
            print(f"k = {k} {name}", *(f"{e} {r[-1]:.4f}" for e, r in ratios.items()), flush=True)
        for effort, found in ratios.items():
            times = np.mean(seconds["theirs"]) / np.mean(seconds[effort])
            print(
                f"k = {k} {effort}: error {np.exp(np.log(found).mean()):.4f} of scikit-learn's "
                f"({max(found):.4f} at most), {times:.0f} x as fast",
                flush=True,
            )


def error(pixels: Pixels, shown: Pixels) -> float:
    """Return the mean squared error, summed over the channels."""
    return float((np.subtract(pixels, shown, dtype=np.float64) ** 2).sum(-1).mean())


if __name__ == "__main__":
    main()
