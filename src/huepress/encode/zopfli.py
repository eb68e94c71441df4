"""Zopfli over a finished PNG: the same rows, the same filters, a better deflate."""

from __future__ import annotations

import struct
import zlib
from typing import Final

from huepress.encode import oxipng
from huepress.formats.png import chunks_of

ROUNDS: Final = {
    "balanced": ((1 << 20, 3), (1 << 62, 0)),
    "best": ((1 << 20, 15), (1 << 23, 5), (1 << 62, 1)),
}
"""By effort: most pixels, and zopfli's iterations up to there. On charts, 3 iterations write 3.3 %
less than libdeflate's level 12 in one to seven CPU seconds a megapixel; 15 save another quarter of
a percent and take two to four times as long (docs/lab-book/lossless.md)."""

UNIFORM: Final = (
    oxipng.RowFilter.NoOp,
    oxipng.RowFilter.Sub,
    oxipng.RowFilter.Up,
    oxipng.RowFilter.Average,
    oxipng.RowFilter.Paeth,
)
"""Filters by the number that precedes every row."""

MIXED: Final = (
    oxipng.RowFilter.MinSum,
    oxipng.RowFilter.Entropy,
    oxipng.RowFilter.Bigrams,
    oxipng.RowFilter.BigEnt,
)
"""Ways to choose a filter for each row; a file does not record which one was used."""

_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def squeeze(data: bytes, effort: str) -> bytes:
    """Run zopfli over a PNG that is not interlaced, and return the smaller of both files.

    Parameters
    ----------
    data : bytes
        A PNG that huepress wrote.
    effort : {"balanced", "best"}
        Sets the iterations, depending on the number of pixels; none for a large picture.
    """
    width, height = struct.unpack_from(">II", data, 16)
    # More rounds occasionally write a little more; "best" must never be larger than "balanced".
    efforts = ("balanced", effort) if effort == "best" else (effort,)
    tried = {next(n for most, n in ROUNDS[each] if width * height <= most) for each in efforts}
    rounds = sorted(tried - {0})
    if not rounds:
        return data
    used = _filters_in(data)
    if len(used) == 1:
        chosen = UNIFORM[used.pop()]
    else:
        level = oxipng.Deflaters.libdeflater(9)
        chosen = min(MIXED, key=lambda each: len(_rewritten(data, each, level)))
    squeezed = [_rewritten(data, chosen, oxipng.Deflaters.zopfli(each)) for each in rounds]
    return min([data, *squeezed], key=len)


def _rewritten(data: bytes, row_filter: oxipng.RowFilter, deflate: oxipng.Deflaters) -> bytes:
    return oxipng.optimize_from_memory(
        data,
        level=2,
        filter=[row_filter],
        deflate=deflate,
        force=True,
        bit_depth_reduction=False,
        color_type_reduction=False,
        palette_reduction=False,
        grayscale_reduction=False,
    )


def _filters_in(data: bytes) -> set[int]:
    """Return the numbers of the filters that the rows of a PNG use."""
    width, height, depth, color_type = struct.unpack_from(">IIBB", data, 16)
    stride = 1 + (width * depth * _CHANNELS[color_type] + 7) // 8
    stream = b"".join(chunk[8:-4] for name, chunk in chunks_of(data) if name == b"IDAT")
    return set(zlib.decompress(stream)[: stride * height : stride])
