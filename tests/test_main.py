"""How the process ends: quickly, and with nothing left undone."""

import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

END = """
import atexit, sys, threading
from huepress.__main__ import leave
atexit.register(print, "registered")
print("printed")
print("told", file=sys.stderr)
"""


def ended(code, *arguments, **more):
    return subprocess.run(
        [sys.executable, "-c", END + code, *arguments], capture_output=True, text=True, **more
    )


@pytest.mark.parametrize(("given", "code"), [("0", 0), ("None", 0), ("4", 4)])
def test_exit_functions_run_and_output_is_flushed(given, code):
    done = ended(f"leave({given})")
    assert (done.returncode, done.stdout, done.stderr) == (code, "printed\nregistered\n", "told\n")


def test_words_instead_of_a_code_are_told():
    done = ended("leave('words')")
    assert (done.returncode, done.stderr) == (1, "told\nwords\n")


def test_other_threads_come_to_their_end():
    later = "import time\ndef late():\n  time.sleep(0.3)\n  print('late')\n"
    done = ended(later + "threading.Thread(target=late).start()\nleave(3)")
    assert (done.returncode, done.stdout) == (3, "printed\nlate\nregistered\n")


def test_an_output_that_is_closed_ends_as_in_any_program():
    done = ended("sys.stdout.close()\nleave(0)")
    assert done.returncode == 0
    assert "registered" not in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="needs a shell that closes files")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_files_that_were_closed_before_it_began(closed):
    command = f"'{sys.executable}' -m huepress --version {closed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "code"), [(["--version"], 0), (["compress"], 2), (["compress", "none.png"], 1)]
)
def test_the_command_keeps_its_exit_codes(arguments, code):
    done = subprocess.run(
        [sys.executable, "-m", "huepress", *arguments], capture_output=True, text=True
    )
    assert done.returncode == code
    assert done.stdout or done.stderr


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "picture.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)).save(path)
    return path


@pytest.mark.skipif(os.name != "posix", reason="needs a shell that closes files")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("compress '{0}' --force -o '{0}.out.png' >&-", 0),
        ("compress '{0}' --force -o '{0}.out.png' >&- 2>&-", 0),
        ("compress '{0}' -o - >&-", 2),
        ("compress '{0}' --json -o '{0}.out.png' >&-", 2),
        ("palette '{0}' >&-", 2),
    ],
)
def test_a_closed_output_loses_nothing_unsaid(picture, arguments, code):
    command = f"'{sys.executable}' -m huepress {arguments.format(picture)}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert picture.with_name("picture.png.out.png").exists() == (code == 0)
    if code:
        assert "standard output is closed" in done.stderr
