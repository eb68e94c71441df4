"""spaces: known colors, exact round trips, and the distance it stands for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from huepress import quantize
from huepress.color import spaces
from huepress.color.shown import as_srgb
from huepress.errors import OptionError
from huepress.formats import profiles
from twins.embed import embed as plain

rgba = arrays(np.uint8, (7, 4))


def test_oklab_of_known_colors():
    # Published by Ottosson: white is (1, 0, 0); red is about (0.628, 0.225, 0.126).
    lab = spaces.oklab_from_srgb8(np.array([[255, 255, 255], [255, 0, 0], [0, 0, 0]], np.uint8))
    np.testing.assert_allclose(lab, [[1, 0, 0], [0.628, 0.225, 0.126], [0, 0, 0]], atol=5e-4)


def test_transfer_curves_are_inverse():
    values = np.linspace(0, 1, 1001)
    back = spaces.srgb_from_linear(spaces.linear_from_srgb(values))
    np.testing.assert_allclose(back, values, atol=1e-7)


@pytest.mark.parametrize("space", spaces.COLOR_SPACES)
def test_every_opaque_color_survives_the_round_trip(space):
    levels = np.array([*range(0, 256, 17), 1, 2, 254], np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    np.testing.assert_array_equal(spaces.unembed(spaces.embed(grid, space), space), grid)


@pytest.mark.parametrize("space", spaces.COLOR_SPACES)
@given(colors=rgba)
def test_visible_colors_survive_the_round_trip(space, colors):
    back = spaces.unembed(spaces.embed(colors, space), space)
    np.testing.assert_array_equal(back[:, 3], colors[:, 3])
    solid = colors[:, 3] >= 16  # below that, one step of color is less than float32 keeps in Oklab
    np.testing.assert_array_equal(back[solid], colors[solid])
    assert not back[colors[:, 3] == 0].any()


@given(colors=rgba)
def test_alpha_distance_is_the_mean_over_black_and_white(colors):
    points = spaces.embed(colors, "srgb").astype(np.float64)
    alpha = colors[:, 3:] / 255.0
    over_black = alpha * colors[:, :3]
    over_white = over_black + 255.0 * (1 - alpha)
    for i in range(1, len(colors)):
        seen = sum(((s[0] - s[i]) ** 2).sum() for s in (over_black, over_white)) / 2
        assert ((points[0] - points[i]) ** 2).sum() == pytest.approx(seen, rel=1e-4, abs=0.1)


@given(st.sampled_from(spaces.COLOR_SPACES), arrays(np.uint8, (5, 3)))
def test_opaque_distances_are_the_same_with_and_without_alpha(space, colors):
    opaque = np.hstack([colors, np.full((5, 1), 255, np.uint8)])
    a, b = spaces.embed(colors, space), spaces.embed(opaque, space)
    np.testing.assert_allclose(a - a[0], (b - b[0])[:, :3], atol=1e-3)
    assert not (b - b[0])[:, 3].any()


def test_unknown_space_is_refused():
    with pytest.raises(OptionError, match="oklab or srgb"):
        spaces.embed(np.zeros((1, 3), np.uint8), "lab")
    with pytest.raises(OptionError, match="oklab or srgb"):
        spaces.unembed(np.zeros((1, 3)), "lab")


P3 = profiles.make(
    "P3",
    profiles.xyz_from_primaries((0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)),
    profiles.SRGB_CURVE,
)
LINEAR = profiles.make("l", profiles.xyz_from_primaries(profiles.SRGB_PRIMARIES), (1.0,))


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("icc", [P3, LINEAR, profiles.srgb(), None])
def test_native_points_are_those_of_numpy(icc, channels):
    colors = np.random.default_rng(0).integers(0, 256, (1009, channels)).astype(np.uint8)
    space = spaces.space_of("oklab", icc)
    np.testing.assert_allclose(spaces.embed(colors, space), plain(colors, space), atol=5e-4)
    assert spaces.is_oklab(space)


def test_a_profile_of_srgb_measures_as_srgb():
    colors = np.random.default_rng(0).integers(0, 256, (1000, 3)).astype(np.uint8)
    space = spaces.space_of("oklab", profiles.srgb())
    apart = spaces.embed(colors, space) - spaces.embed(colors, "oklab")
    assert np.abs(apart).max() < 0.02


@pytest.mark.parametrize("channels", [3, 4])
def test_colors_in_a_profile_come_back(channels):
    colors = np.random.default_rng(0).integers(0, 256, (1000, channels)).astype(np.uint8)
    if channels == 4:
        colors[:, 3] = np.maximum(colors[:, 3], 200)
    space = spaces.space_of("oklab", P3)
    back = spaces.unembed(spaces.embed(colors, space), space)
    assert np.abs(back.astype(int) - colors).max() <= 1
    if channels == 3:
        assert np.array_equal(back, colors)


def test_real_colors_are_what_is_measured():
    """Two values of equal light in their own spaces are at the same point."""
    space = spaces.space_of("oklab", LINEAR)
    srgb = np.array([[188, 137, 99]], np.uint8)
    linear = np.rint(255 * spaces.linear_from_srgb(srgb / 255.0)).astype(np.uint8)
    apart = spaces.embed(linear, space) - spaces.embed(srgb, "oklab")
    assert np.abs(apart).max() < 1
    assert spaces.space_of("srgb", LINEAR) == "srgb"
    assert np.abs(as_srgb(linear, LINEAR).astype(int) - srgb).max() <= 2
    assert as_srgb(srgb, None) is srgb
    assert as_srgb(srgb, b"junk") is srgb


def test_many_colors_are_shown_in_srgb_as_a_few_are():
    """Pictures go by a table of the colors that occur."""
    colors = np.random.default_rng(0).integers(0, 256, (70_001, 4), dtype=np.uint8)
    few = [as_srgb(part, P3) for part in np.array_split(colors, 3)]
    np.testing.assert_array_equal(as_srgb(colors, P3), np.concatenate(few))


@pytest.mark.parametrize("n_colors", [7, 16])
def test_pictures_in_a_profile_are_clustered_by_their_real_colors(n_colors):
    """The mapping is the nearest in the profile's Oklab, and better there than plain Oklab's."""
    pixels = np.random.default_rng(0).integers(0, 256, (31, 47, 3)).astype(np.uint8)
    space = spaces.space_of("oklab", LINEAR)
    found = quantize(pixels, n_colors, color_space=space)
    points = spaces.embed(pixels.reshape(-1, 3), space).astype(np.float64)
    centers = spaces.embed(found.palette, space).astype(np.float64)
    distances = ((points[:, None] - centers[None]) ** 2).sum(axis=2)
    chosen = distances[np.arange(len(points)), found.indices.reshape(-1)]
    assert np.abs(chosen - distances.min(axis=1)).max() < 0.5
    plain = quantize(pixels, n_colors, color_space="oklab")
    others = spaces.embed(plain.palette, space).astype(np.float64)
    worse = ((points - others[plain.indices.reshape(-1)]) ** 2).sum(axis=1).mean()
    assert chosen.mean() < 0.8 * worse
