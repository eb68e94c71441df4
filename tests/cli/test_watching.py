"""--watch: what changes is done again, until Ctrl-C."""

import os
import signal
import subprocess
import sys
import time

import pytest

from images import as_file, scene
from trees import compress

pytest.importorskip("watchfiles")
SECONDS = 60


def until(holds, process):
    end = time.monotonic() + SECONDS
    while not holds():
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_changes_are_done_again_until_it_is_stopped(tmp_path):
    site, dist = tmp_path / "site", tmp_path / "site/dist"
    (site / "img").mkdir(parents=True)
    (site / "page.html").write_text("one")
    words = [sys.executable, "-m", "huepress", "compress", str(site), "-r", "--out-dir", str(dist),
             "--watch", "--prune", "--effort", "fast"]  # fmt: skip
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # Jobs in the background of a shell ignore it, and hand that down.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        until((dist / "page.html").exists, process)
        assert "watching" in process.stderr.readline()
        time.sleep(0.5)
        (site / "img/a.png").write_bytes(as_file(scene()))
        until((dist / "img/a.png").exists, process)
        assert (dist / "img/a.png").stat().st_size < (site / "img/a.png").stat().st_size
        (site / "page.html").write_text("two")
        until(lambda: (dist / "page.html").read_text() == "two", process)
        (site / "img/a.png").unlink()
        until(lambda: not (dist / "img").exists(), process)
        time.sleep(1)  # the run that pruned ends
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=SECONDS)
        assert process.returncode == 130, said  # as shells number an end by SIGINT
        assert "Traceback" not in said
        assert not (dist / "dist").exists()
    finally:
        process.kill()
        process.communicate()


def test_usage(tmp_path):
    for arguments in (["-r"], ["--out-dir", "x"], ["-r", "--out-dir", "x", "--check"]):
        assert compress(tmp_path, "--watch", *arguments).exit_code == 2
