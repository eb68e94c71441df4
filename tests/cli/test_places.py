"""Places a file cannot be read from or written to: one line, exit 1, nothing left, input whole."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from images import as_file, decoded, noise, scene

COMMAND = [sys.executable, "-m", "huepress", "compress", "--effort", "fast"]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")


def run(*arguments, **more):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=120,
        **more,
    )


def refused(done, *words):
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    for word in words:
        assert word in lines[0]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def picture(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    path = folder / "scene.png"
    path.write_bytes(as_file(noise(90, 90)))
    return path


def test_a_full_disk(picture, tmp_path):
    """The kernel's limit on a file's size stands in for the end of a disk."""

    def small_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    before = picture.read_bytes()
    done = run(picture, "-o", picture.with_name("out.png"), preexec_fn=small_files)
    refused(done, "out.png", "larger than a file may be")
    done = run(picture, "--in-place", "-k", 16, preexec_fn=small_files)
    refused(done, "scene.png")
    assert picture.read_bytes() == before
    assert names(picture.parent) == ["scene.png"]
    if Path("/dev/full").is_char_device():
        refused(run(picture, "-o", "/dev/full"), "/dev/full", "no space left")
        with open("/dev/full", "wb") as full:  # noqa: PTH123
            done = subprocess.run(
                [*COMMAND, str(picture), "-o", "-"], stdout=full, stderr=subprocess.PIPE, text=True
            )
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1
        assert "No space left" in done.stderr


def test_a_folder_that_may_not_be_written_to():
    """Root may write anywhere, so root becomes somebody else for it."""
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "a.png").write_bytes(as_file(scene()))
        folder.chmod(0o555)
        code = (
            "import os, sys\n"
            "from huepress.result.write import check_target, write_atomic\n"
            "from huepress.errors import OutputError\n"
            "if os.getuid() == 0: os.setreuid(65534, 65534)\n"
            f"for attempt in (lambda p: check_target(p), lambda p: write_atomic(p, b'x')):\n"
            f"    try: attempt({str(folder / 'out.png')!r})\n"
            "    except OutputError as error: print(error)\n"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stderr == ""
        lines = done.stdout.splitlines()
        assert len(lines) == 2
        assert all("permission denied" in line for line in lines)
        assert names(folder) == ["a.png"]
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_the_output_is_the_input(picture):
    before = picture.read_bytes()
    for same in (picture, picture.parent / "." / "scene.png"):
        refused(run(picture, "-o", same, "--force"), "is the input itself", "--in-place")
    link = picture.with_name("link.png")
    link.symlink_to(picture)
    refused(run(picture, "-o", link, "--force"), "is the input itself")
    os.link(picture, picture.with_name("hard.png"))
    refused(run(picture, "-o", picture.with_name("hard.png"), "--force"), "is the input itself")
    assert picture.read_bytes() == before


def test_names_without_a_suffix(picture):
    bare = picture.with_name("scene")
    picture.rename(bare)
    done = run(bare)
    assert done.returncode == 0
    assert names(bare.parent) == ["scene", "scene-hp.png"]
    assert run(bare, "-o", bare.with_name("out")).returncode == 0
    assert bare.with_name("out").read_bytes() == bare.with_name("scene-hp.png").read_bytes()


def test_names_that_are_too_long(picture):
    long = "x" * 300 + ".png"
    refused(run(picture.with_name(long)), "too long")
    refused(run(picture, "-o", picture.with_name(long)), "too long")
    edge = picture.with_name("y" * 251 + ".png")
    picture.rename(edge)
    refused(run(edge), "too long")
    assert run(edge, "-o", edge.with_name("out.png")).returncode == 0
    assert names(edge.parent) == ["out.png", edge.name]


@pytest.mark.parametrize(
    "name", ["übergröße 图片 🎨.png", "-dash.png", "a\nb.png", b"\xff\xfe.png", "%s {0}.png"]
)
def test_names_of_all_kinds(picture, name):
    odd = picture.parent / os.fsdecode(name)
    picture.rename(odd)
    done = run("--", odd, cwd=picture.parent)
    assert done.returncode == 0, done.stderr
    assert sorted(names(odd.parent)) == sorted([odd.name, odd.stem + "-hp.png"])
    odd.write_bytes(b"no picture")
    done = run("--force", "--", odd)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_directories_where_files_are_wanted(picture, tmp_path):
    folder = tmp_path / "folder.png"
    folder.mkdir()
    refused(run(folder), "is a directory", "-r")
    refused(run(picture, "-o", folder), "is a directory")
    refused(run(picture, "-o", folder, "--force"), "is a directory")
    refused(run(picture, "-o", picture / "out.png"), "not a directory")
    refused(run(picture, "-o", tmp_path / "no" / "out.png"), "does not exist")
    refused(run(picture, "--palette", folder), "is a directory")


def test_fifos(picture):
    pipe = picture.with_name("pipe.png")
    os.mkfifo(pipe)
    refused(run(pipe), "not a regular file")
    refused(run(picture, "-o", pipe, "--force"), "nobody reads")
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    done = run(picture, "-o", pipe, "--force")
    reader.join(60)
    assert done.returncode == 0, done.stderr
    assert decoded(got[0]).shape == (90, 90, 3)
    assert pipe.is_fifo()


def test_a_file_that_vanishes_or_is_emptied_meanwhile(picture, tmp_path):
    """The plan is made before the files are read."""
    code = f"""
import sys
from huepress.batch import running
from huepress.cli import main
real = running.run_job
def late(job):
    path = job.target.source
    import os
    os.remove(path) if path.endswith("gone.png") else open(path, "w").close()
    return real(job)
running.run_job = late
sys.argv = ["huepress", "compress", {str(tmp_path / "gone.png")!r}, {str(tmp_path / "cut.png")!r}]
main()
"""
    for name in ("gone.png", "cut.png"):
        shutil.copy(picture, tmp_path / name)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if line.startswith("error")]
    assert len(lines) == 2
    assert "no such file" in lines[0]
    assert "is empty" in lines[1]
    assert names(tmp_path) == ["cut.png", "pictures"]


def test_a_reader_that_goes_away(picture):
    """As `head` does: no traceback, no failure of ours."""
    done = subprocess.run(
        f"{' '.join(COMMAND)} '{picture}' -o - | head -c 10 > /dev/null",
        shell=True,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr
