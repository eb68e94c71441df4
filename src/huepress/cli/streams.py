"""Standard streams, which a shell may have closed before the start; then Python has None."""

from __future__ import annotations

import sys
from typing import Final, TextIO

import click

STDOUT_NAMES: Final = ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
"""Paths that stand for standard output."""


def is_terminal(stream: TextIO | None) -> bool:
    """Whether it is a terminal."""
    return stream is not None and stream.isatty()


def write_stdout(data: bytes) -> None:
    """Write data whole to standard output, or raise OutputError."""
    from huepress.errors import OutputError

    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        words = error.strerror or "cannot be written"
        raise OutputError("<stdout>", words, "a pipe or a file") from error


def require_stdout() -> None:
    """Raise UsageError when output to standard output would be lost."""
    stream: TextIO | None = sys.stdout
    if stream is None:
        raise click.UsageError("standard output is closed: use -o FILE, or a pipe")
