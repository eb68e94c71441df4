"""``python -m huepress`` and the ``huepress`` command."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["main"]


def main() -> None:
    """Run the command line and end the process."""
    with _nothing_begun():
        from huepress import cli
    try:
        cli.main()
    except SystemExit as done:
        leave(done.code)
    leave(0)


def pngquant() -> None:
    """Run ``huepress-pngquant`` and end the process."""
    with _nothing_begun():
        from huepress.cli import be_quick
        from huepress.cli.interrupts import interruptible
        from huepress.cli.wording import take_any_name

        be_quick()
        take_any_name()
        from huepress.pngquant import run
    codes: list[int] = []
    interruptible(lambda: codes.append(run(sys.argv[1:])))
    leave(codes[0])


@contextmanager
def _nothing_begun() -> Iterator[None]:
    """End silently when a Ctrl-C comes while modules are imported."""
    usual = signal.getsignal(signal.SIGINT)
    if usual is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    yield
    signal.signal(signal.SIGINT, usual)


def leave(code: str | int | None) -> None:
    """End the process without taking every object apart first.

    Python takes 60 ms, a seventh of a run at the fast effort, to free what the system frees anyway.
    Functions registered with `atexit` run and output is flushed; if anything else remains to be
    done, the process ends the usual way.
    """
    if threading.active_count() == 1 and isinstance(code, int | None):
        atexit._run_exitfuncs()
        try:
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:  # None when it was closed before we began
                    stream.flush()
        except (OSError, ValueError):  # the reader is gone or the stream closed: Python knows how
            sys.exit(code)
        os._exit(code or 0)
    sys.exit(code)


if __name__ == "__main__":
    main()
