"""Every format against a decoder that had no part in writing it.

PNG is written by oxipng and read by libpng (Pillow has a reader of its own); WebP by Pillow's
libwebp and read by another build of it; GIF by Pillow and read by giflib; TIFF by libtiff and read
by tifffile, plain Python; BMP by Pillow and read by imagecodecs' own C. JPEG XL is read by libjxl,
which wrote it, in all cases here, and by another decoder in test_jxl_second_decoder.py.
"""

import io

import numpy as np
import pytest

from huepress import compress
from huepress.encode import FORMATS
from images import noise, ramp, scene, soft_disc

imagecodecs = pytest.importorskip("imagecodecs", reason="the second decoders are in imagecodecs")
tifffile = pytest.importorskip("tifffile", reason="the second decoder of TIFF")


def tiff(data):
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages[0]
        pixels = page.asarray()
        if page.colormap is None:
            return pixels
        return (page.colormap.T // 256).astype(np.uint8)[pixels]


DECODERS = {
    "png": imagecodecs.png_decode,
    "webp": imagecodecs.webp_decode,
    "gif": imagecodecs.gif_decode,
    "jxl": imagecodecs.jpegxl_decode,
    "tiff": tiff,
    "bmp": lambda data: imagecodecs.bmp_decode(data, asrgb=True),
}

binary = soft_disc(33)
binary[..., 3] = np.where(binary[..., 3] > 127, 255, 0)
PICTURES = {
    "scene": scene(),
    "few colors": noise(31, 17, levels=2),
    "two colors": (noise(31, 17) > 127)[..., :1].repeat(3, axis=2) * np.uint8(255),
    "gray": ramp()[..., :1].repeat(3, axis=2),
    "one pixel": noise(1, 1),
    "cut out": binary,
    "soft": soft_disc(33),
}


def as_rgba(pixels):
    """Anything a decoder gives as what is seen: (height, width, 4)."""
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if pixels.shape[2] < 3:
        pixels = pixels[..., [0, 0, 0, 1][: pixels.shape[2] + 2]]
    if pixels.shape[2] == 3:
        pixels = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    return np.where(pixels[..., 3:] > 0, pixels, 0)


def holds(format, name):
    alpha = PICTURES[name].shape[2] == 4
    return not (alpha and format == "bmp")


CASES = [(format, name) for format in FORMATS for name in PICTURES if holds(format, name)]


def test_no_format_is_without_a_decoder():
    assert set(DECODERS) == set(FORMATS)


@pytest.mark.parametrize(("format", "name"), CASES)
@pytest.mark.parametrize("how", [{"rate_weight": 0.0}, {"rate_weight": 8.0}, {"colors": 7}])
def test_what_was_mapped_is_what_is_shown(format, name, how):
    result = compress(PICTURES[name], format=format, effort="fast", **how)
    assert result.format == format
    assert np.array_equal(as_rgba(DECODERS[format](result.data)), as_rgba(result.pixels))


@pytest.mark.parametrize(("format", "name"), CASES)
def test_lossless_is_bit_equal(format, name):
    pixels = PICTURES[name]
    if format == "gif" and (
        name == "soft" or len(np.unique(as_rgba(pixels).reshape(-1, 4), axis=0)) > 256
    ):
        pytest.skip("more than a GIF holds")
    result = compress(pixels, format=format, lossless=True, effort="fast")
    assert np.array_equal(as_rgba(DECODERS[format](result.data)), as_rgba(pixels))


@pytest.mark.parametrize("color", [False, True])
def test_16_bits_are_bit_equal(color):
    rng = np.random.default_rng(3)
    deep = (
        rng.integers(0, 65536, (23, 11, 3 if color else 1))
        .astype(np.uint16)
        .repeat(1 if color else 3, axis=2)
    )
    for format in ("png", "jxl"):
        result = compress(deep, format=format, lossless=True, effort="fast")
        shown = DECODERS[format](result.data)
        shown = shown[..., None].repeat(3, axis=2) if shown.ndim == 2 else shown
        assert shown.dtype == np.uint16
        assert np.array_equal(shown, deep)


@pytest.mark.parametrize("effort", ["fast", "balanced", "best"])
def test_every_effort(effort):
    for format in ("png", "webp", "jxl"):
        for how in ({"colors": 40}, {"lossless": True}):
            result = compress(scene(40, 50), format=format, effort=effort, **how)
            assert np.array_equal(as_rgba(DECODERS[format](result.data)), as_rgba(result.pixels))


def test_a_wide_picture_is_converted_for_jxl_which_carries_no_profile_here():
    from huepress.decode.color import CICP_PRIMARIES
    from huepress.formats import profiles
    from images import as_file

    wide = profiles.make("P3", profiles.xyz_from_primaries(CICP_PRIMARIES[12]), (2.2,))
    result = compress(as_file(scene(), icc_profile=wide), format="jxl", effort="fast")
    assert "converted to sRGB" in result.image.source.notes[0]
    assert np.array_equal(imagecodecs.jpegxl_decode(result.data), result.pixels)
