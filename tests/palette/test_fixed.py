"""Colors that are given: palettes taken whole, colors forced in while the rest is learned."""

import io

import numpy as np
import pytest
from PIL import Image as PillowImage

from huepress import compress
from huepress.decode import load
from huepress.errors import OptionError
from huepress.options import CompressOptions
from huepress.palette import histogram, kmeans
from huepress.palette.files import write_palette
from huepress.palette.fixed import given, learn_around, palette_for
from huepress.types import Palette
from images import as_file, decoded, noise, scene, soft_disc

FIVE = "#223344,#447799,#665544,#eeeeee,#889988"
FIVE_BYTES = [34, 51, 68, 68, 119, 153, 102, 85, 68, 238, 238, 238, 136, 153, 136]


def opened(result):
    return PillowImage.open(io.BytesIO(result.data))


def used(pixels):
    return {tuple(color) for color in np.unique(pixels.reshape(-1, pixels.shape[2]), axis=0)}


@pytest.mark.parametrize("format", ["png", "gif", "tiff", "bmp"])
@pytest.mark.parametrize("how", [{"rate_weight": 0}, {"effort": "fast"}, {"rate_weight": 4.0}])
def test_a_palette_is_the_files_own_in_its_order(format, how):
    image = opened(compress(scene(), palette=FIVE, format=format, **how))
    assert image.mode == "P"
    assert image.getpalette()[:15] == FIVE_BYTES


def test_entries_that_no_pixel_has_stay_too():
    image = opened(compress(np.zeros((4, 5, 3), np.uint8), palette="#fff,#f00,#000,#f00"))
    assert image.getpalette()[:12] == [255] * 3 + [255, 0, 0] + [0] * 3 + [255, 0, 0]
    assert set(np.asarray(image).ravel()) == {2}


def test_every_pixel_gets_the_nearest():
    pixels = noise(20, 30)
    result = compress(pixels, palette=FIVE, rate_weight=0, color_space="srgb")
    entries = np.array(FIVE_BYTES).reshape(5, 3)
    apart = ((pixels[:, :, None].astype(int) - entries) ** 2).sum(axis=3)
    assert np.array_equal(result.pixels, entries[apart.argmin(axis=2)])
    assert result.fit.stop_reason == "given"
    assert result.fit.n_iter == 0
    assert result.report()["colors"] == 5
    assert "palette given" in result.summary()
    assert result.fit.inertia == pytest.approx(apart.min(axis=2).sum())


def test_a_palette_with_alpha():
    result = compress(soft_disc(), palette="#c81e3c,#c81e3c80,#0000", rate_weight=0)
    image = opened(result)
    assert image.info["transparency"] == b"\xff\x80\0"
    assert used(decoded(result.data)) == {
        (200, 30, 60, 255), (200, 30, 60, 128), (0, 0, 0, 0)
    }  # fmt: skip


def test_what_is_transparent_stays_so_under_an_opaque_palette():
    result = compress(soft_disc(), palette="#c81e3c,#fff", effort="fast")
    assert np.array_equal(result.pixels[..., 3] == 0, soft_disc()[..., 3] == 0)
    assert opened(result).getpalette()[:6] == [200, 30, 60, 255, 255, 255]
    assert "transparent" in result.image.source.notes[-1]
    full = Palette(noise(16, 16).reshape(256, 3))
    with pytest.raises(OptionError, match="#0000"):
        palette_for(load(soft_disc()), full, 256)
    half = np.maximum(soft_disc(), 1)
    assert len(palette_for(load(half), full, 256)[1]) == 256


def test_the_original_does_not_take_the_place_of_a_given_palette():
    data = compress(np.zeros((3, 3, 3), np.uint8)).data
    assert compress(data).status == "kept"
    assert used(decoded(compress(data, palette="#fff,#f00").data)) == {(255, 0, 0)}


@pytest.mark.parametrize("format", ["gpl", "act", "ase", "pal", "json", "hex"])
def test_palette_files(tmp_path, format):
    path = tmp_path / f"five.{format}"
    palette = Palette(np.array(FIVE_BYTES, np.uint8).reshape(5, 3))
    path.write_bytes(write_palette(palette, format))
    wanted = compress(scene(), palette=FIVE, effort="fast").data
    for source in (path, str(path)):
        assert compress(scene(), palette=source, effort="fast").data == wanted


def test_a_wide_profile_is_converted_for_colors_that_are_given():
    from huepress.decode.color import CICP_PRIMARIES
    from huepress.formats import profiles

    wide = profiles.make("P3", profiles.xyz_from_primaries(CICP_PRIMARIES[12]), (2.2,))
    data = as_file(scene(), icc_profile=wide)
    assert compress(data, effort="fast").image.source.icc_profile == wide
    for colors in ({"palette": FIVE}, {"keep_color": ("#ff0000",)}):
        assert compress(data, effort="fast", **colors).image.source.icc_profile is None


