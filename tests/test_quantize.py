import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from huepress.errors import OptionError
from huepress.quantize import quantize

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


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float64),
        np.zeros((4, 4, 2), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_refuses_what_is_not_a_picture(image):
    with pytest.raises(OptionError, match="image"):
        quantize(image)


def test_pixels_of_no_weight_have_no_say():
    pixels = np.zeros((2, 4, 3), np.uint8)
    pixels[0] = [[10, 0, 0], [20, 0, 0], [30, 0, 0], [40, 0, 0]]
    pixels[1] = 250
    weights = np.array([[1.0, 1, 1, 1], [0, 0, 0, 0]])
    found = quantize(pixels, 1, color_space="srgb", weights=weights)
    assert found.palette.tolist() == [[25, 0, 0]]
    assert (found.indices == 0).all()
