"""colorspace: known colors, exact round trips, and the distance it stands for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from huepress import colorspace
from huepress.errors import OptionError

rgba = arrays(np.uint8, (7, 4))


def test_oklab_of_known_colors():
    # Published by Ottosson: white is (1, 0, 0); red is about (0.628, 0.225, 0.126).
    lab = colorspace.oklab_from_srgb8(np.array([[255, 255, 255], [255, 0, 0], [0, 0, 0]], np.uint8))
    np.testing.assert_allclose(lab, [[1, 0, 0], [0.628, 0.225, 0.126], [0, 0, 0]], atol=5e-4)


def test_transfer_curves_are_inverse():
    values = np.linspace(0, 1, 1001)
    back = colorspace.srgb_from_linear(colorspace.linear_from_srgb(values))
    np.testing.assert_allclose(back, values, atol=1e-7)


@pytest.mark.parametrize("space", colorspace.COLOR_SPACES)
def test_every_opaque_color_survives_the_round_trip(space):
    levels = np.array([*range(0, 256, 17), 1, 2, 254], np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    np.testing.assert_array_equal(colorspace.unembed(colorspace.embed(grid, space), space), grid)


@pytest.mark.parametrize("space", colorspace.COLOR_SPACES)
@given(colors=rgba)
def test_visible_colors_survive_the_round_trip(space, colors):
    back = colorspace.unembed(colorspace.embed(colors, space), space)
    np.testing.assert_array_equal(back[:, 3], colors[:, 3])
    solid = colors[:, 3] >= 16  # below that, one step of color is less than float32 keeps in Oklab
    np.testing.assert_array_equal(back[solid], colors[solid])
    assert not back[colors[:, 3] == 0].any()


@given(colors=rgba)
def test_alpha_distance_is_the_mean_over_black_and_white(colors):
    points = colorspace.embed(colors, "srgb").astype(np.float64)
    alpha = colors[:, 3:] / 255.0
    over_black = alpha * colors[:, :3]
    over_white = over_black + 255.0 * (1 - alpha)
    for i in range(1, len(colors)):
        seen = sum(((s[0] - s[i]) ** 2).sum() for s in (over_black, over_white)) / 2
        assert ((points[0] - points[i]) ** 2).sum() == pytest.approx(seen, rel=1e-4, abs=0.1)


@given(st.sampled_from(colorspace.COLOR_SPACES), arrays(np.uint8, (5, 3)))
def test_opaque_distances_are_the_same_with_and_without_alpha(space, colors):
    opaque = np.hstack([colors, np.full((5, 1), 255, np.uint8)])
    a, b = colorspace.embed(colors, space), colorspace.embed(opaque, space)
    np.testing.assert_allclose(a - a[0], (b - b[0])[:, :3], atol=1e-3)
    assert not (b - b[0])[:, 3].any()


def test_unknown_space_is_refused():
    with pytest.raises(OptionError, match="oklab or srgb"):
        colorspace.embed(np.zeros((1, 3), np.uint8), "lab")
    with pytest.raises(OptionError, match="oklab or srgb"):
        colorspace.unembed(np.zeros((1, 3)), "lab")
