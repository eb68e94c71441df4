"""Standard streams, which a shell may have closed before the start: Python has None for them."""

from __future__ import annotations

import sys
from typing import TextIO

import click


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody looks at it."""
    return stream is not None and stream.isatty()


def require_stdout() -> None:
    """Raise UsageError when what is made for standard output would be lost."""
    stream: TextIO | None = sys.stdout
    if stream is None:
        raise click.UsageError("standard output is closed: use -o FILE, or a pipe")
