"""What a file carries beside its pixels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Carried:
    """Metadata to be written into the result, already chosen and prepared.

    Attributes
    ----------
    icc_profile : bytes or None
        The profile the pixel values are in; None means sRGB.
    png_chunks : tuple of (bytes, bytes)
        Name and content of chunks for PNG (pHYs, gAMA, text, ...).
    exif, xmp : bytes or None
        For the formats that have a place for them.
    dpi : tuple of float or None
        Pixels per inch, horizontal and vertical.
    """

    icc_profile: bytes | None = None
    png_chunks: tuple[tuple[bytes, bytes], ...] = ()
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None


NOTHING = Carried()
