"""The server's temporary folder, which disappears with the server, however that ends.

The server removes it at the end; a worker does if the server was killed; the next server does if
both were. Live processes hold a lock, which shows which folders are left over.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PREFIX: Final = "huepress-serve-"


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder that only this user can read, and remove it at the end."""
    remove_left_over()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        _lock(lock)
        yield folder
    finally:
        os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


def remove_left_over() -> None:
    """Remove the folders of servers that are gone."""
    for folder in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        with contextlib.suppress(OSError):  # another user's, or just removed by its owner
            lock = os.open(folder / "lock", os.O_RDWR)
            try:
                if _lock(lock):
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def _lock(descriptor: int) -> bool:
    """Take the lock without waiting; False if a live process holds it, or that is unknown."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
