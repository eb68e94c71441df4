"""From an indexed picture to the bytes of a file that any viewer opens."""

from __future__ import annotations

from huepress.encode.carried import NOTHING, Carried, carry
from huepress.errors import OptionError
from huepress.types import Encoded, IndexedImage

__all__ = ["FORMATS", "NOTHING", "SUFFIXES", "Carried", "carry", "encode", "format_from_suffix"]

FORMATS = ("png", "webp", "gif")
"""Formats that encode() writes."""

SUFFIXES = {".png": "png", ".webp": "webp", ".gif": "gif"}
"""The format that a file's suffix asks for."""


def format_from_suffix(suffix: str) -> str | None:
    """Name the format of a suffix such as ``.png``; None when it is none that can be written."""
    return SUFFIXES.get(suffix.lower())


def encode(
    indexed: IndexedImage,
    format: str = "png",
    *,
    effort: str = "balanced",
    carried: Carried = NOTHING,
    keep_order: bool = False,
    matte: tuple[int, int, int] | None = None,
) -> Encoded:
    """Write an indexed picture in one of the formats.

    Parameters
    ----------
    indexed : IndexedImage
        Unused and repeated palette entries are dropped, the rest is ordered for size.
    format : str
        ``png``, ``webp`` (lossless) or ``gif``.
    effort : str
        ``fast``, ``balanced`` or ``best``.
    carried : Carried
        What is written beside the pixels, as far as the format has a place for it.
    keep_order : bool
        Leave the palette entries in their order (PNG).
    matte : tuple of int or None
        What half-transparent colors are blended over (GIF).

    Returns
    -------
    Encoded
        Decodes to exactly ``palette[indices]`` (GIF: when every entry is opaque or clear).

    Raises
    ------
    OptionError
        An unknown format or effort.
    EncodeError
        The encoder refuses, or the picture is larger than the format can hold.
    """
    if format not in FORMATS:
        raise OptionError("format", format, ", ".join(FORMATS))
    if effort not in ("fast", "balanced", "best"):
        raise OptionError("effort", effort, "fast, balanced, best")
    if format == "webp":
        from huepress.encode import webp

        return webp.encode_indexed(indexed, effort=effort, carried=carried)
    if format == "gif":
        from huepress.encode import gif

        return gif.encode_indexed(indexed, matte=matte)
    from huepress.encode import png

    return png.encode_indexed(indexed, effort=effort, carried=carried, keep_order=keep_order)
