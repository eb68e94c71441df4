"""What is written reads back as exactly palette[indices], by other decoders."""

import io
import shutil
import subprocess

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as PillowImage

from huepress import compress
from huepress.encode import FORMATS, Carried, encode
from huepress.encode import gif as gif_room
from huepress.encode import png as png_room
from huepress.encode.tidy import count_indices, tidy
from huepress.errors import EncodeError, OptionError
from huepress.formats.names import format_of_name
from huepress.types import IndexedImage, Palette
from images import decoded, scene, soft_disc

EFFORTS = ["fast", "balanced", "best"]


def indexed(n_colors=37, height=31, width=17, channels=3, seed=0):
    """Random indices with runs, so that there is something to compress."""
    rng = np.random.default_rng(seed)
    colors = rng.integers(0, 256, (n_colors, channels)).astype(np.uint8)
    indices = np.repeat(rng.integers(0, n_colors, (height, width)), 2, axis=1)[:, :width]
    return IndexedImage(indices.astype(np.uint8), Palette(colors))


def shown(image):
    """The pixels, everything fully transparent as (0, 0, 0, 0)."""
    pixels = image.to_pixels()
    if pixels.shape[2] == 4:
        pixels = np.where(pixels[..., 3:] == 0, 0, pixels).astype(np.uint8)
    return pixels


def as_rgba(pixels):
    if pixels.shape[2] == 4:
        return pixels
    return np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])


