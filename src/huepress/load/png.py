"""The chunks of a PNG file: walked and checked here, so that Pillow sees only the picture.

Text, profiles and whatever else a hostile file may blow up never reach a decompressor; the
ancillary chunks are kept as they stand, for the metadata that is carried over.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from huepress.errors import DecodeError
from huepress.load.limits import Limits

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PICTURE = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
ANIMATION = {b"acTL", b"fcTL", b"fdAT"}
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
        Name and content of every other chunk, in the order of the file; damaged ones left out.
    stream : bytes
        The file again with the chunks of the picture alone (and of the animation).
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
        """Give the content of the first ancillary chunk of that name."""
        return next((data for name, data in self.ancillary if name == chunk), None)


def chunks_of(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Walk a PNG's chunks unchecked: the name, and the chunk whole from length to checksum.

    Raises
    ------
    struct.error
        The file ends within one, or before the last.
    """
    at, name = len(SIGNATURE), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        struct.unpack_from(">I", data, end - 4)
        yield name, data[at:end]
        at = end


def pack_chunk(chunk: bytes, data: bytes) -> bytes:
    """Give a PNG chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + chunk + data + struct.pack(">I", zlib.crc32(chunk + data))


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
    if len(data) < 33 or data[12:16] != b"IHDR" or data[8:12] != b"\0\0\0\r":
        raise DecodeError(name, "PNG without a header chunk", WANTED)
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


def _text(chunk: bytes) -> str:
    return chunk.decode("ascii", "backslashreplace")
