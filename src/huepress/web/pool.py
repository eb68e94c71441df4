"""A bounded pool of worker processes: warm, reused, and killed when their job is cancelled.

Jobs wait in one queue, fair between their owners; background jobs never take the last worker. One
extra worker is kept warm, so that after a kill nobody has to wait for a start.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import json
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from huepress.web.answers import Refusal
from huepress.workers.process import WorkerProcess

log = logging.getLogger("huepress.web")

# Time for a worker to notice by itself; most steps of a fast pass are shorter.
GRACE: Final = 0.25
_START_SECONDS: Final = 60.0
# It has closed its pipe: what is left of its end takes milliseconds.
_END_SECONDS: Final = 1.0

OnEvent = Callable[[dict[str, Any]], None]


class PendingTask:
    """A task on its way: waiting, running, or ended.

    Attributes
    ----------
    task : dict
        What the worker gets.
    owner : str
        Whose job it is; owners take turns.
    background : bool
        Waits behind all others and leaves a worker free for them.
    ended : asyncio.Future
        Resolves to the last event, a dictionary with ``event`` ``done`` or ``error``.
    """

    def __init__(self, task: dict[str, Any], owner: str, background: bool, on_event: OnEvent):
        self.task = task
        self.owner = owner
        self.background = background
        self.on_event = on_event
        self.ended: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.cancelled = asyncio.Event()

    def _end(self, event: dict[str, Any]) -> None:
        if not self.ended.done():
            self.ended.set_result(event)
            self.on_event(event)


class Pool:
    """Worker processes and the jobs that wait for them.

    Parameters
    ----------
    n_workers : int
        Jobs that run at the same time.
    memory : int
        Bytes of address space of a worker.
    seconds : float
        Most time of one job.
    folder : str
        The server's temporary folder; a worker that outlives the server removes it.
    """

    def __init__(self, n_workers: int, *, memory: int, seconds: float, folder: str) -> None:
        self._n_workers = n_workers
        self._memory = memory
        self._seconds = seconds
        self._folder = folder
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._queue: list[tuple[bool, int, int, PendingTask]] = []
        self._turns: Counter[str] = Counter()
        self._numbers = itertools.count()
        self._running: dict[PendingTask, asyncio.Task[None]] = {}
        self._starting: set[asyncio.Task[None]] = set()
        self._closed = False

    async def start(self) -> None:
        """Start the workers and wait for the first one to be warm."""
        for _ in range(self._n_workers + 1):
            self._replace()
        await asyncio.wait(self._starting, return_when=asyncio.FIRST_COMPLETED)

    async def close(self) -> None:
        """End every job and every worker."""
        self._closed = True
        jobs = [*self._running, *(entry[-1] for entry in self._queue)]
        for job in jobs:
            self.cancel(job)
        for starting in self._starting:
            starting.cancel()
        for worker in list(self._all):
            worker.kill()
        await asyncio.gather(*self._running.values(), *self._starting, return_exceptions=True)
        await asyncio.gather(*(worker.gone() for worker in list(self._all)))

    @property
    def processes(self) -> list[int]:
        """Identifiers of the live workers."""
        return [worker.pid for worker in self._all]

    @property
    def n_waiting(self) -> int:
        """Jobs that have not started."""
        return sum(not entry[-1].ended.done() for entry in self._queue)

    def submit(
        self,
        task: dict[str, Any],
        *,
        owner: str,
        background: bool = False,
        on_event: OnEvent = lambda _: None,
    ) -> PendingTask:
        """Put a task in the queue; events arrive through `on_event` and the job's ``ended``."""
        job = PendingTask(task, owner, background, on_event)
        # The turn of an owner's n-th waiting job comes after everybody's (n-1)-th.
        turn = self._turns[owner]
        self._turns[owner] += 1
        heapq.heappush(self._queue, (background, turn, next(self._numbers), job))
        self._dispatch()
        return job

    def cancel(self, job: PendingTask) -> None:
        """End a job: taken from the queue, or its worker stopped."""
        job.cancelled.set()
        if job not in self._running:
            job._end(_error("cancelled", "cancelled"))

    def _dispatch(self) -> None:
        while self._queue and self._idle and len(self._running) < self._n_workers:
            background, _, _, job = self._queue[0]
            if background and not job.ended.done() and not self._has_room_behind():
                return
            heapq.heappop(self._queue)
            self._turns[job.owner] -= 1
            if not self._turns[job.owner]:
                del self._turns[job.owner]
            if job.ended.done():
                continue
            worker = self._pick(job)
            self._running[job] = asyncio.create_task(self._run(job, worker))

    def _has_room_behind(self) -> bool:
        busy_behind = sum(job.background for job in self._running)
        return busy_behind < max(1, self._n_workers - 1)

    def _pick(self, job: PendingTask) -> _Worker:
        """Take the idle worker that knows the picture, else the one that was idle longest."""
        path = job.task["path"]
        known = next((w for w in reversed(self._idle) if w.last_path == path), self._idle[0])
        self._idle.remove(known)
        return known

    async def _run(self, job: PendingTask, worker: _Worker) -> None:
        try:
            await self._talk(job, worker)
        finally:
            del self._running[job]
            if worker.is_alive and not self._closed:
                self._idle.append(worker)
            else:
                self._all.discard(worker)
                self._replace()
            self._dispatch()

    async def _talk(self, job: PendingTask, worker: _Worker) -> None:
        """Hand over the task and pass on events, until the last event, the limit or a cancel."""
        job.on_event({"event": "running"})
        talk = asyncio.create_task(worker.work(job.task, job.on_event))
        cancelled = asyncio.create_task(job.cancelled.wait())
        await asyncio.wait(
            {talk, cancelled}, timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED
        )
        if not talk.done() and cancelled.done():
            worker.ask_to_stop(job.task["id"])
            await asyncio.wait({talk}, timeout=GRACE)
        cancelled.cancel()
        if talk.done():
            last = talk.result()
            if last is None:
                worker.kill()
                last = _error("internal", "the worker ended unexpectedly")
                if not job.cancelled.is_set():
                    log.error("a worker ended in the middle of %s", job.task["kind"])
            job._end(_error("cancelled", "cancelled") if job.cancelled.is_set() else last)
            return
        worker.kill()
        with contextlib.suppress(asyncio.CancelledError):
            await talk
        if job.cancelled.is_set():
            job._end(_error("cancelled", "cancelled"))
        else:
            words = f"{job.task['name']}: more than {self._seconds:g} seconds of work"
            job._end(_error("limit", f"{words}; try less effort or a smaller picture"))

    def _replace(self) -> None:
        if not self._closed:
            task = asyncio.create_task(self._start_one())
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)

    async def _start_one(self) -> None:
        worker = _Worker(self._memory, self._folder)
        self._all.add(worker)
        if await worker.is_ready():
            self._idle.append(worker)
            self._dispatch()
        else:
            self._all.discard(worker)
            worker.kill()
            log.error("a worker did not start")
            await asyncio.sleep(1)
            self._replace()


