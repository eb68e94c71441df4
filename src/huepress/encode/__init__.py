"""From an indexed picture, or from pixels unchanged, to the bytes of a file any viewer opens."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import PurePath

from huepress.encode.carried import NOTHING, Carried, carry
from huepress.encode.dependent import with_dependent
from huepress.encode.original import kept_original, without_metadata
from huepress.errors import EncodeError, OptionError
from huepress.types import Encoded, Image, IndexedImage

__all__ = [
    "FORMATS",
    "NOTHING",
    "SUFFIXES",
    "Carried",
    "carry",
    "contradiction",
    "encode",
    "encode_lossless",
    "format_from_suffix",
    "is_exact",
    "kept_original",
    "without_metadata",
]

FORMATS = ("png", "webp", "gif", "jxl", "tiff", "bmp")
"""Formats that encode() writes, beside ``smallest``."""

RACED = ("png", "webp", "jxl")
"""Formats that ``smallest`` tries; of equal files the first is kept."""

NAMES = {
    "png": "PNG",
    "webp": "WebP",
    "gif": "GIF",
    "jxl": "JPEG XL",
    "tiff": "TIFF",
    "bmp": "BMP",
}
"""What people call them."""

SUFFIXES = {
    ".png": "png",
    ".webp": "webp",
    ".gif": "gif",
    ".jxl": "jxl",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".bmp": "bmp",
}
"""The format that a file's suffix asks for."""

READ_ONLY = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".avif": "AVIF",
    ".heic": "HEIC",
    ".heif": "HEIC",
    ".jp2": "JPEG 2000",
    ".j2k": "JPEG 2000",
    ".svg": "SVG",
    ".pdf": "PDF",
    ".ico": "ICO",
    ".qoi": "QOI",
    ".ppm": "PPM",
    ".pgm": "PGM",
    ".pbm": "PBM",
    ".pnm": "PNM",
    ".pfm": "PFM",
    ".tga": "TGA",
    ".psd": "PSD",
    ".exr": "OpenEXR",
    ".hdr": "Radiance HDR",
}
"""Suffixes of pictures that are never written."""


def format_from_suffix(suffix: str) -> str | None:
    """Name the format of a suffix such as ``.png``; None when it is none that can be written."""
    return SUFFIXES.get(suffix.lower())


def contradiction(path: str | os.PathLike[str], format: str, *, known_only: bool = False) -> str:
    """Say how the suffix of a name contradicts the format of what is written there.

    Parameters
    ----------
    path : path
        Where a file is to go; a name without a suffix contradicts nothing.
    format : str
        What it will be: one of FORMATS, or ``smallest``, which settles its suffix itself.
    known_only : bool
        Suffixes that stand for no picture, such as ``.tmp``, contradict nothing.

    Returns
    -------
    str
        Both formats in words; empty when they agree.
    """
    suffix = PurePath(os.fsdecode(path)).suffix
    said = SUFFIXES.get(suffix.lower())
    if not suffix or said == format:
        return ""
    written = "PNG, WebP or JPEG XL" if format == "smallest" else NAMES[format]
    if said is not None:
        return f"{suffix} stands for {NAMES[said]}, and {written} is what is written"
    if suffix.lower() in READ_ONLY:
        other = READ_ONLY[suffix.lower()]
        return f"{suffix} stands for {other}, which is never written; {written} is"
    return "" if known_only else f"{suffix} stands for no format, and {written} is what is written"


