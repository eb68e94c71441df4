"""Walk and check the chunks of a PNG file, so that Pillow sees only the picture.

Text, profiles and other chunks that a hostile file may blow up never reach a decompressor; the
ancillary chunks are kept unchanged, for metadata.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from huepress.errors import DecodeError
from huepress.limits import Limits

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PICTURE = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
ANIMATION = {b"acTL", b"fcTL", b"fdAT"}
CRITICAL = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
"""Channels and bits of a sample by color type (PNG, table 11.1)."""
ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""First column and row, and steps, of the passes of interlacing (PNG, 8.2)."""
WANTED = "an undamaged file is needed (--allow-truncated takes what can be read)"


@dataclass(frozen=True, slots=True)
class PngParts:
    """A PNG file taken apart.

    Attributes
    ----------
    width, height, depth, color_type : int
        From the header chunk.
    n_frames : int
        More than 1 for an animation.
    transparent : bytes or None
        The tRNS chunk.
    ancillary : tuple of (bytes, bytes)
        Name and content of every other chunk, in the order of the file, without damaged ones.
    stream : bytes
        The file with only the chunks of the picture (and of the animation).
    notes : tuple of str
        What was left out.
    """

    width: int
    height: int
    depth: int
    color_type: int
    n_frames: int
    transparent: bytes | None
    ancillary: tuple[tuple[bytes, bytes], ...]
    stream: bytes
    notes: tuple[str, ...]

    def find(self, chunk: bytes) -> bytes | None:
        """Return the content of the first ancillary chunk of that name."""
        return next((data for name, data in self.ancillary if name == chunk), None)


def chunks_of(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Walk a PNG's chunks unchecked: the name, and the whole chunk from length to checksum.

    Raises
    ------
    struct.error
        The file ends inside a chunk, or before the last.
    """
    at, name = len(SIGNATURE), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        struct.unpack_from(">I", data, end - 4)
        yield name, data[at:end]
        at = end


def pack_chunk(chunk: bytes, data: bytes) -> bytes:
    """Return a PNG chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + chunk + data + struct.pack(">I", zlib.crc32(chunk + data))


def _require_header(name: str, data: bytes) -> None:
    if data[12:16] == b"CgBI":
        raise DecodeError(
            name,
            "PNG in Xcode's own form (CgBI), which is no PNG any more",
            "take the file from before the build, or turn it back with"
            " `xcrun pngcrush -revert-iphone-optimizations`",
        )
    if len(data) < 33 or data[12:16] != b"IHDR" or data[8:12] != b"\0\0\0\r":
        raise DecodeError(name, "PNG without a header chunk", WANTED)


def take_apart(name: str, data: bytes, limits: Limits) -> PngParts:
    """Walk the chunks of a PNG file.

    Raises
    ------
    DecodeError
        The header is wrong, a chunk of the picture is damaged, or the file ends too early (the
        last two are accepted with ``allow_truncated``).
    LimitError
        Too many pixels or too much metadata.
    """
    view = memoryview(data)
    _require_header(name, data)
    width, height, depth, color_type = struct.unpack(">IIBB", data[16:26])
    limits.check_size(name, width, height)
    kept: list[bytes | memoryview] = [SIGNATURE]
    ancillary: list[tuple[bytes, bytes]] = []
    notes: list[str] = []
    metadata = n_frames = 0
    transparent = None
    has_data = ended = False
    at = len(SIGNATURE)
    while at + 12 <= len(data) and not ended:
        (length,) = struct.unpack_from(">I", data, at)
        chunk = data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data):
            break
        ended = chunk == b"IEND"
        sound = zlib.crc32(view[at + 4 : end - 4]) == struct.unpack_from(">I", data, end - 4)[0]
        picture = chunk in PICTURE
        if not sound and picture and not limits.allow_truncated:
            raise DecodeError(name, f"the checksum of the {_text(chunk)} chunk is wrong", WANTED)
        if not sound and not picture:
            notes.append(f"the damaged {_text(chunk)} chunk was left out")
        elif picture or chunk in ANIMATION:
            if chunk == b"tRNS":
                transparent = data[at + 8 : end - 4]
            elif chunk == b"acTL" and length == 8:
                n_frames = struct.unpack_from(">I", data, at + 8)[0]
            has_data = has_data or chunk == b"IDAT"
            kept.append(view[at:end] if sound else pack_chunk(chunk, data[at + 8 : end - 4]))
        else:
            metadata += length
            limits.check_metadata(name, metadata)
            ancillary.append((chunk, data[at + 8 : end - 4]))
        at = end
    if not ended:
        if not limits.allow_truncated and (not has_data or at < len(data)):
            raise DecodeError(name, "PNG that ends too early", WANTED)
        if len(data) - at > 8 and data[at + 4 : at + 8] == b"IDAT":
            kept.append(pack_chunk(b"IDAT", data[at + 8 :]))
            has_data = True
        kept.append(pack_chunk(b"IEND", b""))
        notes.append("the file ends too early")
    if not has_data:
        raise DecodeError(name, "PNG without image data", WANTED)
    return PngParts(
        width,
        height,
        depth,
        color_type,
        max(n_frames, 1),
        transparent,
        tuple(ancillary),
        b"".join(kept),
        tuple(notes),
    )


