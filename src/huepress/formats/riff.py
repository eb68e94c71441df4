"""The chunks of a WebP file (RIFF): walk them, pack them, and read the size in the first one."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from huepress.errors import DecodeError

WANTED = "an undamaged file is needed"


def claimed_size(name: str, data: bytes) -> tuple[int, int]:
    """Read width and height from the first chunk of a WebP file.

    Raises
    ------
    DecodeError
        The first chunk is unknown to WebP, or cut off.
    """
    kind = data[12:16]
    if len(data) >= 30:
        if kind == b"VP8X":
            return (
                int.from_bytes(data[24:27], "little") + 1,
                int.from_bytes(data[27:30], "little") + 1,
            )
        if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
            return (
                int.from_bytes(data[26:28], "little") & 0x3FFF,
                int.from_bytes(data[28:30], "little") & 0x3FFF,
            )
    if kind == b"VP8L" and len(data) >= 25 and data[20] == 0x2F:
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise DecodeError(name, "WebP with a damaged header", WANTED)


def chunks_of(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Walk the chunks up to the end of the container: the name, and the whole padded chunk.

    Raises
    ------
    struct.error
        The file ends inside the header.
    """
    end = min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    at = 12
    while at + 8 <= end:
        name, size = struct.unpack_from("<4sI", data, at)
        chunk = data[at : at + 8 + size + size % 2]
        yield name, chunk
        at += len(chunk)


def pack_chunk(name: bytes, content: bytes) -> bytes:
    """Return a chunk with its length, padded to whole words."""
    return struct.pack("<4sI", name, len(content)) + content + b"\0" * (len(content) % 2)


def pack(chunks: Iterable[bytes]) -> bytes:
    """Put a WebP file together."""
    body = b"WEBP" + b"".join(chunks)
    return struct.pack("<4sI", b"RIFF", len(body)) + body
