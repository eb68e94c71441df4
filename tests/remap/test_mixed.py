"""Given colors: means in linear light are kept, gray stays gray, with dither and without."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huepress import _core, compress
from huepress.color.light import mixing
from huepress.color.spaces import linear_from_srgb
from huepress.errors import InputError, OptionError
from huepress.palette.files import read_palette
from huepress.remap.given import remap_given
from huepress.remap.mixed import MixedMap
from huepress.types import Palette

BW = "#000000,#ffffff"
BWR = "#000000,#ffffff,#ff0000"
SEVEN = "#000000,#ffffff,#00a000,#0000c0,#d00000,#f0e000,#f08000"
CGA = "#000,#00a,#0a0,#0aa,#a00,#a0a,#a50,#aaa,#555,#55f,#5f5,#5ff,#f55,#f5f,#ff5,#fff"  # 16 colors
PANEL = "#191e21,#e8e8e8,#125f20,#2157ba,#b21318,#efde44,#c35c1e"  # as such displays show them
GAME_BOY = "#0f380f,#306230,#8bac0f,#9bbc0f"


def _light(pixels: np.ndarray) -> np.ndarray:
    return linear_from_srgb(pixels[..., :3] / 255.0).reshape(-1, 3).mean(axis=0)


def _flat(color: tuple[int, ...], side: int = 48) -> np.ndarray:
    return np.full((side, side, len(color)), color, np.uint8)


def _mixed(pixels: np.ndarray, words: str) -> np.ndarray:
    palette = read_palette(words)
    nearest = remap_given(pixels, palette).indices
    return MixedMap(pixels, palette, nearest=nearest).map(0.5).to_pixels()


@pytest.mark.parametrize("words", [BW, BWR, SEVEN, CGA, PANEL])
@pytest.mark.parametrize("level", [60, 100, 128, 188, 225])
def test_gray_is_mixed_of_grays_half_and_half_by_light(words, level):
    shown = _mixed(_flat((level,) * 3), words)
    used = np.unique(shown.reshape(-1, 3), axis=0).astype(int)
    strange = (np.ptp(shown.astype(int), axis=2) > 12).mean()
    assert strange <= (0.01 if words == PANEL else 0), used
    np.testing.assert_allclose(_light(shown), linear_from_srgb(level / 255), atol=0.004)


@pytest.mark.parametrize("words", [SEVEN, CGA])
@pytest.mark.parametrize("color", [(200, 150, 120), (90, 120, 60), (150, 150, 190), (120, 60, 60)])
def test_the_mean_light_of_an_area_is_that_of_the_original(words, color):
    shown = _mixed(_flat(color), words)
    np.testing.assert_allclose(_light(shown), linear_from_srgb(np.array(color) / 255), atol=0.006)


def test_a_color_that_cannot_be_mixed_keeps_its_luminance():
    shown = _mixed(_flat((255, 0, 0)), BW)
    np.testing.assert_allclose(_light(shown), 0.2126, atol=0.004)


def test_errors_of_what_cannot_be_mixed_do_not_pile_up():
    # A cyan area beside a pink one: of black, white and red cyan cannot be mixed, pink can.
    pixels = np.hstack([_flat((0, 255, 255)), _flat((255, 160, 160))])
    shown = _mixed(pixels, BWR)
    want = linear_from_srgb(np.array([255, 160, 160]) / 255)
    np.testing.assert_allclose(_light(shown[:, 52:]), want, atol=0.03)


@pytest.mark.parametrize("words", [BW, BWR, SEVEN, CGA])
def test_without_dither_gray_takes_the_nearest_gray_entry(words):
    colors = read_palette(words).colors.astype(int)
    grays = colors[np.ptp(colors, axis=1) == 0][:, 0]
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    shown = compress(ramp, palette=words, dither=0).pixels[0].astype(int)
    assert (np.ptp(shown, axis=1) == 0).all()
    assert set(shown[:, 0]) == set(grays)
    assert (np.diff(shown[:, 0]) >= 0).all()


def test_without_a_gray_entry_gray_takes_what_is_nearest():
    shown = compress(_flat((128,) * 3), palette=GAME_BOY, dither=0).pixels
    assert tuple(shown[0, 0]) == (0x30, 0x62, 0x30)
    one = compress(_flat((250,) * 3), palette="#000,#ffe000", dither=0).pixels
    assert tuple(one[0, 0]) == (255, 0xE0, 0)  # black is gray, and far from white


def test_without_dither_no_color_takes_one_of_another_hue_where_there_is_gray():
    blues = np.array([[(70, 100, 160), (100, 130, 190), (60, 80, 110), (150, 170, 200)]], np.uint8)
    sky = blues.repeat(40, axis=0).repeat(30, axis=1)
    sky[::3, ::5] += 3  # for a rate to act on
    shown = compress(sky, palette=BWR, dither=0).pixels.astype(int)
    assert (np.ptp(shown, axis=2) == 0).all()
    reds = np.array([[(200, 40, 40), (160, 30, 50)]], np.uint8)
    assert (compress(reds, palette=BWR, dither=0).pixels == (255, 0, 0)).all()


@pytest.mark.parametrize("effort", ["fast", "balanced", "best"])
def test_dither_1_always_dithers_flat_areas_too(effort):
    result = compress(_flat((188,) * 3), palette=BWR, dither=1, effort=effort)
    shares = (
        np.bincount(result.indexed.indices.reshape(-1), minlength=3) / result.indexed.indices.size
    )
    np.testing.assert_allclose(shares, [0.5, 0.5, 0], atol=0.01)


def test_what_has_an_entry_stays_as_it_is():
    rng = np.random.default_rng(5)
    palette = read_palette(SEVEN)
    pixels = palette.colors[rng.integers(0, 7, (20, 30))]
    for dither in (None, 0, 1):
        np.testing.assert_array_equal(compress(pixels, palette=SEVEN, dither=dither).pixels, pixels)


def test_what_is_not_opaque_takes_no_part():
    pixels = np.dstack([_flat((188,) * 3), np.full((48, 48), 255, np.uint8)])
    pixels[:, :20, 3] = 0
    pixels[:, 20:24, 3] = 120
    shown = compress(pixels, palette=BWR + ",#ffffff80", dither=1).pixels
    assert (shown[:, :20, 3] == 0).all()
    assert (shown[:, 20:24, 3] == 128).all()
    assert (shown[:, 24:, 3] == 255).all()
    np.testing.assert_allclose(_light(shown[:, 24:]), linear_from_srgb(188 / 255), atol=0.02)


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.sampled_from([1, 2, 3, 4]))
def test_the_nearest_mix_is_one_and_none_is_nearer(seed, k, dims):
    rng = np.random.default_rng(seed)
    entries = rng.integers(0, 6, (k, dims)).astype(np.float32) * 50  # many in one plane
    wanted = rng.uniform(-50, 300, (20, dims)).astype(np.float32)
    mixes = wanted.copy()
    _core.mixable(mixes, entries, 1)
    # What makes a point of a hull the nearest: no entry lies farther along the way to the wanted.
    off = (wanted - mixes).astype(np.float64)
    along = off @ entries.T.astype(np.float64)
    reached = (off * mixes).sum(axis=1)
    assert (along.max(axis=1) - reached <= 0.05 + 2e-3 * np.linalg.norm(off, axis=1)).all()
    again = mixes.copy()
    _core.mixable(again, entries, 3)
    np.testing.assert_allclose(again, mixes, atol=0.02)


def test_mixes_of_entries_stay():
    entries = mixing(read_palette(CGA).colors)
    shares = np.random.default_rng(2).dirichlet(np.ones(16), 500)
    inside = (shares @ entries).astype(np.float32)
    moved = inside.copy()
    _core.mixable(moved, entries, 2)
    np.testing.assert_allclose(moved, inside, atol=0.01)


def test_means_of_points_are_means_of_light():
    colors = np.random.default_rng(1).integers(0, 256, (50, 3)).astype(np.uint8)
    light = 255 * linear_from_srgb(colors / 255.0)
    found = mixing(colors)
    np.testing.assert_allclose(found[:, 0], light @ [0.2126, 0.7152, 0.0722], atol=1e-3)
    np.testing.assert_allclose(found[:, 1], 0.5 * (light[:, 0] - found[:, 0]), atol=1e-3)
    np.testing.assert_allclose(found[:, 2], 0.5 * (light[:, 2] - found[:, 0]), atol=1e-3)


def test_a_display_palette_maps_by_what_is_seen_and_writes_what_is_held():
    pixels = _flat((128,) * 3)
    colors, seen = "#000,#fff,#f00", "#202020,#c0c0c0,#a02020"
    result = compress(pixels, palette=colors, display_palette=seen, dither=1)
    np.testing.assert_allclose(_light(result.pixels), linear_from_srgb(128 / 255), atol=0.004)
    from huepress import load

    held = load(result.data).pixels
    assert {tuple(c) for c in held.reshape(-1, 3)} == {(0, 0, 0), (255, 255, 255)}
    as_seen = read_palette(seen).colors[result.indexed.indices]
    np.testing.assert_array_equal(result.pixels, as_seen)
    assert compress(pixels, palette=colors, display_palette=colors, dither=1).data == (
        compress(pixels, palette=colors, dither=1).data
    )


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"palette": BW, "display_palette": BWR}, "2, as many as palette has"),
        ({"display_palette": BW}, "only with palette"),
        ({"palette": BW, "display_palette": "white"}, "white"),
    ],
)
def test_display_palettes_that_cannot_be(more, words):
    with pytest.raises((OptionError, InputError), match=words):
        compress(_flat((9, 9, 9)), **more)


def test_palettes_of_clear_and_half_clear_entries_do_not_mix():
    palette = Palette(np.array([[0, 0, 0, 0], [255, 0, 0, 128]], np.uint8))
    assert remap_given(_flat((200, 0, 0, 255)), palette).indices.min() == 1
    words = "#0000,#ff000080"
    assert compress(_flat((200, 0, 0)), palette=words, dither=1).pixels[0, 0, 3] == 128
