"""One worker process, as its parent sees it.

Messages are bytes with their length first: requests on its standard input, answers on its standard
output. So it ends when this process does, however that happens.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO, Final

# A Ctrl-C goes to the whole group, and a worker that is still importing would die with a traceback:
# so it is ignored from the worker's first line on, and the parent decides what it means.
_START: Final = """\
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
import importlib, sys
importlib.import_module(sys.argv[1]).main(*sys.argv[2:])
"""

_LAST_SECONDS: Final = 10.0
"""Most time to wait for the last answers of a process that has ended."""


class WorkerProcess:
    """A process, and the thread that hears its answers.

    Parameters
    ----------
    module : str
        Its function ``main`` is what the process runs; see `child`.
    *arguments : str
        What `main` gets.
    hear : callable
        Called with each answer, and with None once at the end; from another thread.
    environment : mapping
        Variables to set beside those of this process.
    """

    def __init__(
        self,
        module: str,
        *arguments: str,
        hear: Callable[[bytes | None], object],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
        )
        self._hear = hear
        self._hearing = threading.Thread(target=self._listen, daemon=True)
        self._hearing.start()

    @property
    def pid(self) -> int:
        """Its number in the system."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def tell(self, message: bytes) -> None:
        """Send a message; one that died does not hear it, and `hear` reports that."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            send(self._process.stdin, message)

    def kill(self) -> None:
        """Kill it in the middle of whatever it does."""
        self._process.kill()

    def close(self) -> None:
        """Tell it that nothing more will come."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()

    def join(self, seconds: float | None = None) -> str:
        """Wait for its end and say how it ended; one that takes longer is killed.

        Returns
        -------
        str
            As ``killed by signal 9`` or ``ended with code 1``.
        """
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        # A pipe must not be closed while it is being read; the process is gone, so reading ends.
        if threading.current_thread() is not self._hearing:
            self._hearing.join(_LAST_SECONDS)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()
        return f"killed by signal {-code}" if code < 0 else f"ended with code {code}"

    def _listen(self) -> None:
        assert self._process.stdout is not None
        while (answer := receive(self._process.stdout)) is not None:
            self._hear(answer)
        self._hear(None)


def send(pipe: IO[bytes], message: bytes) -> None:
    """Write one message, its length first."""
    pipe.write(len(message).to_bytes(8, "little") + message)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes | None:
    """Read one message; None at the end."""
    head = pipe.read(8)
    if len(head) < 8:
        return None
    length = int.from_bytes(head, "little")
    message = pipe.read(length)
    return message if len(message) == length else None
