"""huepress behind Pillow's Image.quantize: modes, palettes, alpha, refusals."""

import io

import numpy as np
import pytest
from PIL import Image

import huepress
from huepress import pillow
from images import noise, ramp, soft_disc


@pytest.fixture
def installed():
    before = Image.Image.quantize
    pillow.install()
    yield
    pillow.uninstall()
    assert Image.Image.quantize is before


def rgb():
    return Image.fromarray(ramp(40, 60))


def error(image, converted):
    a = np.asarray(image.convert("RGB"), int)
    return ((a - np.asarray(converted.convert("RGB"))) ** 2).mean()


@pytest.mark.parametrize("colors", [1, 2, 16, 256])
def test_finds_the_palette_of_quantize(colors):
    image = rgb()
    made = pillow.quantize(image, colors, seed=1)
    expected = huepress.quantize(np.asarray(image), colors, seed=1)
    assert made.mode == "P"
    assert made.size == image.size
    np.testing.assert_array_equal(np.asarray(made), expected.indices)
    assert bytes(made.palette.palette) == expected.palette.tobytes()
    shown = expected.palette[expected.indices]
    np.testing.assert_array_equal(np.asarray(made.convert("RGB")), shown)


def test_is_closer_than_pillow_at_every_number_of_colors():
    image = Image.fromarray(noise(60, 80, levels=64))
    for colors in (8, 32, 128):
        ours = error(image, pillow.quantize(image, colors, color_space="srgb"))
        for method in (Image.Quantize.MEDIANCUT, Image.Quantize.FASTOCTREE):
            assert ours < error(image, image.quantize(colors, method))


def test_alpha_lands_in_the_palette_and_in_the_file():
    image = Image.fromarray(soft_disc())
    made = pillow.quantize(image, 12)
    assert made.palette.mode == "RGBA"
    assert made.convert().mode == "RGBA"
    shown = np.asarray(made.convert("RGBA"))
    hidden = np.asarray(image)[..., 3] == 0
    assert (shown[hidden][:, 3] == 0).all()
    assert len(np.unique(shown[hidden], axis=0)) == 1
    out = io.BytesIO()
    made.save(out, "png")
    with Image.open(out) as again:
        np.testing.assert_array_equal(np.asarray(again.convert("RGBA")), shown)


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "PA", "RGBA", "CMYK", "YCbCr", "HSV", "I", "F"]
)
def test_any_mode(mode):
    image = Image.fromarray(soft_disc()).convert("RGB" if mode in ("CMYK", "HSV") else "RGBA")
    if mode in ("YCbCr", "I", "F", "PA"):
        image = image.convert({"YCbCr": "RGB", "PA": "P"}.get(mode, "L"))
    made = pillow.quantize(image.convert(mode), 8)
    assert made.mode == "P"
    assert len(made.getcolors()) <= 8


def test_the_transparency_of_a_palette_image_is_kept():
    image = Image.new("P", (4, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putdata([0, 1, 0, 1])
    image.info["transparency"] = 1
    made = pillow.quantize(image)
    assert np.asarray(made.convert("RGBA"))[0].tolist()[:2] == [[255, 0, 0, 255], [0, 0, 255, 0]]
    assert "transparency" not in made.info


def test_info_is_kept():
    image = rgb()
    image.info["dpi"] = (72, 72)
    assert pillow.quantize(image, 4).info == {"dpi": (72, 72)}


def palette_of(*colors):
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for color in colors for value in color])
    return palette


def test_a_given_palette_is_kept_and_the_nearest_color_is_exact():
    colors = [(0, 0, 0), (32, 32, 32), (250, 10, 20)]
    palette, image = palette_of(*colors), rgb()
    made = pillow.quantize(image, palette=palette, dither=Image.Dither.NONE)
    assert bytes(made.palette.palette) == bytes(palette.palette.palette)
    pixels = np.asarray(image, int)
    distances = ((pixels[:, :, np.newaxis] - np.array(colors)) ** 2).sum(-1)
    np.testing.assert_array_equal(np.asarray(made), distances.argmin(-1))


def test_dither_is_pillows_own_with_a_palette():
    image, palette = rgb(), palette_of((0, 0, 0), (255, 255, 255), (200, 30, 60))
    dithered = pillow.quantize(image, palette=palette)
    assert dithered.tobytes() == image.quantize(palette=palette).tobytes()
    assert dithered.tobytes() != pillow.quantize(image, palette=palette, dither=0).tobytes()


