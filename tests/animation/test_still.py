"""Stills as GIF by the codes of LZW: smaller at the same score, and never larger than before."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

import huepress
from animation.films import ball, noise
from huepress.animation.still import recoded
from huepress.encode import encode
from huepress.encode.lossless import exact_palette
from images import scene, soft_disc


def decoded(data):
    with Image.open(BytesIO(data)) as image:
        pixels = np.asarray(image.convert("RGBA"))
    return np.where(pixels[..., 3:] > 0, pixels, 0)


def before(monkeypatch, pixels, **options):
    """The file as it was made without the mapping by LZW."""
    with monkeypatch.context() as patch:
        as_it_was = lambda _bench, chosen, made, _options: (chosen, made)  # noqa: E731
        patch.setattr("huepress.animation.still.smaller_gif", as_it_was)
        return huepress.compress(pixels, format="gif", **options)


@pytest.mark.parametrize(
    "aim", [{}, {"quality": 40, "effort": "fast"}, {"rate_weight": 8.0, "dither": 1.0}]
)
@pytest.mark.parametrize(
    "pixels", [scene()[:48, :64].copy(), noise()[0][..., :3].copy()], ids=["scene", "noise"]
)
def test_it_is_smaller_at_no_lower_score(monkeypatch, pixels, aim):
    old = before(monkeypatch, pixels, **aim)
    new = huepress.compress(pixels, format="gif", **aim)
    assert len(new.data) <= len(old.data)
    assert np.array_equal(decoded(new.data)[..., :3], new.pixels[..., :3])
    if "rate_weight" not in aim:
        assert new.score >= min(old.score, aim.get("quality", 100))


def test_a_size_is_used_for_a_better_score(monkeypatch):
    pixels = noise(height=64, width=96)[0][..., :3].copy()
    limit = len(before(monkeypatch, pixels, rate_weight=20.0, dither=1.0).data)
    old = before(monkeypatch, pixels, max_size=str(limit))
    new = huepress.compress(pixels, format="gif", max_size=str(limit))
    assert len(new.data) <= limit
    assert new.score >= old.score


def test_clear_pixels_stay_clear():
    pixels = soft_disc()
    result = huepress.compress(pixels, format="gif", quality=60, best_effort=True)
    shown = decoded(result.data)
    assert np.array_equal(shown[..., 3] == 255, pixels[..., 3] > 127)
    assert np.array_equal(shown[..., 3] == 0, pixels[..., 3] <= 127)


def test_exact_pixels_are_only_coded_anew():
    indices = np.add.outer(np.arange(40), np.arange(60)).astype(np.uint8) % 37
    pixels = np.stack([indices * 6, indices * 3, 200 - indices], axis=-1)
    result = huepress.compress(pixels, format="gif", lossless=True)
    assert np.array_equal(decoded(result.data)[..., :3], pixels)
    plain = encode(exact_palette(pixels), "gif")
    assert len(recoded(pixels, plain).data) <= len(plain.data)
    assert len(recoded(ball(alpha=True)[0], plain).data) <= len(plain.data)
