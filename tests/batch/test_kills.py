"""Runs that are stopped: by SIGKILL at any moment, or by Ctrl-C. Nothing is lost, nothing is left.

The large version of this is benchmarks/batch/kills.py.
"""

import os
import signal
import subprocess
import sys
import time

import pytest

from images import as_file, scene
from trees import compress, contents

COMMAND = [sys.executable, "-m", "huepress", "compress", "--effort", "fast"]
N_FILES = 40


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    root = tmp_path_factory.mktemp("kills") / "src"
    for i in range(N_FILES):
        folder = root / f"d{i % 4}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"p{i:02d}.png").write_bytes(as_file(scene(60, 80, seed=i)))
    return root


@pytest.fixture(scope="module")
def undisturbed(tree, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "out"
    assert compress(tree, "-r", "--out-dir", out, "-k", 16).exit_code == 0
    return contents(out)


def started(tree, out):
    """A run in a process of its own, and its group, once the first file is there."""
    process = subprocess.Popen(
        [*COMMAND, str(tree), "-r", "--out-dir", str(out), "-k", "16", "--threads", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    while process.poll() is None and not list(out.rglob("*.png")):
        time.sleep(0.005)
    return process


def temporaries(root):
    return [path for path in root.rglob(".huepress-*") if path.is_file()]


@pytest.mark.parametrize("group", [False, True], ids=["process", "group"])
def test_sigkill_costs_at_most_the_files_in_work(tree, undisturbed, tmp_path, group):
    out = tmp_path / "out"
    for delay in (0.0, 0.03, 0.06):
        process = started(tree, out)
        time.sleep(delay)
        if process.poll() is not None:
            process.communicate()
            break
        if group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.communicate()
        time.sleep(0.3)  # workers whose parent died may finish the file they are writing
        for name, data in contents(out).items():
            assert data == undisturbed[name], f"{name} is not whole"
    there = {path: path.stat().st_mtime_ns for path in out.rglob("*.png")}
    done = compress(tree, "-r", "--out-dir", out, "-k", 16)
    assert done.exit_code == 0, done.output
    assert contents(out) == undisturbed
    assert {path: path.stat().st_mtime_ns for path in there} == there, "a finished file was redone"
    assert not temporaries(out)


def test_ctrl_c_ends_cleanly_and_the_next_run_goes_on(tree, undisturbed, tmp_path):
    out = tmp_path / "out"
    process = started(tree, out)
    os.killpg(process.pid, signal.SIGINT)
    _, words = process.communicate(timeout=30)
    if process.returncode == 0:
        pytest.skip("the run was over before it could be stopped")
    assert process.returncode == 130
    assert b"Traceback" not in words
    assert b"run it again to go on" in words
    assert not temporaries(out)
    assert not list(out.glob(".huepress.sqlite-*"))
    for name, data in contents(out).items():
        assert data == undisturbed[name]
    assert compress(tree, "-r", "--out-dir", out, "-k", 16).exit_code == 0
    assert contents(out) == undisturbed


def test_two_runs_at_once_make_one_tree(tree, undisturbed, tmp_path):
    out = tmp_path / "out"
    arguments = [*COMMAND, str(tree), "-r", "--out-dir", str(out), "-k", "16", "--threads", "1"]
    both = [subprocess.Popen(arguments, stderr=subprocess.PIPE) for _ in range(2)]
    words = [process.communicate(timeout=60)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], words
    assert contents(out) == undisturbed
    done = compress(tree, "-r", "--out-dir", out, "-k", 16)
    assert f"{N_FILES} skipped ({N_FILES} unchanged)" in done.stdout
