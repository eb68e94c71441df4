"""From an indexed picture, or from unchanged pixels, to the bytes of a file any viewer opens."""

from __future__ import annotations

from collections.abc import Callable

from huepress.encode.carried import NOTHING, Carried, carry
from huepress.encode.dependent import with_dependent
from huepress.encode.order import put_clear_first
from huepress.encode.original import kept_original, without_metadata
from huepress.errors import EncodeError, OptionError
from huepress.formats.names import FORMATS, contradiction
from huepress.options import EFFORTS
from huepress.types import Encoded, Image, IndexedImage

__all__ = [
    "FORMATS",
    "NOTHING",
    "Carried",
    "carry",
    "contradiction",
    "encode",
    "encode_lossless",
    "is_exact",
    "kept_original",
    "without_metadata",
]

RACED = ("png", "webp", "jxl")
"""Formats that ``smallest`` tries; the first of equal files is kept."""


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
    clear_first: bool = False,
    bit_depth: int | None = None,
    hurry: bool = False,
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
        Metadata to write, as far as the format can hold it.
    n_fixed : int
        So many of the first palette entries stay as and where they are, used or not (PNG, GIF,
        TIFF, BMP; the others write no palette of their own).
    matte : tuple of int or None
        Background that half-transparent colors are blended over (GIF).
    drawn : bool
        A chart, an icon or a screen, which is worth more time (PNG).
    as_palette : bool
        Write a palette where gray would say the same (PNG), or refuse (TIFF with transparency).
    clear_first : bool
        Put the entry that is fully transparent at 0 (PNG, GIF).
    bit_depth : int or None
        Bits of an entry's number, 1, 2, 4 or 8 (PNG); None takes the fewest.
    hurry : bool
        Write a file that only tells how large the real one will be (PNG).

    Returns
    -------
    Encoded
        Decodes to exactly ``palette[indices]`` (GIF: when every entry is opaque or clear).

    Raises
    ------
    OptionError
        An unknown format or effort.
    EncodeError
        The encoder refuses, or the format cannot hold the picture.
    MissingExtraError
        The format needs a package that is not installed.
    """
    _check(format, effort)
    from huepress.encode import gif, jxl, plain, png, webp

    if clear_first:
        _require(format, ("png", "gif"), "has no clear entry that could be the first")
        indexed, n_fixed = put_clear_first(indexed, n_fixed)
    if bit_depth is not None:
        _require(format, ("png",), "lets nobody choose the bits of an entry")

    how: dict[str, Callable[[], Encoded]] = {
        "png": lambda: png.encode_indexed(
            indexed,
            effort=effort,
            carried=carried,
            n_fixed=n_fixed,
            drawn=drawn,
            as_palette=as_palette,
            bit_depth=bit_depth,
            hurry=hurry,
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
        Keep the colors of fully transparent pixels; otherwise they become black.

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
    """Try PNG and all installed formats that can hold the picture; return the smallest file."""
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


def _require(format: str, holding: tuple[str, ...], found: str) -> None:
    if format not in holding:
        raise EncodeError(format, f"{found}; {' and '.join(each.upper() for each in holding)} do")


def _check(format: str, effort: str) -> None:
    if format not in (*FORMATS, "smallest"):
        raise OptionError("format", format, ", ".join((*FORMATS, "smallest")))
    if effort not in EFFORTS:
        raise OptionError("effort", effort, ", ".join(EFFORTS))
