"""Tiles stand for a large picture while mappings are tried."""

from __future__ import annotations

import numpy as np
import pytest

from huepress import compress, metrics
from huepress.encode import lossless, png
from huepress.search import picture as of_picture
from huepress.search import stand_in as of_stand_in
from huepress.search.picture import Picture
from huepress.search.stand_in import stand_in
from huepress.types import Image, Source


@pytest.fixture
def small_is_large(monkeypatch):
    for module in (of_picture, png, lossless):
        monkeypatch.setattr(module, "LARGE", 40_000)
    monkeypatch.setattr(of_stand_in, "TILE", 64)
    monkeypatch.setattr(of_stand_in, "LEAST", 9)


def photo(height: int, width: int) -> np.ndarray:
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:height, :width]
    light = 120 + 60 * np.sin(x / 17) * np.cos(y / 23) + rng.normal(0, 6, (height, width))
    planes = [light, light * 0.8 + 30 * np.sin(y / 40), 200 - light * 0.5]
    return np.stack(planes, axis=2).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", [(2200, 2000), (40, 110_000), (110_000, 40), (5000, 900)])
def test_tiles_are_of_the_picture(size):
    pixels = np.arange(np.prod(size), dtype=np.uint32).view(np.uint8).reshape(*size, 4)
    pixels[..., 3] |= 1
    part = stand_in(Picture(Image(pixels, Source("<array>")), 256, "oklab"))
    assert part.image.pixels.size <= pixels.size / 2
    assert part.is_large
    assert not part.is_lean
    numbers = part.image.pixels.view(np.uint32)[..., 0]
    assert np.isin(numbers, pixels.view(np.uint32)).all()
    assert len(np.unique(numbers)) == numbers.size


@pytest.mark.parametrize("effort", ["fast", "balanced"])
def test_large_pictures_look_as_others_do(small_is_large, effort, monkeypatch):
    monkeypatch.setattr(of_stand_in, "TILE", 96)
    monkeypatch.setattr(of_stand_in, "LEAST", 16)
    pixels = photo(480, 640)
    found = compress(pixels, effort=effort)
    monkeypatch.setattr(of_picture, "LARGE", 1 << 40)
    usual = compress(pixels, effort=effort)
    assert abs(found.score - usual.score) < 1.5
    assert found.bytes_out < 1.2 * usual.bytes_out


def test_a_score_is_that_of_the_whole(small_is_large):
    pixels = photo(240, 320)
    found = compress(pixels, quality=70)
    assert 70 <= found.score < 74
    assert found.score == metrics.judge(pixels, found.pixels).score


@pytest.mark.parametrize("options", [{}, {"effort": "fast"}, {"lossless": True}, {"quality": 60}])
def test_threads_change_no_byte(small_is_large, options):
    pixels = photo(210, 220)
    found = {compress(pixels, threads=n, **options).data for n in (1, 2, 7)}
    assert len(found) == 1


def test_few_colors_stay_exact(small_is_large):
    pixels = (photo(210, 220) // 64 * 64).astype(np.uint8)
    assert compress(pixels).is_exact


@pytest.mark.parametrize(
    "options",
    [
        {"palette": "#000000,#ffffff,#808080,#ff0000"},
        {"palette": "#000000,#ffffff,#808080,#ff0000", "dither": 1.0},
        {"keep_color": ("#ff0000",)},
        {"rate_weight": 4.0},
        {"colors": 16, "format": "webp"},
        {"format": "gif"},
        {"max_size": "20kB"},
        {"color_space": "srgb"},
    ],
)
def test_every_aim_is_met_by_all_of_the_picture(small_is_large, options):
    pixels = photo(210, 220)
    found = compress(pixels, **options)
    assert found.pixels.shape == pixels.shape
    assert np.abs(found.pixels.astype(int).mean(axis=(0, 1)) - pixels.mean(axis=(0, 1))).max() < 60
