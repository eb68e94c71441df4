"""``--watch``: process a tree again whenever one of its files changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from huepress.errors import HuepressError, MissingExtraError, OptionError

DEBOUNCE: Final = 300
"""Milliseconds without a change before a run starts: editors write a file in several steps."""

PASSED_OVER: Final = {".git", "node_modules"}
"""Directories whose changes start no run; trees leave them out anyway."""


def watch(sources: tuple[str, ...], out_dir: str, again: Callable[[], object]) -> None:
    """Call back after every change below the sources, until the run is stopped.

    Parameters
    ----------
    sources : tuple of str
        Files and directories of this machine.
    out_dir : str
        Ignored: changes below it are our own.
    again : callable
        Processes the tree; unchanged files take no time. Errors are reported, and watching goes on.

    Raises
    ------
    MissingExtraError
        watchfiles is not installed.
    OptionError
        A source is not a path on this machine.
    """
    try:
        from watchfiles import Change
        from watchfiles import watch as changes_of
    except ImportError as error:
        raise MissingExtraError("--watch", "watchfiles", "watch") from error
    if remote := next((source for source in sources if "://" in source), None):
        raise OptionError("watch", remote, "paths of this machine")
    own = os.path.realpath(out_dir)

    def is_theirs(change: Change, path: str) -> bool:
        del change
        real = os.path.realpath(path)
        below = real == own or real.startswith(own + os.sep)
        return not below and not PASSED_OVER & set(Path(real).parts)

    click.echo("watching; Ctrl-C ends it", err=True)
    for _ in changes_of(
        *sources, watch_filter=is_theirs, debounce=DEBOUNCE, step=50, raise_interrupt=False
    ):
        try:
            again()
        except (HuepressError, click.UsageError) as error:
            words = error.message if isinstance(error, click.UsageError) else str(error)
            click.echo(f"error: {words}", err=True)
