"""What a worker process of the page runs: tasks come in, events go out, each one JSON object.

It imports the road and walks it once before it says ``ready``, so that a task never waits for
imports. A native loop cannot be interrupted from inside: the server cancels politely between two
steps (``{"cancel": id}``), and otherwise kills the process. When the server is gone, the worker
removes the server's folder and exits, even in the middle of a task.
"""

from __future__ import annotations

import ctypes
import json
import os
import queue
import shutil
import sys
from collections.abc import Callable
from typing import Any

from huepress.workers import child
from huepress.workers.process import send


def main(memory: str, folder: str) -> None:
    """Work until the server is gone.

    Parameters
    ----------
    memory : str
        Most bytes of address space, a decimal number.
    folder : str
        The server's temporary folder.
    """
    _limit_memory(int(memory))
    answers = child.answers()
    tasks: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    cancelled: set[str] = set()

    def hear(message: bytes) -> None:
        content = json.loads(message)
        if "cancel" in content:
            cancelled.add(content["cancel"])
        else:
            tasks.put(content)

    def end() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)

    def tell(event: dict[str, Any]) -> None:
        send(answers, json.dumps(event).encode())

    child.listen(hear, end)

    from huepress.web.tasks import Desk

    give_back = _giver_back()
    desk = Desk(cancelled.__contains__)
    desk.warm_up()
    tell({"event": "ready"})
    while True:
        task = tasks.get()
        cancelled.intersection_update({task["id"]})
        desk.run(task, tell)
        give_back()


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
