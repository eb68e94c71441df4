"""ICO and ICNS: every picture inside is compressed, and the file stays a set.

Both hold a list of whole files. In an ICO each is a PNG, or a BMP without its file header, which
becomes a PNG where that is smaller: Windows has read PNGs in icons since Vista, browsers always
have. PNGs with a palette stay so; all others have 32 bits, as icons should. In an ICNS the PNGs
are compressed and everything else is kept unchanged.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Final

from huepress.batch.marks import is_marked, marked
from huepress.errors import DecodeError, QualityError
from huepress.formats.png import SIGNATURE
from huepress.options import CompressOptions, parse_size
from huepress.result.report import Result

_WANTED: Final = "an undamaged icon is needed"
_COLOR_TYPE: Final = 25
_SIZE_TRIES: Final = 3  # two are enough for every icon tried
"""Offset of the color type in a PNG; 3 is a palette."""

_DIRECTORY: Final = struct.Struct("<BBBBHHII")

Compress = Callable[[bytes, str, CompressOptions], Result]
"""Compresses one picture: its bytes, what messages call it, the options."""


@dataclass(frozen=True, slots=True)
class Icon:
    """An icon taken apart.

    Attributes
    ----------
    kind : str
        ``ico`` or ``icns``.
    heads : tuple of bytes
        What precedes each picture: a directory entry, or a type.
    pictures : tuple of bytes
        The files inside.
    """

    kind: str
    heads: tuple[bytes, ...]
    pictures: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """Put the file together."""
        return _pack_ico(self) if self.kind == "ico" else _pack_icns(self)


def compress_icon(
    name: str, data: bytes, kind: str, options: CompressOptions, compress: Compress
) -> bytes:
    """Compress every picture of an icon.

    Parameters
    ----------
    name : str
        What messages call the file.
    data : bytes
        The file.
    kind : {"ico", "icns"}
        Its format.
    options : CompressOptions
        For each picture; a size holds for the whole file.
    compress : callable
        Compresses one of them.

    Returns
    -------
    bytes
        The icon, never larger; pictures that huepress compressed before are left alone.

    Raises
    ------
    DecodeError
        The list of pictures is damaged, or one of them is.
    QualityError
        A bound cannot be met.
    """
    icon = _take_apart_ico(name, data) if kind == "ico" else _take_apart_icns(name, data)
    free = options.changed(format="png", max_size=None)
    small = _compressed(name, icon, free, compress)
    made = small.to_bytes()
    if options.max_size is None:
        return made if len(made) < len(data) else data
    limit = parse_size(options.max_size, len(data))
    share = 1.0
    whole = [len(picture) for picture in small.pictures]
    for _ in range(_SIZE_TRIES):  # as RGBA a picture may be larger than as the palette that fit
        if len(made) <= limit:
            break
        share *= 0.98 * limit / len(made)
        small = _compressed(name, icon, free, compress, [size * share for size in whole])
        made = small.to_bytes()
    if len(made) > limit and not options.best_effort:
        raise QualityError(
            name, f"{limit:,} bytes", f"{len(made):,} can", "raise --max-size, or --best-effort"
        )
    return made if len(made) < len(data) else data


def _compressed(
    name: str,
    icon: Icon,
    options: CompressOptions,
    compress: Compress,
    limits: list[float] | None = None,
) -> Icon:
    pictures = []
    for place, picture in enumerate(icon.pictures):
        is_png = picture.startswith(SIGNATURE)
        if is_marked(picture) or (icon.kind == "icns" and not is_png):
            pictures.append(picture)
            continue
        source = picture if is_png else _as_png(name, icon, place)
        how = options
        if limits is not None:
            how = options.changed(max_size=str(max(1, int(limits[place]))))
        found = compress(source, f"{name}, picture {place + 1}", how)
        in_full = icon.kind == "ico" and picture[_COLOR_TYPE : _COLOR_TYPE + 1] != b"\3"
        made = marked(_full_color(found) if in_full else found.data, "png")
        pictures.append(made if len(made) < len(picture) else picture)
    return replace(icon, pictures=tuple(pictures))


def _full_color(found: Result) -> bytes:
    """Write the colors of a palette as RGBA: icon readers ignore the alpha of palettes.

    This takes 0 to 1 % more bytes than the palette, because equal colors stay equal.
    """
    import numpy as np

    from huepress.color.keys import with_alpha
    from huepress.encode import oxipng

    pixels = found.pixels
    height, width, _ = pixels.shape
    pixels = with_alpha(pixels)
    raw = oxipng.RawImage(
        np.ascontiguousarray(pixels).tobytes(),
        width,
        height,
        color_type=oxipng.ColorType.rgba(),
        bit_depth=8,
    )
    return raw.create_optimized_png(
        level=4,
        bit_depth_reduction=False,
        color_type_reduction=False,
        palette_reduction=False,
        grayscale_reduction=False,
    )


def _as_png(name: str, icon: Icon, place: int) -> bytes:
    """Decode one BMP of an icon, alone in an icon of its own."""
    from PIL import Image as PillowImage

    alone = Icon("ico", (icon.heads[place],), (icon.pictures[place],)).to_bytes()
    try:
        with PillowImage.open(BytesIO(alone), formats=("ICO",)) as image:
            out = BytesIO()
            image.convert("RGBA").save(out, "PNG")
    except (OSError, ValueError, SyntaxError, struct.error, IndexError) as error:
        raise DecodeError(name, f"picture {place + 1} is damaged ({error})", _WANTED) from error
    return out.getvalue()


def _take_apart_ico(name: str, data: bytes) -> Icon:
    count = int.from_bytes(data[4:6], "little")
    heads, pictures = [], []
    for place in range(count):
        head = data[6 + 16 * place : 22 + 16 * place]
        if len(head) < 16:
            raise DecodeError(name, "an ICO whose list is cut short", _WANTED)
        size, offset = struct.unpack_from("<II", head, 8)
        picture = data[offset : offset + size]
        if not size or len(picture) < size:
            raise DecodeError(name, f"an ICO whose picture {place + 1} is cut short", _WANTED)
        heads.append(head)
        pictures.append(picture)
    if not pictures:
        raise DecodeError(name, "an ICO without pictures", _WANTED)
    return Icon("ico", tuple(heads), tuple(pictures))


def _pack_ico(icon: Icon) -> bytes:
    """Write equal pictures once."""
    offset = 6 + 16 * len(icon.pictures)
    places: dict[bytes, int] = {}
    directory = []
    for head, picture in zip(icon.heads, icon.pictures, strict=True):
        width, height, n_colors, zero, planes, depth, *_ = _DIRECTORY.unpack(head)
        if picture.startswith(SIGNATURE):
            n_colors, planes, depth = 0, 1, 32  # Windows does so for PNGs of all depths
        if picture not in places:
            places[picture] = offset
            offset += len(picture)
        directory.append(
            _DIRECTORY.pack(
                width, height, n_colors, zero, planes, depth, len(picture), places[picture]
            )
        )
    head = struct.pack("<HHH", 0, 1, len(icon.pictures))
    return head + b"".join(directory) + b"".join(places)


def _take_apart_icns(name: str, data: bytes) -> Icon:
    end = int.from_bytes(data[4:8], "big")
    if end > len(data) or end < 16:
        raise DecodeError(name, "an ICNS that is cut short", _WANTED)
    heads, pictures, at = [], [], 8
    while at < end:
        size = int.from_bytes(data[at + 4 : at + 8], "big")
        if size < 8 or at + size > end:
            raise DecodeError(name, "an ICNS whose list is damaged", _WANTED)
        heads.append(data[at : at + 4])
        pictures.append(data[at + 8 : at + size])
        at += size
    return Icon("icns", tuple(heads), tuple(pictures))


def _pack_icns(icon: Icon) -> bytes:
    """Write the list; a table of contents, which repeats it, is rebuilt."""
    sizes = [
        struct.pack(">4sI", head, 8 + len(picture))
        for head, picture in zip(icon.heads, icon.pictures, strict=True)
    ]
    contents = b"".join(size for size in sizes if not size.startswith(b"TOC "))
    body = b"".join(
        size + (contents if head == b"TOC " else picture)
        for size, head, picture in zip(sizes, icon.heads, icon.pictures, strict=True)
    )
    return b"icns" + struct.pack(">I", 8 + len(body)) + body
