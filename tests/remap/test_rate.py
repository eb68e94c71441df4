"""Rate-aware mapping: the same bytes everywhere, fewer bytes at any rate weight."""

from __future__ import annotations

import itertools
import zlib

import numpy as np
import pytest

from huepress import _core
from huepress._native import instruction_set
from huepress.color.spaces import embed
from huepress.errors import OptionError
from huepress.remap.rate import RateMap, remap
from huepress.types import Palette
from twins.rate import ReferenceMap


def _picture(height: int, width: int, channels: int, seed: int = 0) -> np.ndarray:
    """A smooth ramp with texture on the right half."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    ramp = (x * 97 // width + y * 83 // height)[..., None] + np.arange(channels) * 20
    noise = rng.integers(-30, 31, (height, width, channels)) * (x > width // 2)[..., None]
    return np.clip(ramp + noise, 0, 255).astype(np.uint8)


def _palette(n_colors: int, channels: int, seed: int = 1) -> Palette:
    rng = np.random.default_rng(seed)
    return Palette(rng.integers(0, 256, (n_colors, channels), dtype=np.uint8))


@pytest.mark.parametrize("container", ["png", "webp"])
@pytest.mark.parametrize(
    ("size", "n_colors", "channels"),
    [((17, 31), 249, 3), ((9, 64), 256, 4), ((5, 1), 3, 3), ((1, 2), 1, 4), ((40, 130), 17, 3)],
)
def test_every_instruction_set_gives_the_same_indices(size, n_colors, channels, container):
    pixels = _picture(*size, channels)
    found = []
    for name in _core.instruction_sets():
        with instruction_set(name):
            context = RateMap(pixels, _palette(n_colors, channels))
            found.append(context.map(3.0, container=container).indices)
    assert all(np.array_equal(a, b) for a, b in itertools.pairwise(found))
    assert found[0].shape == size


@pytest.mark.parametrize(
    ("size", "n_colors", "dims", "rate_weight", "find", "reach"),
    [
        ((6, 9), 200, 3, 8.0, True, (2, 1, 1)),
        ((17, 31), 249, 3, 3.0, True, (2, 1, 1)),
        ((12, 40), 256, 4, 60.0, True, (1, 2)),
        ((9, 33), 17, 3, 0.2, False, (3,)),
        ((7, 1), 5, 3, 2.0, True, (1,)),
        ((6, 2), 1, 4, 2.0, True, (1,)),
        ((5, 300), 6, 3, 400.0, True, (2, 1)),
        ((9, 40), 7, 6, 5.0, True, (2, 1)),  # half of the coordinates are not passed on
    ],
)
@pytest.mark.parametrize("container", ["png", "webp"])
def test_the_core_agrees_with_plain_numpy(
    size, n_colors, dims, rate_weight, find, reach, container
):
    points = _picture(*size, dims).astype(np.float32).reshape(-1, dims)
    _compare(points, size, n_colors, (rate_weight, find, reach, container))


@pytest.mark.parametrize(
    ("size", "period", "flat", "reach"),
    [
        ((12, 40), 45, 0, (1,)),  # copies from nearby go on in the next row
        ((12, 40), 77, 0, (2, 1, 1)),  # from two rows above
        ((14, 33), 151, 0, (1,)),  # from places found by context
        ((9, 35), 63, 40, (1,)),  # runs
        ((30, 5), 18, 6, (1, 1)),  # rows shorter than what is looked at beside them
    ],
)
@pytest.mark.parametrize("container", ["png", "webp"])
@pytest.mark.parametrize("find", [False, True])
def test_the_core_agrees_where_copies_go_across_rows(size, period, flat, reach, container, find):
    rng = np.random.default_rng(3)
    pattern = rng.uniform(0, 255, (period, 3)).astype(np.float32)
    pattern[:flat] = pattern[0]
    places = np.arange(size[0] * size[1])
    points = pattern[places % period] + rng.normal(0, 2, (len(places), 3)).astype(np.float32)
    _compare(points.astype(np.float32), size, 40, (40.0, find, reach, container))


def _compare(points, size, n_colors, how):
    """Hold the core against its twin."""
    rate_weight, find, reach, container = how
    height, width = size
    dims = points.shape[1]
    rng = np.random.default_rng(7)
    palette = rng.uniform(0, 255, (n_colors, dims)).astype(np.float32)
    weights = rng.uniform(0.05, 1, size).astype(np.float32)
    smoothness = weights * weights
    nearest = np.empty(height * width, np.uint8)
    some = [np.ascontiguousarray(each[:, :4]) for each in (points, palette)]
    _core.assign(*some, nearest, None, 1)
    nearest = nearest.reshape(size)
    counts = np.bincount(nearest.reshape(-1), minlength=n_colors).astype(np.float64)
    options = (
        rate_weight,
        1 / 625,
        0.5,
        (0.28, 0.6),
        (0.45, 0.15),
        0.7,
        0.75,
        find,
        reach,
        container,
    )
    indices = np.empty(size, np.uint8)
    _core.map_rate(points, weights, smoothness, nearest, palette, counts, indices, *options, 1, 1)
    plain = ReferenceMap(width, palette, counts, *options)
    rows = [
        plain.map_row(points[y * width : (y + 1) * width], weights[y], smoothness[y], nearest[y])
        for y in range(height)
    ]
    np.testing.assert_array_equal(indices, np.array(rows))


@pytest.mark.parametrize("height", [1, 2, 17])
@pytest.mark.parametrize("n_threads", [1, 2, 7])
def test_bands_are_mapped_apart(height, n_threads):
    width = 30
    picture = _picture(height, width, 3)
    points = np.ascontiguousarray(picture.reshape(-1, 3).astype(np.float32))
    palette = np.random.default_rng(3).uniform(0, 255, (9, 3)).astype(np.float32)
    ones = np.ones((height, width), np.float32)
    nearest = np.zeros((height, width), np.uint8)
    _core.assign(points, palette, nearest.reshape(-1), None, 1)
    counts = np.bincount(nearest.reshape(-1), minlength=9).astype(np.float64)
    options = (20.0, 1 / 625, 0.5, (0.28, 0.6), (0.45, 0.15), 0.7, 0.75, True, [1, 1], "png")

    def mapped(top, bottom, n_bands):
        part = slice(top * width, bottom * width)
        indices = np.empty((bottom - top, width), np.uint8)
        rows = ones[top:bottom], ones[top:bottom], nearest[top:bottom]
        rest = palette, counts, indices, *options, n_bands, n_threads
        return indices, _core.map_rate(points[part], *rows, *rest)

    both, bits = mapped(0, height, 2)
    upper, lower = mapped(0, height // 2, 1), mapped(height // 2, height, 1)
    np.testing.assert_array_equal(both, np.concatenate([upper[0], lower[0]]))
    assert bits == upper[1] + lower[1]


def test_a_higher_rate_weight_gives_fewer_bytes():
    context = RateMap(_picture(96, 128, 3), _palette(128, 3))
    sizes = [
        len(zlib.compress(context.map(weight, dither=0.0).indices.tobytes(), 9))
        for weight in (0, 1, 8, 64, 512)
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < sizes[0] / 3


def test_other_containers_are_refused():
    with pytest.raises(OptionError, match="png, webp"):
        RateMap(_picture(4, 4, 3), _palette(4, 3)).map(1.0, container="gif")


def test_a_weight_near_zero_without_dither_is_the_nearest_color():
    context = RateMap(_picture(33, 57, 3), _palette(64, 3))
    assert np.array_equal(context.map(1e-6, dither=0.0).indices, context.nearest)


def test_dither_keeps_the_mean_of_a_flat_area():
    pixels = np.full((64, 64, 3), 100, np.uint8)
    palette = Palette(np.array([[90, 90, 90], [112, 112, 112], [0, 0, 0]], np.uint8))
    plain = remap(pixels, palette, 0.05, dither=0.0).to_pixels().mean()
    dithered = remap(pixels, palette, 0.05).to_pixels().mean()
    assert plain == 90
    assert abs(dithered - 100) < abs(plain - 100) / 2


@pytest.mark.parametrize("rate_weight", [30.0, 120.0])
def test_half_smooth_texture_shows_no_streaks(rate_weight):
    y, x = np.mgrid[:160, :240]
    skin = 100 + x / 4 + y / 5 + np.random.default_rng(0).normal(0, 2.5, (160, 240))
    pixels = np.repeat(np.rint(skin).astype(np.uint8)[..., None], 3, axis=2)
    grays = Palette(np.repeat(np.arange(90, 200, 6, dtype=np.uint8)[:, None], 3, axis=1))
    mapped = remap(pixels, grays, rate_weight).to_pixels()
    error = mapped[..., 0].astype(np.float64) - pixels[..., 0]
    along_rows = error.reshape(160, 15, 16).mean(axis=2).std()
    along_columns = error.reshape(10, 16, 240).mean(axis=1).std()
    assert along_rows < 1.5 * along_columns


def test_hidden_colors_do_not_matter():
    pixels = _picture(24, 40, 4)
    pixels[..., 3] = 0
    other = pixels.copy()
    other[..., :3] = 7
    palette = _palette(16, 4)
    first, second = (remap(p, palette, 2.0).indices for p in (pixels, other))
    assert np.array_equal(first, second)


def test_a_palette_with_alpha_serves_an_opaque_picture():
    palette = Palette(np.array([[0, 0, 0, 0], [9, 9, 9, 255], [200, 200, 200, 255]], np.uint8))
    pixels = np.full((9, 17, 3), 180, np.uint8)
    assert (RateMap(pixels, palette).map(1.0, dither=0.0).indices == 2).all()


def test_only_clear_pixels_get_the_clear_entry():
    palette = Palette(np.array([[0, 0, 0, 0], [0, 0, 0, 255]], np.uint8))
    pixels = np.zeros((9, 17, 4), np.uint8)
    pixels[:, 8:, 3] = 20
    expected = np.repeat((pixels[:, :, 3] > 0).astype(np.uint8)[:1], 9, axis=0)
    np.testing.assert_array_equal(RateMap(pixels, palette).map(50.0).indices, expected)


def test_in_paintings_lightness_goes_before_chroma():
    """A gray, another gray, and a color of the first one's lightness."""
    colors = np.array([[128, 128, 128], [137, 137, 137], [153, 117, 128]], np.uint8)
    away = np.abs(embed(colors, "oklab") - embed(colors[:1], "oklab"))
    assert 0.4 * np.hypot(*away[2, 1:]) < away[1, 0] < 0.8 * np.hypot(*away[2, 1:])
    pixels = np.full((9, 17, 3), 128, np.uint8)
    for lightness, entry in ((False, 0), (True, 1)):
        mapping = RateMap(pixels, Palette(colors[1:]), lightness=lightness)
        assert (mapping.nearest == entry).all()
        assert (mapping.map(0.01, dither=0.0).indices == entry).all()


def test_another_palette_of_the_same_picture_is_masked_unless_told():
    pixels = _picture(20, 24, 3)
    first = RateMap(pixels, _palette(9, 3, seed=3))
    other = _palette(7, 3, seed=4)
    plain = RateMap(pixels, other)
    assert np.array_equal(first.with_palette(other)._weights, plain._weights)
    bare = first.with_palette(other, masked=False)
    assert np.array_equal(bare._weights, np.sqrt(plain._weights))
    assert not np.array_equal(bare._weights, plain._weights)
