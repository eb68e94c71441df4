"""Keep the original file when nothing smaller is found.

What the options require of the output also applies to a file that is kept. If that is impossible,
the file is not kept.

Chunks and segments are removed, the compressed picture is untouched. An EXIF block that rotates the
picture is replaced by one that says only that.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

import numpy as np

from huepress.decode import load
from huepress.encode.carried import COLOR, NINE_PATCH, SHOWN
from huepress.encode.tiff import bare_tiff
from huepress.errors import InputError
from huepress.formats import riff
from huepress.formats.exif import ORIENTATION, orientation_of
from huepress.formats.png import (
    ANIMATION,
    PICTURE,
    SIGNATURE,
    chunks_of,
    is_strict,
    pack_chunk,
)
from huepress.options import CompressOptions, parse_size
from huepress.palette import histogram
from huepress.types import Image

WEBP_BESIDE: Final = {b"ICCP": 0x20, b"EXIF": 0x08, b"XMP ": 0x04}
"""Chunks beside the picture, and the bits of VP8X that announce them."""

BMP_V5: Final = 124
"""Bytes of the header that tells of a profile."""

JPEG_SHOWN: Final = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""Application segments that change how a picture is shown, and how they begin."""


def kept_original(
    image: Image, options: CompressOptions, *, at_most: int | None = None
) -> bytes | None:
    """Return the input's own bytes, adapted to the options.

    Parameters
    ----------
    image : Image
        As it was loaded.
    options : CompressOptions
        All of them: without what ``strip`` drops, within ``max_size``, in sRGB if ``icc`` says so,
        with the colors that are given, indexed if that is insisted on.
    at_most : int or None
        Bytes above which the file is of no use.

    Returns
    -------
    bytes or None
        None when there is no file that shows the picture, when it does not keep an option, or when
        it is a PNG that only a lenient decoder shows.
    """
    source = image.source
    data = source.data
    if data is None or source.is_part or options.palette is not None or options.keep_color:
        return None
    if options.icc == "srgb" and source.is_converted:
        return None
    if options.indexed and not is_indexed(image, options.colors):
        return None
    if not _is_arranged(data, options):
        return None
    if options.max_size is not None:
        limit = parse_size(options.max_size, len(data))
        at_most = limit if at_most is None else min(limit, at_most)
    if options.strip != "none":
        bare = without_metadata(image, options.strip, at_most=at_most)
        if bare is None:
            return None
        data = bare
    if at_most is not None and len(data) > at_most:
        return None
    return None if source.format == "png" and not is_strict(data) else data


def _is_arranged(data: bytes, options: CompressOptions) -> bool:
    """Whether the palette of a file is as it is asked for."""
    if options.whole_palette:
        return False
    is_palette_png = data.startswith(SIGNATURE) and data[25:26] == b"\3"
    if options.bit_depth is not None and not (is_palette_png and data[24] == options.bit_depth):
        return False
    if not options.transparent_first:
        return True
    chunks = dict(chunks_of(data)) if is_palette_png else {}
    return b"tRNS" in chunks and chunks[b"tRNS"][8] == 0


def is_indexed(image: Image, n_colors: int) -> bool:
    """Whether a picture came from a PNG or GIF with a palette of at most so many colors."""
    data = image.source.data or b""
    if image.source.format == "gif":  # its tables are of 2, 4, 8, ... entries, used or not
        return histogram.count(image).n_colors <= n_colors
    if not data.startswith(SIGNATURE) or data[25:26] != b"\3":
        return False
    try:
        entries = next(len(chunk) // 3 - 4 for name, chunk in chunks_of(data) if name == b"PLTE")
    except (struct.error, StopIteration):
        return False
    return entries <= n_colors


def without_metadata(
    image: Image, strip: str = "all", *, at_most: int | None = None
) -> bytes | None:
    """Return the file of a picture without the metadata that a policy drops.

    Parameters
    ----------
    image : Image
        As it was loaded.
    strip : {"all", "safe"}
        ``all``: profile, EXIF, XMP, text and comments. ``safe``: what changes how the picture is
        shown stays, the EXIF orientation in a block of its own.
    at_most : int or None
        Bytes above which the file is of no use; it is not decoded to compare it then.

    Returns
    -------
    bytes or None
        It shows the same. None when there is no file, when it is too large, when its format is
        none of PNG, WebP, GIF, JPEG, TIFF and BMP, or when what is dropped changes how it is shown.
    """
    data = image.source.data
    if data is None:
        return None
    safe = strip == "safe"
    exif = _turning(image) if safe else None
    try:
        if image.source.format == "png":
            beside = COLOR | SHOWN if safe else NINE_PATCH
            bare = _bare_png(data, PICTURE | ANIMATION | beside, exif)
        elif image.source.format == "webp":
            bare = _bare_webp(data, {b"ICCP"} if safe else set(), exif)
        elif image.source.format == "gif":
            bare = _bare_gif(data)
        elif image.source.format == "jpeg":
            bare = _bare_jpeg(data, JPEG_SHOWN if safe else {0xEE: b"Adobe"}, exif)
        elif image.source.format == "tiff":
            bare = bare_tiff(data, strip)
        elif image.source.format == "bmp":
            bare = _bare_bmp(data)
        else:
            return None
        if at_most is not None and len(bare) > at_most:
            return None
        if bare == data or _shows_the_same(bare, image):
            return bare
        # The picture may have been converted when it was loaded.
        return bare if safe and _shows_the_same(bare, load(data, max_pixels=1 << 40)) else None
    except (InputError, struct.error, IndexError, ValueError):
        return None


def _shows_the_same(data: bytes, image: Image) -> bool:
    """Whether a file decodes to the pixels, in the same profile."""
    shown = load(data, max_pixels=1 << 40)
    if shown.source.icc_profile != image.source.icc_profile:
        return False
    if shown.deep is None or image.deep is None:
        return shown.deep is image.deep and np.array_equal(shown.pixels, image.pixels)
    return np.array_equal(shown.deep, image.deep)


def _turning(image: Image) -> bytes | None:
    """Make an EXIF block with only the orientation; None when the picture is upright."""
    exif = image.source.metadata.get("exif")
    turned = orientation_of(exif if isinstance(exif, bytes) else None)
    if turned == 1:
        return None
    return struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, ORIENTATION, 3, 1, turned, 0, 0)


