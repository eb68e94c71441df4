"""Indexed PNG through oxipng's raw images: 1, 2, 4 or 8 bits, or gray where that says the same."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from huepress.encode import large, oxipng
from huepress.encode.carried import NOTHING, Carried
from huepress.encode.order import orders
from huepress.encode.tidy import tidy
from huepress.encode.zopfli import ROUNDS, squeeze
from huepress.errors import EncodeError
from huepress.formats.png import pack_chunk
from huepress.limits import LARGE
from huepress.types import Encoded, IndexedImage, Indices

NONE = (oxipng.RowFilter.NoOp,)
USUAL = (oxipng.RowFilter.NoOp, oxipng.RowFilter.Bigrams)
PACKED = (*USUAL, oxipng.RowFilter.BigEnt)
MANY = (
    oxipng.RowFilter.NoOp,
    oxipng.RowFilter.Sub,
    oxipng.RowFilter.Entropy,
    oxipng.RowFilter.Bigrams,
    oxipng.RowFilter.BigEnt,
)

FILTERS: dict[str, Sequence[oxipng.RowFilter]] = {"fast": NONE, "balanced": USUAL, "best": MANY}
"""Row filters tried, by effort. On 46 index maps (photos, charts, screens, alpha; k = 256 and 32)
bytes and CPU time against oxipng's level 4: no filter 1.020 at 0.22 of the time, none and bigrams
1.001 at 0.30, all five 0.997 at 1.15 (docs/lab-book/lossless.md)."""

DEFLATE = {"fast": 11, "balanced": 12, "best": 12}
"""libdeflate's level: on drawn pictures 11 instead of 12 takes 4 % more bytes and half the
time."""

BUSY = 1.0
QUICK = {"fast": 6, "balanced": 11, "best": 12}
"""Bits a pixel from which on a lower level is enough: of photographs 11 writes what 12 does, and 6
writes 5.8 % more in a fifth of the time; 9 writes 6.6 % more (docs/lab-book/lossless.md)."""

SPARSE = 9
"""libdeflate's level that is tried beside the others: of charts that take a tenth of a bit a pixel
it may write a sixth less than level 11 and 1 % less than level 12, in a twelfth of the time."""

SKETCH = 6
HOPELESS = 1.15
"""libdeflate's level to sketch what row filters would do, and the ratio from which on they are not
tried in earnest: where they won in the end it was never above 1.12 (docs/lab-book/lossless.md)."""

BANDS, SHARE = 4, 8
"""Bands of rows that are sketched first, and the share of the rows they are: one in eight. Of
62 index maps (photographs, charts, screens; k = 256 and 32) none whose whole was below 1.12 was
above 1.13 there (docs/lab-book/search.md)."""

STEEP = 0.95
"""Ratio of sketches below which more filters than the usual ones are tried: gradients in which
every color has its entry become a sixth smaller, other pictures stay as they are."""

SMALL = 1 << 16
"""Up to this many pixels everything is tried: it takes milliseconds, and icons gain up to 8 %."""

HURRIED = 12
"""libdeflate's level of a small file written in a hurry, once without row filters, once with all.
Of 150 index maps up to 128 x 96 pixels it was 0.2 % larger than the file itself, at most 4.8 %, in
a fifth of the time; without filters alone 2.8 %, at most 40 % (docs/lab-book/search.md)."""


def encode_indexed(
    indexed: IndexedImage,
    *,
    effort: str = "balanced",
    carried: Carried = NOTHING,
    n_fixed: int = 0,
    drawn: bool = False,
    as_palette: bool = False,
    bit_depth: int | None = None,
    hurry: bool = False,
) -> Encoded:
    """Write an indexed picture as PNG.

    Parameters
    ----------
    indexed : IndexedImage
        Unused and repeated palette entries are dropped, the rest is ordered for size.
    effort : str
        ``fast`` (no row filter), ``balanced``, or ``best`` (more filters, then zopfli).
    carried : Carried
        What is written beside the pixels.
    n_fixed : int
        So many of the first entries stay as and where they are, used or not.
    drawn : bool
        A chart, an icon or a screen, for which zopfli is worth its time at ``balanced``, too.
    as_palette : bool
        Write a palette where gray of few bits would say the same.
    bit_depth : int or None
        Bits of an entry's number: 1, 2, 4 or 8; None takes the fewest.
    hurry : bool
        Write a file that only tells how large the real one will be: its filters are compared by a
        quick deflate, and zopfli is left out.

    Returns
    -------
    Encoded
        Decodes to exactly ``palette[indices]``.

    Raises
    ------
    EncodeError
        oxipng refuses, or the palette has more entries than the bits tell apart.
    """
    # Fixed entries stay a palette, in their order; otherwise oxipng may reorder it or find
    # that gray of few bits says the same without one.
    free = n_fixed == 0
    ready = tidy(indexed, n_fixed=n_fixed)
    if bit_depth is not None and len(ready.palette) > 1 << bit_depth:
        found = f"{len(ready.palette)} entries, {bit_depth} bits tell {1 << bit_depth} apart"
        raise EncodeError("png", f"{found}; raise --bit-depth")
    if ready.indices.size >= LARGE:
        data = _large_file(ready, effort, bit_depth)
        return Encoded(put_in(data, carried), "png", len(ready.palette))
    race = _Race(
        ready,
        carried,
        effort,
        may_reorder=free,
        may_be_gray=free and not as_palette and bit_depth is None,
        bit_depth=bit_depth,
        hurry=hurry,
    )
    try:
        data = min(race.files(), key=len)
        if not hurry and (effort == "best" or (drawn and effort == "balanced")):
            data = squeeze(data, effort)
    except oxipng.PngError as error:
        raise EncodeError("png", str(error)) from error
    return Encoded(data, "png", len(ready.palette))


@dataclass(frozen=True, eq=False)
class _Race:
    """Ways to write one picture, each tried in full only where a sketch says that it may win.

    Attributes
    ----------
    ready : IndexedImage
        Its palette tidied.
    carried : Carried
        What is written beside the pixels.
    effort : str
        As for `encode_indexed`.
    may_reorder, may_be_gray : bool
        Whether oxipng may order the palette anew, or write gray without one.
    bit_depth : int or None
        The bits of an entry that are asked for.
    hurry : bool
        Whether the file only tells how large the real one will be.
    """

    ready: IndexedImage
    carried: Carried
    effort: str
    may_reorder: bool
    may_be_gray: bool
    bit_depth: int | None = None
    hurry: bool = False

    @property
    def packs(self) -> bool:
        """Whether several indices share a byte."""
        return len(self.ready.palette) <= 16 and self.bit_depth is None

    @property
    def is_small(self) -> bool:
        """Whether everything may be tried."""
        return self.ready.indices.size <= SMALL and self.effort != "fast"

    def files(self) -> list[bytes]:
        """Write the files that may be the smallest."""
        small, quick = self.is_small, self.effort == "fast"
        if small and self.hurry:
            return [self.write(self.ready, each, HURRIED) for each in (NONE, MANY)]
        bands = self.ready if small or quick else _bands(self.ready)
        sketch = self.write(bands, NONE, SKETCH)
        is_busy = 8 * len(sketch) >= BUSY * bands.indices.size
        level = QUICK[self.effort] if is_busy and not small else DEFLATE[self.effort]
        found = [sketch if level == SKETCH else self.write(self.ready, NONE, level)]
        if not is_busy:
            found.append(self.write(self.ready, NONE, SPARSE))
        found += self.filtered(bands, len(sketch))
        if self.packs and not quick:
            found.append(self.write(self.ready, NONE, level, packed=False))
        if small and self.may_reorder:
            found += [self.write(other, MANY, level) for other in orders(self.ready)]
        return found

    def filtered(self, bands: IndexedImage, n_sketched: int) -> list[bytes]:
        """Write the file with row filters, if it may be smaller than one without."""
        tried = PACKED if self.packs and self.effort == "balanced" else FILTERS[self.effort]
        others = (MANY if self.is_small else tried)[1:]
        n_filtered = len(self.write(bands, others, SKETCH)) if others else 0
        if not others or n_filtered >= HOPELESS * n_sketched:
            return []
        if not (self.is_small or self.pays(others)):
            return []
        if len(self.write(bands, MANY, SKETCH)) < STEEP * n_filtered:
            others = MANY
        return [self.write(self.ready, others, DEFLATE[self.effort])]

    def pays(self, filters: Sequence[oxipng.RowFilter]) -> bool:
        """Whether sketches of the whole picture say so, too."""
        plain = len(self.write(self.ready, NONE, SKETCH))
        return len(self.write(self.ready, filters, SKETCH)) < HOPELESS * plain

    def write(
        self,
        which: IndexedImage,
        filters: Sequence[oxipng.RowFilter],
        level: int,
        *,
        packed: bool = True,
    ) -> bytes:
        """Write one file, by libdeflate's level."""
        thorough = (self.is_small or self.effort == "best") and not self.hurry
        return raw_image(which, self.carried, self.bit_depth or 8).create_optimized_png(
            level=2,
            filter=list(filters),
            deflate=oxipng.Deflaters.libdeflater(level),
            fast_evaluation=level == SKETCH or not thorough,
            bit_depth_reduction=packed and self.bit_depth is None,
            # It tries other orders: 40 % of the time.
            palette_reduction=self.may_reorder and level != SKETCH,
            grayscale_reduction=self.may_be_gray,
            color_type_reduction=self.may_be_gray,
        )


