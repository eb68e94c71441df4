"""Palettes in the formats that other programs read and write.

Text: hex colors (``#rgb``, ``#rrggbb``, ``#rrggbbaa``), GIMP ``.gpl``, JASC ``.pal``, JSON. Binary:
Adobe color tables ``.act`` and swatches ``.ase``. Any picture can stand for its own colors.
"""

from __future__ import annotations

import json
import math
import os
import re
import struct
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image as PillowImage

from huepress.decode import Limits, load, read
from huepress.decode.quiet import quiet_pillow
from huepress.errors import DecodeError, OptionError
from huepress.formats.names import PALETTES
from huepress.formats.png import chunks_of
from huepress.formats.signatures import format_of
from huepress.palette.swatches import (
    RAW_SIZES,
    Rgba,
    from_aco,
    from_raw,
    from_riff,
    rgba_of,
    srgb_of_lab,
    to_aco,
    to_riff,
)
from huepress.types import Palette

LARGEST_FILE: Final = 4 << 20
"""Most bytes read from a palette in text or swatches."""

HEX: Final = re.compile(r"#?([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")

ALLOWED: Final = (
    "hex colors such as #ff8800,#0af, or a .gpl, .act, .ase, .aco, .pal, .txt, .json or picture"
)


FAULTS: Final = (
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
    struct.error,
)
"""Exceptions of the readers on damaged files (found by mutating files of every format)."""


def parse_hex(text: str) -> Rgba:
    """Read one color such as ``#f80``, ``ff8800`` or ``#ff8800cc``.

    Raises
    ------
    OptionError
        Not a color.
    """
    match = HEX.fullmatch(text.strip())
    if match is None:
        raise OptionError("color", text, "a color such as #ff8800 or #ff8800cc")
    digits = match[1]
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, *alpha = bytes.fromhex(digits)
    return red, green, blue, alpha[0] if alpha else 255


def read_palette(source: str | os.PathLike[str]) -> Palette:
    """Read a palette from a list of hex colors or from a file.

    Parameters
    ----------
    source : str or path
        ``#ff8800,#0af`` (commas or spaces), or the name of a file, whose content decides on its
        format. A picture gives its distinct colors, in the order of their first pixels.

    Returns
    -------
    Palette
        In the order of the source, repeated entries kept; RGBA when an entry is not opaque.

    Raises
    ------
    OptionError
        No colors, or more than 256.
    DecodeError
        The file is damaged or of an unknown kind.
    InputError, LimitError
        It cannot be read, or is too large.
    """
    if isinstance(source, str):
        parts = [part for part in re.split(r"[\s,;]+", source.strip()) if part]
        is_file = os.path.exists(source)  # noqa: PTH110
        is_list = bool(parts) and all(HEX.fullmatch(part) for part in parts)
        is_list = is_list and ("," in source or "#" in source or not is_file)
        if is_list or (source.startswith("#") and not is_file):
            return to_palette([parse_hex(part) for part in parts], source)
    name = os.fsdecode(source)
    data = read(source)
    if format_of(data) is not None:
        return _of_picture(data, name)
    if len(data) > LARGEST_FILE:
        raise DecodeError(name, f"is {len(data):,} bytes long", "a palette is needed")
    return to_palette(_entries(data, name), name)


def to_palette(entries: Sequence[Rgba], source: str) -> Palette:
    """Make a palette of 1 to 256 entries (OptionError otherwise), with alpha if one needs it."""
    if not 1 <= len(entries) <= 256:
        raise OptionError("palette", source, f"1 to 256 colors, not {len(entries)}")
    colors = np.array(entries, np.uint8)
    if colors[:, 3].min() == 255:
        colors = np.ascontiguousarray(colors[:, :3])
    return Palette(colors)


def _entries(data: bytes, name: str) -> list[Rgba]:
    try:
        if data.startswith(b"ASEF"):
            return _from_ase(data)
        if data.startswith(b"RIFF") and data[8:12] == b"PAL ":
            return from_riff(data)
        if name.lower().endswith(".aco"):
            return from_aco(data)
        if name.lower().endswith(".pal") and len(data) in RAW_SIZES:
            return from_raw(data)
        if name.lower().endswith(".act"):
            return _from_act(data)
        text = data.decode("utf-8-sig")
        if text.startswith("GIMP Palette"):
            return _from_gpl(text)
        if text.startswith("JASC-PAL"):
            return _from_jasc(text)
        if text.lstrip().startswith(("[", "{")):
            return _from_json(text)
        if "draw:color=" in text:
            return [parse_hex(color) for color in re.findall(r'draw:color="(#\w{6})"', text)]
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if lines and (lines[0].startswith(";") or name.lower().endswith(".txt")):
            digits = [line for line in lines if not line.startswith(";")]
            if all(re.fullmatch(r"[0-9a-fA-F]{6}([0-9a-fA-F]{2})?", line) for line in digits):
                return [_from_argb(line) for line in digits]
        return [parse_hex(part) for part in re.split(r"[\s,;]+", text.strip()) if part]
    except FAULTS as error:
        raise DecodeError(name, "is not a known palette", f"wanted {ALLOWED}") from error


