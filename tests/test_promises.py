"""What users are promised, whichever options meet: frames, sizes, time, profiles, keys."""

import io
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image as PillowImage

import huepress
from color_profiles import P3
from huepress.errors import LimitError, QualityError
from huepress.formats import profiles
from huepress.formats.png import SIGNATURE, pack_chunk
from huepress.metrics import judge
from images import as_file, noise, photo, scene, soft_disc


def film(format):
    """Three frames whose first is hard to compress: the animation may well be smaller."""
    frames = [PillowImage.fromarray(noise(24, 30, levels=8, seed=i)) for i in range(3)]
    out = io.BytesIO()
    frames[0].save(out, format, save_all=True, append_images=frames[1:], duration=80, lossless=True)
    return out.getvalue()


@pytest.mark.parametrize("how", [{}, {"lossless": True}, {"colors": 4}])
@pytest.mark.parametrize("format", ["gif", "png", "webp"])
def test_the_first_frame_is_never_the_animation(format, how):
    data = film(format)
    for number in (0, 2):
        result = huepress.compress(data, frame=number, format=format, effort="fast", **how)
        assert result.data != data
        with PillowImage.open(io.BytesIO(result.data)) as image:
            assert getattr(image, "n_frames", 1) == 1
        assert result.pixels.shape[:2] == (24, 30)


@pytest.mark.parametrize(
    ("format", "strip"), [("png", "safe"), ("webp", "safe"), ("gif", "safe"), ("tiff", "all")]
)
def test_a_size_is_a_bound_with_a_profile_too(format, strip):
    data = as_file(photo(8, 11), icc_profile=P3)
    smallest = None
    for bound in (150, 2600):
        try:
            result = huepress.compress(
                data, max_size=str(bound), format=format, strip=strip, effort="fast"
            )
        except QualityError:
            assert smallest is None  # what fits a small bound fits a larger one
            continue
        smallest = smallest or bound
        assert len(result.data) <= bound
    assert smallest is not None


def test_time_runs_out_inside_one_start_of_k_means():
    started = time.perf_counter()
    with pytest.raises(LimitError, match="--timeout"):
        huepress.compress(
            photo(120, 160), init="random", max_iter=100_000, tol=0, n_init=1000, timeout=0.5
        )
    assert time.perf_counter() - started < 8


def test_a_picture_in_p3_scores_as_its_twin_in_srgb():
    """The same colors as seen, written in two profiles: one palette, one score."""
    twin = scene(48, 64)
    linear = profiles.parse(profiles.srgb()).to_linear(twin / 255.0)
    wide = profiles.parse(P3).from_linear(linear)
    in_p3 = np.rint(255 * wide).astype(np.uint8)
    how = {"colors": 16, "effort": "fast", "rate_weight": 0, "dither": 0}
    ours = huepress.compress(as_file(in_p3, icc_profile=P3), **how)
    plain = huepress.compress(as_file(twin), **how)
    assert ours.image.source.icc_profile == P3
    assert ours.score == pytest.approx(plain.score, abs=1.5)
    shown = [
        profiles.encode_srgb(profiles.parse(P3).to_linear(each / 255.0)).clip(0, 1)
        for each in (in_p3, ours.pixels)
    ]
    first, second = (np.rint(255 * each).astype(np.uint8) for each in shown)
    assert ours.score == pytest.approx(judge(first, second).score, abs=0.3)


@pytest.mark.parametrize("shift", [0, 1, 255])
def test_a_key_of_16_bits_is_met_in_all_its_bits(shift):
    """tRNS names one color of 16 bits: pixels that differ in the low byte alone stay opaque."""
    key = np.array([0x1234, 0xFF00, 0x00FF], np.uint16)
    deep = np.tile(key, (2, 3, 1))
    deep[1] = key + np.array([shift, 0, 0], np.uint16)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in deep)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 3, 2, 16, 2, 0, 0, 0)),
        (b"tRNS", key.astype(">u2").tobytes()),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    image = huepress.load(SIGNATURE + b"".join(pack_chunk(*chunk) for chunk in chunks))
    alpha = image.pixels[..., 3]
    assert (alpha[0] == 0).all()
    assert (alpha[1] == (0 if shift == 0 else 255)).all()


def test_high_bits_of_a_key_of_8_bits_are_no_part_of_it():
    """PNG: of shallow samples only the low bits of tRNS count."""
    pixels = scene(16, 20)
    wanted = (pixels == pixels[3, 3]).all(axis=2)
    key = b"".join(bytes([0xAB, value]) for value in pixels[3, 3])
    data = as_file(pixels)
    data = data[:33] + pack_chunk(b"tRNS", key) + data[33:]
    np.testing.assert_array_equal(huepress.load(data).pixels[..., 3] == 0, wanted)


@pytest.mark.parametrize("how", [{}, {"rate_weight": 40.0}, {"rate_weight": 40.0, "dither": 1.0}])
@pytest.mark.parametrize("effort", ["fast", "balanced"])
def test_no_price_takes_a_small_color_away(effort, how):
    pixels = photo(90, 120) // 3 + 60
    pixels[40:44, 50:54] = (250, 10, 10)
    result = huepress.compress(pixels, colors=12, effort=effort, **how)
    dot = result.pixels[40:44, 50:54].astype(int)
    assert np.abs(dot - (250, 10, 10)).max() < 40
    outside = np.abs(result.pixels.astype(int) - (250, 10, 10)).max(axis=2) < 40
    assert outside.sum() == 16


def test_clear_stays_clear_at_any_size():
    data = as_file(soft_disc(20))
    for bound in ("400",):
        result = huepress.compress(data, max_size=bound, effort="fast")
        alpha = soft_disc(20)[..., 3]
        assert (result.pixels[..., 3][alpha == 0] == 0).all()
        assert (result.pixels[..., 3][alpha == 255] == 255).all()