def is_strict(data: bytes) -> bool:
    """Whether a PNG follows the specification, so that every decoder shows it.

    The header, the checksums, the order of the chunks of the picture, and the compressed rows to
    their last byte are checked; all decoders ignore bytes after the end.
    """
    if not data.startswith(SIGNATURE):
        return False
    names: list[bytes] = []
    stream: list[bytes] = []
    palette = transparent = 0
    try:
        for name, chunk in chunks_of(data):
            if zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
                return False
            if name[:1].isupper() and name not in CRITICAL:
                return False
            names.append(name)
            if name == b"IDAT":
                stream.append(chunk[8:-4])
            elif name == b"PLTE":
                palette = len(chunk) - 12
            elif name == b"tRNS":
                transparent = len(chunk) - 12
    except struct.error:
        return False
    if not names or names[0] != b"IHDR" or data[8:12] != b"\0\0\0\r":
        return False
    header = struct.unpack_from(">IIBBBBB", data, 16)
    return (
        _are_in_order(names)
        and _has_sound_palette(header, palette, transparent)
        and _has_all_rows(header, b"".join(stream))
    )


def _are_in_order(names: list[bytes]) -> bool:
    """Whether the chunks of the picture occur once each, in order, the data in one run."""
    if any(names.count(name) > 1 for name in (b"IHDR", b"PLTE", b"tRNS", b"IEND")):
        return False
    if b"IDAT" not in names or names[-1] != b"IEND":
        return False
    first, n_data = names.index(b"IDAT"), names.count(b"IDAT")
    if names[first : first + n_data] != [b"IDAT"] * n_data:
        return False
    places = [names.index(name) for name in (b"PLTE", b"tRNS") if name in names]
    return places == sorted(places) and all(place < first for place in places)


def _has_sound_palette(header: tuple[int, ...], palette: int, transparent: int) -> bool:
    """Whether palette and transparency have sizes that fit the header."""
    width, height, depth, color_type, compression, filtering, interlace = header
    if depth not in DEPTHS.get(color_type, ()) or min(width, height) == 0:
        return False
    if compression or filtering or interlace > 1:
        return False
    if color_type == 3:
        return 0 < palette <= 3 << depth and palette % 3 == 0 and transparent <= palette // 3
    has_room = {0: transparent in (0, 2), 2: transparent in (0, 6)}
    return has_room.get(color_type, transparent == 0) and (palette == 0 or color_type in (2, 6))


def _has_all_rows(header: tuple[int, ...], stream: bytes) -> bool:
    """Whether the stream inflates to exactly the rows, each with a valid filter."""
    width, height, depth, color_type, *_, interlace = header
    bits = depth * CHANNELS[color_type]
    passes = ADAM7 if interlace else ((0, 0, 1, 1),)
    rows: list[tuple[int, int]] = []
    for left, top, right, down in passes:
        columns, lines = -(-(width - left) // right), -(-(height - top) // down)
        if columns > 0 and lines > 0:
            rows.append((1 + (columns * bits + 7) // 8, lines))
    inflater = zlib.decompressobj()
    try:
        raw = inflater.decompress(stream, sum(stride * lines for stride, lines in rows) + 1)
        if not inflater.eof:  # only the checksum may be left
            raw += inflater.decompress(inflater.unconsumed_tail, 1)
    except zlib.error:
        return False
    wanted = sum(stride * lines for stride, lines in rows)
    if not inflater.eof or inflater.unused_data or len(raw) != wanted:
        return False
    at = 0
    for stride, lines in rows:
        if max(raw[at : at + stride * lines : stride]) > 4:
            return False
        at += stride * lines
    return True


def _text(chunk: bytes) -> str:
    return chunk.decode("ascii", "backslashreplace")
