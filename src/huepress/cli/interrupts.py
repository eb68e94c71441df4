"""Ctrl-C ends a command at once, in the middle of native code, too.

Python hears a signal between two of its own steps, and a mapping or a deflate may take seconds
until the next one. So a command works in a thread of its own, and the main thread only waits.
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
"""As shells number an end by SIGINT."""

_WRITING_SECONDS: Final = 5.0
"""The longest wait for a file that is being written; what is left of it is swept away later."""

_on_stop: list[Callable[[], None]] = []


@contextmanager
def on_stop(action: Callable[[], None]) -> Iterator[None]:
    """Do this when a Ctrl-C comes inside the block; the last that came is done first."""
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
            # On Windows a wait without an end is deaf to Ctrl-C.
            thread.join(0.2 if os.name == "nt" else None)
    except KeyboardInterrupt:
        _stop()
    if raised:
        raise raised[0]


def _stop() -> None:
    """End the process: whole files or none, one line about what was done."""
    signal.signal(signal.SIGINT, lambda *_: os._exit(CODE))  # for who cannot wait
    _within(_WRITING_SECONDS, _finish_writing)
    for action in reversed(_on_stop):
        _within(1.0, action)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            _within(1.0, stream.flush)
    # Processes of ours see their pipes close: workers, and those in which oxipng works.
    os._exit(CODE)


def _finish_writing() -> None:
    """Wait for the file that is being written, and let nobody begin another."""
    for room in ("huepress.result.write", "huepress.batch.output"):
        module: Any = sys.modules.get(room)
        if module is not None:
            module.writing.acquire()


def _within(seconds: float, action: Callable[[], object]) -> None:
    """Do something that another thread may be in the way of, but not for ever."""

    def run() -> None:
        with suppress(Exception):  # the process ends, whatever fails now
            action()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
