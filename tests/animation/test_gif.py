"""GIF in, GIF out: what is shown, for how long, and that a still pixel stays still."""

import shutil
import struct
import subprocess
from fractions import Fraction
from io import BytesIO

import numpy as np
import pytest
from PIL import GifImagePlugin, Image

import huepress
from animation.films import ball, file_of, noise
from huepress.animation import is_animation, read_animation
from huepress.animation.gif_read import packed_blocks, take_apart
from huepress.animation.timing import merged
from huepress.decode import Limits

COMMON = Limits()


def shown(data):
    """(pixels, seconds) of every frame, equal ones merged."""
    frames = merged(read_animation("a.gif", data, COMMON).frames())
    return [(frame.pixels, frame.duration) for frame in frames]


@pytest.fixture(autouse=True)
def pillow_as_it_comes(monkeypatch):
    """Undo what imageio sets for the whole process when it reads its first GIF."""
    usual = GifImagePlugin.LoadingStrategy.RGB_AFTER_FIRST
    monkeypatch.setattr(GifImagePlugin, "LOADING_STRATEGY", usual)


def by_pillow(data):
    image = Image.open(BytesIO(data))
    found = []
    for i in range(image.n_frames):
        image.seek(i)
        pixels = np.asarray(image.convert("RGBA"))
        found.append(np.where(pixels[..., 3:] > 0, pixels, 0))
    return found


def by_ffmpeg(data, height, width):
    command = "ffmpeg -v error -f gif -i - -fps_mode passthrough -f rawvideo -pix_fmt rgba -"
    done = subprocess.run(command.split(), input=data, capture_output=True, check=True)
    raw = np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 4)
    return [np.where(pixels[..., 3:] > 0, pixels, 0) for pixels in raw]


