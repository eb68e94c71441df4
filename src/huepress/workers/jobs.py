"""What a process of `pool` runs: a function, and then one job after another."""

from __future__ import annotations

import pickle
import queue
from typing import Any

from huepress.workers import child
from huepress.workers.process import send


def main() -> None:
    """Do jobs until no more come."""
    answers = child.answers()
    messages: queue.SimpleQueue[Any] = queue.SimpleQueue()
    child.listen(lambda message: messages.put(pickle.loads(message)), child.end)
    function = messages.get()
    while True:
        value = function(messages.get())
        try:
            send(answers, pickle.dumps(value))
        except BrokenPipeError:
            child.end()
