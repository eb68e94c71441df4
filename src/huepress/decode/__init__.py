"""From a path, bytes, file object, Pillow image or array to one upright Image in RGB(A).

Every file is hostile until decoded: limits are checked before memory is taken, and a file that
cannot be decoded is refused in one line. Alpha is kept only when some pixel is not opaque.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from huepress.errors import LimitError, OptionError, OutOfMemoryError
from huepress.limits import Limits
from huepress.types import Image, Source

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

    from huepress.decode.frame import Frame
    from huepress.decode.pixels import Decoded
    from huepress.options import CompressOptions

__all__ = ["ImageSource", "Limits", "limits_of", "load", "load_with", "read"]

ImageSource: TypeAlias = (
    "str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | PillowImage"
    " | NDArray[Any] | Image"
)
"""What load() takes."""


DEFAULTS = Limits()


def load(
    source: ImageSource,
    *,
    max_pixels: int = DEFAULTS.max_pixels,
    max_bytes: int = DEFAULTS.max_bytes,
    max_metadata: int = DEFAULTS.max_metadata,
    max_frames: int = DEFAULTS.max_frames,
    allow_truncated: bool = False,
    frame: int | None = None,
    icc: str = "keep",
    name: str | None = None,
) -> Image:
    """Load one still picture.

    Parameters
    ----------
    source : path, bytes, file object, PIL image, ndarray or Image
        Arrays: (height, width) or (height, width, 1 to 4), bool, uint8, uint16, or float in 0-1;
        gray, gray and alpha, RGB, or straight RGBA. Arrays are copied. An Image is returned as
        it is.
    max_pixels, max_bytes, max_metadata, max_frames, allow_truncated
        See Limits.
    frame : int or None
        The frame of an animation or the page of a document to take, from 0.
    icc : {"keep", "srgb"}
        Keep pixel values in their RGB profile, or convert them to sRGB. What PNG cannot show
        (CMYK, Lab, gray profiles, profiles made of tables) is converted in either case.
    name : str or None
        Name of the source in messages; None: its path, or a word such as ``<bytes>``.

    Returns
    -------
    Image
        Upright (the EXIF orientation is applied).

    Raises
    ------
    DecodeError
        Not a picture, damaged, cut short, or with several frames and none asked for.
    LimitError
        Too many pixels, bytes, frames or bytes of metadata; found before memory is taken for
        them, or when memory runs out.
    OptionError
        ``icc`` is neither.
    InputError
        The file cannot be read, or the array has another shape, type or range.

    Examples
    --------
    >>> import numpy as np
    >>> from huepress import load
    >>> image = load(np.zeros((2, 3, 4), np.uint8))
    >>> image.height, image.width, image.has_alpha
    (2, 3, True)
    """
    if isinstance(source, Image):
        return source
    if icc not in ("keep", "srgb"):
        raise OptionError("icc", icc, "keep, srgb")
    limits = Limits(max_pixels, max_bytes, max_metadata, max_frames, allow_truncated)
    from PIL.Image import Image as PillowImage

    from huepress.decode.reading import name_of

    try:
        if isinstance(source, np.ndarray):
            return _from_array(name or "<array>", source, limits)
        name = name or name_of(source)
        if isinstance(source, PillowImage):
            return _from_pillow(name, source, limits, frame, icc)
        return _from_file(name, read(source, limits, name=name), limits, frame, icc)
    except MemoryError as error:
        raise OutOfMemoryError(name or name_of(source)) from error


def load_with(source: ImageSource, options: CompressOptions, *, name: str | None = None) -> Image:
    """Load one still picture with these options; see load().

    It is cut and made smaller as they ask. The pixels, also those of an Image, are converted to
    sRGB if the result cannot carry a profile or must show colors given in sRGB.
    """
    from huepress.decode.reshape import reshaped

    how = how_to_load(options)
    if isinstance(source, Image) and how["icc"] == "srgb":
        return reshaped(_in_srgb(source), options)
    return reshaped(load(source, **how, name=name), options)


def how_to_load(options: CompressOptions) -> dict[str, Any]:
    """Return the arguments of load() for these options."""
    bare = options.strip == "all" or options.format in ("gif", "bmp", "jxl")
    given = options.palette is not None or bool(options.keep_color)
    return {
        "max_pixels": options.max_pixels,
        "max_bytes": options.max_bytes,
        "max_metadata": options.max_metadata,
        "max_frames": options.max_frames,
        "allow_truncated": options.allow_truncated,
        "frame": options.frame,
        "icc": "srgb" if bare or given else options.icc,
    }


def _in_srgb(image: Image) -> Image:
    """Convert a picture that was loaded with its profile to sRGB."""
    if image.source.icc_profile is None:
        return image
    from huepress.decode.color import Meaning, settle
    from huepress.decode.pixels import Decoded

    meaning = Meaning(image.source.icc_profile, notes=image.source.notes)
    decoded, meaning = settle(Decoded(image.pixels, image.deep), meaning, "srgb")
    metadata = {k: v for k, v in image.source.metadata.items() if k != "color_chunks"}
    source = replace(
        image.source,
        icc_profile=None,
        metadata=metadata,
        notes=meaning.notes,
        is_converted=image.source.is_converted or meaning.is_converted,
    )
    return _finish(decoded, source)


def limits_of(options: CompressOptions) -> Limits:
    """Return the limits set by the options."""
    return Limits(
        options.max_pixels,
        options.max_bytes,
        options.max_metadata,
        options.max_frames,
        options.allow_truncated,
    )


def read(
    source: str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO,
    limits: Limits | None = None,
    *,
    name: str | None = None,
) -> bytes:
    """Read the bytes of a path, a bytes-like or a binary file object, within the limit.

    Raises
    ------
    InputError, LimitError, TypeError
        It cannot be read; it has more than ``max_bytes``; it is of the wrong type.
    """
    from huepress.decode.reading import name_of, read_path, read_stream, require_content

    limits = limits or Limits()
    name = name or name_of(source)
    if isinstance(source, str | os.PathLike):
        data = read_path(source, limits.max_bytes)
    elif isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
        if len(data) > limits.max_bytes:
            raise LimitError(name, "bytes", len(data), limits.max_bytes, "--max-bytes")
    elif hasattr(source, "read"):
        data = read_stream(source, limits.max_bytes)
    else:
        raise TypeError(
            f"a path, bytes, file object, PIL image or array is needed, not {type(source).__name__}"
        )
    require_content(name, data)
    return data


def _from_array(name: str, array: NDArray[Any], limits: Limits) -> Image:
    from huepress.decode.pixels import from_array

    if array.ndim >= 2:
        limits.check_size(name, array.shape[1], array.shape[0])
    decoded = from_array(name, array)
    source = Source(
        name,
        has_alpha=decoded.pixels.shape[2] == 4,
        notes=decoded.notes,
        is_converted=decoded.is_rounded,
    )
    return _finish(decoded, source)


def _from_file(name: str, data: bytes, limits: Limits, frame: int | None, icc: str) -> Image:
    from contextlib import nullcontext

    from huepress.decode.frame import decode
    from huepress.decode.quiet import quiet_libtiff, quiet_pillow
    from huepress.formats.signatures import require_format

    kind = require_format(name, data)
    with quiet_pillow, quiet_libtiff if kind == "tiff" else nullcontext():
        found = decode(name, data, kind, limits=limits, frame=frame, icc=icc)
    return _upright(found, Source(name, kind, data))


def _from_pillow(
    name: str, image: PillowImage, limits: Limits, frame: int | None, icc: str
) -> Image:
    from huepress.decode.frame import decode_opened
    from huepress.decode.quiet import quiet_pillow

    with quiet_pillow:
        found = decode_opened(name, image, limits=limits, frame=frame, icc=icc)
    return _upright(found, Source(name, image.format.lower() if image.format else None))


def _upright(found: Frame, source: Source) -> Image:
    """Turn the frame upright and keep the facts."""
    from huepress.decode.orientation import turned_density, upright

    before = found.decoded.without_opaque_alpha()
    turned = replace(
        before,
        pixels=upright(before.pixels, found.orientation),
        deep=None if before.deep is None else upright(before.deep, found.orientation),
    )
    found.metadata.update(turned_density(found.metadata, found.orientation))
    if found.meaning.chunks:
        found.metadata["color_chunks"] = found.meaning.chunks
    return _finish(
        turned,
        Source(
            source.name,
            source.format,
            source.data,
            found.meaning.profile,
            has_alpha=found.has_alpha,
            metadata=found.metadata,
            notes=found.notes,
            is_part=found.is_part,
            is_converted=found.meaning.is_converted or turned.is_rounded,
        ),
    )


def _finish(decoded: Decoded, source: Source) -> Image:
    decoded = decoded.without_opaque_alpha()
    return Image(decoded.pixels, source, decoded.deep)