def codes(indices, size=2):
    """The simplest codes: a clear code before every two pixels."""
    bits = ""
    for at in range(0, len(indices), 2):
        for code in (1 << size, *indices[at : at + 2]):
            bits = f"{code:0{size + 1}b}" + bits
    bits = f"{(1 << size) + 1:0{size + 1}b}" + bits
    return bytes([size]) + packed_blocks(int(bits, 2).to_bytes(-(-len(bits) // 8), "little"))


def gif(images, *, repeats=0, end=b";", size=(4, 2)):
    """A GIF of 4x2 pixels: (box, indices, clear, ticks, disposal) an image."""
    table = bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0])
    out = b"GIF89a" + struct.pack("<HHBBB", *size, 0x81, 0, 0) + table
    if repeats is not None:
        out += b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", repeats) + b"\0"
    for (left, top, width, height), indices, clear, ticks, disposal in images:
        flags = disposal << 2 | (clear is not None)
        out += b"!\xf9\x04" + struct.pack("<BHBB", flags, ticks, clear or 0, 0)
        out += b"," + struct.pack("<HHHHB", left, top, width, height, 0) + codes(indices)
    return out + end


WHOLE = ((0, 0, 4, 2), [0] * 8, None, 10, 1)
DOT = (1, 0, 1, 1)


@pytest.mark.parametrize(
    ("disposal", "behind"),
    [(0, (0, 255, 0, 255)), (1, (0, 255, 0, 255)), (2, (0, 0, 0, 0)), (3, (255, 0, 0, 255))],
)
def test_disposal_is_what_the_specification_has(disposal, behind):
    data = gif([WHOLE, (DOT, [1], None, 10, disposal), ((3, 1, 1, 1), [2], None, 10, 1)])
    pixels = [p for p, _ in shown(data)]
    assert tuple(pixels[1][0, 1]) == (0, 255, 0, 255)
    assert tuple(pixels[2][0, 1]) == behind
    assert tuple(pixels[2][1, 3]) == (0, 0, 255, 255)


def test_what_is_clear_leaves_the_canvas_and_what_lies_outside_is_cut():
    data = gif([WHOLE, ((3, 1, 2, 2), [1, 1, 1, 1], None, 7, 1), ((0, 0, 2, 1), [3, 2], 3, 9, 1)])
    found = shown(data)
    assert tuple(found[1][0][1, 3]) == (0, 255, 0, 255)
    assert tuple(found[2][0][0, 0]) == (255, 0, 0, 255)
    assert tuple(found[2][0][0, 1]) == (0, 0, 255, 255)
    assert [seconds for _, seconds in found] == [Fraction(n, 100) for n in (10, 7, 9)]


@pytest.mark.parametrize(("repeats", "plays"), [(None, 1), (0, 0), (3, 4)])
def test_loops_stay(repeats, plays):
    data = gif([WHOLE, (DOT, [1], None, 10, 1)], repeats=repeats)
    assert read_animation("a", data, COMMON).plays == plays
    again = huepress.compress(data, lossless=True).data
    assert read_animation("a", again, COMMON).plays == plays


def test_delays_that_browsers_lengthen_stay_as_they_are():
    images = [WHOLE, (DOT, [1], None, 0, 1), (DOT, [1], None, 1, 1), (DOT, [2], None, 5, 1)]
    data = gif(images)
    for options in ({"lossless": True}, {"quality": 90}):
        result = huepress.compress(data, format="gif", **options)
        assert [round(100 * s) for _, s in result.frames()] == [10, 0, 1, 5]


@pytest.mark.parametrize("film", [ball(), ball(alpha=True), noise(height=12, width=20)])
def test_lossless_shows_the_same_to_every_decoder_and_is_never_larger(film):
    data = file_of(film, disposal=2)
    result = huepress.compress(data, lossless=True)
    assert result.format == "gif"
    assert len(result.data) <= len(data)
    before, after = shown(data), shown(result.data)
    assert [s for _, s in before] == [s for _, s in after]
    assert all(np.array_equal(a, b) for (a, _), (b, _) in zip(before, after, strict=True))
    frames = [pixels for pixels, _ in result.frames()]
    assert all(map(np.array_equal, frames, by_pillow(result.data)))
    if shutil.which("ffmpeg"):
        decoded = by_ffmpeg(result.data, *film[0].shape[:2])
        assert len(decoded) == len(frames)
        assert all(map(np.array_equal, frames, decoded))
    if shutil.which("gifsicle"):
        command = ["gifsicle", "--info", "-"]
        told = subprocess.run(command, input=result.data, capture_output=True, check=True)
        assert not told.stderr
        assert told.stdout.count(b"+ image") == len(frames)


@pytest.mark.parametrize("options", [{"rate_weight": 20.0}, {"rate_weight": 0.5}, {"colors": 8}])
def test_still_pixels_stay_as_they_are_shown(options):
    film = ball(height=60, width=80)
    result = huepress.compress(file_of(film), **options)
    frames = [pixels for pixels, _ in result.frames()]
    source = [frame.pixels for frame in result.animation.frames()]
    for i in range(1, len(frames)):
        still = (source[i] == source[i - 1]).all(axis=-1)
        assert (frames[i] == frames[i - 1])[still].all()
    assert all(map(np.array_equal, frames, by_pillow(result.data)))


def test_what_is_clear_stays_clear_and_what_is_not_does_not_become_so():
    data = file_of(ball(alpha=True), disposal=2)
    result = huepress.compress(data, rate_weight=30.0)
    for frame, (pixels, _) in zip(result.animation.frames(), result.frames(), strict=True):
        assert np.array_equal(frame.pixels[..., 3], pixels[..., 3])
    decoded = by_pillow(result.data)
    assert all(np.array_equal(p, q) for (p, _), q in zip(result.frames(), decoded, strict=True))


def test_a_higher_rate_weight_saves_bytes_and_figures_are_those_of_the_frames():
    data = file_of(noise())
    sizes = [len(huepress.compress(data, rate_weight=w).data) for w in (0.5, 5, 50)]
    assert sizes == sorted(sizes, reverse=True)
    result = huepress.compress(data, rate_weight=5)
    report = result.report()
    assert report["frames_in"] == report["frames_out"] == 4
    assert report["worst_score"] <= report["score"] < 100
    assert report["bytes_out"] == len(result.data)
    assert "4 frames" in result.summary()


def test_a_score_is_reached_by_the_mean_and_by_every_frame():
    data = file_of(noise(height=48, width=64))
    result = huepress.compress(data, quality=80)
    assert 80 <= result.score < 84
    assert result.film_score.worst >= 74
    with pytest.raises(huepress.QualityError, match="score 99 with 2 colors"):
        huepress.compress(data, quality=99, colors=2)


def test_a_size_is_a_bound_and_is_filled():
    data = file_of(noise(height=48, width=64))
    limit = len(data) // 4
    result = huepress.compress(data, max_size=str(limit))
    # Palettes come in steps, and bytes with them.
    assert 0.85 * limit < len(result.data) <= limit
    with pytest.raises(huepress.QualityError, match="100 bytes"):
        huepress.compress(data, max_size="100")
    assert huepress.compress(data, max_size="100", best_effort=True).data


def test_frames_are_left_out_but_time_is_not():
    data = file_of(ball(n=12), duration=20)
    result = huepress.compress(data, max_fps=10)
    seconds = [s for _, s in result.frames()]
    assert len(seconds) == 3
    assert sum(seconds) == pytest.approx(12 * 0.02)


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_change_no_byte(threads):
    data = file_of(noise())
    assert huepress.compress(data, threads=threads).data == huepress.compress(data).data


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda d: d[:-40], "cut short"),
        (lambda d: d[:900] + b"\xff" * 30 + d[930:], "damaged|cut short"),
        (lambda d: d.replace(b"!\xf9", b"?\xf9", 1), "kind 63"),
        (lambda d: d[:6] + b"\xff\xff\xff\xff" + d[10:], "pixels; the limit"),
    ],
)
def test_hostile_files_give_one_line(damage, words):
    data = damage(file_of(noise()))
    with pytest.raises(huepress.InputError, match=words) as caught:
        shown(data)
    assert "\n" not in str(caught.value)


