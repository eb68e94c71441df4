"""Every road to an exact PNG ends at or below what `oxipng -o 4` writes of the same pixels."""

import numpy as np
import oxipng
import pytest

import huepress
from huepress.decode import load
from huepress.encode import is_exact
from huepress.types import IndexedImage, Palette
from images import as_file, decoded, soft_disc

COLORS = np.array(
    [[255, 255, 255], [31, 119, 180], [214, 39, 40], [44, 160, 44], [0, 0, 0], [148, 103, 189]],
    np.uint8,
)


def chart(height=90, width=420, seed=3):
    """Bars on a grid, with a legend of thin lines."""
    rng = np.random.default_rng(seed)
    index = np.zeros((height, width), int)
    index[::40] = 4
    for i in range(12):
        top = int(rng.integers(20, height - 20))
        index[top:, 20 + 32 * i : 44 + 32 * i] = 1 + i % 3
    index[20:80:4, 300:400] = 5
    return COLORS[index]


def gradients(height=60, width=100):
    """Panels in gradients of 240 grays: with row filters a fraction of the bytes."""
    y, x = np.mgrid[0:height, 0:width]
    gray = ((x * 7 // 9 + y // 2) % 240).astype(np.uint8)
    return np.dstack([gray, gray // 2, 255 - gray])


def sprite(size=32, seed=1):
    """A blob of few colors on transparency, mirrored, its colors hidden where it is clear."""
    rng = np.random.default_rng(seed)
    half = rng.integers(0, 5, (size, size // 2))
    index = np.hstack([half, half[:, ::-1]])
    y, x = np.mgrid[0:size, 0:size] - (size - 1) / 2
    alpha = np.where(np.hypot(x, y) < size * 0.4, 255, 0)
    return np.dstack([COLORS[index], alpha]).astype(np.uint8)


def tiles(seed=5):
    """A map of repeated tiles in 16 colors: indices share a byte."""
    rng = np.random.default_rng(seed)
    palette = rng.integers(0, 256, (16, 3)).astype(np.uint8)
    kinds = rng.integers(0, 16, (6, 16, 16))
    return palette[np.vstack([np.hstack(kinds[rng.integers(0, 6, 10)]) for _ in range(5)])]


PICTURES = {
    "chart": chart(),
    "gradients": gradients(),
    "sprite": sprite(),
    "soft": soft_disc(64) & np.array([0x80, 0xFF, 0xFF, 0xF0], np.uint8),
    "tiles": tiles(),
}


def oxipng_4(pixels):
    """What `oxipng -o 4` makes of it, hidden colors cleared or not."""
    forms = [pixels]
    if pixels.shape[2] == 4:
        forms.append(pixels * (pixels[..., 3:] > 0))
    deflate = oxipng.Deflaters.libdeflater(12)
    return min(
        len(oxipng.optimize_from_memory(as_file(form), level=4, deflate=deflate)) for form in forms
    )


@pytest.mark.parametrize("effort", ["fast", "balanced", "best"])
@pytest.mark.parametrize("name", PICTURES)
def test_no_exact_file_is_larger(name, effort):
    pixels = PICTURES[name]
    most = oxipng_4(pixels)
    for options in ({}, {"lossless": True}):
        result = huepress.compress(pixels, effort=effort, **options)
        shown = decoded(result.data)
        shown = shown * (shown[..., 3:] > 0) if shown.shape[2] == 4 else shown
        wanted = pixels * (pixels[..., 3:] > 0) if pixels.shape[2] == 4 else pixels
        assert np.array_equal(shown, wanted)
        assert len(result.data) <= most


def test_what_is_exact():
    image = load(PICTURES["sprite"])
    colors, index = np.unique(image.pixels.reshape(-1, 4), axis=0, return_inverse=True)
    index = index.reshape(image.pixels.shape[:2]).astype(np.uint8)
    assert is_exact(image, IndexedImage(index, Palette(colors)))
    hidden = np.where(colors[:, 3:] == 0, np.uint8(9) * (colors[:, 3:] == 0), colors)
    hidden[:, 3] = colors[:, 3]
    assert is_exact(image, IndexedImage(index, Palette(hidden.astype(np.uint8))))
    off = colors.copy()
    off[index[16, 16], 0] ^= 1
    assert not is_exact(image, IndexedImage(index, Palette(off)))
    fine = load(PICTURES["chart"] * np.uint16(257) + (PICTURES["chart"] == 31).astype(np.uint16))
    colors, index = np.unique(fine.pixels.reshape(-1, 3), axis=0, return_inverse=True)
    index = index.reshape(fine.pixels.shape[:2]).astype(np.uint8)
    assert not is_exact(fine, IndexedImage(index, Palette(colors)))
