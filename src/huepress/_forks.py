"""What a forked child must not inherit: locks that another thread of its parent held.

Nobody in the child can release them, so the first to ask would wait forever.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, overload

Value = TypeVar("Value")

_locks: weakref.WeakSet[Lock] = weakref.WeakSet()


class Lock:
    """A lock that is free in a forked child, even if the parent held it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        _locks.add(self)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()

    def acquire(self, timeout: float = -1) -> bool:
        """Take it within this many seconds; return whether it was free in time."""
        return self._lock.acquire(timeout=timeout)

    def renew(self) -> None:
        """Forget who held it."""
        self._lock = threading.Lock()


def after_fork(renew: Callable[[], None]) -> None:
    """Call a function in every forked child."""
    if hasattr(os, "register_at_fork"):  # not on Windows, which has no forks
        os.register_at_fork(after_in_child=renew)


def _renew() -> None:
    for lock in list(_locks):
        lock.renew()


after_fork(_renew)


class cached_property(Generic[Value]):
    """A value that is computed when it is first asked for, and kept.

    In Python 3.11, that of functools shares one lock among all objects of a class: threads wait for
    each other, and a forked child for a thread it does not have. Here, two threads that ask at once
    may both compute.
    """

    def __init__(self, function: Callable[[Any], Value]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> Value: ...
    def __get__(self, instance: object | None, owner: type | None = None) -> Value | Self:
        if instance is None:
            return self
        value = self._function(instance)
        # A frozen dataclass has a dict to write to, too.
        kept: Value = instance.__dict__.setdefault(self._name, value)
        return kept
