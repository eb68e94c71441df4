"""From the bytes of a file to the pixels of one frame, through Pillow."""

from __future__ import annotations

import importlib
import re
import struct
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageFile

from huepress.decode import color, depth
from huepress.decode.pixels import Decoded, as_decoded, from_pillow, with_key
from huepress.errors import DecodeError, FramesError, InputError, LimitError
from huepress.formats import gainmap, png
from huepress.formats import riff as webp
from huepress.formats.exif import ORIENTATION, orientation_of
from huepress.limits import Limits

PLUGINS = {
    "png": ("PngImagePlugin", "PngImageFile"),
    # The plain class, not Pillow's factory: a multi-picture file shows its first picture.
    "jpeg": ("JpegImagePlugin", "JpegImageFile"),
    "webp": ("WebPImagePlugin", "WebPImageFile"),
    "gif": ("GifImagePlugin", "GifImageFile"),
    "bmp": ("BmpImagePlugin", "BmpImageFile"),
    "tiff": ("TiffImagePlugin", "TiffImageFile"),
    "avif": ("AvifImagePlugin", "AvifImageFile"),
    "ppm": ("PpmImagePlugin", "PpmImageFile"),
    "ico": ("IcoImagePlugin", "IcoImageFile"),
    "qoi": ("QoiImagePlugin", "QoiImageFile"),
    "jpeg2000": ("Jpeg2KImagePlugin", "Jpeg2KImageFile"),
}

FAULTS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    EOFError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
    SystemError,
    struct.error,
    zlib.error,
    PillowImage.DecompressionBombWarning,
)
"""Exceptions of Pillow's plugins on damaged files (found by mutating files of every format)."""

