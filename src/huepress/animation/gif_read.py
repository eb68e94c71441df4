"""GIF's blocks, and its frames drawn on the canvas as the specification and browsers do it.

Pillow unpacks the codes of single images; this module reads which part of the canvas they cover,
what happens to it afterwards, and how long it is shown (GIF89a, CompuServe 1990).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, ImageFile

from huepress.animation.film import Animation, Frame
from huepress.decode import Limits
from huepress.errors import DecodeError, LimitError
from huepress.types import Source

TICKS = 100
"""GIF counts time in hundredths of a second."""

KEEP, BACKGROUND, PREVIOUS = 1, 2, 3
"""What happens to a frame's part of the canvas after its time."""

WANTED = "an undamaged file is needed"


@dataclass(frozen=True, slots=True, eq=False)
class GifFrame:
    """One image of a GIF, not yet unpacked.

    Attributes
    ----------
    left, top, width, height : int
        Its part of the canvas; it may extend beyond.
    colors : ndarray
        (256, 3) uint8: its color table, black beyond the end.
    n_colors : int
        Entries of its color table.
    is_local : bool
        It has a color table of its own.
    clear : int or None
        The index that leaves the canvas as it is.
    ticks : int
        Delay as the file has it.
    dispose : int
        0 to 7.
    is_interlaced : bool
        Rows come in four passes.
    code_size : int
        LZW minimum code size.
    codes : bytes
        Code stream without blocks.
    """

    left: int
    top: int
    width: int
    height: int
    colors: NDArray[np.uint8]
    n_colors: int
    is_local: bool
    clear: int | None
    ticks: int
    dispose: int
    is_interlaced: bool
    code_size: int
    codes: bytes


@dataclass(frozen=True, slots=True, eq=False)
class GifParts:
    """What a GIF is made of."""

    width: int
    height: int
    frames: tuple[GifFrame, ...]
    repeats: int | None
    comments: tuple[bytes, ...]
    is_cut_short: bool


class _Cursor:
    """Reads through bytes, and knows when they end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, n: int) -> bytes:
        if self.at + n > len(self.data):
            raise EOFError
        self.at += n
        return self.data[self.at - n : self.at]

    def blocks(self) -> list[bytes]:
        """Read sub-blocks up to the empty one."""
        found = []
        while size := self.take(1)[0]:
            found.append(self.take(size))
        return found

    def table(self, flags: int) -> NDArray[np.uint8] | None:
        """Read a color table, when the flags say that there is one."""
        if not flags & 128:
            return None
        return np.frombuffer(self.take(3 << ((flags & 7) + 1)), np.uint8).reshape(-1, 3)


def take_apart(name: str, data: bytes, limits: Limits) -> GifParts:
    """Read the blocks of a GIF.

    Raises
    ------
    DecodeError
        Cut short (unless the limits allow that), or damaged.
    LimitError
        Too many pixels, frames or bytes of comments.
    """
    cursor = _Cursor(data)
    frames: list[GifFrame] = []
    comments: list[bytes] = []
    repeats: int | None = None
    control: tuple[int, int | None, int] = (0, None, 0)
    is_cut_short = False
    width = height = 0
    try:
        cursor.take(6)
        width, height, flags, _, _ = struct.unpack("<HHBBB", cursor.take(7))
        if width and height:
            limits.check_size(name, width, height)
        shared = cursor.table(flags)
        while True:
            kind = cursor.take(1)
            if kind == b";":
                break
            if kind == b",":
                frames.append(_image(name, cursor, shared, control, limits))
                control = (0, None, 0)
                if len(frames) > limits.max_frames:
                    raise LimitError(
                        name, "or more frames", len(frames), limits.max_frames, "--max-frames"
                    )
            elif kind == b"!":
                label = cursor.take(1)[0]
                blocks = cursor.blocks()
                if label == 0xF9 and blocks and len(blocks[0]) >= 4:
                    control = _control(blocks[0])
                elif label == 0xFE:
                    comments.append(b"".join(blocks))
                    limits.check_metadata(name, sum(map(len, comments)))
                elif label == 0xFF and blocks and blocks[0][:11] in _LOOPS:
                    repeats = _repeats(blocks, repeats)
                elif label == 0x01:
                    control = (0, None, 0)  # it belonged to the plain text
            elif kind != b"\0":  # stray block terminators occur and are harmless
                raise DecodeError(name, f"damaged GIF (a block of kind {kind[0]})", WANTED)
    except EOFError:
        # Only the last byte may be missing: such files are common, and whole.
        is_cut_short = cursor.at < len(data) or not frames
        if is_cut_short and not (limits.allow_truncated and frames):
            wanted = WANTED if limits.allow_truncated else f"{WANTED} (--allow-truncated reads on)"
            raise DecodeError(name, "is cut short", wanted) from None
    if not frames:
        raise DecodeError(name, "is a GIF without a picture", "at least one is needed")
    if not (width and height):
        width = width or max(frame.left + frame.width for frame in frames)
        height = height or max(frame.top + frame.height for frame in frames)
    limits.check_size(name, width, height)
    return GifParts(width, height, tuple(frames), repeats, tuple(comments), is_cut_short)


_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def _repeats(blocks: list[bytes], before: int | None) -> int | None:
    for block in blocks[1:]:
        if len(block) >= 3 and block[0] & 7 == 1:
            return int.from_bytes(block[1:3], "little")
    return before


def _control(block: bytes) -> tuple[int, int | None, int]:
    flags, ticks, clear = struct.unpack("<BHB", block[:4])
    return flags >> 2 & 7, clear if flags & 1 else None, ticks


def _image(
    name: str,
    cursor: _Cursor,
    shared: NDArray[np.uint8] | None,
    control: tuple[int, int | None, int],
    limits: Limits,
) -> GifFrame:
    left, top, width, height, flags = struct.unpack("<HHHHB", cursor.take(9))
    if width and height:
        limits.check_size(name, width, height)
    local = cursor.table(flags)
    table = local if local is not None else shared
    colors = np.zeros((256, 3), np.uint8)
    if table is not None:
        colors[: len(table)] = table
    if not (width and height) and cursor.data[cursor.at :] == b";":
        # Nothing to be drawn, and no codes.
        return GifFrame(left, top, width, height, colors, 0, False, None, 0, 0, False, 2, b"")
    code_size = cursor.take(1)[0]
    start = cursor.at
    try:
        codes = b"".join(cursor.blocks())
    except EOFError:
        if not limits.allow_truncated:
            raise
        codes, cursor.at = _rest(cursor.data, start), len(cursor.data)
    dispose, clear, ticks = control
    return GifFrame(
        left,
        top,
        width,
        height,
        colors,
        0 if table is None else len(table),
        local is not None,
        clear,
        ticks,
        dispose,
        bool(flags & 64),
        code_size,
        codes,
    )


def _rest(data: bytes, at: int) -> bytes:
    """Join the sub-blocks that are there, although the end is missing."""
    found = []
    while at < len(data) and data[at]:
        found.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return b"".join(found)


_TABLE = bytes(range(255, -1, -1)) * 3
"""Any color table but a ramp of grays, which Pillow would take for gray values."""


def indices_of(name: str, frame: GifFrame, *, allow_truncated: bool) -> NDArray[np.uint8]:
    """Unpack the codes of an image.

    Returns
    -------
    ndarray
        (height, width) uint8.

    Raises
    ------
    DecodeError
        Codes that mean nothing, or too few of them.
    """
    head = b"GIF89a" + struct.pack("<HHBBB", frame.width, frame.height, 0xF7, 0, 0) + _TABLE
    flags = 64 if frame.is_interlaced else 0
    head += b"," + struct.pack("<HHHHB", 0, 0, frame.width, frame.height, flags)
    head += bytes([frame.code_size]) + packed_blocks(frame.codes) + b";"
    try:
        image = GifImagePlugin.GifImageFile(BytesIO(head))
        _load(image, allow_truncated)
    except (OSError, ValueError, EOFError, SyntaxError) as error:
        raise DecodeError(name, f"damaged GIF ({error})", WANTED) from error
    return np.asarray(image)


def _load(image: ImageFile.ImageFile, allow_truncated: bool) -> None:
    try:
        image.load()
    except OSError:
        if not allow_truncated or image._im is None:
            raise
        image.tile = []


def packed_blocks(data: bytes) -> bytes:
    """Split bytes into GIF's sub-blocks, with the empty one at the end."""
    parts = []
    for at in range(0, len(data), 255):
        part = data[at : at + 255]
        parts.append(bytes([len(part)]) + part)
    return b"".join(parts) + b"\0"


