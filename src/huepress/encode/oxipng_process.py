"""Processes that run oxipng: started when needed, kept for the next picture."""

from __future__ import annotations

import atexit
import errno
import marshal
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from huepress._forks import Lock, after_fork
from huepress.encode import oxipng_worker
from huepress.encode.oxipng_worker import HEAD, NO_MEMORY, PNG, REPLY
from huepress.errors import WrongPackageError

_KEPT: Final = 2
"""Idle processes to keep: as many as pictures are mapped side by side."""

_NEEDED: Final = {
    "RawImage": ("add_icc_profile", "add_png_chunk", "create_optimized_png"),
    "Deflaters": ("libdeflater", "zopfli"),
    "RowFilter": (
        "NoOp",
        "Sub",
        "Up",
        "Average",
        "Paeth",
        "MinSum",
        "Entropy",
        "Bigrams",
        "BigEnt",
    ),
    "ColorType": ("indexed", "rgb", "rgba"),
    "StripChunks": ("all",),
    "Interlacing": ("Off",),
    "PngError": (),
    "optimize_from_memory": (),
}


_SHORT: Final = {1, 3, 127, -6, -7, -9, -11}
"""Exit codes of a process that ran out of memory: it cannot start; SIGABRT, SIGBUS, SIGKILL,
SIGSEGV as negative numbers; 3 is abort() on Windows."""


class PngError(Exception):
    """oxipng reports that it cannot do something."""


def require_package() -> None:
    """Raise WrongPackageError when ``import oxipng`` finds no package, or the wrong one."""
    try:
        import oxipng
    except ImportError as error:
        raise WrongPackageError("oxipng", "pyoxipng", str(error)) from error
    for name, methods in _NEEDED.items():
        found = getattr(oxipng, name, None)
        lacks = (
            [name] if found is None else [f"{name}.{m}" for m in methods if not hasattr(found, m)]
        )
        if lacks:
            where = getattr(oxipng, "__file__", None) or "somewhere"
            raise WrongPackageError("oxipng", "pyoxipng", f"{where} has no {lacks[0]}")


def run(header: tuple[Any, ...], data: bytes | bytearray | memoryview, n_threads: int) -> bytes:
    """Do one job with this many threads.

    Raises
    ------
    PngError
        oxipng refuses, or its process ended.
    MemoryError
        There is too little memory.
    """
    process = _take(n_threads)
    if process is None:
        return _answer(*_here(header, data))
    try:
        kind, answer = process.call(marshal.dumps(header), data)
    except BaseException:  # also a Ctrl-C: nobody waits for its answer any more
        process.end()
        raise
    _give_back(process)
    return _answer(kind, answer)


def _answer(kind: bytes, answer: bytes) -> bytes:
    if kind == PNG:
        return answer
    if kind == NO_MEMORY:
        raise MemoryError("oxipng has too little memory")
    raise PngError(answer.decode())


def _pipe() -> tuple[int, int]:
    """Return the ends of a pipe, none of them where a standard stream belongs."""
    import fcntl

    ends = os.pipe()
    try:
        # A caller without standard streams is given their numbers, and a child has its own there.
        reading = fcntl.fcntl(ends[0], fcntl.F_DUPFD_CLOEXEC, 3)
        try:
            return reading, fcntl.fcntl(ends[1], fcntl.F_DUPFD_CLOEXEC, 3)
        except BaseException:
            os.close(reading)
            raise
    finally:
        for end in ends:
            os.close(end)


