"""A worker process: tasks come in on standard input, events go out on standard output.

Each line is one JSON object. ``python -m huepress.web.worker`` imports the road and walks it once
before it says ``ready``, so that a task never waits for imports. A native loop cannot be
interrupted from inside: the server cancels politely between two steps (``{"cancel": id}``), and
otherwise kills the process. When the server is gone, standard input ends: the worker then removes
the server's folder and exits, even in the middle of a task.
"""

from __future__ import annotations

import ctypes
import json
import os
import queue
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, BinaryIO


def main(memory: int, folder: str) -> None:
    """Work until standard input ends."""
    _limit_memory(memory)
    # Ctrl-C in a terminal reaches every process of it; only the server decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whatever a codec prints must not end up between the events.
    events = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    inbox: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    cancelled: set[str] = set()
    threading.Thread(target=_listen, args=(inbox, cancelled, folder), daemon=True).start()

    from huepress.web.tasks import Desk

    give_back = _giver_back()
    desk = Desk(cancelled.__contains__)
    desk.warm_up()
    _send(events, {"event": "ready"})
    while True:
        task = inbox.get()
        cancelled.intersection_update({task["id"]})
        desk.run(task, lambda event: _send(events, event))
        give_back()


def _send(events: BinaryIO, event: dict[str, Any]) -> None:
    events.write(json.dumps(event).encode() + b"\n")


def _listen(inbox: queue.SimpleQueue[dict[str, Any]], cancelled: set[str], folder: str) -> None:
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if "cancel" in message:
            cancelled.add(message["cancel"])
        else:
            inbox.put(message)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def _giver_back() -> Callable[[], object]:
    """Return what hands freed memory back to the system: glibc keeps it, threads' arenas most."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return lambda: None  # not glibc
    return lambda: trim(0)


def _limit_memory(memory: int) -> None:
    if sys.platform == "win32":
        return  # has no such limit; the limit on pixels stands
    import resource

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard != resource.RLIM_INFINITY:
        memory = min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (memory, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