def read_gif(source: Source, limits: Limits) -> Animation:
    """Read a GIF as an animation; see `huepress.animation.read`."""
    assert source.data is not None
    parts = take_apart(source.name, source.data, limits)

    def frames() -> Iterator[Frame]:
        return shown_frames(source.name, parts, limits)

    plays = 1 if parts.repeats is None else parts.repeats and parts.repeats + 1
    return Animation(
        parts.width, parts.height, len(parts.frames), plays, frames, source, parts.comments
    )


def shown_frames(name: str, parts: GifParts, limits: Limits) -> Iterator[Frame]:
    """Yield the canvas after each image is drawn on it."""
    canvas = np.zeros((parts.height, parts.width, 4), np.uint8)
    for frame in parts.frames:
        rows, columns = _place(frame, parts)
        before = canvas[rows, columns].copy() if frame.dispose in (PREVIOUS, 4) else None
        if rows.stop > rows.start and columns.stop > columns.start:
            indices = indices_of(name, frame, allow_truncated=limits.allow_truncated)
            indices = indices[: rows.stop - rows.start, : columns.stop - columns.start]
            colors = np.full((256, 4), 255, np.uint8)
            colors[:, :3] = frame.colors
            drawn = colors[indices]
            if frame.clear is not None:
                np.copyto(drawn, canvas[rows, columns], where=(indices == frame.clear)[..., None])
            canvas[rows, columns] = drawn
        yield Frame(canvas.copy(), Fraction(frame.ticks, TICKS))
        if before is not None:
            canvas[rows, columns] = before
        elif frame.dispose == BACKGROUND:
            canvas[rows, columns] = 0


def _place(frame: GifFrame, parts: GifParts) -> tuple[slice, slice]:
    """Return the rows and columns of the canvas that an image covers."""
    top, left = min(frame.top, parts.height), min(frame.left, parts.width)
    bottom = min(frame.top + frame.height, parts.height)
    right = min(frame.left + frame.width, parts.width)
    return slice(top, bottom), slice(left, right)