class _Process:
    """One process that runs oxipng, and the pipes to it."""

    def __init__(self, interpreter: str, n_threads: int) -> None:
        import oxipng

        self.n_threads = n_threads
        where = str(Path(oxipng.__file__ or "").parents[1])
        bound = {"RAYON_NUM_THREADS": str(n_threads)} if n_threads else {}
        life: int | None = None
        self._life: int | None = None
        if os.name == "posix":
            life, self._life = _pipe()
        passed = () if life is None else (life,)
        try:
            self._process = subprocess.Popen(
                # Neither the caller's environment nor its folder may decide what is imported there.
                [interpreter, "-I", "-S", oxipng_worker.__file__, where, *map(str, passed)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env=os.environ | bound,
                pass_fds=passed,
            )
        except BaseException:
            self._let_go()
            raise
        finally:
            if life is not None:
                os.close(life)
        with _lock:
            _all.add(self)

    def call(self, header: bytes, data: bytes | bytearray | memoryview) -> tuple[bytes, bytes]:
        """Send a job and wait for its result."""
        view = memoryview(data).cast("B")
        try:
            for part in (HEAD.pack(len(header), len(view)), header, view):
                self._send(memoryview(part))
            kind, length = REPLY.unpack(self._receive(REPLY.size))
            return kind, bytes(self._receive(length))
        except (BrokenPipeError, EOFError):
            raise self._last_words() from None

    def _send(self, view: memoryview) -> None:
        assert self._process.stdin is not None
        while len(view):
            view = view[self._process.stdin.write(view) :]

    def _receive(self, length: int) -> bytearray:
        assert self._process.stdout is not None
        found = bytearray(length)
        view = memoryview(found)
        while len(view):
            n = self._process.stdout.readinto(view)  # type: ignore[attr-defined]
            if not n:
                raise EOFError
            view = view[n:]
        return found

    def _last_words(self) -> Exception:
        code = self._process.wait()
        # When memory is short, it cannot start, aborts, or is killed by the system.
        if code in _SHORT:
            return MemoryError("oxipng has too little memory")
        return PngError(f"its process ended with code {code}")

    def end(self) -> None:
        """Kill it."""
        with _lock:
            _all.discard(self)
        self._process.kill()
        self._process.wait()
        self._close()

    def forget(self) -> None:
        """Close the pipes: it ended, or belongs to the parent of this fork."""
        self._process.returncode = 0
        self._close()

    def is_alive(self) -> bool:
        """Whether it waits for a job."""
        return self._process.poll() is None

    def _let_go(self) -> None:
        """Close the pipe by which the process sees that its caller is there."""
        if self._life is not None:
            os.close(self._life)
            self._life = None

    def _close(self) -> None:
        self._let_go()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                assert pipe is not None
                pipe.close()


_lock = Lock()
_all: set[_Process] = set()
_idle: list[_Process] = []
_started_here: int | None = None  # the process in which oxipng has its pool of threads


def _interpreter() -> str | None:
    """Path of the Python interpreter; None in a program that embeds or freezes it."""
    name = Path(sys.executable or "").name.lower()
    if getattr(sys, "frozen", False) or not name.startswith(("python", "pypy")):
        return None
    return sys.executable


def _take(n_threads: int) -> _Process | None:
    """Return an idle process with this many threads, or start one; None where none can start."""
    with _lock:
        for process in reversed(_idle):
            if process.n_threads == n_threads:
                _idle.remove(process)
                if process.is_alive():
                    return process
                _all.discard(process)
                process.forget()
                break
    interpreter = _interpreter()
    if interpreter is None:
        return None
    try:
        return _Process(interpreter, n_threads)
    except OSError as error:
        if error.errno in (errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE):
            raise MemoryError("no process for oxipng can be started") from error
        return None  # as in a sandbox


def _give_back(process: _Process) -> None:
    with _lock:
        _idle.append(process)
        old = _idle.pop(0) if len(_idle) > _KEPT else None
    if old is not None:
        old.end()


def _here(header: tuple[Any, ...], data: bytes | bytearray | memoryview) -> tuple[bytes, bytes]:
    """Do the job in this process where no other is possible: in an embedded interpreter."""
    global _started_here
    if _started_here not in (None, os.getpid()):
        raise PngError("does not work in a fork of a process that embeds Python: start it anew")
    _started_here = os.getpid()
    return oxipng_worker.work(header, bytes(data))


def end_all() -> None:
    """Kill all processes, even those at work."""
    with _lock:
        found = list(_all)
        _idle.clear()
    for process in found:
        process.end()


def _after_fork() -> None:
    """Start over in a forked child: the processes belong to the parent."""
    _idle.clear()
    for process in _all:
        process.forget()
    _all.clear()


atexit.register(end_all)
after_fork(_after_fork)
