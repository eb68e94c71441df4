"""What a tree does with a file, by its first bytes: compress it in its format, leave it, copy it.

A palette does not beat formats made for photographs, and a second lossy pass only costs quality:
JPEG, lossy WebP, AVIF, JPEG 2000 and JPEG XL are left as they are.
"""

from __future__ import annotations

from typing import Final

from huepress.batch.names import OWN
from huepress.batch.store import store_of
from huepress.batch.targets import Target
from huepress.errors import InputError
from huepress.formats.signatures import format_of

HEAD_BYTES: Final = 64
"""Enough bytes of a file to recognize its format."""

ICONS: Final = ("ico", "icns")
OWN_FORMATS: Final = ("png", "gif", "webp", "bmp", "tiff", *ICONS)
"""Formats that are written back in the same format."""

PHOTO_FORMATS: Final = ("jpeg", "avif", "jpeg2000", "jxl")


def kind_of(head: bytes) -> str | None:
    """Return the format of a file by its first `HEAD_BYTES`; None if it is not a picture."""
    return "icns" if head.startswith(b"icns") else format_of(head)


def has_palette(target: Target) -> bool:
    """Whether a target is a picture that gets a palette, judging by its first bytes.

    True for a file that cannot be read, so that whoever reads it reports why.
    """
    if not target.from_tree:
        return True
    try:
        kind = kind_of(store_of(target.source).head(target.source, HEAD_BYTES))
    except InputError:
        return True
    photo = target.format == OWN and kind in PHOTO_FORMATS
    return kind is not None and not photo


def left_code(kind: str, data: bytes) -> str | None:
    """Return why a picture is left as it is; None when it can be compressed in its own format.

    Parameters
    ----------
    kind : str
        From `kind_of`.
    data : bytes
        The file; only its chunks are read.
    """
    if kind in PHOTO_FORMATS or (kind == "webp" and _is_lossy_webp(data)):
        return "photo_format"
    return None if kind in OWN_FORMATS else "no_writer"


def _is_lossy_webp(data: bytes) -> bool:
    """Whether a still WebP holds a VP8 picture; animations are recognized later by their frames."""
    at = 12
    while at + 8 <= len(data):
        name = data[at : at + 4]
        if name in (b"VP8 ", b"VP8L", b"ANMF"):
            return name == b"VP8 "
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + (size & 1)
    return False
