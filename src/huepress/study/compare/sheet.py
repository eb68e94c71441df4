"""A sheet of crops at twice their size: the files side by side, where they differ most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from huepress.color import spaces
from huepress.types import Pixels

if TYPE_CHECKING:
    from huepress.study.compare.matching import Comparison

CROP: Final = (150, 200)
"""Height and width of a crop in pixels of the picture; smaller pictures are shown whole."""
ZOOM: Final = 2
_GAP: Final = 14
_LINE: Final = 44
_COLUMNS: Final = 4
_INK: Final = (34, 48, 60)
_FAINT: Final = (110, 122, 134)
_SMOOTH: Final = 8  # side of the cells in which to find smooth areas


def sheet(comparison: Comparison) -> Pixels:
    """Lay the crops of a comparison on a sheet.

    Parameters
    ----------
    comparison : Comparison
        With at least one entry.

    Returns
    -------
    ndarray
        (height, width, 3) uint8. A tile for the original and one for every entry, each with two
        crops: where the files differ most from the picture, and where they do so in a smooth area.
        Above them are name, setting, bytes and score.
    """
    original = comparison.image.pixels
    pictures = [entry.pixels for entry in comparison.entries]
    places = find_places(original, [p for p in pictures if not np.array_equal(p, original)])
    size = comparison.image.source.n_bytes
    tiles = [("original", f"{size:,} B" if size else "", True, original)]
    for entry in comparison.entries:
        setting = "" if entry.kind == "lossless" else f" {entry.setting},"
        told = f"{entry.n_bytes:,} B,{setting} score {entry.score:.1f}"
        missed = "" if entry.reached else " (target missed)"
        tiles.append((entry.name, told + missed, entry.reached, entry.pixels))
    height, width = (min(a, b) for a, b in zip(CROP, original.shape[:2], strict=True))
    tile_width = ZOOM * width
    tile_height = _LINE + len(places) * (ZOOM * height + 4)
    tile_width = max(tile_width, 300)
    columns = min(_COLUMNS, len(tiles))
    rows = -(-len(tiles) // columns)
    made = PillowImage.new(
        "RGB",
        (columns * (tile_width + _GAP) + _GAP, rows * (tile_height + _GAP) + _GAP),
        (250, 250, 250),
    )
    pen = ImageDraw.Draw(made)
    large, small = ImageFont.load_default(18), ImageFont.load_default(13)
    for i, (name, told, reached, pixels) in enumerate(tiles):
        left = _GAP + (i % columns) * (tile_width + _GAP)
        top = _GAP + (i // columns) * (tile_height + _GAP)
        pen.text((left, top), name, font=large, fill=_INK)
        pen.text((left, top + 23), told, font=small, fill=_FAINT if reached else (176, 58, 46))
        for j, (y, x) in enumerate(places):
            crop = _over_checkerboard(pixels[y : y + height, x : x + width])
            tile = PillowImage.fromarray(crop).resize(
                (ZOOM * width, ZOOM * height), PillowImage.Resampling.NEAREST
            )
            made.paste(tile, (left, top + _LINE + j * (ZOOM * height + 4)))
    return np.asarray(made)


def find_places(original: Pixels, others: list[Pixels]) -> list[tuple[int, int]]:
    """Choose what to show: the top left corners of one or two crops.

    Parameters
    ----------
    original : ndarray
        (height, width, 3 or 4) uint8.
    others : list of ndarray
        Pictures of the same size; their errors are added up.

    Returns
    -------
    list of (int, int)
        Row and column: the crop with the most error, and, where there is room for another one
        beside it, the crop with the most error in its smooth parts.
    """
    shape = original.shape[:2]
    error = np.zeros(shape)
    before = _points(original)
    for other in others:
        error += ((before - _points(other)) ** 2).sum(axis=2)
    height, width = (min(a, b) for a, b in zip(CROP, shape, strict=True))
    first = _worst(error, height, width, None)
    if shape[0] < 2 * height and shape[1] < 2 * width:
        return [first]
    second = _worst(error * _is_smooth(before[..., 0]), height, width, first)
    return [first, second]


def _points(pixels: Pixels) -> NDArray[np.float64]:
    """Return the picture over gray, in Oklab x 255."""
    flat = pixels[..., :3]
    if pixels.shape[2] == 4:
        alpha = pixels[..., 3:] / 255.0
        flat = np.rint(alpha * flat + (1 - alpha) * 128).astype(np.uint8)
    points = spaces.embed(np.ascontiguousarray(flat.reshape(-1, 3)), "oklab")
    return points.reshape(*flat.shape).astype(np.float64)


def _is_smooth(lightness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 where a cell changes little but is not flat, near 0 elsewhere."""
    height, width = lightness.shape
    pad = [(0, -height % _SMOOTH), (0, -width % _SMOOTH)]
    padded = np.pad(lightness, pad, mode="edge")
    cells = padded.reshape(padded.shape[0] // _SMOOTH, _SMOOTH, -1, _SMOOTH)
    spread = cells.std(axis=(1, 3))
    weight = np.where((spread > 0.1) & (spread < 3), 1.0, 1e-3)
    grown = weight.repeat(_SMOOTH, axis=0).repeat(_SMOOTH, axis=1)
    return np.asarray(grown[:height, :width])


def _worst(
    error: NDArray[np.float64], height: int, width: int, taken: tuple[int, int] | None
) -> tuple[int, int]:
    """Return the corner of the window with the largest sum that leaves the taken one alone."""
    sums = np.pad(error, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    windows = (
        sums[height:, width:]
        - sums[:-height, width:]
        - sums[height:, :-width]
        + sums[:-height, :-width]
    )
    if taken is not None:
        y, x = taken
        windows = windows.copy()
        windows[max(0, y - height + 1) : y + height, max(0, x - width + 1) : x + width] = -1.0
    row, column = np.unravel_index(int(windows.argmax()), windows.shape)
    return int(row), int(column)


def _over_checkerboard(pixels: Pixels) -> Pixels:
    if pixels.shape[2] == 3:
        return np.ascontiguousarray(pixels)
    y, x = np.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]] // 8
    board = np.where((x + y) % 2, 255.0, 224.0)[..., np.newaxis]
    alpha = pixels[..., 3:] / 255.0
    return np.rint(alpha * pixels[..., :3] + (1 - alpha) * board).astype(np.uint8)
