"""Draw a picture and show what k does to it.

The picture holds what palettes find easy and hard: a smooth sky, flat shapes, texture, small
saturated details, text, and a soft shadow on a transparent border.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from huepress._compress import compress
from huepress.options import CompressOptions
from huepress.result.report import Result
from huepress.result.write import write_atomic
from huepress.types import Pixels

K_SHOWN: Final = (2, 4, 8, 16, 64, 256)
HEIGHT: Final = 512
WIDTH: Final = 768
_MARGIN: Final = 24
_RADIUS: Final = 28.0


def draw(height: int = HEIGHT, width: int = WIDTH, seed: int = 0) -> Pixels:
    """Draw the picture.

    Parameters
    ----------
    height, width : int
        In pixels, at least 96.
    seed : int
        Of the texture.

    Returns
    -------
    ndarray
        (height, width, 4) uint8 straight sRGBA; the same for the same arguments.
    """
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    u, v = x / width, y / height
    rng = np.random.default_rng(seed)
    rgb = _sky(u, v)
    _mix(rgb, (255, 214, 150), 0.9 * np.exp(-(((u - 0.74) / 0.16) ** 2 + ((v - 0.3) / 0.2) ** 2)))
    _mix(
        rgb,
        (255, 246, 214),
        _disc(u * width, v * height, 0.74 * width, 0.3 * height, 0.055 * width),
    )
    _hills(rgb, u, v, rng)
    _balloons(rgb, u, v, width, height)
    pixels = np.dstack([np.rint(np.clip(rgb, 0, 255)), 255 * _card(x, y, width, height)])
    return _caption(np.rint(pixels).astype(np.uint8))


def _sky(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    top, middle, low = np.array([38, 70, 148]), np.array([132, 170, 214]), np.array([250, 205, 160])
    t = np.clip(v / 0.62 + 0.05 * np.sin(3 * u), 0, 1)[..., None]
    upper = top + (middle - top) * np.minimum(t / 0.6, 1)
    return np.asarray(upper + (low - middle) * np.clip((t - 0.6) / 0.4, 0, 1))


def _disc(
    x: NDArray[np.float64], y: NDArray[np.float64], cx: float, cy: float, r: float
) -> NDArray[np.float64]:
    """Coverage of an antialiased disc, 0-1."""
    return np.asarray(np.clip(r + 0.5 - np.hypot(x - cx, y - cy), 0, 1))


def _mix(rgb: NDArray[np.float64], color: Sequence[float], coverage: NDArray[np.float64]) -> None:
    rgb += (np.asarray(color, np.float64) - rgb) * coverage[..., None]


def _hills(
    rgb: NDArray[np.float64],
    u: NDArray[np.float64],
    v: NDArray[np.float64],
    rng: np.random.Generator,
) -> None:
    """Three ranges of hills, rougher the nearer they are: texture for the palette to work on."""
    height = len(u)
    ranges = [
        (0.60, 0.05, 7.0, (92, 118, 142), 3.0),
        (0.70, 0.06, 4.0, (62, 98, 86), 10.0),
        (0.82, 0.05, 9.0, (70, 92, 38), 26.0),
    ]
    for base, swing, waves, color, roughness in ranges:
        ridge = base + swing * np.sin(waves * u + 9 * base) + 0.4 * swing * np.sin(3.7 * waves * u)
        coverage = np.clip((v - ridge) * height + 0.5, 0, 1)
        grain = rng.normal(0, roughness, u.shape)
        grain = (grain + np.roll(grain, 1, 0) + np.roll(grain, 1, 1)) / 1.7
        shade = 1 - 0.5 * np.clip(v - ridge, 0, 1)
        hill = np.asarray(color, np.float64) * shade[..., None] + grain[..., None] * (1, 0.9, 0.5)
        rgb += (hill - rgb) * coverage[..., None]


def _balloons(
    rgb: NDArray[np.float64],
    u: NDArray[np.float64],
    v: NDArray[np.float64],
    width: int,
    height: int,
) -> None:
    x, y = u * width, v * height
    for cx, cy, r, stripes in [
        (0.26, 0.36, 0.105, ((214, 48, 49), (255, 234, 167))),
        (0.46, 0.24, 0.06, ((9, 132, 227), (255, 255, 255))),
        (0.57, 0.5, 0.035, ((108, 52, 131), (46, 204, 113))),
    ]:
        cx, cy, r = cx * width, cy * height, r * width
        body = _disc(x, y, cx, cy, r)
        band = np.floor((x - cx) / r * 3.5 + 8) % 2
        light = np.clip(1.05 - 0.35 * ((x - cx) + (y - cy)) / r / 1.4, 0.5, 1.25)
        paint = np.where(band[..., None] > 0, stripes[0], stripes[1]) * light[..., None]
        rgb += (np.clip(paint, 0, 255) - rgb) * body[..., None]
        basket = (np.abs(x - cx) < 0.16 * r) & (np.abs(y - cy - 1.55 * r) < 0.13 * r)
        ropes = (np.abs(np.abs(x - cx) - 0.14 * r) < 0.7) & (y > cy + 0.9 * r) & (y < cy + 1.5 * r)
        rgb[basket | ropes] = (94, 60, 34)


def _card(
    x: NDArray[np.float64], y: NDArray[np.float64], width: int, height: int
) -> NDArray[np.float64]:
    """Alpha of a rounded card that fades out softly over the margin, 0-1."""
    dx = np.maximum(np.abs(x - (width - 1) / 2) - (width / 2 - _MARGIN - _RADIUS), 0)
    dy = np.maximum(np.abs(y - (height - 1) / 2) - (height / 2 - _MARGIN - _RADIUS), 0)
    outside = np.hypot(dx, dy) - _RADIUS
    return np.asarray(np.where(outside < 0.5, 1.0, np.clip(1 - outside / _MARGIN, 0, 1) ** 2))


def _caption(pixels: Pixels) -> Pixels:
    picture = PillowImage.fromarray(pixels)
    pen = ImageDraw.Draw(picture)
    height, width = pixels.shape[:2]
    pen.text(
        (width * 0.075, height * 0.8),
        "huepress",
        font=ImageFont.load_default(height * 0.1),
        fill=(255, 255, 255, 255),
    )
    pen.text(
        (width * 0.08, height * 0.905),
        "k-means on color: fewer of them, well chosen",
        font=ImageFont.load_default(height * 0.03),
        fill=(240, 240, 220, 255),
    )
    return np.asarray(picture)


def run(folder: Path, options: CompressOptions) -> Iterator[tuple[int, Result]]:
    """Draw the picture, compress it at every k of the table, and write all of it.

    Parameters
    ----------
    folder : Path
        Made when missing. Gets ``picture.png``, ``k002.png`` ... and ``side-by-side.png``.
    options : CompressOptions
        For every k.

    Yields
    ------
    k : int
        Largest palette.
    Result
        What came of it.

    Raises
    ------
    OutputError
        The folder or a file cannot be written.
    """
    pixels = draw()
    picture = as_png(pixels)
    write_atomic(folder / "picture.png", picture, force=True, make_parents=True)
    shown: list[tuple[str, Pixels]] = [(f"original, {len(picture):,} B", pixels)]
    for k in K_SHOWN:
        result = compress(picture, options.changed(colors=k))
        write_atomic(folder / f"k{k:03d}.png", result.data, force=True)
        shown.append((f"k = {k}, {len(result.data):,} B", result.pixels))
        yield k, result
    write_atomic(folder / "side-by-side.png", as_png(contact_sheet(shown)), force=True)


def as_png(pixels: Pixels) -> bytes:
    """Return pixels as an optimized truecolor PNG."""
    from io import BytesIO

    out = BytesIO()
    PillowImage.fromarray(pixels).save(out, "png", optimize=True)
    return out.getvalue()


def contact_sheet(shown: Sequence[tuple[str, Pixels]], columns: int = 3) -> Pixels:
    """Lay captioned pictures of one size on a grid, over a checkerboard where they are clear.

    Parameters
    ----------
    shown : sequence of (str, ndarray)
        Captions and (height, width, 3 or 4) uint8 pictures.
    columns : int
        Pictures in a row.

    Returns
    -------
    ndarray
        (height, width, 3) uint8.
    """
    height, width = shown[0][1].shape[:2]
    line, gap = 30, 12
    rows = -(-len(shown) // columns)
    sheet = PillowImage.new(
        "RGB",
        (columns * (width + gap) + gap, rows * (height + line + gap) + gap),
        (250, 250, 250),
    )
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(18)
    y, x = np.mgrid[0:height, 0:width] // 8
    board = np.where(((x + y) % 2)[..., None] > 0, np.uint8(255), np.uint8(224))
    board = np.broadcast_to(board, (height, width, 3)).astype(np.uint8)
    for i, (words, pixels) in enumerate(shown):
        left = gap + (i % columns) * (width + gap)
        top = gap + (i // columns) * (height + line + gap)
        tile = PillowImage.fromarray(board).convert("RGBA")
        tile.alpha_composite(PillowImage.fromarray(pixels).convert("RGBA"))
        pen.text((left, top + 4), words, font=font, fill=(20, 20, 20))
        sheet.paste(tile.convert("RGB"), (left, top + line))
    return np.asarray(sheet)
