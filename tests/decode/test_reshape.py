"""A part of a picture, or the picture smaller: in linear light, and never twice."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

import huepress
from huepress.decode import load_with
from huepress.errors import OptionError
from huepress.options import CompressOptions
from huepress.options.shape import size_of

STRIPES = np.zeros((40, 60, 3), np.uint8)
STRIPES[:, ::2] = 255


def loaded(pixels, **options):
    return load_with(pixels, CompressOptions(**options))


def test_light_is_averaged_not_values():
    pixels = loaded(STRIPES, resize="50%").pixels
    assert pixels.shape == (20, 30, 3)
    # Half the light of white is 188 of sRGB, not 128.
    assert np.all(np.abs(pixels[5:15, 5:25].astype(int) - 188) <= 1)


def test_an_even_field_stays_what_it_is_to_the_last_value():
    field = np.full((50, 70, 3), (17, 130, 251), np.uint8)
    assert np.all(loaded(field, resize="x20").pixels == (17, 130, 251))


def test_light_is_that_of_the_profile():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    out = io.BytesIO()
    Image.fromarray(STRIPES).save(out, "png", icc_profile=profile)
    pixels = loaded(out.getvalue(), resize="30").pixels
    assert np.all(np.abs(pixels[5:15, 5:25].astype(int) - 188) <= 1)


def test_what_does_not_show_does_not_count():
    pixels = np.zeros((40, 60, 4), np.uint8)
    pixels[:20] = (255, 0, 0, 255)
    pixels[20:] = (0, 255, 0, 0)
    small = loaded(pixels, resize="50%").pixels
    seen = small[small[..., 3] > 8]
    assert np.all(seen[:, :2] == (255, 0))
    assert np.all(small[small[..., 3] == 0] == 0)


def test_sixteen_bits_stay_sixteen():
    deep = np.linspace(0, 65535, 64 * 48 * 3).reshape(48, 64, 3).astype(np.uint16)
    image = loaded(deep, resize="32")
    assert image.deep.shape == (24, 32, 3)
    assert len(np.unique(image.deep)) > 256


@pytest.mark.parametrize(
    ("resize", "size"),
    [
        ("400", (400, 300)),
        ("400x", (400, 300)),
        ("x150", (200, 150)),
        ("400x150", (200, 150)),
        ("2000", (800, 600)),
        ("12.5%", (100, 75)),
        ("1x1", (1, 1)),
    ],
)
def test_sizes_are_in_proportion_and_never_larger(resize, size):
    assert size_of(resize, 800, 600) == size


def test_a_part_is_cut_before_it_is_made_smaller():
    picture = np.arange(40 * 60 * 3, dtype=np.uint32).reshape(40, 60, 3).astype(np.uint8)
    assert np.array_equal(loaded(picture, crop="10x20+30+5").pixels, picture[5:25, 30:40])
    assert loaded(picture, crop="10x20+30+5", resize="50%").pixels.shape == (10, 5, 3)
    # What reaches beyond the picture ends with it; what lies beside it is refused.
    assert loaded(picture, crop="500x500+50+30").pixels.shape == (10, 10, 3)
    with pytest.raises(OptionError, match="60 x 40"):
        loaded(picture, crop="5x5+60+0")


def test_a_picture_is_reshaped_once():
    options = CompressOptions(crop="20x20+10+10", resize="50%", lossless=True)
    image = load_with(STRIPES, options)
    result = huepress.compress(image, options)
    assert result.image.pixels.shape == (10, 10, 3)


def test_the_file_itself_is_never_kept_for_a_part_of_it():
    out = io.BytesIO()
    Image.fromarray(STRIPES).save(out, "png", optimize=True)
    result = huepress.compress(out.getvalue(), crop="59x39+0+0")
    assert result.status == "compressed"
    assert Image.open(io.BytesIO(result.data)).size == (59, 39)


@pytest.mark.parametrize("resize", ["0", "0%", "101%", "axb", "10x0", "-5", " 10", "10X20"])
def test_sizes_that_are_none_are_refused(resize):
    with pytest.raises(OptionError, match="resize is"):
        CompressOptions(resize=resize)


@pytest.mark.parametrize("crop", ["10x10", "0x5+1+1", "10x10+-1+0", "10x10+1", "a"])
def test_parts_that_are_none_are_refused(crop):
    with pytest.raises(OptionError, match="crop is"):
        CompressOptions(crop=crop)


def test_an_animation_says_what_it_takes():
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "gif", save_all=True, append_images=frames[1:])
    with pytest.raises(OptionError, match="--frame"):
        huepress.compress(out.getvalue(), resize="50%")
    result = huepress.compress(out.getvalue(), resize="50%", frame=1)
    assert result.image.pixels.shape == (10, 10, 3)
