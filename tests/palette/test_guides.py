"""9-patches keep their frame; black and white stay what they are."""

import numpy as np
import pytest

from huepress import compress
from huepress.decode import load
from huepress.palette.guides import Guides
from images import as_file

BLACK, RED = (0, 0, 0, 255), (255, 0, 0, 255)


def patch(size=48, seed=0, frame=BLACK):
    """A speech bubble in soft colors, with guides on all four sides."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size]
    pixels = np.zeros((size, size, 4), np.uint8)
    inside = np.hypot(x - size / 2, y - size / 2) < size * 0.45
    shade = np.dstack([40 + 4 * y, 200 - 3 * x, 90 + 2 * (x + y)]) + rng.integers(
        -5, 6, (size, size, 3)
    )
    pixels[inside, :3] = np.clip(shade, 1, 254)[inside]
    pixels[inside, 3] = 255
    pixels[inside & (np.hypot(x - size / 2, y - size / 2) > size * 0.42), 3] = 150
    pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1] = 0, 0, 0, 0
    pixels[0, 10:30] = pixels[15:20, 0] = frame
    pixels[-1, 8:40] = pixels[8:40, -1] = BLACK
    pixels[-1, 3:6] = RED if seed % 2 else (0, 0, 0, 0)
    return pixels


def framed(pixels):
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def named(tmp_path, pixels, name="bubble.9.png"):
    path = tmp_path / name
    path.write_bytes(as_file(pixels))
    return path


@pytest.mark.parametrize("k", [4, 6, 12, 64, 256])
@pytest.mark.parametrize(
    "more", [{}, {"effort": "fast"}, {"small_colors": 0}, {"format": "webp"}], ids=str
)
def test_guides_are_exact(tmp_path, k, more):
    before = patch(seed=k)
    if k == 4:
        before = patch()
    after = compress(named(tmp_path, before), colors=k, **more).pixels
    assert np.array_equal(framed(after), framed(before))


@pytest.mark.parametrize(
    "way", [{"rate_weight": 200.0, "dither": 1.0}, {"init": "random"}, {"quality": 20}]
)
def test_in_every_mode(tmp_path, way):
    before = patch(seed=3)
    after = compress(named(tmp_path, before), colors=9, **way).pixels
    assert np.array_equal(framed(after), framed(before))


def test_guides_are_found_by_name_and_frame(tmp_path):
    found = Guides.of(load(named(tmp_path, patch(seed=1), "A.9.PNG")))
    assert sorted(map(tuple, found.colors.tolist())) == [BLACK, RED]
    assert Guides.of(load(named(tmp_path, patch(), "a.png"))) is None
    busy = patch()
    busy[0] = np.arange(48 * 4).reshape(48, 4) + 60
    assert Guides.of(load(named(tmp_path, busy))) is None


def ramp_with_frame(low, high):
    """Gradients that end in pure black and pure white, or just before."""
    _, x = np.mgrid[0:60, 0:90]
    gray = np.clip(x * 3.2 - 12, low, high)
    tinted = np.dstack([gray, gray, np.where((gray > low) & (gray < high), gray * 0.9, gray)])
    return np.rint(tinted).astype(np.uint8)


@pytest.mark.parametrize("k", [24, 48, 128])
@pytest.mark.parametrize("effort", ["fast", "balanced"])
def test_pure_black_and_white_are_exact(k, effort):
    before = ramp_with_frame(0, 255)
    after = compress(before, colors=k, effort=effort).pixels
    for level in (0, 255):
        pure = (before == level).all(axis=2)
        assert pure.sum() > 100
        assert (after[pure] == level).all()
