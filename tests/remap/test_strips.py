"""Strips of a large picture are mapped and counted as the whole is, byte for byte."""

from __future__ import annotations

import numpy as np
import pytest

from huepress import _core, limits
from huepress.palette import histogram
from huepress.remap import remap, strips
from huepress.remap.rate import RateMap
from huepress.search import count_seen
from huepress.types import Image, Palette, Source


@pytest.fixture(autouse=True)
def small_strips(monkeypatch):
    monkeypatch.setattr(limits, "STRIP", 900)
    monkeypatch.setattr(limits, "LEAST_ROWS", 5)


def picture(channels: int, height: int = 61, width: int = 47) -> Image:
    rng = np.random.default_rng(channels)
    ramp = np.linspace(0, 200, width)[None, :, None] + np.arange(channels) * 9
    pixels = (ramp + rng.normal(0, 12, (height, width, channels))).clip(0, 255).astype(np.uint8)
    if channels == 4:
        pixels[..., 3] = rng.choice([0, 90, 255, 255, 255], (height, width))
    return Image(np.ascontiguousarray(pixels), Source("<array>"))


def palette(channels: int, n: int = 23) -> Palette:
    colors = np.random.default_rng(7).integers(0, 256, (n, channels), np.uint8)
    if channels == 4:
        colors[:, 3] = 255
        colors[0], colors[1, 3] = 0, 128
    return Palette(colors)


@pytest.mark.parametrize(("channels", "entries"), [(3, 3), (4, 4), (3, 4)])
@pytest.mark.parametrize("n_threads", [1, 2, 7])
@pytest.mark.parametrize("space", ["oklab", "srgb"])
def test_strips_are_mapped_as_the_whole_is(channels, entries, n_threads, space):
    image, colors = picture(channels), palette(entries)
    plain = remap(image, colors, space)
    found = strips.nearest(image, colors, space, n_threads=n_threads)
    np.testing.assert_array_equal(found.indices, plain.indices)
    counted = histogram.count(image)
    mapping = strips.StripMap(image, colors, counted, space, masked=False, n_threads=n_threads)
    whole = RateMap(
        image.pixels, colors, color_space=space, masked=False, nearest=plain.indices, n_threads=1
    )
    for halves in (False, True):
        found = mapping.map(3.0, halves=halves)
        np.testing.assert_array_equal(found.indices, whole.map(3.0, halves=halves).indices)


def test_fine_values_are_mapped_in_strips_too():
    image, colors = picture(3), palette(3)
    deep = image.pixels.astype(np.uint16) * 257 + 99
    image = Image(image.pixels, image.source, np.minimum(deep, 65535).astype(np.uint16))
    plain = remap(image, colors)
    np.testing.assert_array_equal(strips.nearest(image, colors, "oklab").indices, plain.indices)
    found = strips.StripMap(image, colors, histogram.count(image)).map(3.0, halves=False)
    whole = RateMap(image.pixels, colors, fine=image.deep, nearest=plain.indices)
    assert (found.indices == whole.map(3.0).indices).mean() > 0.9  # prices are of 8 bits


@pytest.mark.parametrize("n_threads", [1, 2, 7])
def test_strips_are_counted_as_the_whole_is(n_threads, monkeypatch):
    monkeypatch.setattr(histogram, "GROUP", 3)
    image = picture(4)
    seen, pixels = strips.count(image, "oklab", n_threads=n_threads)
    np.testing.assert_array_equal(pixels.colors, histogram.count(image).colors)
    np.testing.assert_array_equal(pixels.weights, histogram.count(image).weights)
    np.testing.assert_allclose(seen.weights, count_seen(image, "oklab").weights, rtol=1e-12)
    assert strips.count(image, "srgb")[0].weights.sum() == image.width * image.height


def test_a_mapper_that_failed_says_so():
    options = (3.0, 0.0, 0.5, (0.2, 0.2), (0.3, 0.3), 0.0, 1.0, True, [1], "png")
    mapper = _core.RateMapper(4, np.zeros((2, 3), np.float32), np.ones(2), *options)
    rows = np.zeros((4, 3), np.float32), np.ones((1, 4), np.float32), np.zeros((1, 4), np.float32)
    out = np.zeros((1, 4), np.uint8)
    mapper.map_rows(*rows, out, out.copy())
    assert mapper.bits > 0
    with pytest.raises(ValueError, match="below the number of colors"):
        mapper.map_rows(*rows, out + np.uint8(2), out.copy())
    with pytest.raises(ValueError, match="make a new one"):
        mapper.map_rows(*rows, out, out.copy())
    with pytest.raises(ValueError, match="width"):
        mapper.map_rows(*rows, out[:, :3].copy(), out[:, :3].copy())


@pytest.mark.parametrize("deep", [False, True])
def test_distinct_colors_of_large_pictures(deep, monkeypatch):
    image = picture(4)
    fine = image.pixels.astype(np.uint16) * 256 if deep else None
    image = Image(image.pixels, image.source, fine)
    usual = histogram.count_distinct(image)
    monkeypatch.setattr(histogram, "LARGE", 1)
    monkeypatch.setattr(histogram, "GROUP", 2)
    assert histogram.count_distinct(image) == usual == histogram.count(image).n_colors
