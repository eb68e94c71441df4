"""Recognize the format of a file by its first bytes, whatever its name says."""

from __future__ import annotations

from huepress.errors import DecodeError

SUPPORTED = "PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, PPM/PGM/PBM/PFM, ICO, QOI or JPEG 2000"


def format_of(data: bytes) -> str | None:
    """Return the format of a file in lower case; None if it cannot be loaded."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data.startswith(b"BM"):
        return "bmp"
    if data.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return "tiff"
    if data[4:8] == b"ftyp" and any(brand in data[8:64] for brand in (b"avif", b"avis")):
        return "avif"
    if len(data) > 2 and data[:1] == b"P" and data[1:2] in b"123456fFy" and data[2:3].isspace():
        return "ppm"
    if data.startswith(b"\0\0\1\0"):
        return "ico"
    if data.startswith(b"qoif"):
        return "qoi"
    if data.startswith((b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51")):
        return "jpeg2000"
    if data.startswith((b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")):
        return "jxl"
    return None


def require_format(name: str, data: bytes) -> str:
    """Return the format of a file, or raise an error that says what it looks like instead.

    Raises
    ------
    DecodeError
        The first bytes are those of no supported format.
    """
    known = format_of(data)
    if known is not None:
        return known
    head = data[:512].lstrip().lower()
    looks = [
        (head.startswith((b"<svg", b"<?xml")), "an SVG or XML document"),
        (head.startswith((b"<!doctype", b"<html")), "an HTML page"),
        (head.startswith(b"%pdf"), "a PDF document"),
        (head.startswith(b"pk\x03\x04"), "a ZIP archive"),
        (data[4:8] == b"ftyp", "a HEIC picture or a video"),
        (not data[:512].strip(b"\0"), "zero bytes only"),
    ]
    found = next((what for holds, what in looks if holds), "not a picture that is known")
    raise DecodeError(name, found, f"wanted {SUPPORTED}")
