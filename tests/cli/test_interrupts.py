"""Ctrl-C: exit 130 at once, in native code, too, and no half-written file."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from images import as_file, noise

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


def chart(height=1000, width=1000):
    """A drawn picture of few colors: zopfli's turn, for many seconds."""
    y, x = np.mgrid[:height, :width]
    levels = ((x * x // 97 + y * 3 // 7) % 13) * 19
    return np.stack([levels, 255 - levels, (levels * 7) % 256], -1).astype(np.uint8)


def start(tmp_path, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "huepress", *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell's background jobs ignore Ctrl-C, and so would what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def stopped(process, after):
    """Seconds from Ctrl-C to the end, exit code, and what was said."""
    time.sleep(after)
    assert process.poll() is None, process.communicate()
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, words = process.communicate(timeout=60)
    return time.monotonic() - begin, process.returncode, out, words


@pytest.mark.parametrize(
    ("pixels", "arguments"),
    [
        (chart(), ["--lossless", "--effort", "best"]),  # zopfli
        (noise(1500, 1500), ["--effort", "best"]),  # mapping and scores
        (noise(2000, 2000), ["--lossless"]),  # oxipng's filters
    ],
    ids=["zopfli", "mapping", "oxipng"],
)
def test_ctrl_c_ends_at_once(tmp_path, pixels, arguments):
    (tmp_path / "a.png").write_bytes(as_file(pixels))
    process = start(tmp_path, "compress", "a.png", "-o", "b.png", *arguments)
    seconds, code, _, words = stopped(process, after=3.0)
    assert code == 130
    assert words == "stopped: 0 of 1 files done\n"
    assert seconds < 5  # a whole run takes minutes; the machine may be busy
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_ctrl_c_while_modules_are_imported_is_silent(tmp_path):
    for after in (0.0, 0.02, 0.05, 0.1, 0.2):
        process = start(tmp_path, "compress", "missing.png")
        time.sleep(after)
        process.send_signal(signal.SIGINT)
        _, words = process.communicate(timeout=60)
        # Before the first line of ours Python itself hears it, and afterwards there is an answer.
        assert process.returncode in (130, 1, -signal.SIGINT)
        if process.returncode == 130:
            assert "Traceback" not in words


def test_a_tree_goes_on_where_it_was_stopped(tmp_path):
    (tmp_path / "in").mkdir()
    for i in range(6):
        (tmp_path / "in" / f"{i}.png").write_bytes(as_file(noise(300, 300, seed=i)))
    arguments = ("compress", "in", "-r", "--out-dir", "out", "--threads", "1", "--effort", "fast")
    process = start(tmp_path, *arguments)
    while not list(tmp_path.glob("out/*.png")) and process.poll() is None:
        time.sleep(0.02)
    _, code, out, words = stopped(process, after=0)
    assert code == 130
    assert " of 6 files done; run it again to go on" in words
    assert len(out.splitlines()) >= int(words.split("stopped: ")[1].split()[0])  # was flushed
    assert not list(tmp_path.rglob(".huepress-*.tmp"))
    again = start(tmp_path, *arguments)
    out, words = again.communicate(timeout=120)
    assert again.returncode == 0
    assert len(list(tmp_path.glob("out/*.png"))) == 6
