"""The pixels unchanged, as small as they go: palette, gray, fewer bits, no alpha, best filters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from huepress.color.keys import colors_from_keys, keys_of
from huepress.encode import gif, jxl, large, oxipng, plain, png, webp
from huepress.encode.carried import NOTHING, Carried
from huepress.encode.tidy import tidy
from huepress.encode.zopfli import squeeze
from huepress.errors import EncodeError
from huepress.limits import LARGE, strips
from huepress.palette.kinds import is_smooth
from huepress.types import Encoded, Image, IndexedImage, Palette, Source

LEVEL = {"fast": 4, "balanced": 6, "best": 6}
"""oxipng's level: 6 is its highest (all filters and reductions). People run 4, and no file of ours
may be larger than that (docs/lab-book/lossless.md)."""

INDEXED_LEVELS = {"fast": (4,), "balanced": (4,), "best": (4, 6)}
"""The same where a palette holds the picture, which the writer of indexed pictures tries, too; what
is larger before zopfli may be smaller behind it."""

SKETCH: Final = (1, 6)
"""oxipng's and libdeflate's levels to find the best of several ways to a large picture: on 26 files
it was the best in the end, too, each time, at a fortieth of the time (lab-book/lossless.md)."""

SQUEEZED: Final = 1.08
"""A file is also squeezed if it is at most this factor larger than one that has been: on drawn
pictures zopfli saves 3.3 % (docs/lab-book/lossless.md)."""

Way: TypeAlias = Callable[[int, int], bytes]
"""From the levels of oxipng and of libdeflate to a PNG."""


def encode_lossless(
    image: Image,
    format: str = "png",
    *,
    effort: str = "balanced",
    carried: Carried = NOTHING,
    keep_hidden_rgb: bool = False,
) -> Encoded:
    """Write a picture without changing what is seen.

    Parameters
    ----------
    image : Image
        8 or 16 bits a channel.
    format : {"png", "webp", "gif", "jxl", "tiff", "bmp"}
        PNG and JPEG XL hold 16 bits, TIFF those of gray; GIF at most 256 colors that are opaque or
        clear.
    effort : {"fast", "balanced", "best"}
        ``best`` adds zopfli.
    carried : Carried
        What is written beside the pixels.
    keep_hidden_rgb : bool
        Keep the colors of fully transparent pixels, as game textures need; else they become 0.

    Returns
    -------
    Encoded
        Decodes to the same pixels, bit for bit.

    Raises
    ------
    EncodeError
        The format cannot hold the picture.
    """
    fine = image.fine
    pixels: NDArray[np.uint8] | NDArray[np.uint16] = image.pixels if fine is None else fine
    if format == "png" and image.width * image.height >= LARGE:
        data = _large_png(pixels, effort, clears=not keep_hidden_rgb)
        return Encoded(png.put_in(data, carried), "png")
    if not keep_hidden_rgb and pixels.shape[2] == 4:
        pixels = pixels * (pixels[..., 3:] > 0)
    if format == "jxl":
        return Encoded(jxl.encode_pixels(pixels, effort=effort, carried=carried), "jxl")
    if format == "png":
        return _png(image, pixels, effort, carried, keep_hidden_rgb)
    if format == "tiff" and pixels.dtype == np.uint16 and pixels.shape[2] == 3 and _is_gray(pixels):
        return Encoded(plain.tiff_of_deep(pixels[..., 0], carried=carried), "tiff")
    if pixels.dtype != np.uint8:
        raise EncodeError(format, "holds 8 bits a channel, the picture has 16; PNG holds them")
    small = pixels.astype(np.uint8, copy=False)
    if format == "webp":
        return Encoded(webp.encode_pixels(small, effort=effort, carried=carried), "webp")
    if format == "bmp":
        return Encoded(plain.bmp_of_pixels(small), "bmp")
    indexed = exact_palette(small)
    if format == "tiff":
        opaque = indexed is not None and indexed.palette.colors.shape[1] == 3
        if indexed is not None and opaque:
            return plain.encode_tiff(indexed, carried=carried)
        return Encoded(plain.tiff_of_pixels(small, carried=carried), "tiff")
    if format != "gif" or indexed is None or _is_soft(indexed):
        found = "holds 256 colors that are opaque or clear, the picture has others"
        raise EncodeError(format, found)
    return gif.encode_indexed(indexed)


def exact_palette(pixels: NDArray[np.uint8]) -> IndexedImage | None:
    """Index a picture of at most 256 colors; None when there are more.

    Fully transparent pixels of different hidden colors count as different.
    """
    height, width, channels = pixels.shape
    found = np.zeros(0, np.uint32)
    for start in range(0, height, 64):  # most pictures have too many after the first strips
        found = np.union1d(found, np.unique(keys_of(pixels[start : start + 64])))
        if len(found) > 256:
            return None
    indices = np.empty((height, width), np.uint8)
    for rows in strips(height, width):
        indices[rows] = np.searchsorted(found, keys_of(pixels[rows]))
    return IndexedImage(indices, Palette(colors_from_keys(found, channels)))


def is_exact(image: Image, indexed: IndexedImage) -> bool:
    """Whether an indexed picture shows every pixel as it is, but for colors that are not seen."""
    if image.fine is not None:
        return False
    colors = _seen(_rgba(indexed.palette.colors))
    rows = zip(
        image.pixels, indexed.indices, strict=True
    )  # a whole second picture would take memory
    return all(np.array_equal(_seen(_rgba(row)), colors[indices]) for row, indices in rows)


def _rgba(colors: NDArray[Any]) -> NDArray[Any]:
    if colors.shape[1] == 4:
        return colors
    return np.hstack([colors, np.full((len(colors), 1), 255, colors.dtype)])


def _seen(colors: NDArray[Any]) -> NDArray[Any]:
    """Set fully transparent colors to 0."""
    return colors * (colors[:, 3:] > 0)


def _is_soft(indexed: IndexedImage) -> bool:
    colors = indexed.palette.colors
    return colors.shape[1] == 4 and bool(((colors[:, 3] > 0) & (colors[:, 3] < 255)).any())


def _png(
    image: Image,
    pixels: NDArray[np.uint8] | NDArray[np.uint16],
    effort: str,
    carried: Carried,
    keep_hidden_rgb: bool,
) -> Encoded:
    indexed = _indexed(pixels)
    try:
        ways = _ways(image, pixels, indexed, clears=not keep_hidden_rgb)
        if pixels.shape[0] * pixels.shape[1] > png.SMALL:
            ways = [min(ways, key=lambda way: len(way(*SKETCH)))]
        if indexed is None:
            data = min((way(LEVEL[effort], 12) for way in ways), key=len)
            data = squeeze(data, effort) if effort == "best" else data
        else:
            found = [
                min((way(level, 12) for way in ways), key=len) for level in INDEXED_LEVELS[effort]
            ]
            data = _smallest_indexed(found, indexed, effort)
    except oxipng.PngError as error:
        raise EncodeError("png", str(error)) from error
    return Encoded(png.put_in(data, carried), "png")


LEAST_FILTERS: Final = {
    "fast": (oxipng.RowFilter.Bigrams,),
    "balanced": (
        oxipng.RowFilter.Sub,
        oxipng.RowFilter.Up,
        oxipng.RowFilter.Paeth,
        oxipng.RowFilter.MinSum,
        oxipng.RowFilter.Entropy,
        oxipng.RowFilter.Bigrams,
        oxipng.RowFilter.BigEnt,
    ),
}
"""Row filters of which every strip of a large picture takes the one that sketches smallest."""


def _large_png(
    pixels: NDArray[np.uint8] | NDArray[np.uint16], effort: str, *, clears: bool
) -> bytes:
    """Write a large picture strip by strip: as a palette where that holds it, or as it is."""
    indexed = _indexed(pixels) if pixels.dtype == np.uint8 else None
    rows = large.rows_of_pixels(pixels, clears=clears)
    filters = LEAST_FILTERS.get(effort, LEAST_FILTERS["balanced"])
    try:
        if indexed is not None:
            as_indexed = large.rows_of_indices(tidy(indexed))
            ways = [(as_indexed, png.NONE), (as_indexed, png.PACKED), (rows, filters)]
            sketches = [_sketch(*way) for way in ways]
            if min(sketches[:2]) <= sketches[2]:
                return png.encode_indexed(indexed, effort=effort).data
        data = large.write(rows, oxipng.Deflaters.libdeflater(12), filters)
        if effort == "best":
            zopfli = oxipng.Deflaters.zopfli(1)
            data = min(data, large.write(rows, zopfli, filters), key=len)
    except oxipng.PngError as error:
        raise EncodeError("png", str(error)) from error
    return data


def _sketch(rows: large.Rows, filters: Sequence[oxipng.RowFilter]) -> int:
    """Bytes of a few bands of rows, deflated quickly."""
    bands = large.bands_of(rows, png.BANDS, png.SHARE)
    return len(large.write(bands, oxipng.Deflaters.libdeflater(png.SKETCH), filters))


def _smallest_indexed(found: list[bytes], indexed: IndexedImage, effort: str) -> bytes:
    """Take the smallest of PNGs and of what the writer of indexed pictures makes of the same."""
    drawn = not is_smooth(indexed.to_pixels())
    ours = png.encode_indexed(indexed, effort=effort, drawn=drawn).data
    if effort == "best" or (drawn and effort == "balanced"):
        promising = {data for data in found if len(data) < SQUEEZED * len(ours)}
        found = [*found, *(squeeze(data, effort) for data in sorted(promising))]
    return min([*found, ours], key=len)


def _ways(
    image: Image,
    pixels: NDArray[np.uint8] | NDArray[np.uint16],
    indexed: IndexedImage | None,
    *,
    clears: bool,
) -> list[Way]:
    """List the ways to a PNG of the pixels alone: as the file had them, a palette of ours, raw."""
    height, width, channels = pixels.shape
    ways = _as_it_came(image.source, pixels, clears)
    if indexed is not None:
        ready = png.raw_image(tidy(indexed), NOTHING)
        ways.append(
            lambda level, deflate: ready.create_optimized_png(
                level=level, deflate=oxipng.Deflaters.libdeflater(deflate)
            )
        )
    deep = pixels.dtype == np.uint16
    raw = oxipng.RawImage(
        pixels.astype(">u2").tobytes() if deep else pixels.tobytes(),
        width,
        height,
        color_type=oxipng.ColorType.rgb() if channels == 3 else oxipng.ColorType.rgba(),
        bit_depth=16 if deep else 8,
    )
    if indexed is None or height * width <= png.SMALL:
        ways.append(
            lambda level, deflate: raw.create_optimized_png(
                level=level, deflate=oxipng.Deflaters.libdeflater(deflate), optimize_alpha=clears
            )
        )
    if indexed is not None and not _is_gray(indexed.palette.colors):
        # Of gradients the filters of rows leave less than a palette takes; level 1 has none.
        ways.append(
            lambda level, deflate: raw.create_optimized_png(
                level=max(level, 2),
                deflate=oxipng.Deflaters.libdeflater(deflate),
                color_type_reduction=False,
                palette_reduction=False,
                optimize_alpha=clears,
            )
        )
    return ways


def _as_it_came(
    source: Source, pixels: NDArray[np.uint8] | NDArray[np.uint16], clears: bool
) -> list[Way]:
    """Take the PNG that came in: its palette's order and its hidden colors may be good ones.

    What it shows is compared, because orientation and profile may have changed the pixels since.
    """
    if source.format != "png" or source.data is None or source.is_part:
        return []
    data = source.data

    def again(level: int, deflate: int) -> bytes:
        return oxipng.optimize_from_memory(
            data,
            level=level,
            deflate=oxipng.Deflaters.libdeflater(deflate),
            strip=oxipng.StripChunks.all(),
            interlace=oxipng.Interlacing.Off,
        )

    try:
        return [again] if _shows(again(*SKETCH), pixels, clears) else []
    except oxipng.PngError:  # damaged more than the loader minds
        return []


def _indexed(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> IndexedImage | None:
    """Index a picture that a palette of ours holds with every value; else None."""
    if pixels.dtype != np.uint8:
        return None
    indexed = exact_palette(pixels)  # type: ignore[arg-type]
    return None if indexed is None or _hides_colors(indexed) else indexed


def _hides_colors(indexed: IndexedImage) -> bool:
    """Whether fully transparent entries have colors, which a tidied palette would lose."""
    colors = indexed.palette.colors
    return colors.shape[1] == 4 and bool(
        (colors[:, 3] == 0).any() and colors[colors[:, 3] == 0].any()
    )


def _is_gray(colors: NDArray[np.uint8] | NDArray[np.uint16]) -> bool:
    return bool((colors[..., :3] == colors[..., :1]).all())


def _shows(data: bytes, pixels: NDArray[np.uint8] | NDArray[np.uint16], clears: bool) -> bool:
    """Whether a PNG of ours decodes to the pixels (where they are seen, if hidden ones may go)."""
    from huepress.decode import load

    shown = load(data, max_pixels=1 << 40)
    if clears and shown.has_alpha:
        clear = (shown.pixels if shown.deep is None else shown.deep)[..., 3:] == 0
        deep = None if shown.deep is None else np.where(clear, 0, shown.deep).astype(np.uint16)
        shown = Image(np.where(clear, 0, shown.pixels).astype(np.uint8), shown.source, deep)
    if pixels.dtype == np.uint16:
        return shown.deep is not None and np.array_equal(shown.deep, pixels)
    return np.array_equal(shown.pixels, pixels) and (
        shown.deep is None or np.array_equal(shown.deep, pixels.astype(np.uint16) * 257)
    )