def _large_file(ready: IndexedImage, effort: str, bit_depth: int | None) -> bytes:
    """Write a large picture strip by strip; what is tried is told by sketches of bands."""
    rows = large.rows_of_indices(ready, bit_depth)
    bands = large.bands_of(rows, BANDS, SHARE)

    def sketch(filters: Sequence[oxipng.RowFilter]) -> int:
        return len(large.write(bands, oxipng.Deflaters.libdeflater(SKETCH), filters))

    n_plain = sketch(NONE)
    is_busy = 8 * n_plain >= BUSY * bands.height * bands.width
    level = (QUICK if is_busy else DEFLATE)[effort]
    tried: list[tuple[Sequence[oxipng.RowFilter], int]] = [(NONE, level)]
    if not is_busy:
        tried.append((NONE, SPARSE))
    packs = len(ready.palette) <= 16
    others = (PACKED if packs and effort == "balanced" else FILTERS[effort])[1:]
    n_filtered = sketch(others) if others else 0
    if others and n_filtered < HOPELESS * n_plain:
        others = MANY if sketch(MANY) < STEEP * n_filtered else others
        tried.append((others, DEFLATE[effort]))
    strip = large.STRIP if is_busy else large.LONG_STRIP
    found = [
        (large.write(rows, oxipng.Deflaters.libdeflater(level), filters, strip=strip), filters)
        for filters, level in tried
    ]
    data, filters = min(found, key=lambda each: len(each[0]))
    if effort == "best":
        rounds = next(n for most, n in ROUNDS["best"] if ready.indices.size <= most)
        zopfli = oxipng.Deflaters.zopfli(rounds)
        data = min(data, large.write(rows, zopfli, filters, strip=strip), key=len)
    return data


