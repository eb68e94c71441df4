"""A red dot on a map stays red."""

import numpy as np
import pytest

from huepress import compress
from huepress.options import CompressOptions
from huepress.palette import histogram
from huepress.palette.small import FAR, worth_keeping
from images import decoded, scene, soft_disc

RED = (220, 20, 20)


def land(height=1000, width=2000):
    """A map of 2 megapixels: green, brown and blue areas, all soft, with a little noise."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:height, 0:width]
    planes = [
        170 + 40 * np.sin(x / 170) + 10 * np.sin(y / 31),
        180 + 35 * np.sin(y / 130 + x / 300),
        140 + 30 * np.cos((x + y) / 250),
    ]
    return np.clip(np.dstack(planes) + rng.normal(0, 2, (height, width, 3)), 0, 255).astype(
        np.uint8
    )


def dot(pixels, at, radius=2.5, soft=False):
    """Draw a dot; say where it is."""
    y, x = np.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]]
    share = np.clip(radius + 0.5 - np.hypot(y - at[0], x - at[1]), 0, 1)
    share = share if soft else np.rint(share)
    mixed = pixels[..., :3] * (1 - share[..., None]) + np.array(RED) * share[..., None]
    pixels[..., :3] = np.where(share[..., None] > 0, np.rint(mixed), pixels[..., :3])
    return share == 1


@pytest.fixture(scope="module")
def big():
    pixels = land()
    where = dot(pixels, (500, 700))
    assert 19 <= where.sum() <= 21
    return pixels, where


@pytest.mark.parametrize("how", [{"rate_weight": 0.0}, {"rate_weight": 200.0}, {}])
def test_a_red_dot_on_two_megapixels_stays_red_at_16(big, how):
    pixels, where = big
    result = compress(pixels, colors=16, effort="fast", **how)
    assert (result.pixels[where] == RED).all()
    assert np.array_equal(decoded(result.data), result.pixels)


def test_it_is_lost_when_that_is_asked_for(big):
    pixels, where = big
    result = compress(pixels, colors=16, effort="fast", rate_weight=0, small_colors=0)
    assert not (result.pixels[where] == RED).any()


def test_the_rest_is_as_good_as_one_color_less(big):
    pixels, _ = big
    how = {"effort": "fast", "rate_weight": 0}
    less = compress(pixels, colors=15, small_colors=0, **how)
    assert compress(pixels, colors=16, **how).mse < 1.03 * less.mse


def test_a_soft_edge_does_not_matter():
    pixels = land(300, 400)
    where = dot(pixels, (100, 200), soft=True)
    result = compress(pixels, colors=16, effort="fast")
    assert where.sum() > 8
    assert (np.abs(result.pixels[where].astype(int) - RED) <= 2).all()


def test_the_number_of_pixels_that_matter():
    pixels = land(200, 300)
    where = dot(pixels, (100, 200), radius=1.5)
    n = int(where.sum())
    for least, stays in [(n, True), (n + 1, False)]:
        result = compress(pixels, colors=16, effort="fast", rate_weight=0, small_colors=least)
        assert (result.pixels[where] == RED).all() == stays


def test_without_room_the_palette_stays():
    """Two entries as far apart as these are not given up for a third color."""
    pixels = np.zeros((60, 80, 3), np.uint8)
    pixels[:, 40:] = 255
    where = dot(pixels, (30, 20))
    result = compress(pixels, colors=2, effort="fast", rate_weight=0)
    assert not (result.pixels[where] == RED).any()
    assert (compress(pixels, colors=3).pixels[where] == RED).all()


def test_named_starts_are_the_textbooks():
    pixels = land(200, 300)
    dot(pixels, (100, 200))
    one = compress(pixels, colors=16, init="wu", rate_weight=0)
    two = compress(pixels, colors=16, init="wu", rate_weight=0, small_colors=0)
    assert one.data == two.data


def test_ends_of_gradients_are_no_small_colors():
    from huepress.palette.learn import learn

    ramp = np.zeros((400, 800, 3), np.uint8)
    ramp[..., 0] = np.linspace(0, 255, 800) ** 2 / 255
    counted = histogram.count(ramp)
    fit = learn(counted, CompressOptions(colors=4))
    assert len(worth_keeping(counted, fit, 4, "oklab", 8)) == 0


def test_transparent_pictures_keep_them_too():
    pixels = soft_disc(201)
    where = np.zeros((201, 201), bool)
    where[100:104, 90:95] = True
    pixels[where] = (30, 220, 60, 255)
    result = compress(pixels, colors=8, effort="fast")
    assert (result.pixels[where] == (30, 220, 60, 255)).all()
    assert np.array_equal(result.pixels[..., 3] == 0, pixels[..., 3] == 0)


def test_kept_colors_are_not_exchanged():
    pixels = land(200, 300)
    where = dot(pixels, (100, 200))
    result = compress(pixels, colors=16, effort="fast", keep_color=("#123456", "#abcdef"))
    assert result.indexed.palette.colors[:2].tolist() == [[18, 52, 86], [171, 205, 239]]
    assert (result.pixels[where] == RED).all()


def test_what_is_far():
    """Every color found is far from the palette, and one of the picture."""
    pixels = scene(200, 300)
    dot(pixels, (60, 60))
    from huepress.color.spaces import embed
    from huepress.palette.learn import learn

    counted = histogram.count(pixels)
    fit = learn(counted, CompressOptions(colors=8))
    colors = worth_keeping(counted, fit, 8, "oklab", 8)
    assert len(colors) == 1
    apart = embed(colors, "oklab")[:, None] - embed(fit.palette.colors, "oklab")
    assert ((apart**2).sum(axis=2) > FAR**2).all()
    assert (counted.colors == colors[0]).all(axis=1).any()


def test_the_same_bytes_for_any_number_of_threads(n_threads):
    pixels = land(200, 300)
    dot(pixels, (100, 200))
    one = compress(pixels, colors=16, effort="fast", threads=1)
    assert compress(pixels, colors=16, effort="fast", threads=n_threads).data == one.data
