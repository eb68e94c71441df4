"""Arrays as scikit-image has them: dtypes, ranges, a channel axis of any place."""

import numpy as np
import pytest

import huepress
from huepress import OptionError
from huepress.skimage import quantize
from images import ramp, soft_disc


def test_is_quantize_for_bytes():
    for pixels in (ramp(), soft_disc(31)):
        labels, palette = quantize(pixels, 7, rng=2)
        expected = huepress.quantize(pixels, 7, seed=2)
        np.testing.assert_array_equal(labels, expected.indices)
        np.testing.assert_array_equal(palette, expected.palette)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_the_channels_may_be_anywhere(axis):
    pixels = ramp(9, 14)
    labels, palette = quantize(np.moveaxis(pixels, -1, axis), 5, channel_axis=axis)
    expected = quantize(pixels, 5)
    np.testing.assert_array_equal(labels, expected[0])
    np.testing.assert_array_equal(palette, expected[1])


@pytest.mark.parametrize(
    ("dtype", "scale"), [(np.uint16, 257), (np.float32, 1 / 255), (np.float64, 1 / 255)]
)
def test_the_palette_has_the_type_and_range_of_the_image(dtype, scale):
    pixels = ramp()
    labels, palette = quantize((pixels.astype(float) * scale).astype(dtype), 6)
    expected = quantize(pixels, 6)
    np.testing.assert_array_equal(labels, expected[0])
    assert palette.dtype == dtype
    np.testing.assert_allclose(palette, expected[1].astype(float) * scale, rtol=1e-6)


def test_gray_and_stacks():
    volume = np.linspace(0, 1, 4 * 5 * 6).reshape(4, 5, 6)
    labels, palette = quantize(volume, 3, channel_axis=None)
    assert labels.shape == volume.shape
    assert palette.shape == (3,)
    assert np.abs(palette[labels] - volume).max() < 0.25
    mask, two = quantize(volume > 0.5, 2, channel_axis=None)
    np.testing.assert_array_equal(two[mask], volume > 0.5)


@pytest.mark.parametrize(
    ("image", "changes"),
    [
        (np.zeros((4, 4, 2), np.uint8), {}),
        (np.zeros((4, 4, 3), np.int32), {}),
        (np.full((4, 4, 3), 1.5), {}),
        (np.full((4, 4, 3), np.nan), {}),
        (np.zeros((0, 4, 3), np.uint8), {}),
        (np.zeros((4, 4, 3), np.uint8), {"channel_axis": 3}),
        (np.zeros((4, 4, 3), np.uint8), {"n_colors": 0}),
    ],
)
def test_refusals(image, changes):
    with pytest.raises(OptionError):
        quantize(image, **{"n_colors": 4, **changes})