def _bands(indexed: IndexedImage) -> IndexedImage:
    """Take a few bands of rows, evenly spread; all of a picture of few rows."""
    height = indexed.indices.shape[0]
    rows = height // (BANDS * SHARE)
    if rows == 0:
        return indexed
    tops = (np.arange(BANDS) * height + height // 2) // BANDS - rows // 2
    parts = [indexed.indices[top : top + rows] for top in tops]
    return IndexedImage(np.concatenate(parts), indexed.palette)


def estimate_bytes(indexed: IndexedImage, *, level: int = 12) -> int:
    """Size in bytes of the PNG without row filters, for comparing candidates.

    The palette is taken as it is (no entry dropped, no order tried). ``level`` is libdeflate's:
    12 is what the file will get; 6 costs a fifth and ranks nearly alike. Where indices share a
    byte, filters are tried: text of 16 grays takes 5 % less by them.
    """
    packs = len(indexed.palette) <= 16
    data = raw_image(indexed, NOTHING).create_optimized_png(
        level=0,
        filter=list(PACKED if packs else NONE),
        deflate=oxipng.Deflaters.libdeflater(level),
        palette_reduction=False,
        grayscale_reduction=False,
        color_type_reduction=False,
    )
    return len(data)


def put_in(data: bytes, carried: Carried) -> bytes:
    """Put metadata into a finished PNG, behind its header."""
    names = {name for name, _ in carried.png_chunks}
    chunks = list(carried.png_chunks)
    if carried.icc_profile is not None and not names & {b"gAMA", b"cHRM"}:
        chunks.insert(0, (b"iCCP", b"icc\0\0" + zlib.compress(carried.icc_profile, 9)))
    return data[:33] + b"".join(pack_chunk(*chunk) for chunk in chunks) + data[33:]


def raw_image(indexed: IndexedImage, carried: Carried, bit_depth: int = 8) -> oxipng.RawImage:
    """Hand indexed pixels to oxipng, of so many bits each."""
    height, width = indexed.indices.shape
    colors = indexed.palette.colors.tolist()
    if indexed.palette.colors.shape[1] == 3:
        colors = [[*color, 255] for color in colors]
    raw = oxipng.RawImage(
        _packed(indexed.indices, bit_depth),
        width,
        height,
        color_type=oxipng.ColorType.indexed(colors),
        bit_depth=bit_depth,
    )
    add_carried(raw, carried)
    return raw


def _packed(indices: Indices, bit_depth: int) -> bytes:
    """Pack indices as PNG does: rows begin with a byte, the first pixel has its highest bits."""
    if bit_depth == 8:
        return indices.tobytes()
    bits = np.unpackbits(indices[..., None], axis=2)[..., 8 - bit_depth :]
    return np.packbits(bits.reshape(len(indices), -1), axis=1).tobytes()


def add_carried(raw: oxipng.RawImage, carried: Carried) -> None:
    """Put metadata beside the pixels; a made profile is left out where gAMA and cHRM say it."""
    names = {name for name, _ in carried.png_chunks}
    if carried.icc_profile is not None and not names & {b"gAMA", b"cHRM"}:
        raw.add_icc_profile(carried.icc_profile)
    for name, content in carried.png_chunks:
        raw.add_png_chunk(name, content)
