"""Parts of a picture, done by several threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

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
    if n_threads <= 1:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(n_threads) as pool:
        # Each in a context of its own: how many threads encode is in it.
        contexts = [copy_context() for _ in parts]
        return list(pool.map(lambda context, part: context.run(work, part), contexts, parts))