def _from_argb(digits: str) -> Rgba:
    """Read a color of Paint.NET's text: alpha comes first, where there is any."""
    return parse_hex(digits if len(digits) == 6 else digits[2:] + digits[:2])


def _from_gpl(text: str) -> list[Rgba]:
    """Read GIMP's format; Aseprite's extension ``Channels: RGBA`` adds alpha."""
    lines = text.splitlines()
    n = 4 if any(re.fullmatch(r"Channels:\s*RGBA", line.strip()) for line in lines) else 3
    found = []
    for line in lines[1:]:
        numbers = re.match(r"\s*(\d+)" + r"\s+(\d+)" * (n - 1) + r"(\s|$)", line)
        if numbers:
            found.append(rgba_of([int(v) for v in numbers.groups()[:n]]))
    return found


def _from_jasc(text: str) -> list[Rgba]:
    lines = text.split("\n")
    count = int(lines[2])
    return [rgba_of([int(v) for v in line.split()]) for line in lines[3 : 3 + count]]


def _from_json(text: str) -> list[Rgba]:
    """Read a list of hex colors or of channel values, or an object that has one."""
    content = json.loads(text)
    if isinstance(content, dict):
        content = content.get("colors") or content["palette"]
    return [
        parse_hex(item["hex"] if isinstance(item, dict) else item)
        if isinstance(item, str | dict)
        else rgba_of(item)
        for item in content
    ]


def _from_act(data: bytes) -> list[Rgba]:
    """Read Adobe's color table: 256 colors, then optionally their number and the clear one."""
    if len(data) not in (768, 772):
        raise ValueError("not 768 or 772 bytes")
    count, clear = struct.unpack(">HH", data[768:]) if len(data) == 772 else (256, 0xFFFF)
    count = min(count or 256, 256)
    found = [(data[3 * i], data[3 * i + 1], data[3 * i + 2], 255) for i in range(count)]
    if clear < count:
        found[clear] = (0, 0, 0, 0)
    return found


def _from_ase(data: bytes) -> list[Rgba]:
    """Read Adobe's swatches; RGB, gray, CMYK (by the simple formula) and Lab are known."""
    (count,) = struct.unpack_from(">I", data, 8)
    at, found = 12, []
    for _ in range(count):
        kind, size = struct.unpack_from(">HI", data, at)
        if kind == 1:
            (letters,) = struct.unpack_from(">H", data, at + 6)
            model = data[at + 8 + 2 * letters : at + 12 + 2 * letters]
            found.append(_of_model(model, data, at + 12 + 2 * letters))
        at += 6 + size
    return found


def _of_model(model: bytes, data: bytes, at: int) -> Rgba:
    if model == b"RGB ":
        values: Sequence[float] = struct.unpack_from(">3f", data, at)
    elif model == b"Gray":
        values = struct.unpack_from(">f", data, at) * 3
    elif model == b"CMYK":
        *inks, black = struct.unpack_from(">4f", data, at)
        values = [(1 - ink) * (1 - black) for ink in inks]
    elif model == b"LAB ":
        values = srgb_of_lab(*struct.unpack_from(">3f", data, at))
    else:
        raise ValueError("unknown color model")
    return rgba_of([round(255 * min(max(value, 0.0), 1.0)) for value in values])


def _of_picture(data: bytes, name: str) -> Palette:
    """Take the palette of an indexed PNG as it stands, or the distinct colors of a picture."""
    image = load(data, name=name, icc="srgb", max_pixels=Limits().max_pixels)
    table = None if image.source.is_converted else table_of(data)
    if table is not None:
        return table
    flat = image.pixels.reshape(-1, image.pixels.shape[2])
    if image.has_alpha:
        flat = flat * (flat[:, 3:] > 0)
    colors, first = np.unique(flat, axis=0, return_index=True)
    if len(colors) > 256:
        raise OptionError("palette", name, f"a picture of at most 256 colors, not {len(colors)}")
    return Palette(np.ascontiguousarray(colors[np.argsort(first)]))


