"""Layers as an animated WebP of lossless frames (RFC 9649, section 2.7)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from huepress.animation.layers import Layer
from huepress.encode import webp
from huepress.errors import EncodeError
from huepress.formats import riff
from huepress.types import IndexedImage, Pixels

MOST_MS = (1 << 24) - 1
"""Most thousandths of a second that a frame can be shown."""


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
        """Return a VP8L chunk."""
        if isinstance(picture, IndexedImage):
            data = webp.encode_indexed(picture, effort=self.effort).data
        else:
            opaque = picture.shape[2] == 4 and int(picture[..., 3].min()) == 255
            pixels = np.ascontiguousarray(picture[..., :3] if opaque else picture)
            data = webp.encode_pixels(pixels, effort=self.effort)
        return next(chunk for name, chunk in riff.chunks_of(data) if name == b"VP8L")

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


def _three(value: int) -> bytes:
    return value.to_bytes(3, "little")