def test_pictures_with_alpha_go_to_palettes_too():
    image = Image.fromarray(soft_disc())
    made = pillow.quantize(image, palette=palette_of((200, 30, 60), (0, 0, 0)))
    assert made.mode == "P"
    assert set(np.unique(np.asarray(made))) <= {0, 1}


def test_installed(installed):
    image = rgb()
    assert image.quantize(9).tobytes() == pillow.quantize(image, 9).tobytes()
    assert image.quantize(kmeans=3).tobytes() == pillow.quantize(image).tobytes()


def test_a_named_method_stays_pillows(installed):
    image = rgb()
    named = image.quantize(9, Image.Quantize.MEDIANCUT)
    assert named.tobytes() != image.quantize(9).tobytes()
    pillow.uninstall()
    assert named.tobytes() == image.quantize(9, Image.Quantize.MEDIANCUT).tobytes()


@pytest.mark.parametrize(
    "arguments",
    [{"colors": 0}, {"colors": 257}, {"kmeans": -1}, {"palette": Image.new("RGB", (1, 1))}],
)
def test_refusals_are_value_errors_as_in_pillow(arguments):
    with pytest.raises(ValueError, match="allowed"):
        pillow.quantize(rgb(), **arguments)


def test_the_image_is_not_changed():
    image = rgb()
    before = image.tobytes()
    pillow.quantize(image, 3)
    assert image.tobytes() == before
    assert image.mode == "RGB"


def test_clear_pixels_show_the_color_they_hide_when_alpha_is_dropped():
    pixels = np.full((8, 8, 4), (250, 240, 10, 0), np.uint8)
    pixels[0, :3] = (1, 2, 3, 0)
    pixels[4:] = (0, 90, 200, 255)
    made = pillow.quantize(Image.fromarray(pixels), 2)
    assert set(made.convert("RGBA").getcolors()) == {
        (32, (250, 240, 10, 0)),
        (32, (0, 90, 200, 255)),
    }
    keyed = Image.fromarray(pixels[..., :3].copy())
    keyed.info["transparency"] = (250, 240, 10)
    shown = np.asarray(pillow.quantize(keyed).convert("RGB"))
    np.testing.assert_array_equal(shown, pixels[..., :3])


def test_an_image_without_pixels_is_left_to_pillow(installed):
    assert Image.new("RGB", (0, 0)).quantize().size == (0, 0)


def _film():
    return [Image.new("RGB", (24, 16), color) for color in ("red", "lime", "blue")]


@pytest.mark.parametrize(
    ("format", "loop", "plays"), [("GIF", 0, 0), ("GIF", None, 1), ("GIF", 2, 3), ("PNG", 2, 2)]
)
def test_animations_are_saved_as_pillow_saves_them(tmp_path, format, loop, plays):
    first, *others = _film()
    path = tmp_path / f"film.{format.lower()}"
    result = pillow.save_all(first, path, append_images=others, duration=[40, 80, 120], loop=loop)
    assert result.animation.plays == plays
    with Image.open(path) as shown:
        assert shown.format == format
        assert shown.n_frames == 3
        theirs = io.BytesIO()
        more = {} if loop is None else {"loop": loop}
        first.save(theirs, format, save_all=True, append_images=others, duration=40, **more)
        with Image.open(theirs) as other:
            assert shown.info.get("loop") == other.info.get("loop")
        for number, (film, seconds) in enumerate(zip(_film(), (40, 80, 120), strict=True)):
            shown.seek(number)
            assert shown.info["duration"] == seconds
            assert np.array_equal(np.asarray(shown.convert("RGB")), np.asarray(film))


def test_frames_of_a_file_keep_their_times_and_the_image_its_place(tmp_path):
    first, *others = _film()
    first.save(tmp_path / "a.gif", save_all=True, append_images=others, duration=[30, 60, 90])
    file = io.BytesIO()
    with Image.open(tmp_path / "a.gif") as image:
        image.seek(1)
        pillow.save_all(image, file, "webp")
        assert image.tell() == 1
    with Image.open(file) as shown:
        shown.seek(2)
        shown.load()
        assert shown.info["duration"] == 90
    with pytest.raises(huepress.OptionError, match="gif, png or webp"):
        pillow.save_all(first, tmp_path / "a.bmp")