def test_frames_are_limited(monkeypatch):
    data = file_of(ball(n=6))
    with pytest.raises(huepress.LimitError, match="frames"):
        huepress.compress(data, max_frames=3)
    monkeypatch.setattr("huepress.animation.read.MOST_FRAMES", 5)
    with pytest.raises(huepress.LimitError, match="pixels in all frames"):
        huepress.compress(data, max_pixels=40 * 56)


def test_stills_are_no_animations():
    assert not is_animation(file_of(ball(n=1)))
    assert not is_animation(b"GIF89a")
    assert not is_animation(b"")
    assert is_animation(file_of(ball(n=2)))
    assert is_animation(file_of(ball(n=2), "PNG"))
    assert is_animation(file_of(ball(n=2), "WEBP", lossless=True))
    assert not is_animation(file_of(ball(n=1), "WEBP", lossless=True))


def test_a_scene_with_colors_of_its_own_gets_a_palette_where_that_pays():
    y, x = np.mgrid[:160, :160]
    film = []
    for hue in range(3):
        pixels = np.full((160, 160, 4), 255, np.uint8)
        pixels[..., hue], pixels[..., (hue + 1) % 3], pixels[..., (hue + 2) % 3] = x, y, x ^ y
        film.append(pixels)
    result = huepress.animate(film, 0.1, rate_weight=0.3, colors=64)
    local = [frame.is_local for frame in take_apart("a", result.data, COMMON).frames]
    assert any(local)
    shared = huepress.animate(film, 0.1, rate_weight=0.3, colors=64, effort="fast")
    assert not any(frame.is_local for frame in take_apart("a", shared.data, COMMON).frames)
    assert result.verdict.ssimulacra2 > shared.verdict.ssimulacra2 + 3
    assert all(map(np.array_equal, by_pillow(result.data), [p for p, _ in result.frames()]))


