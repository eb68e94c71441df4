"""Read the bytes of whatever a caller passes, within a size limit."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO, TypeAlias

from huepress.errors import DecodeError, InputError, LimitError

BytesLike: TypeAlias = bytes | bytearray | memoryview

WHY_NOT = {
    errno.ENOENT: ("no such file", "check the name"),
    errno.EACCES: ("permission denied", "a file that may be read is needed"),
    errno.ENAMETOOLONG: ("the name is too long for the file system", "give a shorter one"),
    errno.ENOTDIR: ("a part of the path is not a directory", "check the name"),
    errno.ELOOP: ("symbolic links that lead in a circle", "check the name"),
}


def name_of(source: object) -> str:
    """Return the name of a source in messages."""
    if isinstance(source, str | os.PathLike):
        return os.fsdecode(source)
    if isinstance(source, bytes | bytearray | memoryview):
        return "<bytes>"
    name = getattr(source, "name", None)
    if isinstance(name, str) and name:
        return name
    return "<stdin>" if name == 0 else "<file>"


def read_path(path: str | os.PathLike[str], max_bytes: int) -> bytes:
    """Read a regular file.

    Parameters
    ----------
    path : path
        Symbolic links are followed.
    max_bytes : int
        Largest file; checked before any of it is read.

    Raises
    ------
    InputError
        No file, no permission, or a directory, FIFO or device.
    LimitError
        More than ``max_bytes``.
    """
    name = os.fsdecode(path)
    try:
        status = Path(path).stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError(name, "is a directory", "a picture file is needed (-r takes a tree)")
        if not stat.S_ISREG(status.st_mode):
            raise InputError(
                name, "is not a regular file", "pipe it into standard input (-) instead"
            )
        if status.st_size > max_bytes:
            raise LimitError(name, "bytes", status.st_size, max_bytes, "--max-bytes")
        return Path(path).read_bytes()
    except ValueError as error:  # a zero byte inside the name
        raise InputError(name, str(error), "check the name") from error
    except OSError as error:
        found, wanted = WHY_NOT.get(
            error.errno or 0, (error.strerror or str(error), "a readable file is needed")
        )
        raise InputError(name, found, wanted) from error


def read_stream(stream: BinaryIO, max_bytes: int) -> bytes:
    """Read a binary file object from its current position to its end.

    Raises
    ------
    LimitError
        More than ``max_bytes``.
    InputError
        It yields text, or reading fails.
    """
    name = name_of(stream)
    try:
        data = stream.read(max_bytes + 1)
    except OSError as error:
        raise InputError(name, error.strerror or str(error), "a readable file is needed") from error
    if not isinstance(data, bytes | bytearray):
        raise InputError(name, "yields text", "a file opened in binary mode is needed")
    if len(data) > max_bytes:
        raise LimitError(name, "or more bytes", len(data), max_bytes, "--max-bytes")
    return bytes(data)


def require_content(name: str, data: bytes) -> None:
    """Refuse an empty file."""
    if not data:
        raise DecodeError(name, "is empty", "a picture file is needed")