def encode(
    indexed: IndexedImage,
    format: str = "png",
    *,
    effort: str = "balanced",
    carried: Carried = NOTHING,
    n_fixed: int = 0,
    matte: tuple[int, int, int] | None = None,
    drawn: bool = False,
    as_palette: bool = False,
) -> Encoded:
    """Write an indexed picture in one of the formats.

    Parameters
    ----------
    indexed : IndexedImage
        Unused and repeated palette entries are dropped, the rest is ordered for size.
    format : str
        ``png``, ``webp`` (lossless), ``gif``, ``jxl`` (lossless, needs imagecodecs), ``tiff``,
        ``bmp``, or ``smallest``: the smallest of PNG, WebP and, if installed, JPEG XL.
    effort : str
        ``fast``, ``balanced`` or ``best``.
    carried : Carried
        What is written beside the pixels, as far as the format has a place for it.
    n_fixed : int
        So many of the first palette entries stay as and where they are, used or not (PNG, GIF,
        TIFF, BMP; the others write no palette of their own).
    matte : tuple of int or None
        What half-transparent colors are blended over (GIF).
    drawn : bool
        A chart, an icon or a screen, for which more time pays (PNG).
    as_palette : bool
        Write a palette where gray would say the same (PNG), or refuse (TIFF with transparency).

    Returns
    -------
    Encoded
        Decodes to exactly ``palette[indices]`` (GIF: when every entry is opaque or clear).

    Raises
    ------
    OptionError
        An unknown format or effort.
    EncodeError
        The encoder refuses, or the picture is more than the format can hold.
    MissingExtraError
        The format needs a package that is not installed.
    """
    _check(format, effort)
    from huepress.encode import gif, jxl, plain, png, webp

    how: dict[str, Callable[[], Encoded]] = {
        "png": lambda: png.encode_indexed(
            indexed,
            effort=effort,
            carried=carried,
            n_fixed=n_fixed,
            drawn=drawn,
            as_palette=as_palette,
        ),
        "webp": lambda: webp.encode_indexed(indexed, effort=effort, carried=carried),
        "gif": lambda: gif.encode_indexed(indexed, matte=matte, n_fixed=n_fixed),
        "jxl": lambda: jxl.encode_indexed(indexed, effort=effort, carried=carried),
        "tiff": lambda: plain.encode_tiff(
            indexed, carried=carried, n_fixed=n_fixed, as_palette=as_palette
        ),
        "bmp": lambda: plain.encode_bmp(indexed, n_fixed=n_fixed),
    }
    encoded = _smallest(how) if format == "smallest" else how[format]()
    return with_dependent(encoded, carried.dependent, exact=False)


def encode_lossless(
    image: Image,
    format: str = "png",
    *,
    effort: str = "balanced",
    carried: Carried = NOTHING,
    keep_hidden_rgb: bool = False,
) -> Encoded:
    """Write a picture with its pixels unchanged, in any of the formats of encode().

    Parameters
    ----------
    image : Image
        8 or 16 bits a channel (PNG and JPEG XL hold 16).
    keep_hidden_rgb : bool
        Keep the colors of fully transparent pixels; else they become black.

    Raises
    ------
    OptionError, EncodeError, MissingExtraError
        As for encode().
    """
    _check(format, effort)
    from huepress.encode import lossless

    def one(name: str) -> Encoded:
        return lossless.encode_lossless(
            image, name, effort=effort, carried=carried, keep_hidden_rgb=keep_hidden_rgb
        )

    if format != "smallest":
        encoded = one(format)
    else:
        ways = {name: lambda name=name: one(name) for name in RACED}
        encoded = _smallest(ways)  # type: ignore[arg-type]
    return with_dependent(encoded, carried.dependent, exact=True)


def is_exact(image: Image, indexed: IndexedImage) -> bool:
    """Whether an indexed picture shows every pixel as it is, but for colors that are not seen."""
    from huepress.encode import lossless

    return lossless.is_exact(image, indexed)


def _smallest(how: dict[str, Callable[[], Encoded]]) -> Encoded:
    """Race PNG against the formats that are installed and hold the picture."""
    from huepress.encode import jxl

    found = [how["png"]()]
    for name in RACED[1:]:
        if name == "jxl" and not jxl.is_installed():
            continue
        try:
            found.append(how[name]())
        except EncodeError:  # 16 bits, a long side or a profile: PNG holds every picture
            continue
    return min(found, key=lambda encoded: len(encoded.data))


def _check(format: str, effort: str) -> None:
    if format not in (*FORMATS, "smallest"):
        raise OptionError("format", format, ", ".join((*FORMATS, "smallest")))
    if effort not in ("fast", "balanced", "best"):
        raise OptionError("effort", effort, "fast, balanced, best")
