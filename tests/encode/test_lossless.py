"""Pixels unchanged, and no file larger than oxipng's best."""

import io

import numpy as np
import oxipng
import pytest
from PIL import Image as PillowImage

from huepress.decode import load
from huepress.encode import encode, encode_lossless
from huepress.encode import jxl as jxl_room
from huepress.encode.carried import Carried
from huepress.encode.lossless import exact_palette
from huepress.errors import EncodeError, MissingExtraError
from huepress.types import IndexedImage, Palette
from images import REAL, as_file, decoded, flat, noise, photo, ramp, scene, soft_disc

needs_jxl = pytest.mark.skipif(not jxl_room.is_installed(), reason="imagecodecs is not installed")


def seen(pixels):
    """What is seen: nothing hidden behind full transparency, no alpha that is opaque."""
    if pixels.shape[2] == 4:
        pixels = pixels * (pixels[..., 3:] > 0)
        if pixels[..., 3].min() == np.iinfo(pixels.dtype).max:
            return pixels[..., :3]
    return pixels


PICTURES = {
    "scene": scene(),
    "noise": noise(40, 30),
    "few colors": noise(40, 30, levels=2),
    "gray": np.dstack([ramp()[..., 0]] * 3),
    "soft": soft_disc(),
    "hidden": np.dstack([noise(20, 20), (noise(20, 20)[..., 0] > 90) * np.uint8(255)]),
    "one pixel": flat(1, 1),
    "one color": flat(30, 40),
}


@pytest.mark.parametrize("format", ["png", "webp", "tiff", "smallest"])
@pytest.mark.parametrize("name", PICTURES)
def test_pixels_are_unchanged(name, format):
    pixels = PICTURES[name]
    done = encode_lossless(load(pixels), format, effort="fast")
    back = load(done.data) if done.format != "jxl" else None
    if back is not None:
        assert np.array_equal(seen(back.pixels), seen(pixels))


@pytest.mark.parametrize("effort", ["fast", "balanced", "best"])
def test_every_effort_is_no_larger_than_the_one_before(effort):
    image = load(scene())
    sizes = [len(encode_lossless(image, effort=e).data) for e in ("fast", "balanced", "best")]
    assert sizes == sorted(sizes, reverse=True)
    assert np.array_equal(decoded(encode_lossless(image, effort=effort).data), scene())


@pytest.mark.parametrize("name", PICTURES)
def test_no_larger_than_the_best_of_oxipng(name):
    data = as_file(PICTURES[name])
    best = oxipng.optimize_from_memory(data, level=6, strip=oxipng.StripChunks.safe())
    assert len(encode_lossless(load(data)).data) <= len(best)