def table_of(data: bytes) -> Palette | None:
    """Read the palette of an indexed file: order, repeated and unused entries; else None."""
    if format_of(data) in ("gif", "bmp", "tiff"):
        return _table_by_pillow(data)
    if format_of(data) != "png" or data[25:26] != b"\x03":
        return None
    chunks = {name: chunk[8:-4] for name, chunk in chunks_of(data) if name in (b"PLTE", b"tRNS")}
    plte, alpha = chunks[b"PLTE"], chunks.get(b"tRNS", b"")
    count = len(plte) // 3
    alpha = alpha[:count].ljust(count, b"\xff")
    entries = [(*plte[3 * i : 3 * i + 3], alpha[i]) for i in range(count)]
    return to_palette(entries, "the palette of a picture")


def _table_by_pillow(data: bytes) -> Palette | None:
    with quiet_pillow, PillowImage.open(BytesIO(data)) as opened:
        if opened.mode != "P":
            return None
        values = opened.getpalette() or []
        entries = [rgba_of(values[i : i + 3]) for i in range(0, min(len(values), 768), 3)]
        clear = opened.info.get("transparency")
    if isinstance(clear, int) and clear < len(entries):
        entries[clear] = (*entries[clear][:3], 0)
    return to_palette(entries, "the palette of a picture")


def to_hex(color: Sequence[int]) -> str:
    """Write a color as ``#rrggbb``, or ``#rrggbbaa`` when it is not opaque."""
    values = [int(value) for value in color]
    return "#" + bytes(values[:3] if values[3:] in ([], [255]) else values).hex()


"""What write_palette() writes; beside them ``.txt`` is a suffix of hex colors."""

BINARY: Final = ("act", "ase", "aco", "riff")


def format_of_suffix(path: str) -> str | None:
    """Return the palette format of a file's suffix; None if there is none."""
    suffix = os.path.splitext(path)[1].lower().removeprefix(".")  # noqa: PTH122
    suffix = "hex" if suffix == "txt" else suffix
    return suffix if suffix in PALETTES else None


def write_palette(palette: Palette, format: str) -> bytes:
    """Write a palette in the format that a suffix names.

    Parameters
    ----------
    palette : Palette
        ``.act`` holds one clear color beside opaque ones, ``.ase`` no alpha at all: it is left out.
    format : {"hex", "css", "gpl", "act", "ase", "aco", "pal", "riff", "json"}
        What read_palette() reads, and CSS variables.

    Raises
    ------
    OptionError
        Another format.
    """
    writers: dict[str, Callable[[list[list[int]]], bytes]] = {
        "hex": lambda colors: "".join(to_hex(c) + "\n" for c in colors).encode(),
        "css": _to_css,
        "gpl": _to_gpl,
        "act": _to_act,
        "ase": _to_ase,
        "aco": to_aco,
        "riff": to_riff,
        "pal": _to_jasc,
        "json": lambda colors: (json.dumps([to_hex(c) for c in colors]) + "\n").encode(),
    }
    if format not in writers:
        raise OptionError("format", format, ", ".join(writers))
    return writers[format](palette.colors.tolist())


def _to_css(colors: list[list[int]]) -> bytes:
    lines = [f"  --color-{i}: {to_hex(color)};\n" for i, color in enumerate(colors)]
    return "".join([":root {\n", *lines, "}\n"]).encode()


def _to_gpl(colors: list[list[int]]) -> bytes:
    columns = max(1, math.isqrt(len(colors)))
    soft = any(color[3:] not in ([], [255]) for color in colors)
    head = ["GIMP Palette", "Name: huepress", f"Columns: {columns}"]
    head += ["Channels: RGBA"] if soft else []
    lines = [
        " ".join(f"{value:3d}" for value in ([*color, 255][:4] if soft else color[:3]))
        + f"\t{to_hex(color)}"
        for color in colors
    ]
    return "\n".join([*head, "#", *lines, ""]).encode()


def _to_jasc(colors: list[list[int]]) -> bytes:
    lines = [" ".join(map(str, color)) for color in colors]
    return "\r\n".join(["JASC-PAL", "0100", str(len(colors)), *lines, ""]).encode()


def _to_act(colors: list[list[int]]) -> bytes:
    clear = next((i for i, color in enumerate(colors) if color[3:] == [0]), 0xFFFF)
    table = b"".join(bytes(color[:3]) for color in colors)
    return table.ljust(768, b"\0") + struct.pack(">HH", len(colors), clear)


def _to_ase(colors: list[list[int]]) -> bytes:
    blocks = b""
    for color in colors:
        letters = (to_hex(color) + "\0").encode("utf-16-be")
        channels = struct.pack(">3f", *(value / 255 for value in color[:3]))
        body = struct.pack(">H", len(letters) // 2) + letters + b"RGB " + channels + b"\0\2"
        blocks += struct.pack(">HI", 1, len(body)) + body
    return b"ASEF" + struct.pack(">HHI", 1, 0, len(colors)) + blocks
