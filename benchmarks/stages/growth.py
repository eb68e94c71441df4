"""Draw how the engine's time grows with the pixels and with the colors.

    python benchmarks/stages/growth.py ../shared/images/large/photos -o docs/engine-time.png

Pictures of fewer pixels are the large ones reduced by whole factors. CPU seconds of one thread,
the least of three runs, means over the pictures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from common import least, rgb_pictures
from matplotlib import pyplot as plt
from PIL import Image

from huepress._quantize import quantize
from huepress.types import Pixels

FACTORS = [10, 7, 5, 4, 3, 2, 1]
COLORS = [2, 4, 8, 16, 32, 64, 128, 256]
EFFORTS = {"fast": "tab:orange", "balanced": "tab:blue"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, default=2, help="pictures, spread evenly")
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    pictures = [pixels for _, pixels in rgb_pictures(options.folders, options.limit)]

    figure, (by_pixels, by_colors) = plt.subplots(1, 2, figsize=(7.2, 2.7), layout="constrained")
    for effort, color in EFFORTS.items():
        for k, line in ((16, "--"), (256, "-")):
            points = sorted(grown(pictures, effort, k))
            label = f"{effort}, k = {k}"
            by_pixels.plot(*zip(*points, strict=True), line, color=color, label=label)
            first, last = points[0], points[-1]
            print(
                f"{label}: {first[0]:.2f} MP {first[1]:.1f} ms, "
                f"{last[0]:.1f} MP {last[1]:.1f} ms; a megapixel {last[1] / last[0]:.2f} ms "
                f"({last[1] / last[0] / (first[1] / first[0]):.2f} x that of the smallest)"
            )
        times = [colored(pictures, effort, k, 4) for k in COLORS]
        by_colors.plot(COLORS, times, "o-", markersize=3, color=color, label=effort)
        print(f"{effort}: k = 256 takes {times[-1] / times[COLORS.index(16)]:.2f} x k = 16")
    by_pixels.set(xlabel="megapixels", ylabel="ms, one thread", xlim=0, ylim=0)
    small = np.mean([reduced(pixels, 4).size / 3e6 for pixels in pictures])
    by_colors.set(xlabel=f"colors ({small:.1f} megapixels)", xscale="log", ylim=0)
    by_colors.set_xticks(COLORS, [str(k) for k in COLORS])
    by_colors.minorticks_off()
    for axes in (by_pixels, by_colors):
        axes.grid(alpha=0.3)
        axes.legend(fontsize=7)
    figure.savefig(options.output, dpi=100)


def reduced(pixels: Pixels, factor: int) -> Pixels:
    """Average blocks of so many pixels a side."""
    return pixels if factor == 1 else np.asarray(Image.fromarray(pixels).reduce(factor))


def grown(pictures: list[Pixels], effort: str, k: int) -> list[tuple[float, float]]:
    """Return (megapixels, ms) of every factor, means over the pictures."""
    points = []
    for factor in FACTORS:
        small = [reduced(pixels, factor) for pixels in pictures]
        megapixels = float(np.mean([pixels.size / 3e6 for pixels in small]))
        points.append((megapixels, colored(pictures, effort, k, factor)))
    return points


def colored(pictures: list[Pixels], effort: str, k: int, factor: int) -> float:
    """Return the ms that k colors take, the mean over the pictures."""
    times = []
    for pixels in pictures:
        small = reduced(pixels, factor)
        times.append(
            least(lambda p=small: quantize(p, k, color_space="srgb", effort=effort, n_threads=1), 3)
        )
    return 1000 * float(np.mean(times))


if __name__ == "__main__":
    main()
