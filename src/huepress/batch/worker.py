"""The worker process of workers.py: ``python -m huepress.batch.worker``.

It reads a function and then jobs from standard input, and writes the values to standard output.
The end of standard input means that the run is over or its process gone: the worker then exits,
once it has finished any file it is writing.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
from typing import IO, Any

from huepress.batch.output import writing
from huepress.batch.workers import receive, send


def main() -> None:
    """Do jobs until standard input ends."""
    # A Ctrl-C goes to the whole group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing else may write there
    messages: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_hear, args=(sys.stdin.buffer, messages), daemon=True).start()
    function = messages.get()
    while True:
        value = function(messages.get())
        try:
            send(answers, pickle.dumps(value))
        except BrokenPipeError:
            _end()


def _hear(pipe: IO[bytes], messages: queue.SimpleQueue[Any]) -> None:
    while (message := receive(pipe)) is not None:
        messages.put(pickle.loads(message))
    _end()


def _end() -> None:
    with writing:
        os._exit(0)


if __name__ == "__main__":
    main()
