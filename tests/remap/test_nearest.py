import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from huepress.color import spaces
from huepress.errors import OptionError
from huepress.remap import nearest
from huepress.types import Palette


def plain_nearest(pixels, colors, color_space):
    points = spaces.embed(pixels.reshape(-1, pixels.shape[2]), color_space).astype(np.float64)
    centers = spaces.embed(colors, color_space).astype(np.float64)
    return ((points[:, np.newaxis] - centers) ** 2).sum(axis=2)


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 249, 256]), st.sampled_from([3, 4]))
@pytest.mark.parametrize("color_space", spaces.COLOR_SPACES)
def test_no_entry_is_nearer(color_space, seed, k, channels):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (17, 31, channels), np.uint8)
    palette = Palette(rng.integers(0, 256, (k, channels), np.uint8))
    mapped = nearest.remap(pixels, palette, color_space)
    distances = plain_nearest(pixels, palette.colors, color_space)
    if channels == 4:  # full transparency is for clear pixels alone
        unfit = (palette.colors[:, 3] == 0) != (pixels.reshape(-1, 4)[:, 3:] == 0)
        if (palette.colors[:, 3] > 0).any() and (palette.colors[:, 3] == 0).any():
            distances = np.where(unfit, np.inf, distances)
        solid = palette.colors[:, 3] == 255
        if solid.any():  # and opaque pixels get opaque entries alone
            unfit = (pixels.reshape(-1, 4)[:, 3:] == 255) & ~solid
            distances = np.where(unfit, np.inf, distances)
    chosen = distances[np.arange(len(distances)), mapped.indices.reshape(-1)]
    np.testing.assert_allclose(chosen, distances.min(axis=1), rtol=1e-5, atol=1e-3)
    if channels == 3 and color_space == "srgb":  # whole numbers: no rounding, so ties are known
        np.testing.assert_array_equal(mapped.indices.reshape(-1), distances.argmin(axis=1))


@given(hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(4))))
def test_mapping_twice_changes_nothing(pixels):
    palette = Palette(np.array([[0, 0, 0, 0], [255, 0, 0, 255], [0, 99, 0, 128]], np.uint8))
    once = nearest.remap(pixels, palette)
    twice = nearest.remap(once.to_pixels(), palette)
    np.testing.assert_array_equal(once.indices, twice.indices)


def test_palettes_with_alpha_serve_opaque_pictures():
    palette = Palette(np.array([[9, 9, 9, 0], [200, 0, 0, 255]], np.uint8))
    assert nearest.remap(np.zeros((1, 1, 3), np.uint8), palette).indices.shape == (1, 1)
    with pytest.raises(OptionError, match="palette"):
        nearest.remap(np.zeros((1, 1, 4), np.uint8), Palette(palette.colors[:, :3].copy()))


def test_what_is_seen_never_vanishes_and_what_is_clear_stays_clear():
    palette = Palette(np.array([[0, 0, 0, 0], [0, 0, 0, 255]], np.uint8))
    pixels = np.array([[[0, 0, 0, 0], [90, 9, 9, 0], [0, 0, 0, 3], [0, 0, 0, 200]]], np.uint8)
    np.testing.assert_array_equal(nearest.remap(pixels, palette).indices, [[0, 0, 1, 1]])
    only_clear = Palette(np.zeros((1, 4), np.uint8))
    assert not nearest.remap(pixels, only_clear).indices.any()
