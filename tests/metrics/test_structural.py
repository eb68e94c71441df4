"""SSIM against scikit-image, and what scikit-image leaves undefined."""

import numpy as np
import pytest

from huepress import metrics
from huepress.metrics.inputs import flatten


def pair(height, width, channels=3):
    rng = np.random.default_rng(height * width)
    image = rng.integers(0, 256, (height, width, channels), np.uint8)
    noise = rng.integers(-30, 31, image.shape)
    return image, np.clip(image + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", [(11, 11), (17, 31), (64, 40)])
def test_ssim_is_that_of_scikit_image(size):
    judge = pytest.importorskip("skimage.metrics")
    image, test = pair(*size)
    expected = judge.structural_similarity(
        image,
        test,
        channel_axis=-1,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=255,
    )
    assert metrics.ssim(image, test) == pytest.approx(expected, abs=1e-9)


def test_ssim_of_identical_pictures_is_1():
    image, _ = pair(20, 20)
    assert metrics.ssim(image, image) == pytest.approx(1.0, abs=1e-12)


def test_small_pictures_are_extended_to_the_window():
    image, test = pair(3, 5)
    pad = [(0, 8), (0, 6), (0, 0)]
    expected = metrics.ssim(np.pad(image, pad, "edge"), np.pad(test, pad, "edge"))
    assert metrics.ssim(image, test) == expected < 1


def test_transparent_pictures_count_as_seen_at_worst():
    image, test = pair(20, 24, 4)
    seen = [metrics.ssim(flatten(image, b), flatten(test, b)) for b in (26, 230)]
    assert metrics.ssim(image, test) == min(seen) < max(seen)
