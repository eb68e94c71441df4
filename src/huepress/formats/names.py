"""Names of formats, and the suffixes of their files."""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import Final

WRITTEN: Final = {
    "png": ("PNG", (".png",)),
    "webp": ("WebP", (".webp",)),
    "gif": ("GIF", (".gif",)),
    "jxl": ("JPEG XL", (".jxl",)),
    "tiff": ("TIFF", (".tiff", ".tif")),
    "bmp": ("BMP", (".bmp",)),
}
"""Formats that are written: their names for people, and their suffixes, the first for output."""

FORMATS: Final = tuple(WRITTEN)
TITLES: Final = {name: title for name, (title, _) in WRITTEN.items()}
SUFFIXES: Final = {suffix: name for name, (_, ending) in WRITTEN.items() for suffix in ending}
"""The format of each suffix."""

READ: Final = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".avif": "AVIF",
    ".jp2": "JPEG 2000",
    ".j2k": "JPEG 2000",
    ".qoi": "QOI",
    ".ppm": "PPM",
    ".pgm": "PGM",
    ".pbm": "PBM",
    ".pnm": "PNM",
    ".pfm": "PFM",
}
"""Suffixes of pictures that are read but never written."""

FOREIGN: Final = {
    ".heic": "HEIC",
    ".heif": "HEIC",
    ".svg": "SVG",
    ".pdf": "PDF",
    ".ico": "ICO",
    ".tga": "TGA",
    ".psd": "PSD",
    ".exr": "OpenEXR",
    ".hdr": "Radiance HDR",
}
"""Suffixes of pictures that are neither, or not in that format."""

PALETTES: Final = ("hex", "css", "gpl", "act", "ase", "pal", "json")
"""Formats of palette files."""


def format_of_name(path: str | os.PathLike[str]) -> str | None:
    """Return the format that a name's suffix stands for; None if that is never written."""
    return SUFFIXES.get(PurePath(os.fsdecode(path)).suffix.lower())


def media_type(path: str | os.PathLike[str]) -> str | None:
    """Return the media type that a name's suffix stands for; None if that is never written."""
    format = format_of_name(path)
    return None if format is None else f"image/{format}"


def contradiction(path: str | os.PathLike[str], format: str, *, known_only: bool = False) -> str:
    """Say how a name's suffix contradicts the format that is written there.

    Parameters
    ----------
    path : path
        Where the file goes; a name without a suffix contradicts nothing.
    format : str
        Its format: one of FORMATS, or ``smallest``, which sets its suffix itself.
    known_only : bool
        Suffixes that are not of pictures, such as ``.tmp``, contradict nothing.

    Returns
    -------
    str
        Both formats in words; empty when they agree.
    """
    suffix = PurePath(os.fsdecode(path)).suffix
    said = SUFFIXES.get(suffix.lower())
    if not suffix or said == format:
        return ""
    written = "PNG, WebP or JPEG XL" if format == "smallest" else TITLES[format]
    if said is not None:
        return f"{suffix} stands for {TITLES[said]}, and {written} is what is written"
    if other := (READ | FOREIGN).get(suffix.lower()):
        return f"{suffix} stands for {other}, which is never written; {written} is"
    return "" if known_only else f"{suffix} stands for no format, and {written} is what is written"
