"""Copy files of a tree unchanged: byte for byte, with mode and time."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from huepress.batch.store import is_remote, store_of
from huepress.decode import Limits
from huepress.errors import InputError, OutputError
from huepress.result.write import copy_atomic

DIGEST_BYTES = 20
"""Length of the hashes that identify contents."""


@dataclass(frozen=True, slots=True)
class Content:
    """What identifies the content of a file.

    Attributes
    ----------
    digest : bytes
        From `digest_of`.
    n_bytes : int
        Size of the file.
    """

    digest: bytes
    n_bytes: int


def digest_of(data: bytes) -> bytes:
    """Return the 20-byte hash of a content."""
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES).digest()


def content_of(address: str, limits: Limits) -> Content:
    """Return the hash and size of a file; a local one is never held in memory."""
    if is_remote(address):
        data = store_of(address).content(address, limits)
        return Content(digest_of(data), len(data))
    seen = _Seen()
    try:
        with Path(address).open("rb", buffering=0) as file:
            while block := file.read(1 << 20):
                seen(block)
    except OSError as error:
        words = error.strerror or str(error)
        raise InputError(address, words, "a file that can be read") from error
    return seen.content()


def carry_file(source: str, output: str, *, force: bool, limits: Limits) -> Content:
    """Copy a file.

    Parameters
    ----------
    source, output : str
        Paths or addresses; mode and time are kept where both are on this machine.
    force : bool
        Replace what is there.
    limits : Limits
        For files in stores, which are held in memory.

    Returns
    -------
    Content
        What was copied.

    Raises
    ------
    InputError
        The source cannot be read.
    OutputError
        The output exists, or cannot be written.
    """
    if is_remote(source) or is_remote(output):
        data = store_of(source).content(source, limits)
        store_of(output).write(output, data, force=force, keep_from=None, make_parents=True)
        return Content(digest_of(data), len(data))
    seen = _Seen()
    try:
        copy_atomic(source, output, force=force, make_parents=True, seen=seen)
    except OSError as error:
        words = error.strerror or str(error)
        raise InputError(source, words, "a file that can be read") from error
    return seen.content()


class _Seen:
    """Sums blocks up to a Content."""

    def __init__(self) -> None:
        self._digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
        self._n_bytes = 0

    def __call__(self, block: bytes) -> None:
        self._digest.update(block)
        self._n_bytes += len(block)

    def content(self) -> Content:
        return Content(self._digest.digest(), self._n_bytes)


def carry_link(source: str, output: str) -> None:
    """Recreate a link to a directory, if its target is relative.

    Raises
    ------
    OutputError
        The name is taken.
    """
    there = os.readlink(source)  # noqa: PTH115
    if os.path.isabs(there):  # noqa: PTH117
        raise OutputError(output, "a link with an absolute target", "a relative one can be kept")
    if is_carried_link(source, output):
        return
    if os.path.lexists(output):
        raise OutputError(output, "exists already", "remove it, or use another --out-dir")
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    Path(output).symlink_to(there)


def is_carried_link(source: str, output: str) -> bool:
    """Whether the output is already the same link."""
    return os.path.islink(output) and os.readlink(output) == os.readlink(source)  # noqa: PTH114, PTH115


def carry_empty_directory(source: str, output: str) -> None:
    """Make a directory with the mode of another.

    Raises
    ------
    OutputError
        The name is taken, or nothing can be made there.
    """
    try:
        Path(output).mkdir(parents=True)
        Path(output).chmod(stat.S_IMODE(Path(source).stat().st_mode))
    except FileExistsError as error:
        raise OutputError(output, "exists already", "another --out-dir") from error
    except OSError as error:
        words = error.strerror or str(error)
        raise OutputError(output, words, "a directory that may be written to") from error
