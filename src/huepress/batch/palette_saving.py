"""Write a shared palette in a format that other programs read."""

from __future__ import annotations

from huepress.errors import OptionError
from huepress.formats.names import PALETTES
from huepress.palette.files import format_of_suffix, write_palette
from huepress.result.write import write_atomic
from huepress.types import Palette


def save_palette(path: str, palette: Palette, *, force: bool = False) -> None:
    """Write a palette, in the format that the suffix names.

    Parameters
    ----------
    path : str
        ``.gpl``, ``.act``, ``.ase``, ``.pal``, ``.json``, ``.css``, ``.hex`` or ``.txt``; see
        `palette_files.write_palette`.
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
    write_atomic(path, write_palette(palette, check_suffix(path)), force=force)


def check_suffix(path: str) -> str:
    """Return the format that a file's suffix names (OptionError when there is none)."""
    format = format_of_suffix(path)
    if format is None:
        raise OptionError("save_palette", path, "a name that ends in ." + ", .".join(PALETTES))
    return format