@pytest.mark.parametrize("pixels", [scene(260, 260), scene(260, 260) // 40 * 40, soft_disc(260)])
def test_of_large_pictures_the_way_that_seems_best_is_gone(pixels):
    data = as_file(pixels)
    done = encode_lossless(load(data)).data
    best = oxipng.optimize_from_memory(data, level=6, strip=oxipng.StripChunks.safe())
    assert len(done) <= 1.01 * len(best)
    assert np.array_equal(seen(load(done).pixels), seen(pixels))


def test_the_file_as_it_came_is_no_way_when_it_is_to_be_turned():
    exif = PillowImage.Exif()
    exif[0x0112] = 6
    pixels = scene(260, 270)
    done = encode_lossless(load(as_file(pixels, exif=exif.tobytes())), effort="fast").data
    assert np.array_equal(decoded(done), pixels.transpose(1, 0, 2)[:, ::-1])


def test_no_larger_than_the_best_of_oxipng_on_pictures_of_all_kinds():
    ours = theirs = 0
    paths = [*sorted((REAL / "alpha").rglob("*.png"))[::9]]
    paths += sorted((REAL / "charts").glob("*.png"))[::6]
    drawn = (photo(60, 80), scene(48, 64), soft_disc(), ramp(), noise(levels=2))
    files = {path: path.read_bytes() for path in paths}
    files |= {number: as_file(picture) for number, picture in enumerate(drawn)}
    for path, data in files.items():
        image = load(data)
        if image.pixels.size > 400_000:
            continue
        best = oxipng.optimize_from_memory(data, level=6, strip=oxipng.StripChunks.safe())
        done = encode_lossless(image).data
        assert len(done) <= 1.01 * len(best), path
        assert np.array_equal(seen(load(done).pixels), seen(image.pixels))
        ours, theirs = ours + len(done), theirs + len(best)
    assert 0 < ours <= theirs


def test_hidden_colors_are_kept_when_asked():
    pixels = PICTURES["hidden"]
    kept = encode_lossless(load(as_file(pixels)), keep_hidden_rgb=True)
    assert np.array_equal(decoded(kept.data), pixels)
    small = noise(20, 20, levels=2)
    few = np.dstack([small, np.zeros((20, 20), np.uint8)])
    few[0, 0, 3] = 255
    kept = encode_lossless(load(few), keep_hidden_rgb=True)
    assert np.array_equal(decoded(kept.data), few)
    assert len(encode_lossless(load(few)).data) < len(kept.data)


def test_16_bits_stay():
    deep = np.random.default_rng(0).integers(0, 65536, (11, 9, 4)).astype(np.uint16)
    back = load(encode_lossless(load(deep)).data)
    assert np.array_equal(back.deep, deep * (deep[..., 3:] > 0))
    eight = noise(11, 9).astype(np.uint16) * 257
    data = encode_lossless(load(eight)).data
    assert data[24] == 8
    for format in ("webp", "gif", "tiff", "bmp"):
        with pytest.raises(EncodeError, match="16"):
            encode_lossless(load(deep), format)
    assert encode_lossless(load(deep), "smallest").format in ("png", "jxl")


@needs_jxl
@pytest.mark.parametrize("deep", [False, True])
def test_jxl(deep):
    import imagecodecs

    pixels = soft_disc()
    if deep:
        pixels = np.random.default_rng(0).integers(0, 65536, (9, 8, 3)).astype(np.uint16)
    done = encode_lossless(load(pixels), "jxl", effort="fast")
    back = imagecodecs.jpegxl_decode(done.data)
    assert np.array_equal(seen(back), seen(pixels))
    with pytest.raises(EncodeError, match="profile"):
        encode_lossless(load(pixels), "jxl", carried=Carried(icc_profile=b"x"))


@needs_jxl
def test_indexed_jxl():
    import imagecodecs

    image = IndexedImage(np.arange(12, dtype=np.uint8).reshape(3, 4), Palette(noise(12, 1)[:, 0]))
    done = encode(image, "jxl", effort="fast")
    assert np.array_equal(imagecodecs.jpegxl_decode(done.data), image.to_pixels())


def test_a_missing_extra_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    assert not jxl_room.is_installed()
    with pytest.raises(MissingExtraError, match=r"huepress\[jxl\]"):
        encode_lossless(load(scene()), "jxl")
    assert encode_lossless(load(scene()), "smallest", effort="fast").format in ("png", "webp")


@pytest.mark.parametrize("format", ["tiff", "bmp"])
def test_indexed_tiff_and_bmp(format):
    image = IndexedImage(np.arange(12, dtype=np.uint8).reshape(3, 4), Palette(noise(12, 1)[:, 0]))
    data = encode(image, format).data
    with PillowImage.open(io.BytesIO(data)) as opened:
        assert opened.mode == "P"
        assert np.array_equal(np.asarray(opened.convert("RGB")), image.to_pixels())


def test_tiff_holds_alpha_and_bmp_says_it_does_not():
    soft = exact_palette(soft_disc(13))
    assert np.array_equal(seen(decoded(encode(soft, "tiff").data)), seen(soft_disc(13)))
    with pytest.raises(EncodeError, match="transparency"):
        encode(soft, "bmp")
    with pytest.raises(EncodeError, match="transparency"):
        encode_lossless(load(soft_disc(13)), "bmp")
    assert np.array_equal(decoded(encode_lossless(load(scene()), "bmp").data), scene())


def test_gif_says_what_it_cannot_hold():
    with pytest.raises(EncodeError, match="256 colors"):
        encode_lossless(load(noise(40, 30)), "gif")
    with pytest.raises(EncodeError, match="opaque or clear"):
        encode_lossless(load(soft_disc()), "gif")
    few = noise(40, 30, levels=2)
    assert np.array_equal(decoded(encode_lossless(load(few), "gif").data), few)


def test_the_race_keeps_the_smallest():
    few = exact_palette(noise(40, 30, levels=2))
    sizes = {name: len(encode(few, name).data) for name in ("png", "webp")}
    assert len(encode(few, "smallest").data) <= min(sizes.values())


def test_metadata_goes_behind_the_header():
    carried = Carried(png_chunks=((b"pHYs", b"\0\0\x0b\x13\0\0\x0b\x13\1"),))
    data = encode_lossless(load(scene()), effort="fast", carried=carried).data
    assert data[37:41] == b"pHYs"
    assert np.array_equal(decoded(data), scene())


@pytest.mark.parametrize("n", [1, 2, 255, 256, 257])
def test_exact_palettes(n):
    pixels = np.zeros((70, 40, 4), np.uint8)
    pixels.reshape(-1, 4)[:n, 3] = np.arange(n) % 256
    pixels.reshape(-1, 4)[:n, 0] = np.arange(n) // 256
    found = exact_palette(pixels)
    assert (found is None) == (len(np.unique(pixels.reshape(-1, 4), axis=0)) > 256)
    if found is not None:
        assert np.array_equal(found.to_pixels(), pixels)
