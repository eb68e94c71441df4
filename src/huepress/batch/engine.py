"""Work done at the same time, told in order.

An Engine does jobs somewhere: in this process, in worker processes (workers.py) or on a cluster
(dask.py). `in_order` feeds it no faster than it works and yields what comes back in the
order of what went in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Generic, Protocol, TypeVar

Item = TypeVar("Item")
Value = TypeVar("Value")
Item_contra = TypeVar("Item_contra", contravariant=True)
Value_co = TypeVar("Value_co", covariant=True)

WINDOW: Final = 4096
"""Most values that wait for an earlier one: each is a row of a few kilobytes."""


class Engine(Protocol[Item_contra, Value_co]):
    """Does jobs, several at once."""

    @property
    def slots(self) -> int:
        """How many jobs it takes before one has to come back."""

    def submit(self, ticket: int, item: Item_contra, /) -> None:
        """Take one job; the ticket comes back with its value."""

    def wait(self) -> tuple[int, Value_co]:
        """Return the next finished one; only called while there are jobs."""

    def close(self) -> None:
        """Stop: jobs not begun are dropped, files half written are finished."""


class Inline(Generic[Item, Value]):
    """The engine that does each job when it is waited for, in this process.

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
    engine: Engine[Item, Value],
    items: Iterable[Item | None],
    done: Callable[[int, Value], Value],
    ready: Callable[[int], Value],
) -> Iterator[Value]:
    """Do all items, yield their values in order.

    Parameters
    ----------
    engine : Engine
        Where they are done.
    items : iterable
        Taken one by one as there is room. None is an item that needs no work.
    done : callable
        Called with the place and value of each as soon as it comes back, in any order; what it
        returns is yielded.
    ready : callable
        Gives the value of the item at a place that needs no work.

    Yields
    ------
    object
        One value an item.
    """
    values: dict[int, Value] = {}
    told = running = 0

    def collect() -> None:
        nonlocal running
        ticket, value = engine.wait()
        running -= 1
        values[ticket] = done(ticket, value)

    for place, item in enumerate(items):
        if item is None:
            values[place] = ready(place)
        else:
            engine.submit(place, item)
            running += 1
        while running and (running >= engine.slots or place - told >= WINDOW):
            collect()
        while told in values:
            yield values.pop(told)
            told += 1
    while running:
        collect()
        while told in values:
            yield values.pop(told)
            told += 1
