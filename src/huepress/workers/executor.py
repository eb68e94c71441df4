"""Do work in parallel, and report it in order.

An Executor does jobs in this process, in worker processes (pool.py), or on a cluster
(batch/dask.py).
`in_order` feeds it no faster than it works, and yields results in the order of the inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Generic, Protocol, TypeVar

Item = TypeVar("Item")
Value = TypeVar("Value")
Item_contra = TypeVar("Item_contra", contravariant=True)
Value_co = TypeVar("Value_co", covariant=True)

WINDOW: Final = 4096
"""Most results that wait for an earlier one: each is a row of a few kilobytes."""


class Executor(Protocol[Item_contra, Value_co]):
    """Does jobs, several at once."""

    @property
    def slots(self) -> int:
        """How many jobs it accepts before one must come back."""

    def submit(self, ticket: int, item: Item_contra, /) -> None:
        """Accept one job; the ticket comes back with its value."""

    def wait(self) -> tuple[int, Value_co]:
        """Return the next finished job; only called while there are jobs."""

    def close(self) -> None:
        """Stop: jobs that have not started are dropped, half-written files are finished."""


class Inline(Generic[Item, Value]):
    """An executor that does each job in this process, when its result is asked for.

    Parameters
    ----------
    function : callable
        Does one job.
    """

    slots = 1

    def __init__(self, function: Callable[[Item], Value]) -> None:
        self._function = function
        self._waiting: list[tuple[int, Item]] = []

    def submit(self, ticket: int, item: Item) -> None:
        """As the protocol says."""
        self._waiting.append((ticket, item))

    def wait(self) -> tuple[int, Value]:
        """As the protocol says."""
        ticket, item = self._waiting.pop(0)
        return ticket, self._function(item)

    def close(self) -> None:
        """As the protocol says."""
        self._waiting.clear()


def in_order(
    executor: Executor[Item, Value],
    items: Iterable[Item | None],
    done: Callable[[int, Value], Value],
    ready: Callable[[int], Value],
) -> Iterator[Value]:
    """Do all items, yield their values in order.

    Parameters
    ----------
    executor : Executor
        Where to do them.
    items : iterable
        Taken one by one as there is room. None means that no work is needed.
    done : callable
        Called with the position and value of each as soon as it comes back, in any order; its
        return value is yielded.
    ready : callable
        Returns the value of an item that needs no work, by its position.

    Yields
    ------
    object
        One value per item.
    """
    values: dict[int, Value] = {}
    told = running = 0

    def collect() -> None:
        nonlocal running
        ticket, value = executor.wait()
        running -= 1
        values[ticket] = done(ticket, value)

    for place, item in enumerate(items):
        if item is None:
            values[place] = ready(place)
        else:
            executor.submit(place, item)
            running += 1
        while running and (running >= executor.slots or place - told >= WINDOW):
            collect()
        while told in values:
            yield values.pop(told)
            told += 1
    while running:
        collect()
        while told in values:
            yield values.pop(told)
            told += 1
