"""Time and memory of large pictures, from decoded pixels to palette and indices.

    python benchmarks/stages/large.py ../shared/images/large/photos

For every effort and 1 and 2 threads: the least wall-clock and CPU seconds of five runs, and the
peak of memory over what the process held before a first run in a fresh one (Linux only).
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from functools import partial
from pathlib import Path

from common import least, rgb_pictures

from huepress._quantize import quantize


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--colors", type=int, default=256)
    parser.add_argument("--effort", nargs="+", default=["fast", "balanced"])
    parser.add_argument("--color-space", default="srgb")
    options = parser.parse_args()
    fresh = multiprocessing.get_context("spawn")
    for name, pixels in rgb_pictures(options.folders):
        megapixels = pixels.size / 3e6
        for effort in options.effort:
            for n_threads in (1, 2):
                how = {
                    "n_colors": options.colors,
                    "effort": effort,
                    "color_space": options.color_space,
                    "n_threads": n_threads,
                }
                work = partial(quantize, pixels, **how)
                wall = min(elapsed(work) for _ in range(5))
                cpu = least(work, 5)
                with fresh.Pool(1) as pool:
                    extra = pool.apply(peak_bytes, (pixels, how))
                print(
                    f"{name} {megapixels:.1f} MP {effort:9} threads {n_threads}: "
                    f"{1000 * wall:5.0f} ms wall, {1000 * cpu:5.0f} ms CPU, "
                    f"{extra / megapixels / 1e6:.1f} bytes a pixel",
                    flush=True,
                )


def elapsed(work: partial[object]) -> float:
    """Return the wall-clock seconds of one run."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak_bytes(pixels: object, how: dict[str, object]) -> int:
    """Return how far the memory of this process rises during one run."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = status_bytes("VmRSS")
    quantize(pixels, **how)  # type: ignore[arg-type]
    return status_bytes("VmHWM") - before


def status_bytes(field: str) -> int:
    """Read a field of /proc/self/status, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise SystemExit(f"no {field} in /proc/self/status")


if __name__ == "__main__":
    main()
