"""The core's own lossless WebP: read by libwebp, smaller than what libwebp writes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as PillowImage

from huepress import _core
from huepress.encode import encode, webp
from huepress.encode.carried import Carried
from huepress.remap.rate import RateMap
from huepress.types import IndexedImage, Palette


def _palette(n_colors: int, channels: int = 3) -> Palette:
    rng = np.random.default_rng(n_colors)
    colors = rng.integers(0, 256, (n_colors, channels), dtype=np.uint8)
    colors[:, 0] = np.arange(n_colors)  # no two alike
    return Palette(colors)


def _written(image: IndexedImage, rounds: int, chain: int) -> np.ndarray:
    """What libwebp reads out of the core's bitstream."""
    colors = image.palette.colors.astype(np.uint32)
    alpha = colors[:, 3] if colors.shape[1] == 4 else 255
    argb = (alpha << 24 | colors[:, 0] << 16 | colors[:, 1] << 8 | colors[:, 2]).astype(np.uint32)
    chunk = _core.webp_bitstream(image.indices, argb, rounds, chain)
    chunk += b"\0" * (len(chunk) % 2)
    body = b"WEBPVP8L" + (len(chunk)).to_bytes(4, "little") + chunk
    data = b"RIFF" + len(body).to_bytes(4, "little") + body
    return np.asarray(PillowImage.open(io.BytesIO(data)))


@given(
    st.integers(1, 70),
    st.integers(1, 40),
    st.sampled_from([1, 2, 3, 4, 5, 16, 17, 200, 256]),
    st.sampled_from([3, 4]),
    st.integers(1, 4),
    st.sampled_from([0, 1, 32]),
    st.integers(1, 90),
    st.integers(0, 2**31),
)
def test_libwebp_reads_what_was_written(
    width, height, n_colors, channels, rounds, chain, period, seed
):
    """Noise in places, copies of what came a period before in others."""
    rng = np.random.default_rng(seed)
    stream = rng.integers(0, n_colors, width * height)
    for i in range(period, len(stream)):
        if rng.random() < 0.9:
            stream[i] = stream[i - period]
    indices = stream.astype(np.uint8).reshape(height, width)
    image = IndexedImage(indices, _palette(n_colors, channels))
    expected = image.to_pixels()
    got = _written(image, rounds, chain)
    if channels == 4 and got.shape[2] == 3:  # every pixel is opaque
        assert (expected[..., 3] == 255).all()
        expected = expected[..., :3]
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (3, 9000), (260, 7), (90, 512)])
def test_long_copies_and_odd_shapes(size):
    y, x = np.mgrid[: size[0], : size[1]]
    indices = ((x // 700 + y // 40) % 20).astype(np.uint8)
    image = IndexedImage(indices, _palette(20))
    np.testing.assert_array_equal(_written(image, 2, 8), image.to_pixels())


def _mapped(container: str) -> IndexedImage:
    y, x = np.mgrid[:160, :200]
    noise = np.random.default_rng(5).integers(-25, 26, (160, 200, 3)) * (x > 90)[..., None]
    ramp = np.stack([x, y, (x + y) // 2], axis=2)
    pixels = np.clip(ramp + noise, 0, 255).astype(np.uint8)
    levels = np.array([20, 70, 120, 170, 220])
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    palette = Palette(grid.astype(np.uint8))
    return RateMap(pixels, palette).map(4.0, container=container)


def test_smaller_than_libwebp_where_copies_were_chosen_by_their_price():
    image = _mapped("webp")
    assert len(encode(image, "webp").data) < 0.97 * webp.estimate_bytes(image)


def test_metadata_stays_beside_the_own_bitstream():
    carried = Carried(exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0", icc_profile=b"p" * 131)
    image = _mapped("webp")
    done = encode(image, "webp", carried=carried).data
    assert len(done) < webp.estimate_bytes(image)  # not libwebp's
    read = PillowImage.open(io.BytesIO(done))
    assert read.info["icc_profile"] == carried.icc_profile
    assert read.info["exif"] == carried.exif[6:]  # the name is that of the chunk
    np.testing.assert_array_equal(np.asarray(read), image.to_pixels())


@pytest.mark.parametrize(
    ("indices", "colors", "rounds", "why"),
    [
        ([[3]], 3, 1, "indices below"),
        ([[0]], 0, 1, "256 colors"),
        ([[0]], 1, 0, "1 to 1000 rounds"),
    ],
)
def test_what_cannot_be_written_is_refused(indices, colors, rounds, why):
    with pytest.raises(ValueError, match=why):
        _core.webp_bitstream(np.array(indices, np.uint8), np.zeros(colors, np.uint32), rounds, 4)
