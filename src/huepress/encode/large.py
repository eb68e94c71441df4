"""PNGs of large pictures, written in strips: little memory, several processors.

oxipng filters and deflates each strip like a separate picture; the deflate streams are then joined
at byte boundaries (`_core.open_end`), as parallel gzips do. A strip cannot copy from the one above,
which costs about a thousandth of the file. The strips depend only on the picture, so the bytes are
the same for any number of threads.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress._threads import side_by_side
from huepress.encode import oxipng
from huepress.formats.png import SIGNATURE, chunks_of, pack_chunk
from huepress.limits import strips
from huepress.types import IndexedImage

STRIP: Final = 2_000_000
LONG_STRIP: Final = 12_000_000
"""About how many bytes of rows make a strip: for pictures that take a bit a pixel and more, and for
others. A strip cannot look back 32 kB and needs its own codes, which costs half a kilobyte."""

FEW: Final = 4
"""Up to this many strips are written one after the other: a second process takes more memory."""

SKETCH: Final = 6
"""libdeflate's level for comparing row filters."""

_ZLIB_HEAD: Final = b"\x78\xda"

Samples = NDArray[np.uint8]
"""(height, bytes of a row) uint8: rows as a PNG has them, without filters."""


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a large picture, strip by strip.

    Attributes
    ----------
    width, height : int
        Pixels.
    color_type, depth : int
        As in a PNG's header.
    palette : bytes
        The chunks PLTE and tRNS, or nothing.
    take : callable
        Maps the rows wanted to their samples.
    """

    width: int
    height: int
    color_type: int
    depth: int
    palette: bytes
    take: Callable[[slice], Samples]

    @property
    def stride(self) -> int:
        """Bytes of a row."""
        channels = {0: 1, 2: 3, 3: 1, 6: 4}[self.color_type]
        return (self.width * self.depth * channels + 7) // 8

    def strips(self, strip: int) -> list[slice]:
        """Cut the rows into strips of about the same height, of at most this many bytes."""
        n_strips = max(1, -(-self.height * self.stride // strip))
        n_strips += n_strips % 2 if n_strips > 1 else 0  # as many for each of two processors
        edges = np.linspace(0, self.height, min(n_strips, self.height) + 1).astype(int).tolist()
        return [slice(top, bottom) for top, bottom in pairwise(edges)]


def write(
    rows: Rows,
    deflate: oxipng.Deflaters,
    filters: Sequence[oxipng.RowFilter] = (oxipng.RowFilter.NoOp,),
    *,
    strip: int = 0,
) -> bytes:
    """Write a PNG with as many threads as `oxipng.threads` says.

    Parameters
    ----------
    rows : Rows
        The picture.
    deflate : Deflaters
        How to deflate.
    filters : sequence of RowFilter
        Each strip uses the one that deflates best.
    strip : int
        Bytes of the rows of a strip; 0: `STRIP`.

    Raises
    ------
    PngError
        oxipng refuses.
    """
    _core.give_back_memory()  # that of the mapping
    parts_of_rows = rows.strips(strip or STRIP)
    last = parts_of_rows[-1]

    def work(part: slice) -> tuple[bytes, int, int]:
        with oxipng.threads(1):
            stream = _filtered(rows, part, filters)
            raw = _deflated(stream, deflate)
        done = raw if part == last else _core.open_end(raw)
        return done, zlib.adler32(stream), len(stream)

    parts, check = [_ZLIB_HEAD], 1
    n_threads = oxipng.n_threads() if len(parts_of_rows) > FEW else 1
    for raw, own, length in side_by_side(work, parts_of_rows, n_threads):
        parts.append(raw)
        check = _joined_adler(check, own, length)
    parts.append(struct.pack(">I", check))
    size = (rows.width, rows.height, rows.depth, rows.color_type, 0, 0, 0)
    head = pack_chunk(b"IHDR", struct.pack(">IIBBBBB", *size))
    body = pack_chunk(b"IDAT", b"".join(parts))
    return b"".join([SIGNATURE, head, rows.palette, body, pack_chunk(b"IEND", b"")])


def rows_of_indices(indexed: IndexedImage, bit_depth: int | None = None) -> Rows:
    """Return the rows of an indexed picture, with this many bits or as few as its palette needs."""
    colors, indices = indexed.palette.colors, indexed.indices
    depth = bit_depth or next(depth for depth in (1, 2, 4, 8) if len(colors) <= 1 << depth)
    palette = pack_chunk(b"PLTE", colors[:, :3].tobytes())
    if colors.shape[1] == 4:
        soft = np.flatnonzero(colors[:, 3] < 255)
        n_soft = int(soft[-1]) + 1 if len(soft) else 0
        palette += pack_chunk(b"tRNS", colors[:n_soft, 3].tobytes()) if n_soft else b""

    def take(rows: slice) -> Samples:
        part = indices[rows]
        if depth == 8:
            return part
        bits = np.unpackbits(part.reshape(*part.shape, 1), axis=2)[..., 8 - depth :]
        return np.packbits(bits.reshape(len(part), -1), axis=1)

    height, width = indices.shape
    return Rows(width, height, 3, depth, palette, take)


def rows_of_pixels(pixels: NDArray[np.uint8] | NDArray[np.uint16], *, clears: bool) -> Rows:
    """Return the rows of unchanged pixels, in one channel if all of them are opaque grays.

    Parameters
    ----------
    pixels : ndarray
        (height, width, 3 or 4), uint8 or uint16.
    clears : bool
        Fully transparent pixels have no color.
    """
    height, width, channels = pixels.shape
    gray = channels == 3 and all(_is_gray(pixels[rows]) for rows in strips(height, width))

    def take(rows: slice) -> Samples:
        part = pixels[rows]
        if gray:
            part = part[..., :1]
        elif clears and channels == 4:
            part = part * (part[..., 3:] > 0)
        big = np.ascontiguousarray(part.astype(">u2") if part.dtype == np.uint16 else part)
        return big.reshape(len(part), -1).view(np.uint8)

    kind = 0 if gray else 2 if channels == 3 else 6
    return Rows(width, height, kind, 8 * pixels.dtype.itemsize, b"", take)


def _is_gray(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> bool:
    return bool((pixels == pixels[..., :1]).all())


def bands_of(rows: Rows, n_bands: int, share: int) -> Rows:
    """Take a few evenly spaced bands of rows, one row in this many; of few rows, take them all."""
    n = rows.height // (n_bands * share)
    if n == 0:
        return rows
    tops = [(2 * i + 1) * rows.height // (2 * n_bands) - n // 2 for i in range(n_bands)]
    samples = np.concatenate([rows.take(slice(top, top + n)) for top in tops])
    return replace(rows, height=len(samples), take=lambda part: samples[part])


def _filtered(rows: Rows, strip: slice, filters: Sequence[oxipng.RowFilter]) -> memoryview:
    """Put the filter before every row of a strip, and do what it says; none in the first row.

    The deflated stream of a strip begins with a byte 0, which oxipng puts there.
    """
    if list(filters) == [oxipng.RowFilter.NoOp]:
        return _unfiltered(rows.take(strip))
    # With the row above, which the filters of the first row would look at.
    top = max(0, strip.start - 1)
    samples = rows.take(slice(top, strip.stop))
    raw = _raw(rows, samples)
    png = raw.create_optimized_png(
        level=0,
        filter=list(filters),
        deflate=oxipng.Deflaters.libdeflater(SKETCH),
        bit_depth_reduction=False,
        color_type_reduction=False,
        palette_reduction=False,
        grayscale_reduction=False,
    )
    stride = rows.stride + 1
    stream = bytearray(zlib.decompress(_idat(png)))
    del stream[: (strip.start - top) * stride]
    stream[:stride] = b"\0" + samples[strip.start - top].tobytes()
    return memoryview(stream)


def _unfiltered(samples: Samples) -> memoryview:
    stream = np.zeros((len(samples), samples.shape[1] + 1), np.uint8)
    stream[:, 1:] = samples
    return stream.data.cast("B")


def _raw(rows: Rows, samples: Samples) -> oxipng.RawImage:
    color = oxipng.ColorType
    kind = {2: color.rgb(), 6: color.rgba()}.get(rows.color_type, color.grayscale())
    data = np.ascontiguousarray(samples).data.cast("B")
    return oxipng.RawImage(data, rows.width, len(samples), color_type=kind, bit_depth=rows.depth)


def _deflated(stream: memoryview, deflate: oxipng.Deflaters) -> bytes:
    """Deflate bytes of which the first is 0: to oxipng they are one row of grays."""
    row = stream[1:]
    raw = oxipng.RawImage(row, len(row), 1, color_type=oxipng.ColorType.grayscale(), bit_depth=8)
    png = raw.create_optimized_png(
        level=0,
        filter=[oxipng.RowFilter.NoOp],
        deflate=deflate,
        bit_depth_reduction=False,
        color_type_reduction=False,
        palette_reduction=False,
        grayscale_reduction=False,
    )
    return _idat(png)[2:-4]


def _idat(png: bytes) -> bytes:
    return b"".join(chunk[8:-4] for name, chunk in chunks_of(png) if name == b"IDAT")


def _joined_adler(first: int, second: int, length: int) -> int:
    """Adler-32 of two runs of bytes from those of each, the second of which has a length."""
    prime = 65521
    low = ((first & 0xFFFF) + (second & 0xFFFF) - 1) % prime
    high = ((first >> 16) + (second >> 16) + ((first & 0xFFFF) - 1) * (length % prime)) % prime
    return high << 16 | low
