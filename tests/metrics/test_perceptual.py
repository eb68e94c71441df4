"""The native SSIMULACRA2 against its twin, against the PyPI package, and against itself."""

import io

import numpy as np
import pytest
import ssimulacra2 as oracle
from PIL import Image

from huepress import metrics, types
from huepress._native import build_info, instruction_set
from huepress.errors import OptionError
from huepress.metrics import perceptual
from huepress.metrics.inputs import flatten
from images import REAL, photo
from twins import ssimulacra2 as reference


def picture(height, width, channels=3, seed=0):
    """Gradients, edges and noise, with holes where there is alpha."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    planes = [128 + 100 * np.sin(x / 9 + c) * np.cos(y / (7 + c)) for c in range(channels)]
    pixels = np.stack(planes, axis=-1)
    pixels[(x + y) % 40 < 12] += 50
    pixels += rng.normal(0, 6, pixels.shape)
    pixels = np.clip(pixels, 0, 255)
    if channels == 4:
        pixels[..., 3] = np.clip(1.6 * pixels[..., 3] - 80, 0, 255)
    return pixels.astype(np.uint8)


def damaged(pixels, step=24):
    """The colors rounded to a coarse grid."""
    test = pixels.copy()
    test[..., :3] = test[..., :3] // step * step + step // 2
    return test


def oracle_score(image_true, image_test):
    files = io.BytesIO(), io.BytesIO()
    for file, pixels in zip(files, (image_true, image_test), strict=True):
        Image.fromarray(pixels).save(file, "PNG", compress_level=0)
    return float(oracle.compute_ssimulacra2(*files))


# Every number of scales from 1 to 6, odd sides, sides around the vector block of 16.
SIZES = [
    (8, 8),
    (9, 16),
    (17, 31),
    (15, 15),
    (33, 64),
    (65, 49),
    (113, 130),
    (130, 113),
    (241, 227),
]


@pytest.mark.parametrize("size", SIZES)
def test_twin_is_the_published_score(size):
    image = picture(*size)
    for test in (damaged(image), damaged(image, 3)):
        assert reference.ssimulacra2(image, test) == pytest.approx(
            oracle_score(image, test), abs=1e-6
        )


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("size", SIZES)
def test_native_agrees_with_twin(size, channels):
    image = picture(*size, channels)
    for step in (2, 24, 100):
        test = damaged(image, step)
        score = metrics.ssimulacra2(image, test)
        same_terms = reference.ssimulacra2(image, test, least_weight=perceptual.NEGLIGIBLE)
        # float32 against float64, as a part of the distance from 100
        assert score == pytest.approx(same_terms, abs=2e-5 * (101 - same_terms))
        assert score == pytest.approx(reference.ssimulacra2(image, test), abs=0.02)


def test_score_is_the_same_for_threads_sets_forms_and_warmth(n_threads):
    rng = np.random.default_rng(1)
    image = picture(171, 203)
    palette = rng.integers(0, 256, (249, 3), np.uint8)
    indices = rng.integers(0, 249, image.shape[:2], np.uint8)
    test = palette[indices]
    expected = metrics.ssimulacra2(image, test)
    for name in build_info()["instruction_sets"]:
        with instruction_set(name):
            warm = metrics.Ssimulacra2(image, n_threads=n_threads)
            assert metrics.ssimulacra2(image, test, n_threads=n_threads) == expected
            assert warm.score(test) == expected
            assert warm.score(test) == expected
            assert warm.score_indexed(indices, palette) == expected


@pytest.mark.parametrize("size", [(8, 17), (31, 47), (64, 16)])
def test_transparent_forms_agree(size):
    image = picture(*size, 4)
    palette = picture(1, 249, 4, seed=3)[0]
    indices = np.random.default_rng(2).integers(0, 249, size, np.uint8)
    test = palette[indices]
    expected = metrics.ssimulacra2(image, test)
    warm = metrics.Ssimulacra2(image)
    assert warm.score(test) == expected
    assert warm.score_indexed(indices, palette) == expected
    scores = [metrics.ssimulacra2(flatten(image, b), flatten(test, b)) for b in (26, 230)]
    assert expected == min(scores)
    assert scores[0] != scores[1]


def test_flatten_rounds_as_pillow_does():
    value, alpha = (a.astype(np.uint8) for a in np.mgrid[:256, :256])
    colors = np.stack([value, value[::-1], value // 2, alpha], axis=-1)
    for level in (0, 26, 230, 255):
        under = Image.new("RGBA", (256, 256), (level, level, level, 255))
        seen = np.asarray(Image.alpha_composite(under, Image.fromarray(colors)))[..., :3]
        np.testing.assert_array_equal(flatten(colors, level), seen)


def test_core_composites_as_flatten_does():
    # One dark and one bright pixel of every opacity, against a picture that is opaque already.
    colors = np.zeros((16, 32, 4), np.uint8)
    colors[:, :16, :3] = 255
    colors[..., 3] = np.tile(np.arange(256).reshape(16, 16), 2)
    flat = flatten(colors, 26)
    assert perceptual.Ssimulacra2(colors)._score_over(26, flat, None) == 100.0


def test_opaque_alpha_changes_nothing():
    image = picture(40, 33)
    test = damaged(image)
    opaque = [np.dstack([p, np.full(p.shape[:2], 255, np.uint8)]) for p in (image, test)]
    expected = metrics.ssimulacra2(image, test)
    assert metrics.ssimulacra2(*opaque) == expected
    assert metrics.ssimulacra2(image, opaque[1]) == expected


def test_transparency_that_only_the_test_picture_has_costs():
    image = picture(40, 33)
    holed = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    holed[8:20, 8:20, 3] = 0
    expected = min(
        metrics.ssimulacra2(image, flatten(holed, background)) for background in (26, 230)
    )
    assert metrics.Ssimulacra2(image).score(holed) == expected < 50


def test_color_under_full_transparency_does_not_count():
    image = picture(40, 33, 4)
    image[5:25, 5:25, 3] = 0
    test = image.copy()
    test[5:25, 5:25, :3] ^= 255
    assert metrics.ssimulacra2(image, test) == 100.0


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (7, 7), (5, 300), (8, 3)])
@pytest.mark.parametrize("channels", [3, 4])
def test_small_pictures_are_extended_to_eight_pixels(size, channels):
    image = picture(*size, channels, seed=4)
    test = damaged(image, 90)
    pad = [(0, max(0, 8 - size[0])), (0, max(0, 8 - size[1])), (0, 0)]
    expected = metrics.ssimulacra2(np.pad(image, pad, "edge"), np.pad(test, pad, "edge"))
    assert metrics.ssimulacra2(image, test) == expected < 100
    colors, inverse = np.unique(test.reshape(-1, channels), axis=0, return_inverse=True)
    if len(colors) <= 256:
        indices = inverse.reshape(size).astype(np.uint8)
        assert metrics.Ssimulacra2(image).score_indexed(indices, colors) == expected
    assert metrics.ssimulacra2(image, image) == 100.0


def test_identical_pictures_score_100_and_more_damage_scores_less():
    image = picture(60, 70)
    scores = [metrics.ssimulacra2(image, damaged(image, step)) for step in (1, 4, 16, 64)]
    assert scores[0] == 100.0
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4


def test_flat_pictures_are_defined():
    black, white = np.zeros((20, 20, 3), np.uint8), np.full((20, 20, 3), 255, np.uint8)
    assert metrics.ssimulacra2(black, black) == metrics.ssimulacra2(white, white) == 100.0
    assert metrics.ssimulacra2(black, white) == pytest.approx(
        reference.ssimulacra2(black, white), rel=1e-4
    )


def test_a_cache_beyond_the_limit_is_streamed(monkeypatch):
    image = picture(50, 60)
    test = damaged(image)
    expected = metrics.Ssimulacra2(image).score(test)
    monkeypatch.setattr(perceptual, "_CACHE_LIMIT", 1000)
    streamed = metrics.Ssimulacra2(image)
    assert streamed.score(test) == expected
    assert not streamed._caches


def test_types_of_the_package_are_accepted():
    image = picture(30, 40)
    palette = types.Palette(picture(1, 17)[0])
    indices = np.random.default_rng(0).integers(0, 17, (30, 40), np.uint8)
    indexed = types.IndexedImage(indices, palette)
    loaded = types.Image(image, types.Source("<array>"))
    assert metrics.ssimulacra2(loaded, indexed) == metrics.ssimulacra2(image, indexed.to_pixels())


def test_views_are_accepted():
    image = picture(61, 80)
    test = damaged(image)
    expected = metrics.ssimulacra2(image[::2, ::2].copy(), test[::2, ::2].copy())
    assert metrics.ssimulacra2(image[::2, ::2], test[::2, ::2]) == expected


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((20, 21, 3), np.uint8), np.zeros((20, 20, 3)), np.zeros((20, 20), np.uint8)],
    ids=["size", "dtype", "gray"],
)
def test_wrong_pictures_are_refused(wrong):
    with pytest.raises(OptionError, match="image_test"):
        metrics.ssimulacra2(np.zeros((20, 20, 3), np.uint8), wrong)


def test_empty_pictures_are_refused():
    with pytest.raises(OptionError, match="at least one pixel"):
        metrics.ssimulacra2(np.zeros((0, 20, 3), np.uint8), np.zeros((0, 20, 3), np.uint8))


@pytest.mark.parametrize(
    ("indices", "palette"),
    [
        (np.full((20, 20), 4, np.uint8), np.zeros((4, 3), np.uint8)),
        (np.zeros((20, 21), np.uint8), np.zeros((4, 3), np.uint8)),
        (np.zeros((20, 20), np.int64), np.zeros((4, 3), np.uint8)),
        (np.zeros((20, 20), np.uint8), np.zeros((4, 2), np.uint8)),
        (np.zeros((20, 20), np.uint8), np.zeros((0, 3), np.uint8)),
        (np.zeros((20, 20), np.uint8), np.zeros((257, 3), np.uint8)),
    ],
)
def test_wrong_indices_are_refused(indices, palette):
    warm = metrics.Ssimulacra2(np.zeros((20, 20, 3), np.uint8))
    with pytest.raises(OptionError):
        warm.score_indexed(indices, palette)


def test_threads_below_zero_are_refused():
    with pytest.raises(OptionError, match="n_threads"):
        metrics.Ssimulacra2(picture(8, 8), n_threads=-1)


# --- real pictures -------------------------------------------------------------------------------

REAL_FILES = [
    "photos/kodak/kodim03.png",
    "photos/cq100/balinese_dancer.png",
    "photos/gb82/night-lossless.png",
    "screens/gb82/codec_wiki.png",
    "charts/logo-tall-lightbg.png",
    "charts/phyriodic.png",
    "alpha/noto-emoji/512_emoji_u1f95a.png",
]


def real_pairs(image):
    """Palettes and JPEG at several qualities, as Pillow makes them."""
    flat = Image.fromarray(image)
    for colors in (256, 32):
        yield np.asarray(flat.quantize(colors).convert("RGB"))
    for quality in (92, 40):
        file = io.BytesIO()
        flat.save(file, "JPEG", quality=quality)
        yield np.asarray(Image.open(file))


@pytest.mark.parametrize(
    "name", ["drawn", *(name for name in REAL_FILES if (REAL / name).exists())]
)
def test_equal_to_the_package_on_pairs_of_codecs(name):
    picture = Image.fromarray(photo()) if name == "drawn" else Image.open(REAL / name)
    image = np.asarray(picture.convert("RGBA"))
    image = flatten(image[:301, :347], 230)
    warm = metrics.Ssimulacra2(image)
    for test in real_pairs(image):
        assert warm.score(test) == pytest.approx(oracle_score(image, test), abs=0.01)
