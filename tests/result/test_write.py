"""A file is written whole or not at all, and nothing is left behind."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from huepress.errors import OutputError
from huepress.result import write
from huepress.result.write import PREFIX, SUFFIX, check_target, write_atomic

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")
DATA = bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def _forget_sweeps():
    write._swept.clear()


def names(directory):
    return sorted(path.name for path in directory.iterdir())


def test_writes_the_bytes_and_nothing_else(tmp_path):
    assert write_atomic(tmp_path / "a.png", DATA) == tmp_path / "a.png"
    assert (tmp_path / "a.png").read_bytes() == DATA
    assert names(tmp_path) == ["a.png"]


@pytest.mark.parametrize(
    "name", ["no suffix", "übergröße 图片 🎨.png", "x" * 255, "-dash.png", "a\nb.png"]
)
def test_names(tmp_path, name):
    write_atomic(tmp_path / name, DATA)
    assert (tmp_path / name).read_bytes() == DATA


def test_an_existing_file_needs_force(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    with pytest.raises(OutputError, match="--force"):
        write_atomic(path, DATA)
    with pytest.raises(OutputError, match="--force"):
        check_target(path)
    assert path.read_bytes() == b"old"
    check_target(path, force=True)
    write_atomic(path, DATA, force=True)
    assert path.read_bytes() == DATA
    assert names(tmp_path) == ["a.png"]


def test_a_file_that_appears_at_the_last_moment_is_not_overwritten(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (path.write_bytes(b"other"), sync(fd)))
    with pytest.raises(OutputError, match="already exists"):
        write_atomic(path, DATA)
    assert path.read_bytes() == b"other"
    assert names(tmp_path) == ["a.png"]


def test_without_hard_links(tmp_path, monkeypatch):
    def no_links(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    write_atomic(tmp_path / "a.png", DATA)
    assert names(tmp_path) == ["a.png"]
    monkeypatch.setattr(os, "fsync", lambda _: (tmp_path / "b.png").write_bytes(b"other"))
    with pytest.raises(OutputError, match="already exists"):
        write_atomic(tmp_path / "b.png", DATA)
    assert names(tmp_path) == ["a.png", "b.png"]


@posix
def test_mode_and_time_are_kept(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    path.chmod(0o640)
    os.utime(path, ns=(10**18, 10**18 + 123_456_789))
    write_atomic(path, DATA, force=True, keep_from=path)
    status = path.stat()
    assert stat.S_IMODE(status.st_mode) == 0o640
    assert status.st_mtime_ns == 10**18 + 123_456_789
    assert path.read_bytes() == DATA


@posix
def test_a_new_file_has_the_permissions_the_umask_gives(tmp_path):
    before = os.umask(0o027)
    try:
        write_atomic(tmp_path / "a.png", DATA)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.png").stat().st_mode) == 0o640


@posix
def test_a_symbolic_link_is_followed(tmp_path):
    (tmp_path / "deep").mkdir()
    target = tmp_path / "deep" / "a.png"
    target.write_bytes(b"old")
    link = tmp_path / "link.png"
    link.symlink_to(target)
    assert write_atomic(link, DATA, force=True, keep_from=link) == target
    assert link.is_symlink()
    assert target.read_bytes() == DATA
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(OutputError, match="circle"):
        write_atomic(loop / "a.png", DATA)


def test_missing_directories(tmp_path):
    with pytest.raises(OutputError, match="does not exist"):
        write_atomic(tmp_path / "no" / "a.png", DATA)
    with pytest.raises(OutputError, match="does not exist"):
        check_target(tmp_path / "no" / "a.png")
    write_atomic(tmp_path / "b" / "c" / "a.png", DATA, make_parents=True)
    assert (tmp_path / "b" / "c" / "a.png").read_bytes() == DATA


@pytest.mark.parametrize("judge", [write_atomic, None])
def test_targets_that_cannot_be(tmp_path, judge):
    def attempt(path):
        if judge is None:
            check_target(path)
        else:
            write_atomic(path, DATA)

    (tmp_path / "file").write_bytes(b"x")
    for path, found in [
        (tmp_path, "is a directory"),
        (tmp_path / "file" / "a.png", "not a directory"),
        (tmp_path / ("x" * 300), "too long"),
        ("a\0b", "null"),
    ]:
        with pytest.raises(OutputError, match=found) as caught:
            attempt(path)
        assert "\n" not in str(caught.value)
    assert names(tmp_path) == ["file"]


@posix
def test_a_read_only_directory(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    tmp_path.chmod(0o555)
    with pytest.raises(OutputError, match="permission denied"):
        write_atomic(tmp_path / "a.png", DATA)
    with pytest.raises(OutputError, match="permission denied"):
        check_target(tmp_path / "a.png")


@posix
@pytest.mark.parametrize("device", ["/dev/full", "/dev/null"])
def test_devices_are_written_to_not_replaced(device):
    if not Path(device).is_char_device():
        pytest.skip(f"no {device}")
    check_target(device)
    if device == "/dev/full":
        with pytest.raises(OutputError, match="no space left"):
            write_atomic(device, DATA)
    else:
        write_atomic(device, DATA)
    assert Path(device).is_char_device()


@posix
def test_fifos(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OutputError, match="nobody reads"):
        write_atomic(pipe, DATA)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:  # until the reader has opened it
        try:
            write_atomic(pipe, DATA)
            break
        except OutputError:
            time.sleep(0.01)
    reader.join(20)
    assert got == [DATA]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@posix
def test_a_full_disk_leaves_nothing(tmp_path):
    """The kernel's limit on a file's size stands in for the end of a disk."""
    (tmp_path / "a.png").write_bytes(b"old")
    code = f"""
import resource, signal
from huepress.errors import OutputError
from huepress.result.write import write_atomic
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    write_atomic({str(tmp_path / "a.png")!r}, bytes(10000), force=True)
except OutputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "larger than a file may be" in done.stdout
    assert names(tmp_path) == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == b"old"


@posix
def test_a_killed_run_leaves_nothing_that_the_next_does_not_clear(tmp_path):
    code = f"""
import os, time
from pathlib import Path
from huepress.result.write import _create, _write_all
descriptor, path = _create(Path({str(tmp_path)!r}))
_write_all(descriptor, b"half")
print("ready", flush=True)
time.sleep(60)
"""
    killed = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert killed.stdout.readline() == b"ready\n"
    (litter,) = tmp_path.iterdir()
    assert litter.name.startswith(PREFIX)
    assert litter.name.endswith(SUFFIX)
    write_atomic(tmp_path / "a.png", DATA)
    assert litter.exists()  # its writer lives
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    killed.stdout.close()
    write._swept.clear()
    write_atomic(tmp_path / "b.png", DATA)
    assert names(tmp_path) == ["a.png", "b.png"]


@posix
def test_a_sweep_between_making_and_locking_is_noticed(tmp_path, monkeypatch):
    flock = write.fcntl.flock
    swept = []

    def late(descriptor, how):
        if not swept:
            (litter,) = tmp_path.iterdir()
            litter.unlink()
            swept.append(litter)
        return flock(descriptor, how)

    monkeypatch.setattr(write.fcntl, "flock", late)
    write_atomic(tmp_path / "a.png", DATA)
    assert swept
    assert (tmp_path / "a.png").read_bytes() == DATA
    assert names(tmp_path) == ["a.png"]


def test_many_writers_at_once(tmp_path):
    def work(i):
        write_atomic(tmp_path / "same.png", bytes([i]) * 5000, force=True)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set((tmp_path / "same.png").read_bytes())) == 1
    assert names(tmp_path) == ["same.png"]
