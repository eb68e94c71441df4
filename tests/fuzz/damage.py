"""Small files of every format, and ways to damage them."""

import io
import struct
import zlib

import numpy as np
from hypothesis import strategies as st
from PIL import Image as PillowImage

from huepress.decode.color import CICP_PRIMARIES
from huepress.formats import profiles
from huepress.formats.png import SIGNATURE, pack_chunk
from images import as_file, noise, ramp, soft_disc

WIDE = profiles.make("P3", profiles.xyz_from_primaries(CICP_PRIMARIES[12]), profiles.SRGB_CURVE)


def _exif():
    exif = PillowImage.Exif()
    exif[0x0112], exif[0x13B] = 6, "someone"
    return exif.tobytes()


def _pages(format, **options):
    out = io.BytesIO()
    frames = [PillowImage.fromarray(noise(6, 5, seed=i)) for i in range(3)]
    frames[0].save(out, format, save_all=True, append_images=frames[1:], **options)
    return out.getvalue()


def _saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def _png_with_chunks():
    png = as_file(ramp(9, 7))
    more = [
        (b"iCCP", b"a\0\0" + zlib.compress(WIDE)),
        (b"gAMA", struct.pack(">I", 100000)),
        (b"cHRM", struct.pack(">8I", *(round(v * 1e5) for v in CICP_PRIMARIES[9]))),
        (b"cICP", bytes([9, 13, 0, 1])),
        (b"pHYs", struct.pack(">IIB", 2835, 2835, 1)),
        (b"eXIf", _exif().removeprefix(b"Exif\0\0")),
        (b"tEXt", b"Author\0someone"),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x tiff:Orientation='6'/>"),
    ]
    return png[:33] + b"".join(pack_chunk(*chunk) for chunk in more) + png[33:]


def _png16():
    samples = np.arange(7 * 5 * 2, dtype=">u2").reshape(7, -1) * 900
    header = struct.pack(">IIBBBBB", 5, 7, 16, 4, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in samples))
    return SIGNATURE + b"".join(
        pack_chunk(*chunk) for chunk in [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    )


rgb, soft = PillowImage.fromarray(ramp(24, 20)), PillowImage.fromarray(soft_disc(15))
SEEDS = {
    "png": as_file(ramp(24, 20)),
    "png with chunks": _png_with_chunks(),
    "png of a palette": _saved(soft.quantize(9), "png"),
    "png of 16 bits": _png16(),
    "apng": _pages("png"),
    "jpeg": as_file(ramp(24, 20), "jpeg", exif=_exif(), icc_profile=WIDE),
    "jpeg progressive": as_file(ramp(24, 20), "jpeg", progressive=True),
    "jpeg cmyk": _saved(rgb.convert("CMYK"), "jpeg"),
    "webp": as_file(ramp(24, 20), "webp", exif=_exif()),
    "webp lossless": as_file(soft_disc(15), "webp", lossless=True),
    "webp animation": _pages("webp"),
    "gif": _saved(soft.quantize(9), "gif", comment=b"someone"),
    "gif animation": _pages("gif"),
    "bmp": as_file(ramp(9, 7), "bmp"),
    "tiff": as_file(ramp(9, 7), "tiff"),
    "tiff lzw": as_file(ramp(24, 20), "tiff", compression="tiff_lzw"),
    "tiff jpeg": as_file(ramp(24, 20), "tiff", compression="jpeg"),
    "tiff pages": _pages("tiff"),
    "tiff of 16 bits": _saved(PillowImage.fromarray(ramp(9, 7)[..., 0].astype(np.uint16)), "tiff"),
    "avif": as_file(ramp(24, 20), "avif", exif=_exif()),
    "ppm": as_file(ramp(9, 7), "ppm"),
    "ico": as_file(ramp(24, 24), "ico"),
    "qoi": as_file(ramp(9, 7), "qoi"),
    "jpeg2000": as_file(ramp(24, 20), "jpeg2000"),
}


def mended(png):
    """The PNG with right checksums, so that what is wrong gets past them."""
    out, at = png[:8], 8
    while at + 12 <= len(png):
        (length,) = struct.unpack_from(">I", png, at)
        if at + 12 + length > len(png):
            break
        out += pack_chunk(png[at + 4 : at + 8], png[at + 8 : at + 8 + length])
        at += 12 + length
    return out + png[at:]


@st.composite
def damaged(draw, data):
    """A file with a few bytes changed, taken out, put in, doubled or cut off."""
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        end = min(len(data), at + draw(st.sampled_from([1, 1, 1, 2, 4, 4, 16, 256])))
        how = draw(st.sampled_from("rrrbzmdixc"))
        if how == "r":
            data = data[:at] + draw(st.binary(min_size=end - at, max_size=end - at)) + data[end:]
        elif how == "b" and data:
            flipped = data[at] ^ 1 << draw(st.integers(0, 7))
            data = data[:at] + bytes([flipped]) + data[at + 1 :]
        elif how in "zm":
            data = data[:at] + (b"\0" if how == "z" else b"\xff") * (end - at) + data[end:]
        elif how == "d":
            data = data[:end] + data[at:]
        elif how == "i":
            data = data[:at] + draw(st.binary(max_size=8)) + data[at:]
        elif how == "x":
            data = data[:at] + data[end:]
        else:
            data = data[:at]
    if data.startswith(SIGNATURE) and draw(st.booleans()):
        data = mended(data)
    return data