WANTED = "an undamaged file is needed"
WANTED_WHOLE = "an undamaged file is needed (--allow-truncated takes what can be read)"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded frame and the facts found with it."""

    decoded: Decoded
    has_alpha: bool
    orientation: int
    metadata: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    meaning: color.Meaning = field(default_factory=color.Meaning)
    is_part: bool = False


def decode(
    name: str, data: bytes, kind: str, *, limits: Limits, frame: int | None, icc: str
) -> Frame:
    """Decode one frame of a file.

    Parameters
    ----------
    name : str
        For messages.
    data : bytes
        The file.
    kind : str
        From `signatures.format_of`.
    frame : int or None
        Which frame or page, from 0; None: the file must have only one.
    icc : str
        ``keep`` or ``srgb``, see color.settle().

    Raises
    ------
    DecodeError, LimitError
        See load().
    """
    parts = None
    metadata: dict[str, Any] = {}
    if kind == "png":
        parts = png.take_apart(name, data, limits)
        data = parts.stream
    elif kind == "webp":
        limits.check_size(name, *webp.claimed_size(name, data))
    try:
        module, cls = PLUGINS[kind]
        opener = getattr(importlib.import_module(f"PIL.{module}"), cls)
        if parts is not None and (parts.depth, parts.color_type) == (16, 4):
            decoded = _gray_alpha_16(opener, parts, limits)
            meaning = color.of_png(parts, limits)
        else:
            decoded, meaning, metadata = _opened(name, data, kind, opener, parts, limits, frame)
        decoded, meaning = color.settle(decoded, meaning, icc)
    except (InputError, MemoryError):
        raise
    except PillowImage.DecompressionBombError as error:
        pixels, limit = (int(number) for number in re.findall(r"\d+", str(error))[:2])
        raise LimitError(name, "pixels", pixels, limit, "PIL.Image.MAX_IMAGE_PIXELS") from error
    except FAULTS as error:
        wanted = WANTED_WHOLE if isinstance(error, CutShortError) else WANTED
        raise DecodeError(name, f"damaged {kind.upper()} ({_one_line(error)})", wanted) from error
    notes = (*decoded.notes, *meaning.notes)
    if gainmap.has_gain_map(kind, data):
        notes = (*notes, gainmap.NOTE)
    metadata.pop("icc_profile", None)
    exif = metadata.get("exif")
    if parts is not None:
        notes = (*parts.notes, *notes)
        metadata["chunks"] = parts.ancillary
        exif = parts.find(b"eXIf")
        if exif is not None:
            metadata["exif"] = exif
    return Frame(
        decoded,
        decoded.pixels.shape[2] == 4,
        orientation_of(exif if isinstance(exif, bytes) else None),
        metadata,
        notes,
        meaning,
        limits.allow_truncated or frame is not None,
    )


def _opened(
    name: str,
    data: bytes,
    kind: str,
    opener: Callable[..., Any],
    parts: png.PngParts | None,
    limits: Limits,
    frame: int | None,
) -> tuple[Decoded, color.Meaning, dict[str, Any]]:
    """Let Pillow decode a frame: its values, what they mean, what else the file says."""
    image = opener(BytesIO(data))
    limits.check_size(name, *image.size)
    metadata = {key: value for key, value in image.info.items() if isinstance(key, str)}
    choose_frame(name, image, frame, limits)
    key = None
    if parts is not None and parts.color_type in (0, 2):
        image.info.pop("transparency", None)  # for gray it is right only at 8 bits
        key = _key_of(parts)
    if parts is not None:
        meaning = color.of_png(parts, limits)
    else:
        limits.check_metadata(name, _size_of(metadata))
        meaning = color.of_file(kind, data, metadata)
    if kind == "ppm" and image.mode == "RGB" and (deep := depth.deep_ppm(data)) is not None:
        decoded = as_decoded(deep)
    else:
        low = _low_bytes(opener, data, image, limits)
        _read(image, limits)
        n_bits = depth.bits_lost(kind, data, image.mode)
        image, meaning = color.to_rgb(image, meaning)
        decoded = from_pillow(name, image) if low is None else _join_bytes(image, low)
        decoded = depth.told(with_key(decoded, key), n_bits)
    return decoded, meaning, metadata


def decode_opened(
    name: str, image: PillowImage.Image, *, limits: Limits, frame: int | None, icc: str
) -> Frame:
    """Decode a frame of an image that is open in Pillow; the caller's image is unchanged.

    Raises
    ------
    DecodeError, LimitError
        See load().
    """
    try:
        limits.check_size(name, *image.size)
        before = image.tell()
        choose_frame(name, image, frame, limits)
        image.load()
        shown, meaning = color.to_rgb(image, color.of_file("", b"", image.info))
        decoded, meaning = color.settle(from_pillow(name, shown), meaning, icc)
        if image.tell() != before:
            image.seek(before)
        orientation = _orientation_in(image)
    except (InputError, MemoryError):
        raise
    except FAULTS as error:
        raise DecodeError(name, f"damaged picture ({_one_line(error)})", WANTED) from error
    metadata = {key: value for key, value in image.info.items() if isinstance(key, str)}
    metadata.pop("icc_profile", None)
    has_alpha = decoded.pixels.shape[2] == 4
    notes = (*decoded.notes, *meaning.notes)
    return Frame(decoded, has_alpha, orientation, metadata, notes, meaning)


def _orientation_in(image: PillowImage.Image) -> int:
    """Read the orientation of an image open in Pillow; damaged EXIF is ignored."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except FAULTS:
        return 1


def choose_frame(name: str, image: PillowImage.Image, frame: int | None, limits: Limits) -> None:
    """Seek to the frame asked for.

    Raises
    ------
    DecodeError
        More than one frame but none was asked for, or fewer than asked for.
    LimitError
        More than ``max_frames``.
    """
    n_frames = int(getattr(image, "n_frames", 1))
    if n_frames > limits.max_frames:
        raise LimitError(name, "frames", n_frames, limits.max_frames, "--max-frames")
    shown = list(range(n_frames))
    word = "frames"
    if image.format == "TIFF" and n_frames > 1:
        word = "pages"
        shown = [page for page in shown if _is_full_page(image, page)] or shown
    if len(shown) > 1 and frame is None:
        raise FramesError(name, len(shown), word)
    wanted = 0 if frame is None else frame
    if not 0 <= wanted < len(shown):
        last = len(shown) - 1
        has = f"{len(shown)} {word}" if last else word.removesuffix("s")
        which = f"--frame takes 0 to {last}" if last else "--frame takes 0"
        raise DecodeError(name, f"has {has if last else 'one ' + has}, no number {wanted}", which)
    if n_frames > 1:
        image.seek(shown[wanted])
        limits.check_size(name, *image.size)


