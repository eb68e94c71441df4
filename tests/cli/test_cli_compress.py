"""`huepress compress` as a user meets it: exit codes, files, streams, words."""

import json
import os
import stat
import subprocess
import sys

import pytest
from click.testing import CliRunner

from huepress.cli import cli
from images import as_file, decoded, noise, scene, soft_disc

COMMAND = [sys.executable, "-m", "huepress", "compress"]


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "scene.png"
    path.write_bytes(as_file(scene()))
    return path


def run(*arguments, input=None):
    return subprocess.run([*COMMAND, *map(str, arguments)], input=input, capture_output=True)


def invoke(*arguments):
    return CliRunner().invoke(cli, ["compress", *map(str, arguments)])


def test_the_plain_call_writes_beside_the_input_and_says_so(picture):
    done = run(picture, "-k", 16)
    assert done.returncode == 0
    out = picture.with_name("scene-hp.png")
    assert decoded(out.read_bytes()).shape == (96, 128, 3)
    words = done.stdout.decode()
    for part in ("scene-hp.png", "saved", "16 colors", "PSNR", "iteration", " s"):
        assert part in words
    assert not done.stderr
    assert sorted(p.name for p in picture.parent.iterdir()) == ["scene-hp.png", "scene.png"]


@pytest.mark.parametrize(("suffix", "format"), [("webp", "WEBP"), ("gif", "GIF"), ("png", "PNG")])
def test_the_format_follows_the_suffix(picture, suffix, format):
    from PIL import Image

    out = picture.with_name(f"out.{suffix}")
    assert run(picture, "-o", out).returncode == 0
    with Image.open(out) as image:
        assert image.format == format


def test_streams(picture):
    done = run("-", "-o", "-", "-k", 8, input=picture.read_bytes())
    assert done.returncode == 0
    assert decoded(done.stdout).shape == (96, 128, 3)
    assert b"<stdout>" in done.stderr
    assert run("-", "--quiet", input=picture.read_bytes()).stderr == b""


def test_an_existing_output_is_not_overwritten(picture):
    out = picture.with_name("scene-hp.png")
    out.write_bytes(b"precious")
    done = run(picture)
    assert done.returncode == 1
    assert out.read_bytes() == b"precious"
    assert b"--force" in done.stderr
    assert run(picture, "--force").returncode == 0
    assert out.read_bytes() != b"precious"


def test_in_place_keeps_mode_and_time(picture):
    picture.chmod(0o640)
    os.utime(picture, (1_500_000_000, 1_500_000_000))
    before = picture.stat().st_size
    assert run(picture, "-k", 4, "--in-place").returncode == 0
    after = picture.stat()
    assert after.st_size < before
    assert stat.S_IMODE(after.st_mode) == 0o640
    assert after.st_mtime == 1_500_000_000


def test_several_files_and_a_bad_one(tmp_path):
    for name, pixels in [("a", scene()), ("c", soft_disc())]:
        (tmp_path / f"{name}.png").write_bytes(as_file(pixels))
    (tmp_path / "b.png").write_bytes(b"broken")
    names = [tmp_path / f"{name}.png" for name in "abc"]
    done = run(*names, "--out-dir", tmp_path / "out", "-k", 8)
    assert done.returncode == 1
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["a.png", "c.png"]
    errors = [line for line in done.stderr.decode().splitlines() if line.startswith("error")]
    assert len(errors) == 1
    assert "b.png" in errors[0]
    assert b"Traceback" not in done.stderr


def test_json_has_a_line_a_file_with_every_key(tmp_path):
    (tmp_path / "a.png").write_bytes(as_file(scene()))
    (tmp_path / "b.png").write_bytes(b"broken")
    done = run(tmp_path / "a.png", tmp_path / "b.png", "--json", "-k", 4)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    keys = {
        "input", "output", "bytes_in", "bytes_out", "colors", "score", "psnr", "mse",
        "n_iter", "stop_reason", "seconds", "status", "error",
    }  # fmt: skip
    assert len(rows) == 2
    assert all(keys <= set(row) for row in rows)
    assert rows[0]["status"] == "compressed"
    assert rows[0]["error"] is None
    assert rows[1]["status"] == "failed"
    assert rows[1]["code"] == rows[1]["error"]["code"] == "damaged"


def test_the_original_is_kept_when_nothing_is_gained(tmp_path):
    best = tmp_path / "best.png"
    best.write_bytes(as_file(noise(levels=2), optimize=True))
    first = tmp_path / "first.png"
    assert run(best, "-o", first, "--effort", "best").returncode == 0
    second = tmp_path / "second.png"
    done = run(first, "-o", second)
    assert done.returncode == 0
    assert second.stat().st_size <= first.stat().st_size


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-k", "0"], "from 1 to 256"),
        (["-k", "many"], "from 1 to 256"),
        (["--effort", "extreme"], "balanced"),
        (["--format", "bmp2"], "png"),
        (["-o", "a.png", "--in-place"], "only one of"),
        (["-o", "-", "--json"], "cannot both"),
    ],
)
def test_usage_errors_exit_2(picture, arguments, words):
    done = invoke(picture, *arguments)
    assert done.exit_code == 2
    assert words in done.output
    assert [p.name for p in picture.parent.iterdir()] == ["scene.png"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"hello", "not a picture")],
)
def test_bad_files_are_one_line_and_exit_1(tmp_path, content, words):
    bad = tmp_path / "bad.png"
    bad.write_bytes(content)
    done = run(bad)
    assert done.returncode == 1
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1
    assert "bad.png" in lines[0]
    assert [p.name for p in tmp_path.iterdir()] == ["bad.png"]


def test_a_missing_file_and_a_directory(tmp_path):
    for source in (tmp_path / "none.png", tmp_path):
        done = run(source, "-o", tmp_path / "x.png")
        assert done.returncode == 1
        assert len(done.stderr.decode().splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_a_signed_file_is_refused_or_its_signature_dropped(picture):
    """C2PA: no change of the file survives its signature."""
    from huepress.formats.png import pack_chunk

    data = picture.read_bytes()
    signed = pack_chunk(b"caBX", b"\0\0\0\x20jumb\0\0\0\x18jumdc2pa\0\x11\0\x10")
    picture.write_bytes(data[:33] + signed + pack_chunk(b"tEXt", b"Author\0me") + data[33:])
    out = picture.with_name("out.png")
    done = run(picture, "-o", out, "--strip", "none")
    assert done.returncode == 1
    assert b"signed (C2PA)" in done.stderr
    assert not out.exists()
    assert run(picture, "-o", out, "--strip", "none", "--force").returncode == 0
    assert b"Author\0me" in out.read_bytes()
    assert b"c2pa" not in out.read_bytes()
    assert run(picture, "-o", out, "--strip", "none").returncode == 1  # exists
    assert run(picture).returncode == 0


def test_a_picture_that_takes_too_long_is_given_up(picture, tmp_path):
    picture.write_bytes(as_file(noise(700, 700)))
    out = tmp_path / "out.png"
    done = run(picture, "-o", out, "--effort", "best", "--timeout", 0.1)
    assert done.returncode == 1
    assert b"--timeout" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not out.exists()