def test_fewer_colors_are_taken_where_bytes_count_and_all_where_the_look_does():
    film = noise(height=96, width=128, n=2)
    near = huepress.animate(film, 0.1, rate_weight=0.5, colors=200)
    small = huepress.animate(film, 0.1, rate_weight=200.0, colors=200)
    assert near.colors > 127 >= small.colors
    assert len(small.data) < len(near.data)
    assert all(map(np.array_equal, by_pillow(small.data), [p for p, _ in small.frames()]))


def test_small_rectangles_of_few_colors_have_short_codes():
    y, x = np.mgrid[:64, :64]
    film = [np.dstack([3 * x, 3 * y, x ^ y, np.full_like(x, 255)]).astype(np.uint8) // 16 * 16]
    film[0][..., 3] = 255
    for i in range(12):
        film.append(film[-1].copy())
        film[-1][4 : 4 + 6, 4 * i : 4 * i + 4] = (250, 250, 250, 255) if i % 2 else (9, 9, 9, 255)
    result = huepress.animate(film, 0.1, lossless=True)
    parts = take_apart("a", result.data, COMMON).frames
    assert parts[0].code_size > 4
    assert {part.code_size for part in parts[1:]} == {2}
    assert all(map(np.array_equal, by_pillow(result.data), film))


def test_all_entries_of_a_full_table_can_be_used_beside_what_is_left_as_shown():
    rng = np.random.default_rng(1)
    first = np.full((32, 32, 4), 255, np.uint8)
    first[..., :3] = rng.permutation(256)[np.arange(1024) % 256].reshape(32, 32, 1)
    second = first.copy()
    second[8:20, 8:20:3] = second[0, 0]
    result = huepress.animate([first, second], 0.1, lossless=True)
    parts = take_apart("a", result.data, COMMON).frames
    assert parts[1].clear is not None
    assert not parts[1].is_local
    assert all(map(np.array_equal, by_pillow(result.data), [first, second]))


@pytest.mark.parametrize("format", ["gif", "png", "webp"])
def test_a_given_palette_is_used_alone(format):
    wanted = {(16, 32, 48), (200, 80, 40), (90, 110, 120)}
    words = ",".join("#{:02x}{:02x}{:02x}".format(*color) for color in wanted)
    result = huepress.compress(file_of(ball(n=3)), palette=words, format=format)
    shown = np.concatenate([pixels.reshape(-1, 4) for pixels, _ in result.frames()])
    assert {tuple(map(int, color[:3])) for color in np.unique(shown, axis=0)} <= wanted
    with pytest.raises(huepress.OptionError, match="3 colors"):
        huepress.compress(file_of(ball(n=3)), palette=words, colors=2)


def test_kept_colors_are_there_whatever_bytes_cost():
    film = file_of(noise(height=40, width=48, n=2))
    result = huepress.compress(film, keep_color=("#ff00ff",), rate_weight=200.0, colors=16)
    colors = take_apart("a", result.data, COMMON).frames[0].colors
    assert (colors == (255, 0, 255)).all(axis=1).any()


@pytest.mark.parametrize("format", ["gif", "png", "webp"])
def test_every_frame_has_its_bytes_and_its_score(format):
    result = huepress.compress(file_of(ball(n=4)), format=format, colors=16)
    sizes = result.frame_bytes
    assert len(sizes) == result.n_frames == len(result.film_score.frames) == 4
    # The first frame is all of the picture, the others move a ball.
    assert sizes[0] == max(sizes)
    shared = len(result.data) - sum(sizes)
    assert 0 < shared < 3 * 256 + 200
