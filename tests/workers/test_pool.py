"""workers and executor: order, death of a worker, death of the parent, the end by Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from huepress.workers.executor import Inline, in_order
from huepress.workers.pool import Workers

HERE = str(Path(__file__).parents[1])


def double(item):
    """Some items end their process."""
    number, folder = item
    if number == 13 or (number == 14 and not list(Path(folder).glob("tried"))):
        (Path(folder) / "tried").touch()
        os.kill(os.getpid(), signal.SIGSEGV if number == 13 else signal.SIGKILL)
    print("noise on standard output")  # must not reach the parent as an answer
    return 2 * number


def lost(item, words):
    return f"{item[0]} {words}"


@pytest.fixture
def findable(monkeypatch):
    """Workers import this module by its name."""
    monkeypatch.setenv("PYTHONPATH", f"{HERE}/workers:{HERE}")
    monkeypatch.setattr(double, "__module__", "test_pool")
    sys.modules["test_pool"] = sys.modules[__name__]
    yield
    del sys.modules["test_pool"]


def run(executor, items):
    try:
        return list(
            in_order(executor, items, lambda _, value: value, lambda place: f"ready {place}")
        )
    finally:
        executor.close()


def test_inline_keeps_the_order():
    assert run(Inline(lambda n: n * n), [1, None, 3]) == [1, "ready 1", 9]


@pytest.mark.parametrize("n_workers", [1, 2, 5])
def test_values_come_in_order(findable, tmp_path, n_workers):
    items = [None if n % 3 == 0 else (n, str(tmp_path)) for n in range(12)]
    expected = [f"ready {n}" if n % 3 == 0 else 2 * n for n in range(12)]
    assert run(Workers(double, lost, n_workers), items) == expected


def test_a_dead_worker_is_tried_again_and_the_others_go_on(findable, tmp_path):
    items = [(n, str(tmp_path)) for n in (1, 13, 2, 14, 3)]
    found = run(Workers(double, lost, 2), items)
    assert found == [2, "13 killed by signal 11", 4, 28, 6]


def test_a_stopped_run_leaves_no_process(findable, tmp_path):
    executor = Workers(double, lost, 2)
    rows = in_order(executor, [(n, str(tmp_path)) for n in range(5)], lambda _, v: v, str)
    assert next(rows) == 0
    processes = [worker._process._process for worker in executor._all]
    rows.close()
    executor.close()
    assert processes
    assert all(process.poll() is not None for process in processes)


PARENT = """
import sys
sys.path[:0] = {path!r}
from test_pool import Workers, double, lost
executor = Workers(double, lost, 2)
for n in (1, 2):
    executor.submit(n, (n, "."))
executor.wait()
print(*[worker._process.pid for worker in executor._all], flush=True)
sys.stdin.read()
"""


def test_workers_end_with_their_parent_however_it_ends():
    path = [HERE + "/workers", HERE]
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(path=path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": ":".join(path)},
    )
    workers = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(workers) == 2
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 20
    while any(_is_alive(pid) for pid in workers):
        assert time.monotonic() < deadline, "a worker outlives its parent"
        time.sleep(0.02)


def _is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def slow(item):
    time.sleep(item[0])
    return item[0]


def test_a_worker_that_takes_too_long_is_ended_and_the_others_go_on(findable, monkeypatch):
    monkeypatch.setattr(slow, "__module__", "test_pool")
    executor = Workers(slow, lost, 2, seconds=4.0, late=lambda item: f"{item[0]} was late")
    items = [(number, "") for number in (0, 60, 0.01, 0.02)]
    started = time.monotonic()
    assert run(executor, items) == [0, "60 was late", 0.01, 0.02]
    assert time.monotonic() - started < 30
