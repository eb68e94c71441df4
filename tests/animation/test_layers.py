"""APNG and WebP: every decoder sees the frames that were meant, for as long as was meant."""

import shutil
import struct
import subprocess
from fractions import Fraction
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

import huepress
from animation.films import ball, file_of, noise
from huepress.animation import read_animation
from huepress.animation.apng import _delay, _packed
from huepress.animation.timing import merged
from huepress.formats.png import chunks_of
from huepress.limits import Limits

FORMATS = {"png": "PNG", "webp": "WEBP"}


def soft(n=6, height=30, width=40):
    """A half-transparent disc that moves and leaves nothing behind."""
    frames = []
    y, x = np.mgrid[:height, :width]
    for i in range(n):
        pixels = np.zeros((height, width, 4), np.uint8)
        reach = np.hypot(y - 15, x - 8 - 4 * i)
        alpha = np.clip(40 * (8 - reach), 0, 255).astype(np.uint8)
        pixels[alpha > 0, :3] = (20, 120, 220)
        pixels[..., 3] = alpha
        frames.append(pixels)
    return frames


def shown(data):
    frames = list(merged(read_animation("a", data, Limits()).frames()))
    return [frame.pixels for frame in frames], [frame.duration for frame in frames]


def by_ffmpeg(path, height, width):
    command = f"ffmpeg -v error -i {path} -fps_mode passthrough -f rawvideo -pix_fmt rgba -"
    done = subprocess.run(command.split(), capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 4)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("film", [ball(), soft(), noise(height=20, width=30)])
def test_lossless_shows_the_same_and_is_never_larger(format, film, tmp_path):
    more = {"lossless": True, "exact": True} if format == "webp" else {}
    data = file_of(film, FORMATS[format], **more)
    result = huepress.compress(data, lossless=True)
    assert result.format == format
    assert len(result.data) <= len(data)
    before, after = shown(data), shown(result.data)
    assert all(map(np.array_equal, before[0], after[0]))
    assert before[1] == after[1]
    if format == "png" and shutil.which("ffmpeg"):
        decoded = by_ffmpeg(result.save(tmp_path / "a.png"), *film[0].shape[:2])
        assert len(decoded) == len(after[0])
        assert all(map(np.array_equal, decoded, after[0]))


@pytest.mark.parametrize("format", FORMATS)
def test_still_pixels_stay_and_clear_ones_are_clear(format):
    for film in (ball(), soft()):
        result = huepress.compress(file_of(film, "PNG"), format=format, rate_weight=10.0)
        frames = [pixels for pixels, _ in result.frames()]
        source = [frame.pixels for frame in result.animation.frames()]
        assert len(frames) == len(source)
        for i in range(len(frames)):
            assert np.array_equal(frames[i][..., 3] == 0, source[i][..., 3] == 0)
            assert np.array_equal(frames[i][..., 3] == 255, source[i][..., 3] == 255)
            if i:
                still = (source[i] == source[i - 1]).all(axis=-1)
                assert (frames[i] == frames[i - 1])[still].all()


@pytest.mark.parametrize("format", [*FORMATS, "gif"])
def test_formats_turn_into_each_other_with_times_and_plays(format):
    film = ball(n=5)
    data = file_of(film, "PNG", duration=[100, 40, 250, 1000, 60], loop=3)
    result = huepress.compress(data, format=format, quality=70)
    assert result.format == format
    assert [round(1000 * s) for _, s in result.frames()] == [100, 40, 250, 1000, 60]
    assert read_animation("a", result.data, Limits()).plays == 3
    assert result.score >= 70


def test_a_fast_film_as_gif_has_no_delay_that_browsers_lengthen():
    data = file_of(ball(n=30), "PNG", duration=1000 / 60)
    result = huepress.compress(data, format="gif", effort="fast")
    seconds = [s for _, s in result.frames()]
    assert min(seconds) >= 0.02
    assert sum(seconds) == pytest.approx(0.5, abs=0.01)


def test_smallest_is_the_smallest_of_all():
    data = file_of(ball(n=3), "PNG")
    how = {"rate_weight": 5.0, "effort": "fast"}
    found = huepress.compress(data, format="smallest", **how)
    each = [len(huepress.compress(data, format=f, **how).data) for f in (*FORMATS, "gif")]
    assert len(found.data) == min(each)


def test_an_apng_begins_with_a_still_picture_and_counts_its_chunks():
    data = huepress.compress(file_of(ball(), "PNG"), rate_weight=2.0).data
    chunks = list(chunks_of(data))
    names = [name for name, _ in chunks]
    assert names.index(b"acTL") < names.index(b"fcTL") < names.index(b"IDAT") < names.index(b"fdAT")
    numbered = [chunk[8:12] for name, chunk in chunks if name in (b"fcTL", b"fdAT")]
    assert [struct.unpack(">I", number)[0] for number in numbered] == list(range(len(numbered)))
    assert Image.open(BytesIO(data)).size == (56, 40)


def test_a_picture_for_programs_that_know_no_animation_is_not_shown():
    frames = [Image.fromarray(pixels) for pixels in ball(n=3)]
    out = BytesIO()
    still = Image.new("RGBA", frames[0].size, (1, 2, 3, 255))
    still.save(out, "PNG", save_all=True, default_image=True, append_images=frames, duration=50)
    found = shown(huepress.compress(out.getvalue(), lossless=True).data)[0]
    assert all(map(np.array_equal, found, ball(n=3)))


@pytest.mark.parametrize(
    ("seconds", "pair"),
    [
        (Fraction(1, 30), (1, 30)),
        (Fraction(0), (0, 1)),
        (Fraction(500), (500, 1)),
        (Fraction(10**6, 3), (13107, 20)),
    ],
)
def test_delays_are_fractions(seconds, pair):
    assert _delay(seconds) == pair


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_indices_are_packed_from_the_highest_bits_on(bits):
    rng = np.random.default_rng(bits)
    indices = rng.integers(0, 1 << bits, (3, 7), dtype=np.uint8)
    rows = np.unpackbits(np.frombuffer(_packed(indices, bits), np.uint8)).reshape(3, -1)
    values = rows[:, : 7 * bits].reshape(3, 7, bits) @ (1 << np.arange(bits)[::-1])
    assert np.array_equal(values, indices)


@pytest.mark.parametrize("format", FORMATS)
def test_hostile_files_give_one_line(format):
    more = {"lossless": True} if format == "webp" else {}
    data = file_of(noise(), FORMATS[format], **more)
    with pytest.raises(huepress.InputError) as caught:
        huepress.compress(data[: len(data) // 2])
    assert "\n" not in str(caught.value)
