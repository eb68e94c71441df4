"""Ctrl-C ends a command at once, even in the middle of native code.

Python handles a signal only between two of its own steps, and a mapping or a deflate may take
seconds until the next one. So a command runs in its own thread, and the main thread only waits.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

CODE: Final = 130
"""The exit code that shells give a process ended by SIGINT."""

_WRITING_SECONDS: Final = 5.0
"""Longest wait in seconds for a file being written; what is left of it is cleaned up later."""

_on_stop: list[Callable[[], None]] = []


@contextmanager
def on_stop(action: Callable[[], None]) -> Iterator[None]:
    """Run this function on Ctrl-C inside the block; the innermost runs first."""
    _on_stop.append(action)
    try:
        yield
    finally:
        _on_stop.remove(action)


def interruptible(work: Callable[[], None]) -> None:
    """Do the work, and raise what it raises; a Ctrl-C ends the process."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # SystemExit is how commands end
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    try:
        thread.start()
        while thread.is_alive():
            # On Windows, a wait without a timeout ignores Ctrl-C.
            thread.join(0.2 if os.name == "nt" else None)
    except KeyboardInterrupt:
        _stop()
    if raised:
        raise raised[0]


def _stop() -> None:
    """End the process: files are whole or absent, and one line says what was done."""
    signal.signal(signal.SIGINT, lambda *_: os._exit(CODE))  # for who cannot wait
    _within(_WRITING_SECONDS, _finish_writing)
    for action in reversed(_on_stop):
        _within(1.0, action)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            _within(1.0, stream.flush)
    # Our child processes (workers, and those that run oxipng) see their pipes close.
    os._exit(CODE)


def _finish_writing() -> None:
    """Wait for the file being written, and let no other be started."""
    for room in ("huepress.result.write", "huepress.batch.output"):
        module: Any = sys.modules.get(room)
        if module is not None:
            module.writing.acquire()


def _within(seconds: float, action: Callable[[], object]) -> None:
    """Do something that another thread may block, but not forever."""

    def run() -> None:
        with suppress(Exception):  # the process ends anyway
            action()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
