"""oxipng in a process of its own: forks, threads, its end, and the package it comes from."""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import huepress
from huepress.encode import oxipng, oxipng_process
from images import scene

PICTURE = scene(20, 30)
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def png_of(pixels, **options):
    height, width, channels = pixels.shape
    kind = oxipng.ColorType.rgb() if channels == 3 else oxipng.ColorType.rgba()
    raw = oxipng.RawImage(pixels.tobytes(), width, height, color_type=kind)
    return raw.create_optimized_png(**options)


def proc(*parts):
    return Path("/proc", *map(str, parts))


def children():
    """The processes of oxipng's that this one has started."""
    mine = f"\nPPid:\t{os.getpid()}\n"
    found = []
    for entry in proc().iterdir():
        try:
            if entry.name.isdigit() and mine in (entry / "status").read_text():
                words = (entry / "cmdline").read_text()
                found += [int(entry.name)] if "oxipng_worker" in words else []
        except OSError:
            continue
    return found


def compressed(changes):
    return huepress.compress(PICTURE, **changes).data


WAYS = [{"colors": 16}, {"threads": 1}, {"threads": 3, "lossless": True}, {"format": "smallest"}]


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_processes_started_after_a_picture_work(method):
    """The child of a fork hung for ever in oxipng's pool of threads."""
    ways = WAYS if method == "fork" else WAYS[1:2]
    expected = [compressed(each) for each in ways]
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map_async(compressed, ways).get(timeout=200) == expected
    assert compressed(ways[0]) == expected[0]  # and the parent goes on


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_fork_amid_the_work_of_another_thread_works():
    stop = threading.Event()

    def work():
        while not stop.is_set():
            compressed({"effort": "fast"})

    thread = threading.Thread(target=work)
    thread.start()
    expected = compressed({"colors": 5, "effort": "fast"})
    try:
        for _ in range(3):
            time.sleep(0.05)
            reading, writing = os.pipe()
            child = os.fork()
            if child == 0:
                signal.alarm(60)
                os.write(
                    writing,
                    b"same"
                    if compressed({"colors": 5, "effort": "fast"}) == expected
                    else b"other",
                )
                os._exit(0)
            os.close(writing)
            said = os.read(reading, 9)
            os.close(reading)
            assert (os.waitpid(child, 0)[1], said) == (0, b"same")
    finally:
        stop.set()
        thread.join()


@LINUX
@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_threads_bound_oxipng_too(n_threads):
    with oxipng.threads(n_threads):
        png_of(PICTURE[..., :3].copy(), level=2)
        (worker,) = (p._process.pid for p in oxipng_process._idle if p.n_threads == n_threads)
    assert f"RAYON_NUM_THREADS={n_threads}" in proc(worker, "environ").read_text().split("\0")
    assert len(list(proc(worker, "task").iterdir())) <= n_threads + 1  # and its first


def test_threads_are_those_of_the_options():
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        run = oxipng_process.run
        patch.setattr(oxipng_process, "run", lambda h, d, n: seen.append(n) or run(h, d, n))
        for n in (1, 2, 3):
            compressed({"threads": n, "quality": 60})
            huepress.compress(PICTURE, threads=n, lossless=True)
            assert set(seen) == {n}
            seen.clear()


def test_any_number_of_threads_writes_the_same_bytes():
    assert len({compressed({"threads": n, "effort": "best"}) for n in (0, 1, 2, 7)}) == 1


@LINUX
def test_no_signal_comes_for_data():
    """A signal for the data of a job could come after they were read, and end the job."""
    with oxipng.threads(1):
        png_of(PICTURE[..., :3].copy(), level=0)
        (worker,) = (p._process.pid for p in oxipng_process._idle if p.n_threads == 1)
    signaling = set()
    for entry in proc(worker, "fdinfo").iterdir():
        flags = int(entry.read_text().split("flags:")[1].split()[0], 8)
        if flags & 0o20000:  # O_ASYNC
            signaling.add(proc(worker, "fd", entry.name).readlink())
    data = {proc(worker, "fd", name).readlink() for name in "01"}
    assert len(signaling) == 1
    assert not signaling & data


def test_words_that_refuse_come_through():
    with pytest.raises(oxipng.PngError, match="truncated"):
        oxipng.optimize_from_memory(b"no PNG")
    with pytest.raises(oxipng.PngError, match="length"):
        oxipng.RawImage(b"x", 5, 5).create_optimized_png()
    with pytest.raises(oxipng.PngError, match="TypeError"):
        png_of(PICTURE, no_such_option=1)
    assert png_of(PICTURE)  # the same process goes on


