"""Layers as an APNG (PNG third edition, W3C 2025, sections 11.3.6 and 12.7)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from huepress.animation.layers import Layer
from huepress.encode import oxipng
from huepress.encode.png import NONE, USUAL
from huepress.errors import EncodeError
from huepress.formats.png import SIGNATURE, chunks_of, pack_chunk
from huepress.types import IndexedImage, Palette, Pixels

FILTERS: Final = {"fast": NONE, "balanced": USUAL, "best": (*USUAL, oxipng.RowFilter.BigEnt)}
LEVEL: Final = {"fast": 9, "balanced": 12, "best": 12}
"""libdeflate's level (encode/png.py)."""

ALL: Final = tuple(getattr(oxipng.RowFilter, name) for name in ("NoOp", "Sub", "Up", "Paeth"))
"""Row filters for true-color pixels."""


@dataclass(frozen=True, eq=False)
class ApngWriter:
    """Writes APNG; see `LayerWriter`.

    Attributes
    ----------
    palette : Palette or None
        The file's palette; None for true color with alpha.
    plays : int
        0 is forever.
    beside : tuple of bytes
        Whole chunks to write before the picture.
    effort : str
        ``fast``, ``balanced`` or ``best``.
    """

    palette: Palette | None
    plays: int
    beside: tuple[bytes, ...] = ()
    effort: str = "balanced"
    step: int = 1
    container: str = "png"

    def encode(self, picture: IndexedImage | Pixels) -> bytes:
        """Return the zlib stream of the pixels."""
        filters = FILTERS[self.effort]
        if isinstance(picture, IndexedImage):
            bits = self._bits
            height, width = picture.indices.shape
            colors = oxipng.ColorType.indexed(picture.palette.colors.tolist())
            data = _packed(picture.indices, bits)
        else:
            bits, (height, width) = 8, picture.shape[:2]
            colors, data = oxipng.ColorType.rgba(), np.ascontiguousarray(picture).tobytes()
            filters = ALL if self.effort == "fast" else (*ALL, oxipng.RowFilter.BigEnt)
        try:
            raw = oxipng.RawImage(data, width, height, color_type=colors, bit_depth=bits)
            made = raw.create_optimized_png(
                level=2,
                filter=list(filters),
                deflate=oxipng.Deflaters.libdeflater(LEVEL[self.effort]),
                fast_evaluation=False,
                bit_depth_reduction=False,
                palette_reduction=False,
                grayscale_reduction=False,
                color_type_reduction=False,
            )
        except oxipng.PngError as error:
            raise EncodeError("png", str(error)) from error
        return b"".join(chunk[8:-4] for name, chunk in chunks_of(made) if name == b"IDAT")

    @property
    def _bits(self) -> int:
        """Bits of an index."""
        n = len(self.palette) if self.palette is not None else 256
        return next(bits for bits in (1, 2, 4, 8) if n <= 1 << bits)

    def join(self, layers: list[Layer]) -> bytes:
        """Put the file together; the first layer is also its still picture."""
        first = layers[0]
        kind = (8, 6) if self.palette is None else (self._bits, 3)
        header = struct.pack(">IIBBBBB", first.width, first.height, *kind, 0, 0, 0)
        out = [SIGNATURE, pack_chunk(b"IHDR", header), *self.beside]
        plays = self.plays if self.plays < 1 << 31 else 0
        out.append(pack_chunk(b"acTL", struct.pack(">II", len(layers), plays)))
        if self.palette is not None:
            colors = self.palette.colors
            out.append(pack_chunk(b"PLTE", colors[:, :3].tobytes()))
            soft = np.flatnonzero(colors[:, 3] < 255)
            if len(soft):
                out.append(pack_chunk(b"tRNS", colors[: soft[-1] + 1, 3].tobytes()))
        number = 0
        for layer in layers:
            out.append(pack_chunk(b"fcTL", _control(layer, number)))
            number += 1
            if layer is first:
                out.append(pack_chunk(b"IDAT", layer.data))
            else:
                out.append(pack_chunk(b"fdAT", struct.pack(">I", number) + layer.data))
                number += 1
        out.append(pack_chunk(b"IEND", b""))
        return b"".join(out)


def _control(layer: Layer, number: int) -> bytes:
    place = (layer.width, layer.height, layer.left, layer.top)
    return struct.pack(">5I2H2B", number, *place, *_delay(layer.duration), 0, layer.blends)


def _delay(seconds: Fraction) -> tuple[int, int]:
    """Return a fraction as numerator and denominator of two bytes each."""
    found = seconds.limit_denominator(65535)
    if found.numerator > 65535:
        found = Fraction(min(round(seconds * 100), 65535), 100)
    return found.numerator, found.denominator


def _packed(indices: np.ndarray, bits: int) -> bytes:
    """Pack indices into bytes, the first in the highest bits; each row starts a new byte."""
    if bits == 8:
        return indices.tobytes()
    per_byte = 8 // bits
    wide = np.pad(indices, ((0, 0), (0, -indices.shape[1] % per_byte)))
    packed = np.zeros((wide.shape[0], wide.shape[1] // per_byte), np.uint8)
    for place in range(per_byte):
        packed |= wide[:, place::per_byte] << (8 - bits * (place + 1))
    return packed.tobytes()
