"""Write a shared palette as a file that other programs read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from huepress.errors import OptionError
from huepress.types import Palette
from huepress.write import write_atomic


def save_palette(path: str, palette: Palette, *, force: bool = False) -> None:
    """Write a palette, in the format that the suffix names.

    Parameters
    ----------
    path : str
        ``.gpl`` (GIMP, Inkscape, Krita; has no alpha), ``.hex`` or ``.txt`` (``#rrggbb`` or
        ``#rrggbbaa`` a line), ``.json`` (a list of them).
    palette : Palette
        The colors, in their order.
    force : bool
        Replace an existing file.

    Raises
    ------
    OptionError
        Another suffix.
    OutputError
        It exists, or cannot be written.
    """
    check_suffix(path)
    text = _WRITERS[Path(path).suffix.lower()](palette)
    write_atomic(path, text.encode(), force=force)


def check_suffix(path: str) -> None:
    """Refuse a file whose suffix names no format (OptionError)."""
    if Path(path).suffix.lower() not in _WRITERS:
        raise OptionError("save_palette", path, "a name that ends in " + ", ".join(_WRITERS))


def _hex(palette: Palette) -> list[str]:
    return [f"#{bytes(color).hex()}" for color in palette.colors]


def _as_gpl(palette: Palette) -> str:
    lines = [
        f"{color[0]:3d} {color[1]:3d} {color[2]:3d}\t{name}"
        for color, name in zip(palette.colors.tolist(), _hex(palette), strict=True)
    ]
    return "\n".join(["GIMP Palette", "Name: huepress", "Columns: 16", "#", *lines, ""])


def _as_lines(palette: Palette) -> str:
    return "\n".join([*_hex(palette), ""])


def _as_json(palette: Palette) -> str:
    return json.dumps(_hex(palette), indent=0) + "\n"


_WRITERS: Final[dict[str, Callable[[Palette], str]]] = {
    ".gpl": _as_gpl,
    ".hex": _as_lines,
    ".txt": _as_lines,
    ".json": _as_json,
}