def test_all_row_filters_and_deflaters_cross():
    gray = np.ascontiguousarray(PICTURE[..., :3])
    for each in oxipng.RowFilter:
        assert png_of(gray, level=2, filter=[each])[:4] == b"\x89PNG"
    tight = png_of(gray, deflate=oxipng.Deflaters.zopfli(1), interlace=oxipng.Interlacing.Off)
    assert len(tight) <= len(png_of(gray, deflate=oxipng.Deflaters.libdeflater(1)))


@LINUX
def test_a_process_that_was_killed_is_not_waited_for():
    png_of(PICTURE)
    for worker in children():
        os.kill(worker, signal.SIGKILL)
    time.sleep(0.1)
    assert png_of(PICTURE)


@LINUX
def test_an_end_amid_the_work_is_told_as_a_lack_of_memory():
    """Rust ends a process that has no memory: it must not be ours."""
    large = np.tile(PICTURE[..., :3], (12, 12, 1))
    failure = []

    def work():
        try:
            png_of(large, level=6, deflate=oxipng.Deflaters.zopfli(255))
        except MemoryError as error:
            failure.append(error)

    thread = threading.Thread(target=work)
    before = set(children())
    idle = {p._process.pid for p in oxipng_process._idle}
    thread.start()
    time.sleep(0.5)
    at_work = (set(children()) - before) | (idle - {p._process.pid for p in oxipng_process._idle})
    for worker in at_work:
        os.kill(worker, signal.SIGABRT)
    thread.join(30)
    assert failure


@LINUX
def test_a_process_ends_amid_its_work_when_its_caller_is_killed():
    code = """
        import os, sys, threading, time
        import numpy as np
        from huepress.encode import oxipng, oxipng_process
        pixels = np.random.default_rng(0).integers(0, 256, (900, 900, 3), np.uint8)
        raw = oxipng.RawImage(pixels.tobytes(), 900, 900, color_type=oxipng.ColorType.rgb())
        run = lambda: raw.create_optimized_png(deflate=oxipng.Deflaters.zopfli(255))
        threading.Thread(target=run, daemon=True).start()
        while not oxipng_process._all: time.sleep(0.01)
        time.sleep(0.5)
        print(next(iter(oxipng_process._all))._process.pid, flush=True)
        time.sleep(60)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True
    ) as caller:
        worker = int(caller.stdout.readline())
        caller.kill()
    for _ in range(100):
        try:
            state = proc(worker, "stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.1)
    pytest.fail("it works on for nobody")


def test_without_an_interpreter_it_works_here(monkeypatch):
    """As where Python is embedded, and sys.executable is another program."""
    expected = png_of(PICTURE, level=1)
    monkeypatch.setattr(sys, "executable", "/usr/sbin/apache2")
    monkeypatch.setattr(oxipng_process, "_idle", [])
    monkeypatch.setattr(oxipng_process, "_started_here", None)
    monkeypatch.setattr(oxipng_process.oxipng_worker, "work", lambda *_: (b"p", expected))
    assert png_of(PICTURE, level=1) == expected
    monkeypatch.setattr(oxipng_process, "_started_here", os.getpid() + 1)
    with pytest.raises(oxipng.PngError, match="fork"):
        png_of(PICTURE, level=1)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("def optimize(*a): ...\ndef optimize_from_memory(*a): ...", "has no RawImage"),
        ("class RawImage:\n    def create_optimized_png(self): ...", "has no RawImage.add_icc"),
        ("raise ImportError('no such thing')", "no such thing"),
    ],
)
def test_another_package_named_oxipng_is_told_in_one_line(tmp_path, content, found):
    """Three packages install a module of that name."""
    (tmp_path / "oxipng.py").write_text(content)
    picture = tmp_path / "a.ppm"
    picture.write_bytes(b"P6 2 2 255\n" + bytes(12))
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.argv = sys.argv[1:]; "
    code += "from huepress.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "huepress", "compress", str(picture)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("error: huepress needs pyoxipng")
    assert found in done.stderr
    assert "pip install --force-reinstall pyoxipng" in done.stderr
    assert not list(tmp_path.glob("*-hp*"))
