"""16 bits: rounded once, when the palette is done, and never before."""

import numpy as np
import pytest

from huepress import compress, quantize
from huepress.color import spaces
from huepress.decode import load
from huepress.decode.color import CICP_PRIMARIES
from huepress.encode.gif import binary_alpha, binary_image
from huepress.formats import profiles
from huepress.palette import histogram, kmeans
from huepress.palette.deep import STRIP, fine_values, points_of, refine
from huepress.remap import remap
from huepress.remap.rate import RateMap
from huepress.types import Palette
from images import noise

WIDE = spaces.space_of(
    "oklab", profiles.make("P3", profiles.xyz_from_primaries(CICP_PRIMARIES[12]), (2.2,))
)


@pytest.mark.parametrize("space", ["oklab", "srgb", WIDE], ids=["oklab", "srgb", "wide"])
@pytest.mark.parametrize("channels", [3, 4])
def test_whole_values_are_placed_alike(space, channels):
    colors = noise(20, 20, channels).reshape(-1, channels)
    fine = spaces.embed_deep(colors.astype(np.float64), space)
    assert np.abs(fine - spaces.embed(colors, space)).max() < 0.02


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
    points = spaces.embed_deep(fine_values(image, counted), space)

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


def between(*values):
    """A picture of gray columns, in units of 8-bit values."""
    columns = np.rint(np.array(values) * 257).astype(np.uint16)
    return np.broadcast_to(columns[None, :, None], (4, len(values), 3)).copy()


def test_pixels_are_mapped_before_they_are_rounded():
    """10.8 is nearer to 10, 11.2 to 12; rounded to 11 first, both would be as near to either."""
    picture = between(10.8, 11.2, 10.9, 11.1)
    how = {"palette": "#0a0a0a,#0c0c0c", "color_space": "srgb"}
    assert compress(load(picture).pixels, rate_weight=0, **how).pixels[0, :, 0].tolist() == [10] * 4
    wanted = [10, 12, 10, 12]
    assert compress(picture, rate_weight=0, **how).pixels[0, :, 0].tolist() == wanted
    priced = compress(picture, rate_weight=1e-6, dither=0, **how)
    assert priced.pixels[0, :, 0].tolist() == wanted


@pytest.mark.parametrize("space", ["oklab", "srgb", WIDE], ids=["oklab", "srgb", "wide"])
@pytest.mark.parametrize("channels", [3, 4])
def test_pixels_are_placed_as_single_values_are(space, channels, n_threads):
    pixels = deep_picture(channels).reshape(-1, channels)
    pixels = np.tile(pixels, (STRIP // len(pixels) + 1, 1))[: STRIP + 1]
    found = points_of(pixels, space, n_threads=n_threads)
    assert np.abs(found - spaces.embed_deep(pixels / 257.0, space)).max() < 1e-3


@pytest.mark.parametrize("space", ["oklab", "srgb", WIDE], ids=["oklab", "srgb", "wide"])
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("entries", [1, 2, 37])
def test_every_pixel_has_the_entry_nearest_to_its_fine_value(space, channels, entries):
    picture = deep_picture(channels, seed=entries)[:31, :17]
    if channels == 4:
        picture[:5, :, 3] = 0
    image = load(picture)
    colors = noise(1, entries, channels, seed=1)[0]
    if channels == 4 and entries > 1:
        colors[1, 3] = 0
    indices = remap(image, Palette(colors), space).indices
    apart = spaces.embed_deep(picture.reshape(-1, channels) / 257.0, space)[:, None]
    apart = ((apart.astype(float) - spaces.embed(colors, space)) ** 2).sum(axis=2)
    clear = np.zeros(entries, bool) if channels == 3 else colors[:, 3] == 0
    is_clear = np.zeros(len(apart), bool) if channels == 3 else picture.reshape(-1, 4)[:, 3] < 129
    if clear.any() and not clear.all():
        apart[np.ix_(is_clear, ~clear)] = np.inf
        apart[np.ix_(~is_clear, clear)] = np.inf
    chosen = apart[np.arange(len(apart)), indices.reshape(-1)]
    assert (chosen <= apart.min(axis=1) + 1e-2).all()


def test_a_palette_with_alpha_serves_fine_values_without():
    image, colors = load(between(10.8, 11.2)), np.array([[10] * 3 + [255], [12] * 3 + [255]])
    palette = Palette(colors.astype(np.uint8))
    assert remap(image, palette, "srgb").indices[0].tolist() == [0, 1]
    priced = RateMap(image.pixels, palette, color_space="srgb", fine=image.deep)
    assert priced.nearest[0].tolist() == [0, 1]


def test_where_each_color_of_8_bits_has_an_entry_the_picture_is_the_rounded_one():
    picture = between(*np.linspace(3.3, 90.7, 50))
    for how in ({}, {"rate_weight": 0.0}):
        assert np.array_equal(compress(picture, **how).pixels, load(picture).pixels)


def test_colors_to_be_kept_have_the_others_settle_by_fine_values():
    picture = between(10.4, 11.45, 10.4, 11.45)
    how = {"rate_weight": 0, "color_space": "srgb", "keep_color": ("#ffffff",)}
    assert (compress(picture, colors=2, **how).pixels == 11).all()


def test_quantize_takes_fine_values_too():
    picture = between(10.4, 11.45)
    assert quantize(picture, 1, color_space="srgb").palette.tolist() == [[11, 11, 11]]
    found = quantize(picture.astype(np.float64) / 65535, 1, color_space="srgb", init="random")
    assert found.palette.tolist() == [[11, 11, 11]]
    image = load(deep_picture(4))
    found = quantize(image, 20)
    assert np.array_equal(found.indices, remap(image, Palette(found.palette)).indices)


def test_gif_blends_fine_values():
    """Half of 10.6 over 11 is 10.8; of 11, which 10.6 is when rounded, it would stay 11."""
    picture = np.dstack([between(10.6, 10.6), np.full((4, 2, 1), 40000, np.uint16)])
    image = binary_image(load(picture), matte=(11, 11, 11))
    share = 40000 / 65535
    assert image.deep.shape == (4, 2, 3)
    assert np.abs(image.deep / 257.0 - (10.6 * share + 11 * (1 - share))).max() < 0.01
    alpha = np.array([0, 32767, 32768, 65535], np.uint16)
    edges = binary_alpha(np.dstack([np.full((1, 4, 3), 9, np.uint16), alpha[None, :, None]]))
    assert edges[0, :, 3].tolist() == [0, 0, 65535, 65535]
