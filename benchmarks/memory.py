"""Peak memory of whole processes by megapixels, and the bytes a pixel that a line through them has.

    python benchmarks/memory.py --megapixels 1 4 12 24 --effort fast balanced --lossless

For every size a picture that looks like a photograph (a JPEG) and one that is drawn (a PNG) are
made, and compressed by the command line in a fresh process. The peak is the greatest sum of what
the process and those that it started held at one moment (proportional shares, Linux only), looked
at a hundred times a second. "above" is the peak without what a picture of a few pixels takes, the
decoded picture and its indices, by pixel.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

MOST = 350
"""Side, in thousands, of what Pillow is allowed to open here: these files are ours."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--megapixels", nargs="+", type=float, default=[1, 4, 12, 24, 50, 100])
    parser.add_argument("--effort", nargs="+", default=["balanced"])
    parser.add_argument("--kind", nargs="+", default=["photo", "drawn"])
    parser.add_argument("--lossless", action="store_true", help="measure that, too")
    parser.add_argument("--threads", default="0")
    options = parser.parse_args()
    Image.MAX_IMAGE_PIXELS = None
    ways = [["--effort", effort] for effort in options.effort]
    ways += [["--lossless"]] if options.lossless else []
    with tempfile.TemporaryDirectory() as folder:
        bare, _ = measured(made("drawn", 1e-4, Path(folder)), [])
        print(f"a picture of 100 pixels: {bare / 1e6:.0f} MB")
        for kind in options.kind:
            found: dict[str, list[tuple[float, float]]] = {}
            for megapixels in options.megapixels:
                picture = made(kind, megapixels, Path(folder))
                for way in ways:
                    peak, seconds = measured(picture, [*way, "--threads", options.threads])
                    name = " ".join(way).removeprefix("--effort ")
                    found.setdefault(name, []).append((megapixels, peak / 1e6))
                    above = (peak - bare) / megapixels / 1e6 - 4
                    print(
                        f"{kind:6} {megapixels:6g} MP {name:10} {peak / 1e6:7.0f} MB, "
                        f"{above:6.1f} bytes a pixel above, {seconds:6.1f} s",
                        flush=True,
                    )
                picture.unlink()
            for name, points in found.items():
                if len(points) > 1:
                    slope, start = np.polyfit(*np.array(points).T, 1)
                    print(f"{kind:6} {name:10} fitted: {start:.0f} MB + {slope:.1f} bytes a pixel")


def measured(picture: Path, how: list[str]) -> tuple[float, float]:
    """Compress a picture; the peak of all processes in bytes, and the seconds."""
    out = picture.with_name("out.png")
    command = [sys.executable, "-m", "huepress", "compress", str(picture), "-o", str(out), *how]
    started = time.perf_counter()
    process = subprocess.Popen([*command, "--force"], stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(held(pid) for pid in family(process.pid)))
        time.sleep(0.01)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return float(peak), time.perf_counter() - started


def family(pid: int) -> list[int]:
    """List a process and all that it started."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(each for child in below for each in family(int(child)))]


def held(pid: int) -> int:
    """Bytes that a process holds, shared ones by its share."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def made(kind: str, megapixels: float, folder: Path) -> Path:
    """Make a picture, 3 to 2, and write it as a file."""
    width = max(1, round((megapixels * 1.5e6) ** 0.5))
    height = max(1, round(megapixels * 1e6 / width))
    picture = (photo if kind == "photo" else drawn)(width, height)
    path = folder / (f"{kind}.jpg" if kind == "photo" else f"{kind}.png")
    picture.save(path, **({"quality": 92} if kind == "photo" else {"compress_level": 1}))
    return path


def photo(width: int, height: int) -> Image.Image:
    """Make what has the statistics of a photograph: 1/f noise in light and, fainter, in color.

    Edges of large things, a sky, a little grain; made in strips.
    """
    rng = np.random.default_rng(1)
    shape = (height, width)
    layers = []
    for octave in range(8):
        n = 3 << octave
        for strength in (26.0, 7.0, 7.0):
            cells = rng.normal(0, strength, (max(2, n * 2 // 3), n)).astype(np.float32)
            layers.append(Image.fromarray(cells, "F"))
    picture = Image.new("RGB", (width, height))
    rows = 256
    for top in range(0, height, rows):
        n = min(rows, height - top)
        planes = [np.full((n, width), base, np.float32) for base in (120.0, 0.0, 0.0)]
        for i, layer in enumerate(layers):
            scale = layer.height / shape[0]
            box = (0, top * scale, layer.width, (top + n) * scale)
            grown = layer.resize((width, n), Image.Resampling.BILINEAR, box=box)
            planes[i % 3] += np.asarray(grown)
        light, a, b = planes
        light += 30 * np.sign(np.sin(light / 25)) + rng.normal(0, 2.5, light.shape)
        sky = np.linspace(top, top + n, n, endpoint=False)[:, None] < height * 0.3
        light = np.where(sky, 180 + light * 0.1, light)
        colors = np.stack([light + a + b, light - a * 0.5, light - b + 20 * sky], axis=-1)
        strip = Image.fromarray(np.clip(colors, 0, 255).astype(np.uint8))
        picture.paste(strip, (0, top))
    return picture


def drawn(width: int, height: int) -> Image.Image:
    """Draw a sheet of diagrams: axes, lines, bars, words, one soft shadow a diagram."""
    rng = np.random.default_rng(2)
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    colors = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#222222"]
    for top in range(0, height, 480):
        for left in range(0, width, 640):
            for i in range(12):
                shade = 255 - 6 * i
                inset = [left + 20 + i, top + 20 + i, left + 620 - i, top + 460 - i]
                draw.rectangle(inset, outline=(shade, shade, shade))
            for i in range(6):
                color = colors[int(rng.integers(7))]
                ys = np.cumsum(rng.normal(0, 9, 30)) + top + 240
                xs = left + 60 + np.arange(30) * 18
                draw.line(list(zip(xs, ys, strict=True)), fill=color, width=1 + i % 3)
                draw.rectangle(
                    [
                        left + 80 + 80 * i,
                        top + 430 - int(rng.integers(90)),
                        left + 120 + 80 * i,
                        top + 430,
                    ],
                    fill=color,
                )
                draw.text(
                    (left + 60, top + 40 + 14 * i), f"series {rng.integers(10**6)}", fill="black"
                )
    return picture


if __name__ == "__main__":
    main()