def _error(code: str, message: str) -> dict[str, Any]:
    return {"event": "error", **Refusal(code, message).to_json()}


class _Worker:
    """One process of worker.py."""

    def __init__(self, memory: int, folder: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._heard: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._gone = asyncio.Event()
        self._killed = False
        self.last_path: str | None = None
        self._process = WorkerProcess(
            "huepress.web.worker", str(memory), folder, hear=self._hear_from_thread
        )

    def _hear_from_thread(self, message: bytes | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
            self._loop.call_soon_threadsafe(self._hear, message)

    def _hear(self, message: bytes | None) -> None:
        self._heard.put_nowait(message)
        if message is None:
            self._process.join(_END_SECONDS)
            self._gone.set()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return not self._killed and self._process.is_alive()

    async def is_ready(self) -> bool:
        try:
            async with asyncio.timeout(_START_SECONDS):
                return await self._heard.get() is not None
        except TimeoutError:
            return False

    async def work(self, task: dict[str, Any], on_event: OnEvent) -> dict[str, Any] | None:
        """Return the last event of a task, or None when the process ended before it."""
        self.last_path = task["path"]
        self._tell(task)
        while (message := await self._heard.get()) is not None:
            event: dict[str, Any] = json.loads(message)
            if event["event"] in ("done", "error"):
                return event
            on_event(event)
        return None

    def ask_to_stop(self, identifier: str) -> None:
        self._tell({"cancel": identifier})

    def _tell(self, message: dict[str, Any]) -> None:
        # Messages are far smaller than a pipe's buffer, so that there is nothing to wait for.
        self._process.tell(json.dumps(message).encode())

    def kill(self) -> None:
        self._killed = True
        self._process.kill()

    async def gone(self) -> None:
        await self._gone.wait()
