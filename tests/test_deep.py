"""16 bits: the palette is rounded once, at its end."""

import numpy as np
import pytest

from huepress import colorspace, compress, histogram, kmeans, profiles
from huepress.deep import fine_values, refine
from huepress.load import load
from huepress.load.color import CICP_PRIMARIES
from images import noise

WIDE = colorspace.space_of(
    "oklab", profiles.make("P3", profiles.xyz_from_primaries(CICP_PRIMARIES[12]), (2.2,))
)


@pytest.mark.parametrize("space", ["oklab", "srgb", WIDE], ids=["oklab", "srgb", "wide"])
@pytest.mark.parametrize("channels", [3, 4])
def test_whole_values_are_placed_alike(space, channels):
    colors = noise(20, 20, channels).reshape(-1, channels)
    fine = colorspace.embed_deep(colors.astype(np.float64), space)
    assert np.abs(fine - colorspace.embed(colors, space)).max() < 0.02


def deep_picture(channels=3, seed=0):
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 65536, (6, channels))
    picked = rng.integers(0, 6, (60, 70))
    values = base[picked] + rng.normal(0, 900, (60, 70, channels))
    return np.clip(values, 0, 65535).astype(np.uint16)


@pytest.mark.parametrize("channels", [3, 4])
def test_every_counted_color_has_the_mean_of_its_fine_values(channels):
    image = load(deep_picture(channels))
    counted = histogram.count(image)
    found = fine_values(image, counted)
    for i in (0, counted.n_colors // 2, counted.n_colors - 1):
        mine = (image.pixels == counted.colors[i]).all(axis=2)
        if channels == 4 and counted.colors[i, 3] == 0:
            mine = image.pixels[..., 3] == 0
        assert np.allclose(found[i], image.deep[mine].mean(axis=0) / 257)


@pytest.mark.parametrize("space", ["oklab", "srgb"])
def test_fine_values_give_the_better_palette(space):
    image = load(deep_picture())
    counted = histogram.count(image)
    fit = kmeans.fit_palette(counted, 12, color_space=space)
    better = refine(fit, image, counted, space)
    points = colorspace.embed_deep(fine_values(image, counted), space)

    def inertia(centers):
        apart = ((points[:, None].astype(float) - centers) ** 2).sum(axis=2)
        return counted.weights @ apart.min(axis=1)

    assert inertia(better.centers) < inertia(fit.centers)
    assert better.inertia == pytest.approx(inertia(better.centers), rel=1e-4)


def test_means_are_rounded_once():
    """10.4 and 11.4 average to 10.9; rounded before, they would to 10.5."""
    picture = np.zeros((2, 4, 3), np.uint16)
    picture[:, ::2], picture[:, 1::2] = round(10.4 * 257), round(11.45 * 257)
    result = compress(picture, colors=1, rate_weight=0, color_space="srgb")
    assert (result.pixels == 11).all()


def test_what_is_clear_stays_clear():
    picture = deep_picture(4)
    picture[:20, :, 3] = 0
    result = compress(picture, colors=9, effort="fast")
    assert ((result.pixels[..., 3] == 0) == (load(picture).pixels[..., 3] == 0)).all()


def test_eight_bits_are_left_alone():
    image = load(noise(30, 30))
    counted = histogram.count(image)
    fit = kmeans.fit_palette(counted, 12)
    assert refine(fit, image, counted, "oklab") is fit


def test_the_same_for_any_number_of_threads(n_threads):
    one = compress(deep_picture(), colors=12, threads=1)
    assert compress(deep_picture(), colors=12, threads=n_threads).data == one.data
