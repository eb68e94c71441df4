"""A progress bar on a terminal for work over a second; nothing anywhere else."""

from __future__ import annotations

import sys
import threading
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from huepress.cli.interrupts import on_stop
from huepress.cli.streams import is_terminal
from huepress.cli.wording import in_one_line

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

DELAY: Final = 1.0
"""Seconds before the bar appears; shorter work needs none."""


class Progress:
    """Show files done, bytes saved, files a second and the time left, after the first second.

    Parameters
    ----------
    total : int
        Number of files.
    enabled : bool
        False shows nothing; nor is anything shown when standard error is not a terminal.
    """

    def __init__(self, total: int, *, enabled: bool = True) -> None:
        self._total = total
        self._done = 0
        self._saved = 0
        self._enabled = enabled and is_terminal(sys.stderr)
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(on_stop(self.clear))
        if self._enabled:
            self._timer = threading.Timer(DELAY, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as RichProgress

        several = [
            MofNCompleteColumn(),
            TextColumn("{task.fields[saved]} saved"),
            TextColumn("{task.fields[rate]:.1f} files/s"),
            TimeRemainingColumn(),
        ]
        with self._lock:
            if not self._enabled:
                return
            self._bar = RichProgress(
                TextColumn("compressing"),
                BarColumn(),
                *(several if self._total > 1 else []),
                TimeElapsedColumn(),
                TextColumn("{task.description}", markup=False),
                console=Console(stderr=True),
                redirect_stdout=is_terminal(sys.stdout),  # piped data must stay in the pipe
                transient=True,
            )
            # One file has no steps to count: its bar only shows that work is going on.
            total = self._total if self._total > 1 else None
            self._task = self._bar.add_task(
                "", total=total, completed=self._done, saved=size_in_words(self._saved), rate=0.0
            )
            self._bar.start()

    def advance(self, name: str, saved: int = 0) -> None:
        """Count one more file, and the bytes it saved."""
        with self._lock:
            self._done += 1
            self._saved += saved
        if self._done >= self._total:
            self.clear()
            return
        with self._lock:
            if self._bar is None or self._task is None:
                return
            elapsed = DELAY + (self._bar.tasks[0].elapsed or 0.0)
            self._bar.update(
                self._task,
                completed=self._done,
                description=in_one_line(name),
                saved=size_in_words(self._saved),
                rate=self._done / elapsed,
            )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()
        self.clear()

    def clear(self) -> None:
        """Move to a new line, for what is printed next."""
        with self._lock:
            self._enabled = False
            bar, self._bar = self._bar, None
        if self._timer is not None:
            self._timer.cancel()
        if bar is not None:
            bar.stop()


def size_in_words(n_bytes: int) -> str:
    """Return a number of bytes for people to read, in units of 1000."""
    if abs(n_bytes) < 1000:
        return f"{n_bytes} B"
    amount = float(n_bytes)
    units = iter(("kB", "MB", "GB", "TB"))
    unit = "B"
    while abs(amount) >= 999.95 and unit != "TB":
        amount, unit = amount / 1000, next(units)
    return f"{amount:.1f} {unit}"
