"""Stills, y4m and films as animations; the function and the command."""

import shutil
import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import huepress
from animation.films import ball, file_of
from huepress.animation.sources import from_y4m, natural_order
from huepress.cli import cli
from huepress.limits import Limits


def y4m(frames, chroma="444", more=""):
    """A y4m stream of gray frames (height, width)."""
    height, width = frames[0].shape
    out = f"YUV4MPEG2 W{width} H{height} F20:1 Ip A1:1 C{chroma}{more}\n".encode()
    rows, columns = {"444": (height, width), "420": (-(-height // 2), -(-width // 2))}[chroma]
    for frame in frames:
        out += b"FRAME\n" + frame.tobytes() + bytes([128]) * (2 * rows * columns)
    return out


def test_animate_takes_arrays_and_durations():
    film = ball(n=4)
    result = huepress.animate(film, [0.1, 0.2, 0.3, 0.05], plays=2, format="png", lossless=True)
    assert isinstance(result, huepress.AnimationResult)
    assert [seconds for _, seconds in result.frames()] == [0.1, 0.2, 0.3, 0.05]
    assert all(np.array_equal(a, b) for (a, _), b in zip(result.frames(), film, strict=True))
    assert Image.open(BytesIO(result.data)).info["loop"] == 2
    assert huepress.animate(film, 0.1).format == "gif"


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: huepress.animate([]), huepress.InputError, "no frames"),
        (lambda: huepress.animate(ball(n=3), [0.1]), huepress.OptionError, "one for each of 3"),
        (lambda: huepress.animate(ball(n=2), -1), huepress.OptionError, "from 0 to 86400"),
        (lambda: huepress.animate(ball(n=2), plays=-1), huepress.OptionError, "forever"),
        (
            lambda: huepress.animate([np.zeros((4, 4)), np.zeros((4, 5))], colors=4),
            huepress.InputError,
            "is 5x4 pixels, the first 4x4",
        ),
    ],
)
def test_what_cannot_be_animated_is_told(call, error, words):
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize("format", ["gif", "png", "webp"])
def test_the_command_makes_animations_of_stills(format, tmp_path):
    for i, pixels in enumerate(ball(n=11)):
        Image.fromarray(pixels).save(tmp_path / f"f{i}.png")
    (tmp_path / "notes.txt").write_text("not a picture")
    out = tmp_path / f"out.{format}"
    aim = ["-q", "80"] if format == "gif" else ["--lossless"]
    done = CliRunner().invoke(cli, ["animate", str(tmp_path), "--fps", "25", "-o", str(out), *aim])
    assert done.exit_code == 0, done.output
    assert "11 frames" in done.output
    with Image.open(out) as film:
        assert film.n_frames == 11
        film.seek(10)
        film.load()
        assert film.info["duration"] == 40
        if format != "gif":
            assert np.array_equal(np.asarray(film.convert("RGBA")), ball(n=11)[10])


def test_what_gif_cannot_hold_without_loss_is_told():
    with pytest.raises(huepress.EncodeError, match="take -f webp"):
        huepress.animate(ball(), lossless=True)


def test_numbers_in_names_are_numbers(tmp_path):
    names = [tmp_path / name for name in ("f10.png", "f9.png", "a.png", "f100.png")]
    assert [path.name for path in natural_order(names)] == [
        "a.png",
        "f9.png",
        "f10.png",
        "f100.png",
    ]


@pytest.mark.parametrize("chroma", ["444", "420"])
def test_y4m_is_read_from_a_stream(chroma):
    grays = [np.full((5, 7), value, np.uint8) for value in (16, 126, 235)]
    film = from_y4m("a", BytesIO(y4m(grays, chroma)), Limits())
    for _ in range(2):  # a film is walked through more often
        frames = list(film.frames())
        assert [int(frame.pixels[0, 0, 0]) for frame in frames] == [0, 128, 255]
        assert float(frames[0].duration) == 0.05


def test_y4m_on_standard_input_becomes_a_gif(tmp_path):
    grays = [np.full((8, 8), value, np.uint8) for value in (16, 126, 235)]
    out = tmp_path / "a.gif"
    command = [sys.executable, "-m", "huepress", "animate", "-", "-o", str(out)]
    subprocess.run(command, input=y4m(grays), check=True, capture_output=True)
    with Image.open(out) as film:
        assert film.n_frames == 3


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GIF89a", "is no y4m"),
        (b"YUV4MPEG2 W4 F20:1\n", "damaged header"),
        (b"YUV4MPEG2 W4 H4 F20:1 C420p10\n", "of kind 420p10"),
        (b"YUV4MPEG2 W4 H4 F20:1 C444\n", "without frames"),
        (b"YUV4MPEG2 W4 H4 F20:1 C444\nFRAME\nxx", "cut short"),
        (b"YUV4MPEG2 W90000 H90000 F20:1 C444\nFRAME\n", "the limit is"),
    ],
)
def test_other_streams_give_one_line(data, words):
    with pytest.raises(huepress.InputError, match=words):
        from_y4m("a", BytesIO(data), Limits())


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg makes the film")
def test_films_are_read_by_pyav(tmp_path):
    pytest.importorskip("av")
    film = tmp_path / "a.mp4"
    source = "testsrc2=s=64x48:r=10"
    make = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "5", str(film)]
    subprocess.run(make, check=True)
    out = tmp_path / "a.webp"
    done = CliRunner().invoke(cli, ["animate", str(film), "-o", str(out), "--effort", "fast"])
    assert done.exit_code == 0, done.output
    with Image.open(out) as made:
        assert made.n_frames == 5
        made.load()
        assert made.info["duration"] == 100


def test_a_result_says_what_every_frame_has():
    result = huepress.compress(file_of(ball(n=3)), rate_weight=5.0)
    scores = result.film_score.frames
    assert len(scores) == 3
    assert result.verdict.score == pytest.approx(result.score)
