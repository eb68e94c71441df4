"""The mark in files that were compressed in place or in a tree, so none is compressed twice.

PNG: an empty chunk ``huPR`` before IEND; ancillary, private and unsafe to copy, so an editor that
changes the picture must drop it (PNG specification, section 5.4). GIF: a comment before the
trailer. WebP: an unknown chunk at the end, which readers must skip (RIFF). TIFF and BMP: 8 bytes
after the picture, which no offset points to.
"""

from __future__ import annotations

from typing import Final

from huepress.formats import png, riff

_PNG_END: Final = png.pack_chunk(b"IEND", b"")
_PNG_MARK: Final = png.pack_chunk(b"huPR", b"")
_GIF_MARK: Final = b"\x21\xfe\x08huepress\0"
_WEBP_MARK: Final = riff.pack_chunk(b"huPR", b"")
_END_MARK: Final = b"huepress"

MARKABLE: Final = ("png", "gif", "webp", "tiff", "bmp")


def is_marked(data: bytes) -> bool:
    """Whether a file carries the mark."""
    return (
        (data.startswith(b"\x89PNG") and data.endswith(_PNG_MARK + _PNG_END))
        or (data.startswith(b"GIF8") and data.endswith(_GIF_MARK + b"\x3b"))
        or (data.startswith(b"RIFF") and data.endswith(_WEBP_MARK))
        or (data.startswith((b"II*\0", b"MM\0*", b"BM")) and data.endswith(_END_MARK))
    )


def marked(data: bytes, format: str) -> bytes:
    """Return a file with the mark.

    Parameters
    ----------
    data : bytes
        As one of our encoders wrote it.
    format : str
        Formats other than those of `MARKABLE` come back as they are.
    """
    if is_marked(data):
        return data
    if format == "png" and data.endswith(_PNG_END):
        return data[: -len(_PNG_END)] + _PNG_MARK + _PNG_END
    if format == "gif" and data.endswith(b"\x3b"):
        return data[:-1] + _GIF_MARK + b"\x3b"
    if format == "webp" and data.startswith(b"RIFF"):
        size = (len(data) - 8 + len(_WEBP_MARK)).to_bytes(4, "little")
        return data[:4] + size + data[8:] + _WEBP_MARK
    return data + _END_MARK if format in ("tiff", "bmp") else data