def _bare_png(data: bytes, kept: set[bytes], exif: bytes | None) -> bytes:
    """Keep chunks of these names; damaged ones among them that are not of the picture go, too."""
    bare = [SIGNATURE]
    for name, chunk in chunks_of(data):
        sound = struct.pack(">I", zlib.crc32(chunk[4:-4])) == chunk[-4:]
        if name in kept and (sound or name in PICTURE):
            bare.append(chunk)
        if name == b"IHDR" and exif is not None:
            bare.append(pack_chunk(b"eXIf", exif))
    return b"".join(bare)


def _bare_jpeg(data: bytes, kept: dict[int, bytes], exif: bytes | None) -> bytes:
    """Drop application segments, comments, and bytes after the end."""
    bare = [data[:2]]
    at, marker = 2, 0
    while marker != 0xD9:
        if data[at] != 0xFF:
            raise IndexError("no marker")
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        end = at + 2 + (0 if marker == 0xD9 else struct.unpack_from(">H", data, at + 2)[0])
        is_beside = marker == 0xFE or 0xE0 <= marker <= 0xEF
        if not is_beside or (marker in kept and data.startswith(kept[marker], at + 4)):
            bare.append(data[at:end])
        if exif is not None and (marker == 0xE0 or not is_beside):  # JFIF wants to be the first
            block = b"Exif\0\0" + exif
            bare.insert(
                2 if marker == 0xE0 else 1, struct.pack(">HH", 0xFFE1, len(block) + 2) + block
            )
            exif = None
        if marker == 0xDA:
            start = end
            while data[end] != 0xFF or data[end + 1] == 0 or 0xD0 <= data[end + 1] <= 0xD7:
                end = data.index(b"\xff", end + 1)
            bare.append(data[start:end])
        at = end
    return b"".join(bare)


def _bare_webp(data: bytes, kept: set[bytes], exif: bytes | None) -> bytes:
    """Drop chunks of a RIFF container, and bytes after its end."""
    bare = []
    dropped = sum(bit for name, bit in WEBP_BESIDE.items() if name not in kept)
    for name, chunk in riff.chunks_of(data):
        if name == b"VP8X":
            flags = chunk[8] & ~dropped | (WEBP_BESIDE[b"EXIF"] if exif else 0)
            chunk = chunk[:8] + bytes([flags & 0xFF]) + chunk[9:]
        if name not in WEBP_BESIDE or name in kept:
            bare.append(chunk)
    if exif is not None:
        bare.append(riff.pack_chunk(b"EXIF", exif))
    return riff.pack(bare)


def _bare_gif(data: bytes) -> bytes:
    """Drop comments, plain text and application blocks; a still picture shows none of them."""
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    kept = data[:at]
    while data[at] != 0x3B:
        start = at
        if data[at] == 0x21:
            graphic = data[at + 1] == 0xF9
            at = _behind_blocks(data, at + 2)
            kept += data[start:at] if graphic else b""
        else:
            table = 3 << (data[at + 9] & 7) + 1 if data[at + 9] & 0x80 else 0
            at = _behind_blocks(data, at + 11 + table)
            kept += data[start:at]
    return kept + b"\x3b"


def _bare_bmp(data: bytes) -> bytes:
    """Drop bytes after the pixels, such as a profile, which huepress does not read."""
    (size,) = struct.unpack_from("<I", data, 2)
    (header,) = struct.unpack_from("<I", data, 14)
    if header >= BMP_V5 and struct.unpack_from("<I", data, 14 + 112)[0]:
        raise ValueError("a profile")
    return data[:size] if 54 <= size <= len(data) else data


def _behind_blocks(data: bytes, at: int) -> int:
    """Find the end of a chain of sub-blocks."""
    while data[at]:
        at += 1 + data[at]
    return at + 1
