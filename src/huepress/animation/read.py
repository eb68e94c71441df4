"""From a file to an animation: GIF, APNG and WebP."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from typing import Any, Final

import numpy as np

from huepress.animation.film import Animation, Frame
from huepress.animation.gif_read import read_gif
from huepress.decode import Limits
from huepress.decode.frame import FAULTS
from huepress.decode.pixels import from_pillow
from huepress.decode.quiet import quiet_pillow
from huepress.errors import DecodeError, InputError, LimitError
from huepress.formats.riff import claimed_size
from huepress.formats.signatures import format_of
from huepress.types import Pixels, Source

FORMATS: Final = ("gif", "png", "webp")
"""Formats in which animations are read and written."""

MOST_FRAMES: Final = 64
"""All frames together may have as many pixels as this many pictures of `max_pixels`."""

WANTED: Final = "an undamaged file is needed"


def read_animation(name: str, data: bytes, limits: Limits) -> Animation:
    """Read an animation.

    Parameters
    ----------
    name : str
        For messages.
    data : bytes
        A GIF, APNG or WebP; a still gives an animation of one frame.
    limits : Limits
        How large it may be.

    Raises
    ------
    DecodeError
        Not an animation, damaged, or cut short. Damage in the middle of a film shows only when its
        frames are read.
    LimitError
        Too many pixels or frames.
    """
    kind = format_of(data)
    is_deep = kind == "png" and data[24:25] == b"\x10"
    source = Source(name, kind, data, has_alpha=True, is_converted=is_deep)
    if kind == "gif":
        animation = read_gif(source, limits)
    elif kind in ("png", "webp"):
        with quiet_pillow:
            animation = _read_by_pillow(source, limits)
    else:
        raise DecodeError(name, "is no animation", "GIF, APNG or WebP is needed")
    check_length(animation, limits)
    return animation


def check_length(animation: Animation, limits: Limits) -> None:
    """Refuse a film with more pixels in all frames than `MOST_FRAMES` pictures of `max_pixels`."""
    pixels = animation.width * animation.height * animation.n_frames
    most = limits.max_pixels * MOST_FRAMES
    if pixels > most:
        raise LimitError(
            animation.source.name, "pixels in all frames", pixels, most, "--max-pixels"
        )


def _read_by_pillow(source: Source, limits: Limits) -> Animation:
    data, name = source.data or b"", source.name
    if source.format == "webp":
        limits.check_size(name, *claimed_size(name, data))
    image = _opened(source, limits)
    n_frames = int(getattr(image, "n_frames", 1))
    # The first picture of an APNG may be only for programs that show no animations.
    first = int(bool(image.info.get("default_image")))
    if n_frames - first > limits.max_frames:
        raise LimitError(name, "frames", n_frames - first, limits.max_frames, "--max-frames")
    plays = int(image.info.get("loop", 0 if n_frames > 1 else 1))

    def frames() -> Iterator[Frame]:
        return _frames(source, limits, first, n_frames)

    width, height = image.size
    return Animation(width, height, n_frames - first, plays, frames, source)


def _opened(source: Source, limits: Limits) -> Any:
    plugin = {"png": "PngImagePlugin", "webp": "WebPImagePlugin"}[source.format or ""]
    opener = {"png": "PngImageFile", "webp": "WebPImageFile"}[source.format or ""]
    try:
        image = getattr(importlib.import_module(f"PIL.{plugin}"), opener)(
            BytesIO(source.data or b"")
        )
        limits.check_size(source.name, *image.size)
    except InputError:
        raise
    except FAULTS as error:
        raise _damaged(source, error) from error
    return image


def _frames(source: Source, limits: Limits, first: int, n_frames: int) -> Iterator[Frame]:
    with quiet_pillow:
        image = _opened(source, limits)
    for number in range(first, n_frames):
        try:
            with quiet_pillow:
                image.seek(number)
                image.load()
                pixels = clean(from_pillow(source.name, image).pixels)
                duration = _seconds(image)
        except InputError:
            raise
        except FAULTS as error:
            if limits.allow_truncated and number > first:
                return
            raise _damaged(source, error) from error
        yield Frame(pixels, duration)


def _seconds(image: Any) -> Fraction:
    """Return the duration of the frame in seconds; Pillow has it in thousandths."""
    milliseconds = image.info.get("duration", 0)
    return Fraction(milliseconds).limit_denominator(1 << 20) / 1000


def clean(pixels: Pixels) -> Pixels:
    """Return pixels as RGBA whose clear ones are (0, 0, 0, 0)."""
    if pixels.shape[2] == 4:
        return np.where(pixels[..., 3:] > 0, pixels, np.uint8(0))
    return np.concatenate([pixels, np.full_like(pixels[..., :1], 255)], axis=2)


def _damaged(source: Source, error: BaseException) -> DecodeError:
    text = " ".join(str(error).split())[:120] or type(error).__name__
    return DecodeError(source.name, f"damaged {(source.format or '').upper()} ({text})", WANTED)