def _is_full_page(image: PillowImage.Image, page: int) -> bool:
    """Whether a TIFF page is neither a thumbnail nor a mask (tag 254, NewSubfileType)."""
    image.seek(page)
    return not int(getattr(image, "tag_v2", {}).get(254, 0)) & 5


class CutShortError(OSError):
    """Only some of the pixels were there."""


def _read(image: ImageFile.ImageFile, limits: Limits) -> None:
    """Decode the pixels; for a file cut short, those that are there, if that is allowed."""
    try:
        image.load()
    except (OSError, SyntaxError, struct.error, zlib.error) as error:
        if image._im is None:
            raise
        if not limits.allow_truncated:
            raise CutShortError(str(error)) from error
        image.tile = []  # pixels decoded so far stay, the rest is black


def _low_bytes(
    opener: Any, data: bytes, image: ImageFile.ImageFile, limits: Limits
) -> NDArray[np.uint8] | None:
    """Decode a second time, for the lower byte of every 16-bit sample.

    Pillow keeps the upper byte of 16-bit RGB(A); told the other byte order, it keeps the lower.
    """
    if image.mode not in ("RGB", "RGBA") or not image.tile:
        return None
    raw = image.tile[0].args
    raw = raw[0] if isinstance(raw, tuple) else raw
    if not isinstance(raw, str) or not raw.startswith(("RGB;16", "RGBA;16")):
        return None
    other = {"L": "B", "B": "L", "N": "B" if sys.byteorder == "little" else "L"}[raw[-1]]
    twin = opener(BytesIO(data))
    twin.seek(image.tell())
    swapped = raw[:-1] + other
    twin.tile = [
        tile._replace(args=(swapped, *tile.args[1:]) if isinstance(tile.args, tuple) else swapped)
        for tile in twin.tile
    ]
    _read(twin, limits)
    return np.asarray(twin)


def _join_bytes(image: PillowImage.Image, low: NDArray[np.uint8]) -> Decoded:
    """Join the upper and lower bytes of 16-bit samples."""
    return as_decoded(np.asarray(image).astype(np.uint16) << 8 | low)


def _key_of(parts: png.PngParts) -> NDArray[np.int64] | None:
    """Read the color that a PNG's tRNS chunk makes clear, in the depth of the decoded pixels."""
    n = 1 if parts.color_type == 0 else 3
    if parts.transparent is None or len(parts.transparent) < 2 * n:
        return None
    key = np.frombuffer(parts.transparent[: 2 * n], ">u2").astype(np.int64)
    if parts.depth == 16:
        return key
    most = (1 << parts.depth) - 1  # bits above the depth do not count (PNG, 11.3.2.1)
    return (key & most) * 255 // most


def _gray_alpha_16(opener: Any, parts: png.PngParts, limits: Limits) -> Decoded:
    """Decode 16-bit gray and alpha as four channels of one byte: PNG filters both alike."""
    header = bytearray(parts.stream[16:29])
    header[8:10] = b"\x08\x06"
    head = png.SIGNATURE + png.pack_chunk(b"IHDR", bytes(header))
    image = opener(BytesIO(head + parts.stream[33:]))
    _read(image, limits)
    return as_decoded(np.asarray(image).view(">u2").astype(np.uint16))


def _size_of(metadata: dict[str, Any]) -> int:
    return sum(len(value) for value in metadata.values() if isinstance(value, bytes | str))


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text[:120] or type(error).__name__
