"""Which pictures count as paintings or gradients, and what the mapping makes of that."""

import io

import numpy as np
import pytest
from PIL import Image

from huepress.decode import load
from huepress.palette import kinds
from huepress.palette.histogram import count
from huepress.palette.kmeans import fit_palette
from huepress.remap.rate import RateMap
from huepress.types import Histogram
from images import noise


def halves(left, right, height=16):
    """A picture of two kinds of blocks, as many of each."""
    return np.concatenate(
        [np.tile(left, (height // 8, 4, 1)), np.tile(right, (height // 8, 4, 1))], 1
    )


def block(*values):
    """Eight rows and columns of gray; the values run along the rows, the last one fills up."""
    row = np.array([*values, *[values[-1]] * (8 - len(values))], np.uint8)
    return np.repeat(np.tile(row, (8, 1))[..., None], 3, 2)


@pytest.mark.parametrize(
    ("values", "share"),
    [
        ((7,), 0.0),
        ((7, 8), 1.0),
        ((7, 13), 1.0),
        ((7, 14), 0.0),
        ((0, 255), 0.0),
    ],
)
def test_a_block_counts_when_it_varies_by_few_levels(values, share):
    assert kinds.smooth_share(np.tile(block(*values), (3, 2, 1))) == share


def test_the_share_is_that_of_whole_blocks():
    pixels = halves(block(1), block(1, 2))
    assert kinds.smooth_share(pixels) == 0.5
    rest = np.pad(pixels, ((0, 7), (0, 5), (0, 0)), mode="edge")
    assert kinds.smooth_share(rest) == 0.5
    assert kinds.is_smooth(rest)


def test_one_channel_is_enough_to_leave_it():
    pixels = block(1, 3)
    pixels[0, 0, 2] = 99
    assert kinds.smooth_share(pixels) == 0
    soft = np.dstack([block(1, 3), np.tile(np.arange(8, dtype=np.uint8) * 30, (8, 1))])
    assert kinds.smooth_share(soft) == 0


@pytest.mark.parametrize("shape", [(0, 9, 3), (7, 400, 4), (400, 7, 3)])
def test_what_holds_no_block_is_none(shape):
    assert kinds.smooth_share(np.zeros(shape, np.uint8)) == 0


def test_noise_is_none():
    assert not kinds.is_smooth(noise(64, 64))


def clouds(height, width, seed=0):
    """As photographs are: noise whose amplitude falls with its frequency, in related channels."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft2(rng.normal(size=(3, height, width)))
    waves = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]) + 0.01
    planes = np.fft.irfft2(spectrum / waves, (height, width))
    planes = 0.8 * planes[:1] + 0.2 * planes
    return np.clip(128 + 35 * planes / planes.std(), 0, 255).astype(np.uint8).transpose(1, 2, 0)


def page(height, width):
    """Dark strokes and two fills on white."""
    rng = np.random.default_rng(1)
    pixels = np.full((height, width, 3), 255, np.uint8)
    pixels[: height // 4, : width // 3] = (240, 200, 40)
    pixels[height // 2 :, width // 2 :] = (60, 110, 180)
    for _ in range(height * width // 300):
        y, x = rng.integers(0, height), rng.integers(0, width)
        pixels[y : y + 2, x : x + 5] = 20
    return pixels


def as_jpeg(pixels, quality):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def scanned(pixels):
    noisy = pixels + np.random.default_rng(2).normal(0, 2.5, pixels.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", [(32, 48), (64, 64), (200, 300), (700, 900)])
def test_photographs_of_any_size_are_taken(size):
    photo = clouds(*size)
    assert not kinds.is_drawn(photo)
    assert not kinds.is_drawn(as_jpeg(photo, 75))
    assert not kinds.is_drawn(np.repeat(photo[..., :1], 3, axis=2))


@pytest.mark.parametrize("size", [(200, 300), (700, 900)])
def test_pages_are_drawn_even_as_jpeg_and_scanned_and_dark(size):
    for sheet in (page(*size), 255 - page(*size)):
        assert kinds.is_drawn(sheet)
        assert kinds.is_drawn(as_jpeg(sheet, 60))
        assert kinds.is_drawn(scanned(sheet))


def test_a_photograph_within_a_page_leaves_it_drawn():
    sheet = page(400, 600)
    sheet[150:290, 200:400] = clouds(140, 200)
    assert kinds.is_drawn(sheet)


def test_enlarged_sprites_and_clear_ones_are_drawn():
    sprite = np.random.default_rng(3).integers(0, 256, (16, 16, 4), dtype=np.uint8)
    assert kinds.is_drawn(sprite[..., :3].repeat(8, axis=0).repeat(8, axis=1))
    clear = np.dstack([clouds(64, 64), np.zeros((64, 64), np.uint8)])
    assert kinds.is_drawn(clear)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 9, 4), (9, 1, 3), (3, 4, 3)])
def test_tiny_pictures_have_a_kind(shape):
    assert kinds.is_drawn(np.zeros(shape, np.uint8)) is True


def test_more_of_the_error_is_spread_in_gradients():
    y, x = np.mgrid[:96, :128]
    pixels = np.stack([90 + x // 4, 80 + y // 4, 150 - (x + y) // 8], -1).astype(np.uint8)
    image = load(pixels)
    palette = fit_palette(count(image), 16, color_space="oklab").palette
    blurred = {}
    for smooth in (False, True):
        mapped = RateMap(pixels, palette, smooth=smooth, n_threads=1).map(4.0)
        error = palette.colors[mapped.indices].astype(float) - pixels
        means = error.reshape(12, 8, 16, 8, 3).mean(axis=(1, 3))
        blurred[smooth] = float((means**2).mean())
    assert blurred[True] < blurred[False]


@pytest.mark.parametrize(
    ("n_colors", "frequent", "painted"),
    [
        (256, 1.0, False),
        (1000, 0.79, True),
        (1000, 0.81, False),
        (16384, 0.5, True),
        (16385, 0.5, False),
    ],
)
def test_a_painting_has_few_of_its_pixels_in_its_256_colors(n_colors, frequent, painted):
    colors = np.arange(n_colors * 3).reshape(-1, 3).astype(np.uint8)
    rest = n_colors - 256
    weights = np.full(n_colors, (1 - frequent) / max(rest, 1))
    weights[:256] = frequent / 256
    weights *= 1e6
    assert kinds.is_painted(Histogram(colors, weights)) == painted
    clear = np.column_stack([colors, np.full(n_colors, 255, np.uint8)])
    assert not kinds.is_painted(Histogram(clear, weights))
