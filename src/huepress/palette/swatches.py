"""Binary palettes of paint programs and consoles: Photoshop's, RIFF, three bytes a color."""

from __future__ import annotations

import colorsys
import struct
from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np

Rgba: TypeAlias = tuple[int, int, int, int]

RAW_SIZES: Final = (192, 768, 1536)
"""Sizes of headerless palettes: 64 or 256 colors of three bytes, or 512 for a NES."""


def srgb_of_lab(lightness: float, a: float, b: float) -> Sequence[float]:
    """Convert CIE Lab under D50 (lightness 0-1, a and b as they are) to sRGB 0-1."""
    from huepress.formats import profiles

    f = (100 * lightness + 16) / 116
    cubes = [
        v**3 if v > 6 / 29 else 3 * (6 / 29) ** 2 * (v - 4 / 29)
        for v in (f + a / 500, f, f - b / 200)
    ]
    linear = profiles.linear_from_xyz(np.array(cubes) * profiles.D50)
    shown: list[float] = profiles.encode_srgb(linear).tolist()
    return shown


def rgba_of(values: Sequence[int]) -> Rgba:
    """Check three or four channel values."""
    red, green, blue, *alpha = (int(value) for value in values)
    rgba = red, green, blue, alpha[0] if alpha else 255
    if len(alpha) > 1 or min(rgba) < 0 or max(rgba) > 255:
        raise ValueError("channels must be 0 to 255")
    return rgba


def from_riff(data: bytes) -> list[Rgba]:
    """Read Microsoft's RIFF palette: four bytes a color, the last of them flags."""
    at = data.index(b"data", 12)
    (count,) = struct.unpack_from("<H", data, at + 10)
    if at + 12 + 4 * count > len(data):
        raise ValueError("cut short")
    return [rgba_of(list(data[i : i + 3])) for i in range(at + 12, at + 12 + 4 * count, 4)]


def from_raw(data: bytes) -> list[Rgba]:
    """Read three bytes a color: 64 for a NES (the first 64 of 512 with emphasis bits), or 256."""
    count = len(data) // 3 if len(data) <= 768 else 64
    return [rgba_of(list(data[3 * i : 3 * i + 3])) for i in range(count)]


def from_aco(data: bytes) -> list[Rgba]:
    """Read Photoshop's swatches, version 1, which also precedes version 2."""
    version, count = struct.unpack_from(">HH", data, 0)
    if version not in (1, 2):
        raise ValueError("unknown version")
    at, found = 4, []
    for _ in range(count):
        model, *values = struct.unpack_from(">5H", data, at)
        found.append(_of_swatch(model, values))
        at += 10
        if version == 2:
            (letters,) = struct.unpack_from(">I", data, at)
            at += 4 + 2 * letters
    return found


def _of_swatch(model: int, values: Sequence[int]) -> Rgba:
    w, x, y, z = (value / 65535 for value in values)
    if model == 0:
        channels: Sequence[float] = (w, x, y)
    elif model == 1:
        channels = colorsys.hsv_to_rgb(w, x, y)
    elif model == 2:  # 65535 is no ink
        channels = (w * z, x * z, y * z)
    elif model == 7:
        a, b = (v / 100 for v in struct.unpack(">2h", struct.pack(">2H", *values[1:3])))
        channels = srgb_of_lab(values[0] / 10000, a, b)
    elif model == 8:
        channels = (1 - values[0] / 10000,) * 3
    else:
        raise ValueError("unknown color model")
    return rgba_of([round(255 * min(max(channel, 0.0), 1.0)) for channel in channels])


def to_aco(colors: list[list[int]]) -> bytes:
    """Write Photoshop's swatches, version 1; they hold no alpha."""

    def swatch(color: list[int]) -> bytes:
        return struct.pack(">5H", 0, *(257 * value for value in color[:3]), 0)

    return struct.pack(">HH", 1, len(colors)) + b"".join(map(swatch, colors))


def to_riff(colors: list[list[int]]) -> bytes:
    """Write Microsoft's RIFF palette; it holds no alpha."""
    body = struct.pack("<HH", 0x300, len(colors)) + b"".join(bytes([*c[:3], 0]) for c in colors)
    data = b"PAL data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(data)) + data
