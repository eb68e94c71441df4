"""Write the fewest bits a pixel, as pngquant does and callers with 4-bit screens expect.

`compress` itself uses 8 bits for 16 colors where that deflates to fewer bytes.
"""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image

from huepress.encode import oxipng
from huepress.formats.png import chunks_of, pack_chunk

SIGNATURE_LENGTH = 8


def with_fewest_bits(data: bytes) -> bytes:
    """Return an indexed PNG with 1, 2 or 4 bits a pixel if its palette allows; else unchanged."""
    chunks = dict(chunks_of(data))
    header, palette = chunks[b"IHDR"][8:-4], chunks.get(b"PLTE")
    width, height, depth, kind = struct.unpack(">IIBB", header[:10])
    if kind != 3 or palette is None:
        return data
    n_colors = (len(palette) - 12) // 3
    bits = next(bits for bits in (1, 2, 4, 8) if n_colors <= 1 << bits)
    if bits >= depth:
        return data
    with Image.open(io.BytesIO(data)) as opened:
        indices = np.asarray(opened).astype(np.uint8)
    rows = np.zeros((height, -(-width // (8 // bits)) * (8 // bits)), np.uint8)
    rows[:, :width] = indices
    lanes = rows.reshape(height, -1, 8 // bits) << np.arange(8 - bits, -1, -bits, dtype=np.uint8)
    packed = np.bitwise_or.reduce(lanes, axis=2)
    stream = np.hstack([np.zeros((height, 1), np.uint8), packed]).tobytes()
    parts = [data[:SIGNATURE_LENGTH]]
    written = False
    for name, chunk in chunks_of(data):
        if name == b"IHDR":
            parts.append(pack_chunk(b"IHDR", header[:8] + bytes([bits]) + header[9:]))
        elif name == b"IDAT":
            parts += [] if written else [pack_chunk(b"IDAT", zlib.compress(stream, 1))]
            written = True
        else:
            parts.append(chunk)
    return oxipng.optimize_from_memory(
        b"".join(parts),
        level=2,
        bit_depth_reduction=False,
        color_type_reduction=False,
        palette_reduction=False,
        grayscale_reduction=False,
        deflate=oxipng.Deflaters.libdeflater(12),
    )
