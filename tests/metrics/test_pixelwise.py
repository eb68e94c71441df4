"""MSE, PSNR and the blur error, on cases worked by hand and against other packages."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huepress import metrics
from huepress.color import spaces
from huepress.errors import OptionError


def random_pair(height, width, channels, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (2, height, width, channels), np.uint8)


def test_mse_by_hand():
    image = np.zeros((2, 2, 3), np.uint8)
    test = image.copy()
    test[0, 0] = [3, 0, 0]
    test[1, 1] = [0, 255, 1]
    assert metrics.mse(image, test) == (9 + 255**2 + 1) / 12
    assert metrics.psnr(image, test) == pytest.approx(10 * math.log10(255**2 / (65035 / 12)))


def test_mse_does_not_wrap_around():
    black, white = np.zeros((3, 5, 3), np.uint8), np.full((3, 5, 3), 255, np.uint8)
    assert metrics.mse(black, white) == metrics.mse(white, black) == 255**2
    assert metrics.psnr(black, white) == 0.0


def test_psnr_of_identical_pictures_is_infinite():
    image, _ = random_pair(17, 31, 3)
    assert metrics.mse(image, image) == 0
    assert metrics.psnr(image, image) == math.inf


@pytest.mark.parametrize("size", [(1, 1), (17, 31), (300, 301)])
def test_mse_and_psnr_are_those_of_scikit_image(size):
    judge = pytest.importorskip("skimage.metrics")
    image, test = random_pair(*size, 3)
    assert metrics.mse(image, test) == pytest.approx(judge.mean_squared_error(image, test))
    assert metrics.psnr(image, test) == pytest.approx(
        judge.peak_signal_noise_ratio(image, test, data_range=255)
    )


@pytest.mark.parametrize("size", [(1, 1), (17, 31), (300, 301)])
def test_mse_with_alpha_is_the_distance_colors_are_clustered_by(size):
    image, test = random_pair(*size, 4)
    a, b = (spaces.embed(p.reshape(-1, 4), "srgb").astype(float) for p in (image, test))
    expected = ((a - b) ** 2).sum() / (size[0] * size[1] * 3)
    assert metrics.mse(image, test) == pytest.approx(expected, rel=1e-5)


@given(st.integers(0, 2**32 - 1))
def test_mse_with_opaque_alpha_is_the_mse_without(seed):
    image, test = random_pair(5, 6, 3, seed)
    opaque = np.dstack([image, np.full((5, 6), 255, np.uint8)])
    assert metrics.mse(opaque, test) == pytest.approx(metrics.mse(image, test), rel=1e-12)


def test_color_under_full_transparency_does_not_count():
    image, test = random_pair(9, 9, 4)
    image[..., 3] = test[..., 3] = 0
    assert metrics.mse(image, test) == 0
    assert metrics.blur_error(image, test) < 1e-9


def test_blur_error_of_a_flat_shift_is_the_distance():
    image, test = np.full((20, 30, 3), 100, np.uint8), np.full((20, 30, 3), 104, np.uint8)
    a, b = (spaces.embed(p[0, :1], "oklab").astype(float) for p in (image, test))
    assert metrics.blur_error(image, test) == pytest.approx(((a - b) ** 2).sum(), rel=1e-4)


def test_blur_error_forgives_noise_and_keeps_bands():
    ramp = np.repeat(np.linspace(90, 120, 256)[None, :, None], 64, axis=0).repeat(3, axis=2)
    image = np.round(ramp).astype(np.uint8)
    bands = (image // 8 * 8 + 4).astype(np.uint8)
    noise = np.random.default_rng(0).integers(-3, 5, image.shape[:2])[..., None]
    dithered = np.clip(image + noise, 0, 255).astype(np.uint8)
    assert metrics.mse(image, dithered) > 0.8 * metrics.mse(image, bands)
    assert metrics.blur_error(image, dithered) < 0.2 * metrics.blur_error(image, bands)
    assert metrics.blur_error(image, image) == 0


def test_blur_error_is_that_of_a_scipy_blur():
    ndimage = pytest.importorskip("scipy.ndimage")
    image, test = random_pair(33, 21, 3)
    a, b = (spaces.embed(p.reshape(-1, 3), "oklab").reshape(p.shape) for p in (image, test))
    blurred = ndimage.gaussian_filter((a - b).astype(float), (2, 2, 0), truncate=4, mode="reflect")
    expected = (blurred**2).sum(axis=2).mean()
    assert metrics.blur_error(image, test, sigma=2) == pytest.approx(expected, rel=1e-4)


def test_blur_error_of_tiny_pictures_is_defined():
    image, test = random_pair(1, 2, 3)
    assert 0 < metrics.blur_error(image, test, sigma=3) < math.inf


@pytest.mark.parametrize("value", [0, -1.0, math.nan])
def test_wrong_options_are_refused(value):
    image, test = random_pair(12, 12, 3)
    with pytest.raises(OptionError, match="data_range"):
        metrics.psnr(image, test, data_range=value)
    with pytest.raises(OptionError, match="data_range"):
        metrics.ssim(image, test, data_range=value)
    with pytest.raises(OptionError, match="sigma"):
        metrics.blur_error(image, test, sigma=value)


@pytest.mark.parametrize("name", ["mse", "psnr", "ssim", "blur_error"])
def test_sizes_that_differ_are_refused(name):
    image = np.zeros((12, 13, 3), np.uint8)
    with pytest.raises(OptionError, match="13x12"):
        getattr(metrics, name)(image, image[:, :-1])
