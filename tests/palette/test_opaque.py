"""255 stays 255 and 0 stays 0, whatever is asked for."""

from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huepress import compress, fit_palette, quantize
from huepress.errors import OptionError
from huepress.palette import histogram, kmeans
from huepress.palette.opaque import keep_opaque, least_colors, settle
from images import decoded, soft_disc


def icon(seed=0, size=40):
    """Opaque inside, soft at the edge, clear outside, with shades of many alphas near 255."""
    pixels = soft_disc(size, color=(200 - 40 * (seed % 3), 30 + 50 * (seed % 4), 60))
    rng = np.random.default_rng(seed)
    shade = rng.integers(-9, 10, (size, size, 1))
    pixels[..., :3] = np.clip(pixels[..., :3] + shade, 0, 255)
    y, x = np.mgrid[0:size, 0:size]
    near = (x + y) % 7 == 0
    alpha = pixels[..., 3].astype(int)
    alpha[near & (alpha == 255)] = rng.integers(235, 255)
    pixels[..., 3] = alpha
    return pixels


def holds(before, after):
    """Whether opaque and clear pixels are what they were."""
    alpha = np.full(after.shape[:2], 255) if after.shape[2] == 3 else after[..., 3]
    was = before[..., 3]
    return bool((alpha[was == 255] == 255).all() and (alpha[was == 0] == 0).all())


WAYS = [
    {},
    {"effort": "fast"},
    {"effort": "best"},
    {"dither": 1.0},
    {"dither": 0.0, "rate_weight": 30.0},
    {"rate_weight": 0},
    {"rate_weight": 0, "init": "random"},
    {"init": "kmeans++"},
    {"color_space": "srgb"},
    {"small_colors": 1},
    {"small_colors": 0},
    {"keep_color": ("#102030",)},
    {"keep_color": ("#10203080", "#ffffff")},
    {"palette": "#c81e3c,#c81e3cf8,#c81e3c80,#000"},
    {"max_size": "300", "best_effort": True},
    {"quality": 60, "best_effort": True},
]


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("k", [3, 9])
def test_every_way(way, k):
    colors = max(k, 4) if "palette" in way else k + ("keep_color" in way)
    before = icon(k)
    result = compress(before, colors=colors, **way)
    assert holds(before, decoded(result.data))


@pytest.mark.parametrize("format", ["png", "webp", "gif", "tiff"])
@pytest.mark.parametrize("k", [2, 5, 40])
def test_every_format(format, k):
    before = icon(k)
    assert holds(before, decoded(compress(before, colors=k, format=format).data))


def test_16_bits():
    before = icon(4)
    deep = before.astype(np.uint16) * 257
    deep[(before > 0) & (before < 255)] += 60
    assert holds(before, decoded(compress(deep, colors=6).data))
    found = quantize(deep, 6)
    assert holds(before, found.palette[found.indices])


def test_one_palette_for_many():
    pictures = [icon(seed) for seed in range(4)]
    fit = fit_palette(pictures, colors=7)
    from huepress._compress import finish
    from huepress.decode import load
    from huepress.options import CompressOptions

    for before in pictures:
        result = finish(load(before), fit, CompressOptions(), perf_counter())
        assert holds(before, result.pixels)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1 << 30), st.integers(2, 12), st.sampled_from(["oklab", "srgb"]))
def test_any_palette_of_any_colors(seed, k, color_space):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (9, 11, 4)).astype(np.uint8)
    pixels[..., 3] = rng.choice([0, 1, 128, 244, 254, 255], (9, 11))
    found = quantize(pixels, k, color_space=color_space)
    assert holds(pixels, found.palette[found.indices])
    assert holds(pixels, compress(pixels, colors=k, color_space=color_space, effort="fast").pixels)


def test_one_color_cannot_be_both():
    with pytest.raises(OptionError, match="at least 2"):
        compress(icon(), colors=1)
    with pytest.raises(OptionError, match="at least 3"):
        compress(icon(), colors=2, keep_color=("#10203080",))
    opaque = icon()
    opaque[..., 3] = np.maximum(opaque[..., 3], 200)
    assert holds(opaque, compress(opaque, colors=1).pixels)
    assert least_colors(icon()) == 2
    assert least_colors(opaque) == 1


def test_the_mean_is_that_of_the_opaque_pixels():
    colors = np.array(
        [[100, 0, 0, 255], [110, 0, 0, 255], [90, 0, 0, 250], [0, 255, 0, 20]], np.uint8
    )
    counted = histogram.Histogram(colors[np.lexsort(colors.T[[2, 1, 0, 3]])], np.ones(4))
    fit = kmeans.fit_palette(counted, 2, color_space="srgb", init="random")
    settled = settle(fit, counted, "srgb")
    solid = settled.palette.colors[settled.palette.colors[:, 3] == 255]
    assert solid.tolist() == [[105, 0, 0, 255]]
    assert settle(settled, counted, "srgb") is settled


def test_without_an_opaque_entry_nothing_moves():
    indices = np.array([[0, 1]], np.uint8)
    palette = np.array([[0, 0, 0, 100], [255, 255, 255, 200]], np.uint8)
    keep_opaque(indices, np.full((1, 2, 3), 9, np.uint8), palette, "srgb")
    assert indices.tolist() == [[0, 1]]
    palette[0, 3] = 255
    keep_opaque(indices, np.full((1, 2, 3), 9, np.uint8), palette, "srgb")
    assert indices.tolist() == [[0, 0]]


def test_an_entry_without_opaque_pixels_stays_soft():
    """Only entries that serve opaque pixels become opaque, and soft shadows stay soft."""
    colors = np.array(
        [[0, 0, 0, 120], [0, 255, 0, 255], [200, 0, 0, 240], [200, 0, 0, 255]], np.uint8
    )
    counted = histogram.Histogram(colors, np.array([50.0, 50.0, 4.0, 9.0]))
    fit = kmeans.fit_palette(counted, 3, color_space="srgb", init="wu")
    assert (fit.palette.colors[:, 3] == 255).sum() == 1  # so none has to be turned
    settled = settle(fit, counted, "srgb").palette.colors
    assert sorted(settled[:, 3].tolist()) == [120, 255, 255]
