"""The metadata of a file: chosen by the policy of --strip, prepared for a format.

``safe`` keeps what changes how the picture is shown (profile, gamma, size on paper); ``none`` also
keeps EXIF, XMP, text and copyright; ``all`` drops everything, even a profile, so the pixels must be
in sRGB then. The chunks of a 9-patch always stay.
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from typing import Final, TypeAlias

from huepress.encode.dependent import Dependent, dependent_of
from huepress.errors import InputError
from huepress.formats.exif import set_upright
from huepress.formats.gainmap import without_gain_map
from huepress.types import Source

INCH: Final = 0.0254
"""Meters."""

DEPENDENT: Final = {b"hIST", b"bKGD", b"sBIT", b"sPLT", b"tIME", b"oFFs"}
"""Chunks about the palette, samples, position or time of the old file (dependent.py)."""

COLOR: Final = {b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"mDCV", b"cLLI", b"mDCv", b"cLLi"}
"""Chunks about color: the loader says which of them still apply."""

NINE_PATCH: Final = {b"npTc", b"npLb", b"npOl"}
"""Chunks that say how Android stretches a 9-patch: without them it is another picture."""

SHOWN: Final = {b"pHYs", b"sTER", *NINE_PATCH}
"""Chunks that change how a picture is shown."""

TEXT: Final = {b"tEXt", b"zTXt", b"iTXt"}

XMP_KEYWORD: Final = b"XML:com.adobe.xmp"

Chunks: TypeAlias = tuple[tuple[bytes, bytes], ...]
"""Names and contents of PNG chunks."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Metadata to write into the result, already chosen and prepared.

    Attributes
    ----------
    icc_profile : bytes or None
        The profile of the pixel values; None means sRGB.
    png_chunks : tuple of (bytes, bytes)
        Name and content of chunks for PNG (pHYs, gAMA, text, ...).
    exif, xmp : bytes or None
        For formats that can hold them; the orientation is cleared.
    dpi : tuple of float or None
        Pixels per inch, horizontal and vertical.
    dependent : Dependent or None
        Chunks that depend on the palette and the samples of a PNG.
    """

    icc_profile: bytes | None = None
    png_chunks: Chunks = ()
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    dependent: Dependent | None = None

    @property
    def n_bytes(self) -> int:
        """About how many bytes a PNG needs for it."""
        icc = 0 if self.icc_profile is None else len(zlib.compress(self.icc_profile)) + 20
        more = 0 if self.dependent is None else self.dependent.n_bytes
        return icc + more + sum(12 + len(content) for _, content in self.png_chunks)


NOTHING = Carried()


def carry(source: Source, strip: str = "safe", *, force: bool = False) -> Carried:
    """Choose what goes into the result.

    Parameters
    ----------
    source : Source
        What load() found.
    strip : {"safe", "none", "all"}
        The policy, see above.
    force : bool
        With ``none``: drop a C2PA manifest, which any change of the file invalidates, instead of
        refusing.

    Raises
    ------
    InputError
        The file is signed (C2PA), everything should be kept, and ``force`` is false.
    """
    ancillary: Chunks = tuple(source.metadata.get("chunks", ()))
    if strip == "all":
        patch = tuple(chunk for chunk in ancillary if chunk[0] in NINE_PATCH)
        return Carried(png_chunks=patch) if patch else NOTHING
    chunks: Chunks = tuple(source.metadata.get("color_chunks", ()))
    chunks += tuple(chunk for chunk in ancillary if chunk[0] in SHOWN)
    dpi = _dpi_of(source)
    if dpi is not None and not any(name == b"pHYs" for name, _ in chunks):
        per_meter = [round(value / INCH) for value in dpi]
        chunks += ((b"pHYs", struct.pack(">IIB", *per_meter, 1)),)
    if strip == "safe":
        return Carried(source.icc_profile, chunks, dpi=dpi)
    if is_signed(source) and not force:
        raise InputError(
            source.name,
            "is signed (C2PA), and any change breaks the signature",
            "--strip safe drops it, so does --force",
        )
    exif, xmp = _exif_of(source), _xmp_of(source)
    chunks += _more(source, ancillary, exif, xmp)
    return Carried(source.icc_profile, chunks, exif, xmp, dpi, dependent_of(source))


def is_signed(source: Source) -> bool:
    """Whether the file carries a C2PA manifest (its JUMBF description box, in any container)."""
    return source.data is not None and b"jumdc2pa\0\x11\0\x10" in source.data


def _more(source: Source, ancillary: Chunks, exif: bytes | None, xmp: bytes | None) -> Chunks:
    """Return what only ``none`` keeps, as PNG chunks."""
    kept: list[tuple[bytes, bytes]] = []
    for name, content in ancillary:
        if name in DEPENDENT | COLOR | SHOWN | {b"eXIf", b"caBX"}:
            continue
        if content.startswith(XMP_KEYWORD):
            continue
        # The fourth letter of an unknown chunk says whether it may be copied (PNG, 5.4).
        if name in TEXT or chr(name[3]).islower():
            kept.append((name, content))
    if exif is not None:
        kept.append((b"eXIf", exif))
    if xmp is not None:
        kept.append((b"iTXt", XMP_KEYWORD + b"\0\0\0\0\0" + xmp))
    comment = source.metadata.get("comment")
    if isinstance(comment, bytes) and comment and not ancillary:
        text = comment.rstrip(b"\0").decode("utf-8", "replace").encode()
        kept.append((b"iTXt", b"Comment\0\0\0\0\0" + text))
    return tuple(kept)


def _dpi_of(source: Source) -> tuple[float, float] | None:
    """Pixels per inch, if the file means it: programs write 72 when they do not know."""
    dpi = source.metadata.get("dpi")
    if not isinstance(dpi, tuple) or len(dpi) != 2:
        return None
    x, y = (float(value) for value in dpi)
    if not (0 < x < 1e6 and 0 < y < 1e6) or x == y == 72:
        return None
    return x, y


def _exif_of(source: Source) -> bytes | None:
    """Return the EXIF block without its JPEG header, with the orientation set upright."""
    exif = source.metadata.get("exif")
    if not isinstance(exif, bytes) or not exif:
        return None
    return set_upright(exif)


def _xmp_of(source: Source) -> bytes | None:
    """Return the XMP packet with the orientation set upright."""
    xmp = source.metadata.get("xmp")
    for name, content in source.metadata.get("chunks", ()):
        if name == b"iTXt" and content.startswith(XMP_KEYWORD + b"\0\0"):
            xmp = content[len(XMP_KEYWORD) + 3 :].split(b"\0", 2)[-1]
    if isinstance(xmp, str):
        xmp = xmp.encode()
    if not isinstance(xmp, bytes) or not xmp:
        return None
    return without_gain_map(
        re.sub(rb"(tiff:Orientation(?:=\"|='|>))[2-8]", rb"\g<1>1", xmp.rstrip(b"\0"))
    )
