"""A worker process, as it sees itself."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import IO, Final

from huepress._forks import Lock
from huepress.workers.process import receive

unbroken: Final = Lock()
"""Held while a file is written: a worker that is asked to end waits for it."""


def answers() -> IO[bytes]:
    """Take standard output for the answers: whatever a codec prints goes nowhere."""
    kept = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return kept


def listen(hear: Callable[[bytes], object], end: Callable[[], object]) -> None:
    """Hear messages in a thread of its own; call `end` when the parent sends no more.

    A parent that is gone is noticed at once, even in the middle of a job: `end` decides whether
    that is finished.
    """

    def run() -> None:
        while (message := receive(sys.stdin.buffer)) is not None:
            hear(message)
        end()

    threading.Thread(target=run, daemon=True).start()


def end() -> None:
    """Exit, once what must not be broken off is done."""
    with unbroken:
        os._exit(0)