@pytest.mark.parametrize("k", [2, 3, 16, 256])
@pytest.mark.parametrize("pixels", [scene(), soft_disc()], ids=["opaque", "alpha"])
def test_kept_colors_come_first_and_the_rest_is_learned(pixels, k):
    if k == 2 and pixels.shape[2] == 4:  # no room for what is clear
        with pytest.raises(OptionError, match="at least 3"):
            compress(pixels, colors=k, keep_color=("#123456", "#ff00ff"), effort="fast")
        return
    result = compress(pixels, colors=k, keep_color=("#123456", "#ff00ff"), effort="fast")
    assert opened(result).getpalette()[:6] == [0x12, 0x34, 0x56, 255, 0, 255]
    assert result.colors <= k
    if k == 16:
        free = compress(pixels, colors=14, effort="fast", rate_weight=0)
        kept = compress(
            pixels, colors=16, keep_color=("#123456", "#ff00ff"), effort="fast", rate_weight=0
        )
        assert kept.mse <= 1.1 * free.mse


def test_a_kept_color_that_is_in_the_picture_is_hit_exactly():
    pixels = scene()
    for how in ({"rate_weight": 0}, {"quality": 50.0}, {"max_size": "2KB"}):
        result = compress(pixels, colors=8, keep_color=("#fff0c8",), best_effort=True, **how)
        assert tuple(result.indexed.palette.colors[0]) == (255, 240, 200)
    sun = (pixels == (255, 240, 200)).all(axis=2)
    plain = compress(pixels, colors=8, keep_color=("#fff0c8",), rate_weight=0)
    assert (plain.pixels[sun] == (255, 240, 200)).all()


def test_half_transparent_colors_are_kept_in_opaque_pictures():
    compress(scene(), colors=8, keep_color=("#12345680",))  # several palettes race
    result = compress(scene(), colors=8, keep_color=("#12345680",), rate_weight=0)
    assert opened(result).info["transparency"] == b"\x80"
    assert tuple(result.indexed.palette.colors[0]) == (0x12, 0x34, 0x56, 0x80)


def test_learning_around_nothing_is_learning():
    counted = histogram.count(noise(40, 40))

    def learn(colors, k):
        return kmeans.fit_palette(colors, k)

    kept = counted.colors[:1]
    around = learn_around(counted, kept, 32, "oklab", learn)
    plain = kmeans.fit_palette(counted, 32)
    assert around.inertia < 1.15 * plain.inertia
    assert np.array_equal(around.palette.colors[0], kept[0])
    exact = learn_around(histogram.count(noise(3, 3)), kept, 32, "oklab", learn)
    assert exact.stop_reason == "exact"
    assert exact.inertia == 0


def test_passes_around_kept_colors_pay():
    """The rest is better placed than had it been learned without them."""
    counted = histogram.count(scene())
    kept = np.array([[60, 110, 215], [70, 95, 40]], np.uint8)
    plain = kmeans.fit_palette(counted, 6)
    both = Palette(np.vstack([kept, plain.palette.colors]))
    around = learn_around(counted, kept, 8, "oklab", kmeans.fit_palette)
    assert around.inertia < given(counted, both, "oklab").inertia


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"palette": FIVE, "lossless": True}, "lossless and palette"),
        ({"palette": FIVE, "keep_color": ("#000",)}, "palette and keep_color"),
        ({"lossless": True, "keep_color": ("#000",)}, "lossless and keep_color"),
        ({"keep_hidden_rgb": True}, "only with lossless"),
    ],
)
def test_options_that_do_not_go_together(changes, found):
    with pytest.raises(OptionError, match=found):
        CompressOptions(**changes)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"palette": FIVE, "colors": 4}, "at most 4"),
        ({"keep_color": ("#000", "#111"), "colors": 1}, "at most 1"),
        ({"keep_color": ("black",)}, "#ff8800"),
    ],
)
def test_what_has_no_room(changes, found):
    with pytest.raises(OptionError, match=found):
        compress(scene(), **changes)


def test_bounds_are_met_with_a_given_palette():
    small = compress(scene(), palette=FIVE, max_size="900", best_effort=True)
    assert opened(small).getpalette()[:15] == FIVE_BYTES
    good = compress(scene(), palette=FIVE, quality=99, best_effort=True)
    assert opened(good).getpalette()[:15] == FIVE_BYTES