def check_with_debian(data, format, tmp_path):
    """pngcheck and webpinfo, where they are installed."""
    tool = {"png": "pngcheck", "webp": "webpinfo"}.get(format)
    if tool is None or shutil.which(tool) is None:
        return
    path = tmp_path / f"a.{format}"
    path.write_bytes(data)
    done = subprocess.run([tool, str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("n_colors", [1, 2, 3, 4, 5, 16, 17, 249, 256])
@pytest.mark.parametrize("format", ["png", "webp"])
def test_decodes_to_palette_of_indices(format, n_colors, channels, effort, tmp_path):
    image = indexed(n_colors, channels=channels)
    done = encode(image, format, effort=effort)
    assert done.format == format
    assert np.array_equal(as_rgba(decoded(done.data)), as_rgba(shown(image)))
    assert done.n_colors == len(np.unique(shown(image).reshape(-1, channels), axis=0))
    check_with_debian(done.data, format, tmp_path)


@pytest.mark.parametrize("n_colors", [1, 2, 3, 4, 5, 16, 17, 249, 256])
def test_gif_decodes_to_palette_of_indices(n_colors):
    image = indexed(n_colors)
    assert np.array_equal(decoded(encode(image, "gif").data), shown(image))
    colors = np.dstack([image.palette.colors[None], np.full((1, n_colors, 1), 255)])[0]
    colors[0, 3] = 0
    clear = IndexedImage(image.indices, Palette(colors.astype(np.uint8)))
    back = as_rgba(decoded(encode(clear, "gif").data))
    assert np.array_equal(back[..., 3], shown(clear)[..., 3])
    assert np.array_equal(back[back[..., 3] > 0], shown(clear)[back[..., 3] > 0])


def test_half_transparent_colors_of_a_gif_are_blended_over_the_matte():
    colors = np.array([[200, 0, 0, 127], [200, 0, 0, 128], [0, 0, 200, 255]], np.uint8)
    image = IndexedImage(np.array([[0, 1, 2]], np.uint8), Palette(colors))
    plain = as_rgba(decoded(encode(image, "gif").data))[0]
    assert plain[0, 3] == 0
    assert plain[1:].tolist() == [[200, 0, 0, 255], [0, 0, 200, 255]]
    matted = as_rgba(decoded(encode(image, "gif", matte=(255, 255, 255)).data))[0]
    assert matted[1].tolist() == [227, 127, 127, 255]


@given(
    st.integers(1, 256), st.integers(1, 40), st.integers(1, 40), st.sampled_from([3, 4]), st.data()
)
def test_any_indexed_picture_survives(n_colors, height, width, channels, data):
    image = indexed(n_colors, height, width, channels, data.draw(st.integers(0, 2**31)))
    done = encode(image, data.draw(st.sampled_from(["png", "webp"])), effort="fast")
    assert np.array_equal(as_rgba(decoded(done.data)), as_rgba(shown(image)))


@pytest.mark.parametrize(("n_colors", "bits"), [(2, 1), (3, 2), (4, 2), (5, 4), (16, 4), (17, 8)])
def test_as_few_bits_as_the_colors_need(n_colors, bits):
    image = indexed(n_colors, 64, 64)
    image = IndexedImage(
        np.arange(64 * 64).reshape(64, 64).astype(np.uint8) % n_colors, image.palette
    )
    data = encode(image, "png").data
    assert data[25] == 3  # color type: palette
    assert data[24] <= bits


def test_gray_needs_no_palette():
    gray = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    ramp = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8)
    data = encode(IndexedImage(ramp, Palette(gray)), "png").data
    assert data[25] == 0
    assert np.array_equal(decoded(data), np.dstack([ramp] * 3))


def test_unused_and_repeated_entries_are_dropped():
    colors = np.array([[1, 2, 3], [9, 9, 9], [1, 2, 3], [7, 7, 7]], np.uint8)
    image = IndexedImage(np.array([[0, 2], [3, 0]], np.uint8), Palette(colors))
    ready = tidy(image)
    assert ready.palette.colors.tolist() == [[1, 2, 3], [7, 7, 7]]
    assert np.array_equal(ready.to_pixels(), image.to_pixels())


def test_entries_that_are_not_opaque_come_first():
    colors = np.array(
        [[9, 9, 9, 255], [50, 60, 70, 0], [1, 1, 1, 255], [200, 1, 1, 7], [3, 4, 5, 0]], np.uint8
    )
    ready = tidy(IndexedImage(np.arange(5, dtype=np.uint8)[None], Palette(colors)))
    assert ready.palette.colors.tolist() == [
        [0, 0, 0, 0],
        [200, 1, 1, 7],
        [1, 1, 1, 255],
        [9, 9, 9, 255],
    ]


def test_a_fixed_palette_keeps_its_order():
    rng = np.random.default_rng(3)
    colors = rng.integers(0, 256, (20, 3)).astype(np.uint8)
    image = IndexedImage(rng.permutation(20).astype(np.uint8).reshape(4, 5), Palette(colors))
    opened = PillowImage.open(io.BytesIO(encode(image, "png", n_fixed=20).data))
    palette = np.array(opened.getpalette()[:60]).reshape(20, 3)
    assert np.array_equal(palette, colors)


def test_counts_of_a_picture_larger_than_a_chunk():
    indices = np.zeros((1025, 1024), np.uint8)
    indices[-1, -1] = 255
    counts = count_indices(indices)
    assert counts[0] == 1025 * 1024 - 1
    assert counts[255] == 1


def test_the_estimate_is_the_size_without_row_filters():
    image = tidy(indexed(200, 60, 80))
    assert len(encode(image, "png").data) <= png_room.estimate_bytes(image)
    assert png_room.estimate_bytes(image) <= png_room.estimate_bytes(image, level=6)


def test_the_same_bytes_every_time():
    image = indexed(100, 64, 64)
    for format in FORMATS:
        assert encode(image, format).data == encode(image, format).data


def test_profile_and_chunks_travel_with_png(tmp_path):
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    carried = Carried(icc_profile=profile, png_chunks=((b"pHYs", b"\0\0\x0b\x13\0\0\x0b\x13\1"),))
    data = encode(indexed(), "png", carried=carried).data
    opened = PillowImage.open(io.BytesIO(data))
    assert opened.info["icc_profile"] == profile
    assert opened.info["dpi"] == pytest.approx((72, 72), abs=0.1)
    check_with_debian(data, "png", tmp_path)
    webp = PillowImage.open(io.BytesIO(encode(indexed(), "webp", carried=carried).data))
    assert webp.info["icc_profile"] == profile


def test_words_and_sizes_that_are_refused():
    with pytest.raises(OptionError, match="png, webp, gif"):
        encode(indexed(), "bpg")
    with pytest.raises(OptionError, match="balanced"):
        encode(indexed(), effort="huge")
    long = IndexedImage(np.zeros((1, 16384), np.uint8), Palette(np.zeros((1, 3), np.uint8)))
    with pytest.raises(EncodeError, match="16383"):
        encode(long, "webp")
    wide = IndexedImage(np.zeros((1, 65536), np.uint8), Palette(np.zeros((1, 3), np.uint8)))
    with pytest.raises(EncodeError, match="65535"):
        encode(wide, "gif")


def test_binary_alpha_leaves_opaque_palettes_alone():
    image = indexed()
    assert gif_room.binary_alpha(image.palette.colors, matte=(0, 0, 0)) is image.palette.colors


def test_suffixes():
    assert format_of_name("x.PNG") == "png"
    assert format_of_name("x.psd") is None


def test_a_gif_shows_what_is_told_of_it():
    """Half-transparent pixels are settled before a palette is learned for them."""
    soft = soft_disc(61)
    result = compress(soft, format="gif", colors=16, matte="#ffffff", rate_weight=0)
    assert np.array_equal(as_rgba(decoded(result.data))[..., 3] > 0, soft[..., 3] >= 128)
    shown = as_rgba(decoded(result.data))
    assert np.array_equal(np.where(shown[..., 3:] > 0, shown, 0), as_rgba(result.pixels))
    edge = (soft[..., 3] >= 128) & (soft[..., 3] < 255)
    over_white = soft[..., :3] * (soft[..., 3:] / 255) + 255 - soft[..., 3:]
    assert np.abs(shown[edge][:, :3] - over_white[edge]).mean() < 12
    assert "GIF" in result.image.source.notes[-1]
    assert result.score < compress(soft, format="png", colors=16).score
    assert not compress(scene(), format="gif").image.source.notes


def test_gradients_of_which_every_color_has_an_entry_are_filtered():
    """A disc whose soft edge takes 256 entries: none and bigrams alone take a sixth more bytes."""
    y, x = np.mgrid[0:301, 0:301] - 150
    soft = 255 * np.clip((120 - np.hypot(x, y)) / 60, 0, 1)
    pixels = np.dstack([np.full((301, 301, 3), (240, 180, 30)), soft]).astype(np.uint8)
    result = compress(pixels)
    assert result.fit.stop_reason == "exact"
    assert len(result.data) <= 1.01 * len(compress(pixels, lossless=True).data)
