"""Silence Pillow's warnings while our own decoding runs (what matters becomes a note).

``warnings.catch_warnings`` alone is not safe when two threads overlap: the one that leaves first
restores the filters under the other. A counter makes the first one enter and the last one leave.

libtiff reports damaged files directly on the standard error stream of the process, bypassing
Python: while a TIFF file is decoded, that stream goes nowhere.
"""

from __future__ import annotations

import os
import warnings
from types import TracebackType

from huepress._forks import Lock, after_fork


class Quiet:
    """A reentrant context that ignores warnings raised inside Pillow."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._depth = 0
        self._saved: warnings.catch_warnings[None] | None = None

    def __enter__(self) -> None:
        with self._lock:
            if self._depth == 0:
                self._saved = warnings.catch_warnings()
                self._saved.__enter__()
                warnings.filterwarnings("ignore", module=r"PIL(\.|$)")
            self._depth += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._depth -= 1
            if self._depth == 0 and self._saved is not None:
                self._saved.__exit__(kind, error, trace)
                self._saved = None

    def leave(self) -> None:
        """Be as if nobody were inside."""
        self._depth = min(self._depth, 1)
        if self._depth:
            self.__exit__(None, None, None)


quiet_pillow = Quiet()
after_fork(lambda: quiet_pillow.leave())


class QuietStream:
    """A reentrant context in which the process's standard error stream goes nowhere."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._depth = 0
        self._saved: int | None = None

    def __enter__(self) -> None:
        with self._lock:
            self._depth += 1
            if self._depth > 1:
                return
            try:
                self._saved = os.dup(2)
            except OSError:  # closed: nothing to silence
                return
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 2)
            os.close(nowhere)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._depth -= 1
            if self._depth == 0 and self._saved is not None:
                os.dup2(self._saved, 2)
                os.close(self._saved)
                self._saved = None

    def leave(self) -> None:
        """Be as if nobody were inside."""
        self._depth = min(self._depth, 1)
        if self._depth:
            self.__exit__(None, None, None)


quiet_libtiff = QuietStream()
after_fork(lambda: quiet_libtiff.leave())
