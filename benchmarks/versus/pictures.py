"""The demo set: pictures of four kinds that the project draws itself, and folders of other ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from huepress.study import demo

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".avif", ".bmp"}


def draw(folder: Path) -> list[Path]:
    """Draw the set into a folder: landscape with alpha, chart, screen, and soft textures."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {
        "landscape": Image.fromarray(demo.draw()),
        "chart": chart(),
        "screen": screen(),
        "texture": texture(),
    }
    paths = []
    for name, picture in made.items():
        path = folder / f"{name}.png"
        picture.save(path)
        paths.append(path)
    return paths


def chart() -> Image.Image:
    """Lines, bars and words on white, antialiased by drawing four times as large."""
    picture = Image.new("RGB", (640 * 4, 400 * 4), "white")
    pen = ImageDraw.Draw(picture)
    for i in range(6):
        pen.line((240, 200 + 220 * i, 2480, 200 + 220 * i), fill=(225, 228, 232), width=4)
    for i, height in enumerate((500, 820, 640, 1010, 760, 300)):
        left = 300 + 360 * i
        pen.rectangle((left, 1300 - height, left + 180, 1300), fill=(72, 118, 180))
    x = np.linspace(260, 2460, 300)
    for color, shift in (((214, 76, 62), 0.0), ((63, 140, 92), 1.7), ((232, 163, 61), 3.1)):
        y = 750 + 380 * np.sin(x / 330 + shift) * np.exp(-x / 4000)
        pen.line(list(zip(x.tolist(), y.tolist(), strict=True)), fill=color, width=14)
    for i in range(6):
        words = f"{2 * i + 1}.0"
        pen.text((110, 170 + 220 * i), words, font=ImageFont.load_default(64), fill=(60, 66, 74))
    pen.text((240, 40), "Figures by quarter", font=ImageFont.load_default(104), fill=(34, 40, 49))
    return picture.resize((640, 400), Image.Resampling.LANCZOS)


def screen() -> Image.Image:
    """A window with a side bar, buttons, text, and a gradient behind it."""
    y, x = np.mgrid[0:480, 0:768]
    back = np.dstack([40 + x / 12, 60 + y / 8, 120 + (x + y) / 14]).astype(np.uint8)
    picture = Image.fromarray(back)
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((60, 40, 708, 440), 10, fill=(250, 250, 252))
    pen.rounded_rectangle((60, 40, 220, 440), 10, fill=(236, 238, 242))
    for i, color in enumerate(((237, 106, 94), (245, 191, 79), (98, 197, 84))):
        pen.ellipse((76 + 20 * i, 54, 88 + 20 * i, 66), fill=color)
    font = ImageFont.load_default(14)
    for i in range(9):
        fill = (52, 120, 246) if i == 2 else (236, 238, 242)
        pen.rounded_rectangle((70, 90 + 34 * i, 210, 116 + 34 * i), 6, fill=fill)
        ink = "white" if i == 2 else (70, 74, 82)
        pen.text((84, 95 + 34 * i), f"Section {i + 1}", font=font, fill=ink)
    for i in range(18):
        words = "The quick brown fox jumps over the lazy dog. 0123456789"[: 30 + (i * 7) % 25]
        pen.text((244, 70 + 19 * i), words, font=font, fill=(40 + 3 * i, 44, 52))
    pen.rounded_rectangle((580, 396, 690, 424), 6, fill=(52, 120, 246))
    pen.text((612, 402), "Continue", font=font, fill="white")
    return picture


def texture(seed: int = 0) -> Image.Image:
    """Clouds of noise at many scales in three channels: many colors, no flat place."""
    rng = np.random.default_rng(seed)
    total = np.zeros((448, 640, 3))
    for octave in range(6):
        cells = 2 ** (octave + 1)
        noise = rng.integers(0, 256, (cells, cells * 3 // 2, 3), dtype=np.uint8)
        layer = Image.fromarray(noise).resize((640, 448), Image.Resampling.BICUBIC)
        total += np.asarray(layer, float) / 1.6**octave
    low, high = np.percentile(total, (1, 99))
    pixels = np.clip((total - low) / (high - low), 0, 1) ** 1.2 * 255
    return Image.fromarray(pixels.astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6))


def found_in(folders: list[str]) -> list[Path]:
    """List the picture files in folders, sorted; files are taken as they are."""
    listed: list[Path] = []
    for name in folders:
        path = Path(name)
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        listed += [file for file in files if file.suffix.lower() in SUFFIXES]
    return listed
