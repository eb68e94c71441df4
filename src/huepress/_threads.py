"""Parts of a picture, done by several threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Barrier
from typing import TypeVar

from huepress import _core

Part = TypeVar("Part")
Found = TypeVar("Found")


def side_by_side(
    work: Callable[[Part], Found], parts: Sequence[Part], n_threads: int
) -> list[Found]:
    """Do the parts, as many at once as there are threads; return results in their order.

    Parameters
    ----------
    work : callable
        Does one part.
    parts : sequence
        What is to be done.
    n_threads : int
        0: one per processor.
    """
    n_threads = min(n_threads or os.cpu_count() or 1, len(parts))
    while n_threads > 1 and not _core.has_room_for_threads(n_threads):
        n_threads //= 2
    if n_threads > 1:
        with ThreadPoolExecutor(n_threads) as pool:
            if _are_ready(pool, n_threads):
                # Each in a context of its own: how many threads encode is in it.
                contexts = [copy_context() for _ in parts]
                return list(pool.map(lambda own, part: own.run(work, part), contexts, parts))
    return [work(part) for part in parts]


def _are_ready(pool: ThreadPoolExecutor, n_threads: int) -> bool:
    """Start all threads before the first has work that may take the memory of the others."""
    all_started = Barrier(n_threads)

    def prepare() -> None:
        _core.prepare_to_throw()
        all_started.wait()

    try:
        waiting = [pool.submit(prepare) for _ in range(n_threads)]
    except RuntimeError:  # no more threads: those that wait go home
        all_started.abort()
        return False
    for each in waiting:
        each.result()
    return True
