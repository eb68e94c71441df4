"""pngquant's place: exit codes, names, streams, what is written and what is left alone."""

import io
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from huepress.pngquant import run
from images import as_file, decoded, flat, noise, scene, soft_disc

RICH = as_file(noise(40, 48, 4))
SCENE = as_file(scene())


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.png").write_bytes(SCENE)
    (tmp_path / "rich.png").write_bytes(RICH)
    return tmp_path


def go(words):
    return run(words.split())


def piped(words, data, monkeypatch):
    """Run with the data on standard input; return the exit code and what came out."""
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=out))
    return go(words), out.getvalue()


def depth_and_kind(data):
    assert data.startswith(b"\x89PNG")
    assert data.count(b"IHDR") == 1
    return data[24], data[25]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("a.png", "a-fs8.png"),
        ("--nofs a.png", "a-or8.png"),
        ("UP.PNG", "UP-fs8.png"),
        ("plain", "plain-fs8.png"),
        ("--ext -small.png a.png", "a-small.png"),
        ("--ext= -f plain", "plain"),
        ("-f --ext .png a.png", "a.png"),
        ("-o out.png a.png", "out.png"),
        ("-f -o a.png a.png", "a.png"),
    ],
)
def test_names(here, words, name):
    (here / "UP.PNG").write_bytes(SCENE)
    (here / "plain").write_bytes(SCENE)
    assert go(words) == 0
    assert depth_and_kind((here / name).read_bytes()) == (8, 3)
    assert not list(here.glob(".huepress*"))


def test_nothing_is_overwritten_without_being_asked(here, capsys):
    (here / "a-fs8.png").write_bytes(b"mine")
    assert run(["a.png"]) == 15
    assert "not overwriting" in capsys.readouterr().err
    assert (here / "a-fs8.png").read_bytes() == b"mine"
    assert run(["-f", "a.png"]) == 0


CODES = [
    ("", 1),
    ("-f", 1),
    ("--bogus a.png", 4),
    ("missing.png", 2),
    ("junk.png", 25),
    ("cut.png", 25),
    ("empty.png", 25),
    (".", 25),
    ("photo.jpg", 25),
    ("-o missing/x.png a.png", 16),
    ("-f -o . a.png", 16),
    ("-f -Q 100-100 rich.png -o x.png", 99),
    ("--map missing.png -f a.png", 4),
    ("-f missing.png a.png", 2),
    ("-f -Q 100-100 rich.png missing.png", 2),
    ("-f -Q 100-100 missing.png rich.png", 99),
    ("- a.png -f", 2),
    ("--exit-zero -f -Q 100-100 rich.png", 0),
]


@pytest.mark.parametrize(("words", "code"), CODES, ids=[c[0] or "nothing" for c in CODES])
def test_codes(here, words, code, capsys):
    (here / "junk.png").write_bytes(b"junk")
    (here / "cut.png").write_bytes(SCENE[:900])
    (here / "empty.png").write_bytes(b"")
    (here / "photo.jpg").write_bytes(as_file(scene(), "jpeg"))
    before = set(here.iterdir())
    assert go(words) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    assert (said.err == "") == (code == 0 and "100-100" not in words)
    made = {"a-fs8.png"} if words.endswith(("missing.png a.png", "- a.png -f")) else set()
    if "--exit-zero" in words:
        made = {"rich-fs8.png"}  # the original, so that the build goes on
    assert {path.name for path in set(here.iterdir()) - before} == made


@pytest.mark.parametrize("words", ["-", "--speed 4 -", "- --speed 4", "-f -- -", "256 -", "- 256"])
def test_through_a_pipe(words, monkeypatch):
    code, out = piped(words, SCENE, monkeypatch)
    assert code == 0
    assert depth_and_kind(out) == (8, 3)


def test_colors_alone_read_standard_input(monkeypatch):
    code, out = piped("16", RICH, monkeypatch)
    assert code == 0
    assert depth_and_kind(out) == (4, 3)


def test_a_quality_not_reached_gives_the_original_whole(monkeypatch, capfd):
    assert piped("-Q 100-100 -", RICH, monkeypatch) == (99, RICH)
    assert "quality 100" in capfd.readouterr().err


def test_too_little_saved_gives_the_original_once(monkeypatch):
    _, small = piped("-Q 0-50 -", SCENE, monkeypatch)
    assert piped("-Q 0-49 --skip-if-larger -", small, monkeypatch) == (98, small)


def test_nothing_is_left_behind_where_nothing_is_gained(here):
    assert go("-Q 100-100 rich.png -o x.png") == 99
    assert not (here / "x.png").exists()


def test_exit_zero_hands_the_original_on(here):
    assert go("--exit-zero -Q 100-100 rich.png -o x.png") == 0
    assert (here / "x.png").read_bytes() == RICH


def test_in_place_keeps_mode_time_and_link(here):
    real = here / "a.png"
    real.chmod(0o640)
    os.utime(real, (1_000_000_000, 1_000_000_000))
    (here / "link.png").symlink_to(real)
    assert go("-f --ext .png link.png") == 0
    assert (here / "link.png").is_symlink()
    assert depth_and_kind(real.read_bytes()) == (8, 3)
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert real.stat().st_mtime == 1_000_000_000


def test_a_second_run_changes_nothing(here):
    go("-f --ext .png a.png")
    once = (here / "a.png").read_bytes()
    assert go("-f --ext .png a.png") == 0
    assert (here / "a.png").read_bytes() == once


