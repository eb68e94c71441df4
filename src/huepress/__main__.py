"""``python -m huepress`` and the ``huepress`` command."""

from __future__ import annotations

import atexit
import os
import sys
import threading

from huepress import cli

__all__ = ["main"]


def main() -> None:
    """Run the command line and end the process."""
    try:
        cli.main()
    except SystemExit as done:
        leave(done.code)
    leave(0)


def pngquant() -> None:
    """Run ``huepress-pngquant`` and end the process."""
    cli.be_quick()
    from huepress.pngquant import run

    leave(run(sys.argv[1:]))


def leave(code: str | int | None) -> None:
    """End the process without taking every object apart first.

    What the system frees at once anyway takes Python 60 ms, a seventh of a run at the fast effort.
    Functions registered with `atexit` run, output is flushed; where that is not all there is to do,
    the process ends the usual way.
    """
    if threading.active_count() == 1 and isinstance(code, int | None):
        atexit._run_exitfuncs()
        try:
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:  # as it is when the file was closed before we began
                    stream.flush()
        except (OSError, ValueError):  # a reader went away, a stream is closed: Python knows how
            sys.exit(code)
        os._exit(code or 0)
    sys.exit(code)


if __name__ == "__main__":
    main()
