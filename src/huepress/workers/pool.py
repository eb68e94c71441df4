"""A supervised pool of processes: several files at once on one machine.

Processes rather than threads, for two reasons (docs/scaling.md): much of a small file's time is
spent in Python itself, which threads cannot share; and a codec that crashes on a hostile file
kills only its worker.
"""

from __future__ import annotations

import math
import pickle
import queue
from collections.abc import Callable
from time import monotonic
from typing import Final, Generic, TypeVar

from huepress.workers.process import WorkerProcess

Item = TypeVar("Item")
Value = TypeVar("Value")

_TRIES: Final = 2
_CLOSE_SECONDS: Final = 10.0

# Libraries that would start their own threads in every worker.
_ONE_THREAD: Final = ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class Workers(Generic[Item, Value]):
    """An executor of worker processes; each starts when there is a job for it.

    Parameters
    ----------
    function : callable
        Does one job; importable by its name, and never raises.
    lost : callable
        Makes the value of a job whose worker died twice, from the job and what is known.
    n_workers : int
        Most processes.
    seconds : float
        A worker that takes longer for one job is killed.
    late : callable or None
        Makes the value of such a job; None: no time limit.
    """

    def __init__(
        self,
        function: Callable[[Item], Value],
        lost: Callable[[Item, str], Value],
        n_workers: int,
        *,
        seconds: float = math.inf,
        late: Callable[[Item], Value] | None = None,
    ) -> None:
        self._function = function
        self._lost = lost
        self._n_workers = n_workers
        self._seconds = seconds
        self._late = late
        self._all: set[_Worker[Item, Value]] = set()
        self._idle: list[_Worker[Item, Value]] = []
        self._answers: queue.SimpleQueue[tuple[_Worker[Item, Value], bytes | None]] = (
            queue.SimpleQueue()
        )

    @property
    def slots(self) -> int:
        """One job per worker: rows are small and fast to hand over."""
        return self._n_workers

    def submit(self, ticket: int, item: Item) -> None:
        """As the protocol says."""
        self._give(ticket, item, tries=1)

    def _give(self, ticket: int, item: Item, tries: int) -> None:
        if not self._idle:
            worker = _Worker(self._function, self._answers)
            self._all.add(worker)
            self._idle.append(worker)
        self._idle.pop().give(ticket, item, tries)

    def wait(self) -> tuple[int, Value]:
        """As the protocol says."""
        while True:
            worker, answer = self._next_answer()
            if worker not in self._all:
                continue  # it answered just as it was killed
            ticket, item, tries = worker.job
            if answer is not None and worker.was_late:
                self._all.discard(worker)
                worker.last_words()
                in_time: Value = pickle.loads(answer)
                return ticket, in_time
            if answer is not None:
                self._idle.append(worker)
                value: Value = pickle.loads(answer)
                return ticket, value
            self._all.discard(worker)
            words = worker.last_words()
            if worker.was_late and self._late is not None:
                return ticket, self._late(item)
            if tries == _TRIES:
                return ticket, self._lost(item, words)
            self._give(ticket, item, tries + 1)

    def _next_answer(self) -> tuple[_Worker[Item, Value], bytes | None]:
        """Wait for an answer, and kill workers that are late in the meantime."""
        while self._late is not None:
            busy = [worker for worker in self._all if worker not in self._idle]
            now = monotonic()
            for worker in busy:
                if now - worker.since > self._seconds:
                    worker.kill()
            waits = [worker.since + self._seconds - now for worker in busy if not worker.was_late]
            try:
                return self._answers.get(timeout=max(0.0, min(waits)) + 0.01 if waits else None)
            except queue.Empty:
                continue
        return self._answers.get()

    def close(self) -> None:
        """As the protocol says."""
        for worker in self._all:
            worker.close()
        for worker in self._all:
            worker.join()
        self._all.clear()
        self._idle.clear()


class _Worker(Generic[Item, Value]):
    """One process, and the job it has."""

    job: tuple[int, Item, int]

    def __init__(
        self,
        function: Callable[[Item], Value],
        answers: queue.SimpleQueue[tuple[_Worker[Item, Value], bytes | None]],
    ) -> None:
        self._process = WorkerProcess(
            "huepress.workers.jobs",
            hear=lambda answer: answers.put((self, answer)),
            environment=dict.fromkeys(_ONE_THREAD, "1"),
        )
        self.since = monotonic()
        self.was_late = False
        self._process.tell(pickle.dumps(function))

    def give(self, ticket: int, item: Item, tries: int) -> None:
        """Send a job; a process that died answers None."""
        self.job = (ticket, item, tries)
        self.since = monotonic()
        self._process.tell(pickle.dumps(item))

    def kill(self) -> None:
        """Kill it; the file it was writing stays unfinished, and is cleaned up later."""
        self.was_late = True
        self._process.kill()

    def last_words(self) -> str:
        """Say how the process ended."""
        return self._process.join()

    def close(self) -> None:
        """Ask it to end: it finishes the file it is writing, and nothing more."""
        self._process.close()

    def join(self) -> None:
        """Wait for its end."""
        self._process.join(_CLOSE_SECONDS)