def test_higher_quality_looks_better_and_floors_hold(here):
    from huepress.metrics.judges import judge

    scores, sizes = [], []
    for quality in ("0-30", "0-70", "0-95"):
        assert run(["-Q", quality, "-f", "a.png", "-o", "q.png"]) == 0
        made = (here / "q.png").read_bytes()
        scores.append(judge(decoded(SCENE), decoded(made)).score)
        sizes.append(len(made))
    assert scores == sorted(scores)
    assert scores[2] > scores[0] + 5
    assert sizes == sorted(sizes)


def test_dither_is_left_out_when_asked(here):
    ramp = np.repeat(np.linspace(0, 255, 256)[None, :, None], 64, axis=0).repeat(3, axis=2)
    (here / "ramp.png").write_bytes(as_file(np.uint8(ramp)))
    assert go("--nofs 8 -- ramp.png") == 0
    shown = decoded((here / "ramp-or8.png").read_bytes())
    assert (shown == shown[0]).all()


@pytest.mark.parametrize(("bits", "n_values"), [(2, 64), (4, 16)])
def test_posterized_colors_lie_on_the_coarse_steps(here, bits, n_values):
    assert run(["--posterize", str(bits), "a.png"]) == 0
    values = np.unique(decoded((here / "a-fs8.png").read_bytes()))
    steps = np.round(np.arange(n_values) * 255 / (n_values - 1))
    assert set(values) <= set(steps)


def test_a_map_gives_the_colors(here):
    wanted = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)
    (here / "map.png").write_bytes(as_file(wanted))
    assert go("--map map.png a.png") == 0
    shown = decoded((here / "a-fs8.png").read_bytes())
    assert {tuple(c) for c in shown.reshape(-1, 3)} <= {tuple(c) for c in wanted.reshape(-1, 3)}
    assert go("--map a.png 8 -- rich.png") == 0
    assert depth_and_kind((here / "rich-fs8.png").read_bytes())[1] == 3


@pytest.mark.parametrize(
    ("pixels", "bits"),
    [(flat(8, 8), 1), (soft_disc()[..., :3] // 128 * 255, 1)],
    ids=["one color", "two"],
)
def test_the_fewest_bits(here, pixels, bits):
    (here / "few.png").write_bytes(as_file(np.ascontiguousarray(pixels)))
    assert run(["few.png"]) == 0
    made = (here / "few-fs8.png").read_bytes()
    np.testing.assert_array_equal(decoded(made)[..., :3], pixels)
    assert made[24] <= 2
    assert made[24] >= bits


def test_gray_of_16_bits_and_metadata(here):
    fine = Image.fromarray((np.arange(4096, dtype=np.uint16) * 16).reshape(64, 64))
    fine.save(here / "fine.png")
    assert run(["fine.png"]) == 0
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Comment", "hi")
    Image.fromarray(scene()).save(here / "words.png", pnginfo=words, dpi=(72, 72))
    assert go("words.png -o kept.png") == 0
    assert go("--strip words.png -o bare.png") == 0
    kept, bare = (here / "kept.png").read_bytes(), (here / "bare.png").read_bytes()
    assert b"tEXt" in kept
    assert b"pHYs" in kept
    assert b"tEXt" not in bare


def test_version_reads_as_two_or_more(capsysbinary):
    assert run(["--version"]) == 0
    out = capsysbinary.readouterr().out.decode()
    assert re.match(r"(\d+(\.\d+)*).*", out)[1] >= "2.0"  # OCRmyPDF's
    assert out[:3] >= "2.0"  # EWWW's
    assert "huepress" in out


def test_verbose_speaks_on_standard_error_alone(here, capsysbinary):
    assert go("-v a.png -o -") == 0
    said = capsysbinary.readouterr()
    assert depth_and_kind(said.out)[1] == 3
    assert b"KB file" in said.err


def test_link_puts_a_pngquant_there(here):
    assert run(["--link", "tools"]) == 0
    assert run(["--link", "tools"]) == 0  # ours is renewed
    done = subprocess.run(["tools/pngquant", "--version"], capture_output=True, text=True)
    assert done.stdout.startswith("2.18.0 (huepress")
    other = here / "other"
    other.mkdir()
    (other / "pngquant").write_text("#!/bin/sh\n")
    assert run(["--link", "other"]) == 15
    assert (other / "pngquant").read_text() == "#!/bin/sh\n"
    assert run(["--link", "other", "--force"]) == 0
    assert run(["--link", "a.png"]) == 16


def test_huepress_pngquant_is_the_same_program(here):
    command = [sys.executable, "-m", "huepress", "pngquant"]
    done = subprocess.run([*command, "16", "-", "-v"], input=SCENE, capture_output=True)
    assert done.returncode == 0
    assert depth_and_kind(done.stdout)[1] == 3
    assert subprocess.run([*command, "--bogus"], capture_output=True).returncode == 4
    assert b"usage:" in subprocess.run([*command, "--help"], capture_output=True).stdout


def test_a_closed_standard_output_is_said(here):
    done = subprocess.run(
        f"{sys.executable} -m huepress.pngquant - < a.png >&-",
        shell=True,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 16
    assert done.stderr.startswith("  error: cannot write to standard output")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_is_said(here):
    done = subprocess.run(
        f"{sys.executable} -m huepress.pngquant - < a.png >/dev/full",
        shell=True,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 16
    assert "No space left" in done.stderr
