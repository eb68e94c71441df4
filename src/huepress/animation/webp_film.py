"""Layers as an animated WebP of lossless frames (RFC 9649, section 2.7)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image

from huepress.animation.layers import Layer
from huepress.encode import webp
from huepress.errors import EncodeError
from huepress.formats import riff
from huepress.types import IndexedImage, Pixels

MOST_MS = (1 << 24) - 1
"""Most thousandths of a second that a frame can be shown."""


SMALL: Final = 1 << 16
"""Pixels up to which libwebp is tried, too: its headers are 30 bytes shorter, of 150."""


@dataclass(frozen=True, eq=False)
class WebpWriter:
    """Writes animated WebP; see `LayerWriter`.

    Attributes
    ----------
    plays : int
        0 is forever.
    icc_profile : bytes or None
        Content of the ICCP chunk.
    effort : str
        ``fast``, ``balanced`` or ``best``.
    """

    plays: int
    icc_profile: bytes | None = None
    effort: str = "balanced"
    step: int = 2
    container: str = "webp"

    def encode(self, picture: IndexedImage | Pixels) -> bytes:
        """Return a VP8L chunk: of small pictures the smaller of ours and libwebp's."""
        ours = self._by_us(picture)
        pixels = picture.to_pixels() if isinstance(picture, IndexedImage) else picture
        height, width = pixels.shape[:2]
        if height * width > SMALL or self.effort == "fast":
            return ours
        theirs = BytesIO()
        image = Image.fromarray(_without_alpha(pixels))
        image.save(theirs, "WEBP", lossless=True, quality=100, method=6, exact=True)
        return min(ours, _bitstream(theirs.getvalue()), key=len)

    def _by_us(self, picture: IndexedImage | Pixels) -> bytes:
        if isinstance(picture, IndexedImage):
            data = webp.encode_indexed(picture, effort=self.effort).data
        else:
            data = webp.encode_pixels(_without_alpha(picture), effort=self.effort)
        return _bitstream(data)

    def join(self, layers: list[Layer]) -> bytes:
        """Put the file together."""
        first = layers[0]
        if max(first.width, first.height) > webp.LARGEST:
            raise EncodeError("webp", f"{first.width}x{first.height} pixels")
        flags = 0x12 | (0x20 if self.icc_profile else 0)
        size = _three(first.width - 1) + _three(first.height - 1)
        parts = [riff.pack_chunk(b"VP8X", struct.pack("<I", flags) + size)]
        if self.icc_profile:
            parts.append(riff.pack_chunk(b"ICCP", self.icc_profile))
        plays = self.plays if self.plays < 1 << 16 else 0
        parts.append(riff.pack_chunk(b"ANIM", struct.pack("<IH", 0, plays)))
        now, written = Fraction(0), 0
        for layer in layers:
            now += layer.duration
            milliseconds = min(round(now * 1000) - written, MOST_MS)
            written = round(now * 1000)
            place = _three(layer.left // 2) + _three(layer.top // 2)
            size = _three(layer.width - 1) + _three(layer.height - 1)
            how = bytes([0 if layer.blends else 2])
            frame = place + size + _three(milliseconds) + how + layer.data
            parts.append(riff.pack_chunk(b"ANMF", frame))
        return riff.pack(parts)


def _without_alpha(pixels: Pixels) -> Pixels:
    """Drop alpha where nothing is transparent."""
    opaque = pixels.shape[2] == 4 and int(pixels[..., 3].min()) == 255
    return np.ascontiguousarray(pixels[..., :3] if opaque else pixels)


def _bitstream(data: bytes) -> bytes:
    return next(chunk for name, chunk in riff.chunks_of(data) if name == b"VP8L")


def _three(value: int) -> bytes:
    return value.to_bytes(3, "little")
