"""Run the jobs of a batch on the workers of a Dask cluster.

Jobs and rows are plain data; pictures never pass through this process. Workers read and write the
stores themselves, so they need access to them, and the same version of huepress. If a worker is
lost, another one gets its job.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar
from uuid import uuid4

from huepress._version import __version__
from huepress.errors import MissingExtraError, OptionError

if TYPE_CHECKING:
    from distributed import Client, Future

Item = TypeVar("Item")
Value = TypeVar("Value")

# Jobs queued on the cluster per thread: a worker that is done finds the next one without asking
# this process; more would only make Ctrl-C slower.
_PER_THREAD: Final = 4

# Histograms joined by one merge: the depth is log8 of the jobs, and a merge holds eight.
_FAN_IN: Final = 8


def connect(address: str) -> Client:
    """Connect to the scheduler of a cluster.

    Parameters
    ----------
    address : str
        Such as ``tcp://10.0.0.5:8786``.

    Raises
    ------
    MissingExtraError
        Dask is not installed.
    OptionError
        No scheduler answers there, or its workers run another version of huepress.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingExtraError("--scheduler", "dask[distributed]", "distributed") from error
    try:
        client = Client(address)
    except (OSError, TimeoutError, ValueError) as error:
        raise OptionError(
            "scheduler", address, f"the address of a running Dask scheduler ({error})"
        ) from error
    require_same_version(client)
    return client


def require_same_version(client: Client) -> None:
    """Refuse a cluster whose workers have another huepress, or none (OptionError)."""
    versions = client.run(_version)
    other = {str(found) for found in versions.values()} - {__version__}
    if other:
        raise OptionError(
            "scheduler",
            client.scheduler_info()["address"],
            f"workers with huepress {__version__}, not {', '.join(sorted(other))}",
        )


class Cluster(Generic[Item, Value]):
    """The executor (workers/executor.py) that works on a Dask cluster.

    Parameters
    ----------
    client : distributed.Client
        Connected to it.
    function : callable
        Does one job on a worker; importable by its name there.
    lost : callable
        Makes the value of a job that lost several workers, from the job and what is known.
    """

    def __init__(
        self,
        client: Client,
        function: Callable[[Item], Value],
        lost: Callable[[Item, str], Value],
    ) -> None:
        from distributed import as_completed

        self._client = client
        self._function = function
        self._lost = lost
        self._run = uuid4().hex
        self._jobs: dict[str, tuple[int, Item]] = {}
        self._futures: set[Future] = set()
        self._done: Any = as_completed(loop=client.loop)

    @property
    def slots(self) -> int:
        """For the cluster as it is now: workers come and go."""
        n_threads: int = sum(self._client.nthreads().values())
        return max(1, _PER_THREAD * n_threads)

    def submit(self, ticket: int, item: Item) -> None:
        """As the protocol says."""
        key = f"huepress-{self._run}-{ticket}"
        future = self._client.submit(self._function, item, key=key, pure=False)
        self._jobs[key] = (ticket, item)
        self._futures.add(future)
        self._done.add(future)

    def wait(self) -> tuple[int, Value]:
        """As the protocol says."""
        from distributed.scheduler import KilledWorker

        future = next(self._done)
        ticket, item = self._jobs.pop(future.key)
        self._futures.discard(future)
        try:
            value: Value = future.result()
        except KilledWorker as error:
            value = self._lost(item, str(error))
        return ticket, value

    def close(self) -> None:
        """As the protocol says; jobs that have started finish on their workers."""
        self._client.cancel(list(self._futures))
        self._futures.clear()


def reduce_tree(
    client: Client,
    count: Callable[[Item], Value],
    add: Callable[[Sequence[Value]], Value],
    jobs: Sequence[Item],
) -> Value:
    """Map jobs to values on the workers, add up the values there in a tree, return the sum.

    Parameters
    ----------
    client : distributed.Client
        Connected to the cluster.
    count, add : callable
        Importable by name on the workers. The result of `add` must not depend on order.
    jobs : sequence
        At least one.

    Notes
    -----
    A merge is submitted right after the jobs it adds up, and Dask runs first what was submitted
    first: a worker holds about `_FAN_IN` values per level of the tree, however many there are.
    """
    level = _FAN_IN
    while level < len(jobs):
        level *= _FAN_IN

    def node(start: int, span: int) -> Future:
        if span == 1:
            return client.submit(count, jobs[start], pure=False)
        step = span // _FAN_IN
        parts = [node(at, step) for at in range(start, min(start + span, len(jobs)), step)]
        return client.submit(add, parts, pure=False)

    result: Value = node(0, level).result()
    return result


def _version() -> str:
    return __version__
