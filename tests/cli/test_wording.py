"""What the command line says: its own words, any file name, and one line where a stream fails."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from huepress.cli.wording import as_typed, json_line
from huepress.errors import OptionError
from images import as_file, noise, scene

PIXELS = scene(40, 50)
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")


def huepress(cwd, *arguments, **more):
    command = [sys.executable, "-m", "huepress", *arguments]
    more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 120} | more
    return subprocess.run(command, cwd=cwd, **more)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.png").write_bytes(as_file(PIXELS))
    return tmp_path


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OptionError("max_size", "x", "bytes"), "--max-size is 'x'; allowed: bytes"),
        (
            OptionError("keep_hidden_rgb", True, "only with lossless"),
            "--keep-hidden-rgb: only",
        ),
        (OptionError("prune", True, "only with recursive, and a manifest"), "and a --manifest"),
        (OptionError("max_size", "9", "only one of quality and max_size"), "--quality and --max-s"),
        (OptionError("n_threads", -1, "0 or more"), "n_threads is -1; allowed: 0 or more"),
        ("max_size.png: no such file; check the name", "max_size.png: no such file"),
    ],
)
def test_options_are_called_as_they_are_typed(error, words):
    assert words in as_typed(error)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compres", "a.png"], "did you mean compress"),
        (["dmeo"], "did you mean demo?"),
        (["PALETTE"], "did you mean palette?"),
        (["a.png"], "huepress compress a.png"),
        (["xyzzy"], "there are compress, "),
        (["compress", "a.png", "--colours", "3"], "--colors"),
        (["compress", "a.png", "-o", ""], "it is empty"),
        (["compress", "a.png", "--seed", "99999999999"], "from 0 to 4,294,967,295"),
        (["compress", "a.png", "--max-pixels", "0"], "at least 1"),
        (["compress", "a.png", "-q", "80", "-s", "9kb"], "--max-size: only one of --quality"),
        (["compress", "a.png", "--prune", "--out-dir", "x"], "--prune: only with --recursive"),
    ],
)
def test_misuse_is_told_in_words_of_the_program(folder, arguments, words):
    done = huepress(folder, *arguments, text=True)
    assert done.returncode == 2
    assert words in done.stderr
    assert not any(word in done.stderr for word in ("max_size", "e+", "Traceback", "'' is not"))


def test_what_does_nothing_with_lossless_is_said(folder):
    done = huepress(folder, "compress", "a.png", "--lossless", "-k", "4", "--seed", "1", text=True)
    assert done.returncode == 0
    assert "note: -k/--colors, --seed do nothing with --lossless" in done.stderr
    assert (
        "nothing"
        not in huepress(folder, "compress", "a.png", "--force", "-k", "4", text=True).stderr
    )


def test_a_still_picture_has_no_frames(folder):
    done = huepress(folder, "compress", "a.png", "--frame", "3", text=True)
    assert done.stderr == "error: a.png: has one frame, no number 3; --frame takes 0\n"


@needs_full
@pytest.mark.parametrize(
    "arguments",
    [
        ["compress", "a.png", "-o", "-"],
        ["compress", "a.png", "-o", "b.png"],
        ["compress", "a.png", "--json", "-o", "b.png"],
        ["palette", "a.png", "-k", "4"],
        ["palette", "a.png", "-k", "4", "-f", "ase"],
        ["sweep", "a.png", "-k", "2", "--json"],
        ["compress", "--help"],
        ["--version"],
    ],
    ids=" ".join,
)
def test_a_full_disk_behind_standard_output_is_one_line(folder, arguments):
    with FULL.open("wb") as full:
        done = huepress(folder, *arguments, stdout=full)
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1
    assert b"No space left on device" in done.stderr
    assert b"std" in done.stderr or b"standard output" in done.stderr


@needs_full
def test_a_full_disk_behind_the_output_is_one_line(folder):
    done = huepress(folder, "compress", "a.png", "-o", "/dev/full", text=True)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "/dev/full: no space left" in done.stderr


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no /dev/fd here")
def test_files_that_are_open_already_are_written_to(folder):
    command = ("compress", "a.png", "--effort", "fast", "-o")
    expected = huepress(folder, *command, "-").stdout
    assert expected[:4] == b"\x89PNG"
    done = huepress(folder, *command, "/dev/stdout")
    assert (done.returncode, done.stdout) == (0, expected)
    with (folder / "b.png").open("wb") as file:
        assert huepress(folder, *command, "/dev/fd/1", stdout=file).returncode == 0
    assert (folder / "b.png").read_bytes() == expected
    reading, writing = os.pipe()
    done = huepress(folder, *command, f"/dev/fd/{writing}", pass_fds=[writing])
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert (done.returncode, pipe.read()) == (0, expected)


NAMES = [b"caf\xe9.png", b"\xff\xfe.png", "plain ü.png".encode(), b"a\nb.png", b"[red].png"]


def with_names(folder):
    (folder / "in").mkdir()
    try:
        for name in NAMES:
            Path(os.fsdecode(os.fsencode(folder / "in") + b"/" + name)).write_bytes(as_file(PIXELS))
    except OSError:
        pytest.skip("the file system takes no such names")


def test_names_that_are_no_utf8_travel_through_a_tree(folder):
    with_names(folder)
    tree = ["compress", "in", "-r", "--out-dir", "out", "--effort", "fast"]
    done = huepress(folder, *tree, "--json")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]  # valid UTF-8
    assert {os.fsencode(Path(row["input"]).name) for row in rows} == set(NAMES)
    for row in rows:
        assert Path(folder, row["output"]).exists()
    again = huepress(folder, *tree, "--threads", "2")
    assert b"5 skipped (5 unchanged)" in again.stdout  # the manifest has the names as they are
    shown = huepress(folder, "compress", "in", "-r", "--out-dir", "two", "--effort", "fast")
    assert shown.returncode == 0
    assert "in/caf\\xe9.png" in shown.stdout.decode("utf-8")
    in_place = huepress(folder, "compress", "in", "-r", "--in-place", "--effort", "fast")
    assert in_place.returncode == 0, in_place.stderr


@pytest.mark.parametrize("command", [["palette", "-k", "3"], ["sweep", "-k", "2"]])
def test_names_that_are_no_utf8_in_other_commands(folder, command):
    with_names(folder)
    name = os.fsdecode(b"in/caf\xe9.png")
    done = huepress(folder, *command, name)
    assert done.returncode == 0, done.stderr
    done.stdout.decode("utf-8")


def test_a_missing_file_of_any_name_is_one_line(folder):
    done = huepress(folder, "compress", os.fsdecode(b"no\xe9.png"))
    assert done.returncode == 1
    assert done.stderr.decode("utf-8") == "error: no\\xe9.png: no such file; check the name\n"


def test_ascii_streams_take_any_name(folder):
    (folder / "ü.png").write_bytes(as_file(PIXELS))
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = huepress(folder, "compress", "ü.png", env=environment)
    assert done.returncode == 0
    assert b"-hp.png" in done.stdout


def test_json_is_read_by_strict_readers():
    name = os.fsdecode(b"caf\xe9 \xf0\x9f\x98\x80 \xc3\xbc")
    line = json_line({"input": name})
    assert json.loads(line.encode("utf-8"))["input"] == name
    assert "ü" in line


@pytest.mark.skipif(os.name == "nt", reason="a terminal of POSIX")
def test_the_progress_bar_is_gone_before_the_result(folder):
    """The last line on a terminal is the result's, with nothing of the bar behind or before it."""
    (folder / "n.png").write_bytes(as_file(noise(700, 700)))
    screen, terminal = pty.openpty()
    command = [sys.executable, "-m", "huepress", "compress", "n.png", "--effort", "best"]
    with subprocess.Popen(
        command, cwd=folder, stdout=terminal, stderr=terminal, env=os.environ | {"TERM": "xterm"}
    ) as process:
        os.close(terminal)
        seen = b""
        while True:
            try:
                part = os.read(screen, 4096)
            except OSError:  # closed at the other end
                break
            if not part:
                break
            seen += part
    os.close(screen)
    assert process.returncode == 0
    text = seen.decode()
    assert "compressing" in text  # the bar was there
    last = text.rsplit("compressing", 1)[1]
    shown = last.index("n-hp.png:") if "n-hp.png:" in last else -1
    assert shown > 0
    assert "\x1b[2K" in last[:shown]  # its line was erased before
    assert np.all([mark not in last[shown:] for mark in ("━", "compressing")])


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
@pytest.mark.parametrize("name", ["two\nlines.png", "\x1b[31mred.png", "tab\there.png"])
def test_names_with_control_characters_stay_in_their_line(folder, name):
    (folder / name).write_bytes(as_file(PIXELS))
    (folder / ("bad" + name)).write_bytes(b"no picture")
    for arguments in ([name, "bad" + name], ["bad" + name], [name, "--check"]):
        out = [] if "--check" in arguments else ["--out-dir", "out", "--force"]
        done = huepress(folder, "compress", *arguments, *out, "--effort", "fast")
        lines = (done.stdout + done.stderr).decode().splitlines()
        assert not any("\x1b" in line or "\t" in line for line in lines)
        assert all(repr(name)[1:-1] in line for line in lines if ".png" in line), lines
        assert sum(".png" in line for line in lines) >= 1
    rows = huepress(folder, "compress", name, "-o", "a.png", "--force", "--json").stdout
    assert json.loads(rows)["input"] == name
