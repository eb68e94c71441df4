from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image as PillowImage

from huepress._quantize import quantize
from huepress.color.shown import as_srgb
from huepress.decode import load
from huepress.decode.color import CICP_PRIMARIES
from huepress.errors import InputError
from huepress.formats import profiles
from images import as_file, scene

P3 = profiles.make("P3", profiles.xyz_from_primaries(CICP_PRIMARIES[12]), profiles.SRGB_CURVE)
EFFORTS = ["fast", "balanced", "best"]


@given(
    hnp.arrays(
        np.uint8, st.tuples(st.integers(1, 17), st.integers(1, 31), st.sampled_from([3, 4]))
    ),
    st.sampled_from([1, 2, 3, 16, 256]),
    st.sampled_from(EFFORTS),
)
def test_every_picture_comes_back_in_its_shape(pixels, k, effort):
    found = quantize(pixels, k, effort=effort)
    assert found.indices.shape == pixels.shape[:2]
    assert found.palette.shape[1] == pixels.shape[2]
    assert len(found.palette) <= k
    assert found.indices.max() < len(found.palette)


@given(
    st.integers(1, 8),
    st.integers(0, 2**32 - 1),
    st.sampled_from([3, 4]),
    st.sampled_from(EFFORTS),
)
def test_few_colors_come_back_exact(n_colors, seed, channels, effort):
    rng = np.random.default_rng(seed)
    colors = rng.integers(0, 256, (n_colors, channels), np.uint8)
    colors[colors[:, -1] == 0, -1] = 1
    pixels = colors[rng.integers(0, n_colors, (13, 7))]
    found = quantize(pixels, n_colors, effort=effort)
    assert found.stop_reason == "exact"
    assert found.inertia == 0
    np.testing.assert_array_equal(found.palette[found.indices], pixels)


def test_takes_what_compress_takes(tmp_path):
    pixels = scene()
    data = as_file(pixels)
    path = tmp_path / "scene.png"
    path.write_bytes(data)
    expected = quantize(pixels, 16)
    sources = [path, str(path), data, BytesIO(data), PillowImage.open(path), load(path)]
    for source in [*sources, pixels / 255.0, pixels.astype(np.uint16) * 257]:
        found = quantize(source, 16)
        np.testing.assert_array_equal(found.palette, expected.palette)
        np.testing.assert_array_equal(found.indices, expected.indices)


def test_gray_pixels_are_colors():
    gray = scene()[..., 0]
    found = quantize(gray, 8)
    np.testing.assert_array_equal(found.palette, quantize(np.dstack([gray] * 3), 8).palette)


def test_files_in_a_profile_come_back_in_srgb_and_images_as_they_are():
    pixels = np.full((4, 4, 3), (200, 60, 60), np.uint8)
    pixels[2:] = (40, 90, 80)
    data = as_file(pixels, icc_profile=P3)
    shown = np.unique(as_srgb(pixels, P3).reshape(-1, 3), axis=0)
    # LittleCMS, which converts files, rounds in its own way.
    np.testing.assert_allclose(quantize(data, 2).palette, shown, atol=2)
    assert quantize(load(data), 2).palette.tolist() == [[40, 90, 80], [200, 60, 60]]


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4, 3), np.int32),
        np.zeros((4, 4, 5), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
        b"no picture",
    ],
)
def test_refuses_what_is_not_a_picture(image):
    with pytest.raises(InputError):
        quantize(image)


def test_pixels_of_no_weight_have_no_say():
    pixels = np.zeros((2, 4, 3), np.uint8)
    pixels[0] = [[10, 0, 0], [20, 0, 0], [30, 0, 0], [40, 0, 0]]
    pixels[1] = 250
    weights = np.array([[1.0, 1, 1, 1], [0, 0, 0, 0]])
    found = quantize(pixels, 1, color_space="srgb", weights=weights)
    assert found.palette.tolist() == [[25, 0, 0]]
    assert (found.indices == 0).all()
