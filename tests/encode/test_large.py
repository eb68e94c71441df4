"""Large pictures are written in strips whose deflate streams are joined."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from PIL import Image as PillowImage

from huepress import _core
from huepress.encode import encode, encode_lossless, large, lossless, oxipng, png
from huepress.types import Image, IndexedImage, Palette, Source


@pytest.fixture
def small_strips(monkeypatch):
    monkeypatch.setattr(large, "STRIP", 3000)
    for module in (png, lossless):
        monkeypatch.setattr(module, "LARGE", 1000)


def shown(data: bytes) -> np.ndarray:
    with PillowImage.open(io.BytesIO(data)) as picture:
        mode = "RGBA" if picture.has_transparency_data else "RGB"
        return np.asarray(picture.convert(mode))


def deflated(data: bytes, level: int, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, -15, 8, strategy)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize("level", [0, 1, 6, 9])
@pytest.mark.parametrize("strategy", [zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY])
def test_streams_stand_behind_each_other(level, strategy):
    rng = np.random.default_rng(level)
    parts = [rng.integers(0, 1 + n % 9, n, np.uint8).tobytes() for n in (0, 1, 7, 70_000, 300)]
    streams = [deflated(part, level, strategy) for part in parts]
    joined = b"".join(map(_core.open_end, streams[:-1])) + streams[-1]
    assert zlib.decompress(joined, -15) == b"".join(parts)


def test_no_stream_is_refused():
    whole = deflated(b"some words, some words, some more words" * 9, 9)
    damaged = [b"", whole[:-1], whole + b"\0", b"\x07" * 9, b"\x05\xff\xff\xff" * 9]
    rng = np.random.default_rng(0)
    for _ in range(300):
        noise = bytearray(whole)
        noise[int(rng.integers(len(noise)))] ^= 1 << int(rng.integers(8))
        damaged.append(bytes(noise))
    n_refused = 0
    for stream in damaged:
        try:
            opened = _core.open_end(stream)
        except ValueError:
            n_refused += 1
        else:  # damaged where no block ends
            assert len(opened) <= len(stream) + 6
    assert n_refused >= 5


@pytest.mark.parametrize("k", [2, 3, 16, 17, 256])
@pytest.mark.parametrize("has_alpha", [False, True])
def test_indexed_pictures_come_back(small_strips, k, has_alpha):
    rng = np.random.default_rng(k)
    colors = np.unique(rng.integers(0, 256, (k, 4 if has_alpha else 3), np.uint8), axis=0)
    if has_alpha:
        colors[:, 3] = np.maximum(colors[:, 3], 1)
    indices = np.sort(rng.integers(0, len(colors), (97, 131)), axis=1).astype(np.uint8)
    indexed = IndexedImage(indices, Palette(colors))
    data = encode(indexed, "png", effort="balanced").data
    np.testing.assert_array_equal(shown(data), colors[indices])


@pytest.mark.parametrize("effort", ["fast", "balanced", "best"])
@pytest.mark.parametrize("kind", ["rgb", "rgba", "gray", "few", "deep"])
def test_pixels_come_back(small_strips, kind, effort):
    rng = np.random.default_rng(1)
    ramp = np.add.outer(np.arange(30), np.arange(40))[..., None] * np.array([1, 2, 1]) % 256
    pixels = (ramp + rng.integers(0, 3, ramp.shape)).clip(0, 255).astype(np.uint8)
    deep = None
    if kind == "rgba":
        pixels = np.dstack([pixels, rng.choice([0, 9, 255], ramp.shape[:2]).astype(np.uint8)])
    elif kind == "gray":
        pixels = np.ascontiguousarray(np.broadcast_to(pixels[..., :1], pixels.shape))
    elif kind == "few":
        pixels = pixels // 128 * np.uint8(255)
    elif kind == "deep":
        deep = pixels.astype(np.uint16) * 257 + np.arange(40, dtype=np.uint16)[:, None] % 50
        deep = np.minimum(deep, 65535).astype(np.uint16)
    image = Image(pixels, Source("<array>"), deep)
    data = encode_lossless(image, "png", effort=effort).data
    if deep is not None:
        from huepress import load

        np.testing.assert_array_equal(load(data).deep, deep)
        return
    expected = pixels if kind != "rgba" else pixels * (pixels[..., 3:] > 0)
    np.testing.assert_array_equal(shown(data), expected)


def test_threads_change_no_byte(small_strips):
    indices = np.random.default_rng(2).integers(0, 99, (80, 200), np.uint8)
    indexed = IndexedImage(indices, Palette(np.arange(300, dtype=np.uint8).reshape(100, 3)))
    found = set()
    for n_threads in (1, 2, 7):
        with oxipng.threads(n_threads):
            found.add(encode(indexed, "png").data)
    assert len(found) == 1
