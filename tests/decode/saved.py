"""Files that are made for a test."""

import io
import zlib

import numpy as np

from huepress.formats.png import SIGNATURE, pack_chunk


def save(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def png16(samples, color_type, interlace=0):
    """A 16-bit PNG of (h, w, c) uint16, which Pillow cannot write for colors."""
    height, width = samples.shape[:2]
    header = np.array([width, height], ">u4").tobytes() + bytes([16, color_type, 0, 0, interlace])
    rows = samples.astype(">u2").reshape(height, -1)
    data = b"".join(b"\0" + row.tobytes() for row in rows)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(data)), (b"IEND", b"")]
    return SIGNATURE + b"".join(pack_chunk(*chunk) for chunk in chunks)


def with_chunks(png, *more):
    """The PNG with chunks put in after its header."""
    return png[:33] + b"".join(pack_chunk(*chunk) for chunk in more) + png[33:]
