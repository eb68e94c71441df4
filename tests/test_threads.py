"""Parts of a picture by several threads: in order, and by fewer where there is no room for more."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from huepress import _core, _threads


def who(part):
    return part, threading.get_ident()


def test_results_come_in_the_order_of_the_parts():
    met = threading.Barrier(3, timeout=30)

    def work(part):
        met.wait()
        return part

    assert _threads.side_by_side(work, [5, 3, 9], 3) == [5, 3, 9]


def test_one_thread_does_all_where_there_is_no_room_for_more(monkeypatch):
    monkeypatch.setattr(_core, "has_room_for_threads", lambda _: False)
    here = threading.get_ident()
    assert _threads.side_by_side(who, [1, 2, 3], 8) == [(1, here), (2, here), (3, here)]


def test_room_for_some_is_used(monkeypatch):
    monkeypatch.setattr(_core, "has_room_for_threads", lambda n_threads: n_threads <= 2)
    met = threading.Barrier(2, timeout=30)
    _threads.side_by_side(lambda _: met.wait(), range(4), 8)


@pytest.mark.parametrize("started", [0, 1])
def test_a_system_without_more_threads_costs_time_only(monkeypatch, started):
    submit, calls = ThreadPoolExecutor.submit, []

    def refuse(self, *work):
        calls.append(work)
        if len(calls) > started:
            raise RuntimeError("can't start new thread")
        return submit(self, *work)

    monkeypatch.setattr(ThreadPoolExecutor, "submit", refuse)
    here = threading.get_ident()
    assert _threads.side_by_side(who, [1, 2, 3], 3) == [(1, here), (2, here), (3, here)]


def test_what_a_part_raises_is_raised_and_the_waiting_parts_are_dropped():
    done = []

    def work(part):
        if part == 0:
            raise ValueError("no")
        done.append(part)

    with pytest.raises(ValueError, match="no"):
        _threads.side_by_side(work, range(1000), 2)
    assert len(done) < 1000
