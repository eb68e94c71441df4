"""What other color spaces cost: Oklab and RGBA against opaque sRGB, in one run.

    python benchmarks/stages/spaces.py ../shared/images/photos/cq100 --limit 10

RGBA is the same picture twice: all opaque, and with a soft disc cut out of it. CPU seconds of one
thread, the least of five runs; ratios of the means over the pictures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from common import least, rgb_pictures

from huepress._quantize import quantize
from huepress.types import Pixels

EFFORTS = ["fast", "balanced", "best"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, default=10, help="pictures, spread evenly")
    parser.add_argument("--colors", type=int, nargs="+", default=[16, 64, 256])
    parser.add_argument("--effort", nargs="+", default=EFFORTS)
    options = parser.parse_args()
    seconds: dict[tuple[str, int, str], list[float]] = {}
    for _, pixels in rgb_pictures(options.folders, options.limit):
        kinds = {
            "sRGB": (pixels, "srgb"),
            "Oklab": (pixels, "oklab"),
            "sRGB, opaque alpha": (with_alpha(pixels, False), "srgb"),
            "sRGB, soft alpha": (with_alpha(pixels, True), "srgb"),
            "Oklab, opaque alpha": (with_alpha(pixels, False), "oklab"),
            "Oklab, soft alpha": (with_alpha(pixels, True), "oklab"),
        }
        for effort in options.effort:
            for k in options.colors:
                for name, (shown, space) in kinds.items():
                    taken = least(
                        lambda p=shown, s=space, k=k, e=effort: quantize(
                            p, k, color_space=s, effort=e, n_threads=1
                        ),
                        5,
                    )
                    seconds.setdefault((effort, k, name), []).append(taken)
    for (effort, k, name), taken in seconds.items():
        ratio = np.mean(taken) / np.mean(seconds[effort, k, "sRGB"])
        print(f"{effort:9} k = {k:3} {name:20} {1000 * np.mean(taken):7.2f} ms {ratio:6.2f} x")


def with_alpha(pixels: Pixels, is_soft: bool) -> Pixels:
    """Add alpha: opaque, or a disc with an edge as wide as a tenth of the picture."""
    height, width = pixels.shape[:2]
    alpha = np.full((height, width), 255.0)
    if is_soft:
        y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        alpha = np.clip((0.9 - np.hypot(x, y)) / 0.1, 0, 1) * 255
    return np.dstack([pixels, np.rint(alpha).astype(np.uint8)])


if __name__ == "__main__":
    main()
