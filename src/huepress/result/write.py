"""From bytes to a file: whole or not at all.

The bytes go to a temporary file beside the target, are synced, and take the target's name in one
step. A run that fails removes its temporary file. If a run is killed, the next write into the same
directory removes it: a live writer holds a lock on its file, a dead one does not.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

from huepress._forks import Lock
from huepress.errors import OutputError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

_BLOCK = 1 << 20
"""Bytes copied at a time."""

PREFIX = ".huepress-"
SUFFIX = ".tmp"

WHY_NOT = {
    errno.ENOENT: ("its directory does not exist", "make it first"),
    errno.ENOTDIR: ("a part of the path is not a directory", "check the path"),
    errno.EACCES: ("permission denied", "choose a directory that may be written to"),
    errno.EPERM: ("not permitted", "choose a directory that may be written to"),
    errno.EROFS: ("the file system is read-only", "choose another directory"),
    errno.ENOSPC: ("no space left on the disk", "make room or choose another directory"),
    errno.EDQUOT: ("the disk quota is used up", "make room or choose another directory"),
    errno.EFBIG: ("larger than a file may be here", "choose another directory"),
    errno.ENAMETOOLONG: ("the name is too long for the file system", "give a shorter one"),
    errno.EISDIR: ("is a directory", "give the name of a file"),
    errno.EEXIST: ("already exists", "--force overwrites it"),
    errno.ELOOP: ("symbolic links that lead in a circle", "check the path"),
    errno.ENXIO: ("is a FIFO that nobody reads", "start its reader first"),
}

_swept: set[str] = set()
_sweeping = Lock()

writing = Lock()
"""Held while a file is written; whoever ends the process waits for it."""

_OPEN_FILES = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/")
"""Paths of files that are already open, as a shell makes them for ``>(command)``."""


def write_atomic(
    path: str | os.PathLike[str],
    data: bytes,
    *,
    force: bool = False,
    keep_from: str | os.PathLike[str] | None = None,
    make_parents: bool = False,
) -> Path:
    """Write a file whole or not at all.

    Parameters
    ----------
    path : path
        A symbolic link is followed: its target is written, the link stays. A device or a FIFO is
        written to, never replaced.
    data : bytes
        The content.
    force : bool
        Replace an existing file; otherwise it is an error, even if the file appears at the last
        moment.
    keep_from : path or None
        Give the new file the permissions and the modification time of this one (which may be the
        one being replaced).
    make_parents : bool
        Make missing directories.

    Returns
    -------
    Path
        The file written, links resolved.

    Raises
    ------
    OutputError
        It cannot be written; nothing is left behind, and what was there is as it was.
    """
    name = os.fsdecode(path)
    try:
        if _is_special(Path(path)):
            _write_through(Path(path), data)
            return Path(path)
        target = Path(os.path.realpath(path))
        like = None if keep_from is None else Path(keep_from).stat()
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a directory")
        if not force and target.exists():
            raise FileExistsError(errno.EEXIST, "exists")
        if make_parents:
            target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target.parent)
        with writing:
            descriptor, temporary = _create(target.parent)
            try:
                _fill(descriptor, data, like)
                _name_it(temporary, target, force=force)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
            finally:
                os.close(descriptor)
        if like is not None:
            os.utime(target, ns=(like.st_atime_ns, like.st_mtime_ns))
        _sync_directory(target.parent)
    except ValueError as error:  # a zero byte inside the name
        raise OutputError(name, str(error), "check the path") from error
    except OSError as error:
        raise _explain(name, error) from error
    return target


def copy_atomic(
    source: str | os.PathLike[str],
    path: str | os.PathLike[str],
    *,
    force: bool = False,
    make_parents: bool = False,
    seen: Callable[[bytes], None] | None = None,
) -> Path:
    """Copy a file whole or not at all, with its mode and modification time.

    Parameters
    ----------
    source : path
        A regular file; it is never held in memory.
    path, force, make_parents
        As for `write_atomic`.
    seen : callable or None
        Called with every block that is copied.

    Returns
    -------
    Path
        The file written, links resolved.

    Raises
    ------
    OutputError
        It cannot be written; nothing is left behind, and what was there is as it was.
    OSError
        The source cannot be read.
    """
    name = os.fsdecode(path)
    with Path(source).open("rb", buffering=0) as file:
        like = os.fstat(file.fileno())
        try:
            target = Path(os.path.realpath(path))
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, "is a directory")
            if not force and target.exists():
                raise FileExistsError(errno.EEXIST, "exists")
            if make_parents:
                target.parent.mkdir(parents=True, exist_ok=True)
            sweep(target.parent)
            descriptor, temporary = _create(target.parent)  # long: if stopped, a sweep removes it
            try:
                while block := file.read(_BLOCK):
                    _write_all(descriptor, block)
                    if seen is not None:
                        seen(block)
                _fill(descriptor, b"", like)
                _name_it(temporary, target, force=force)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
            finally:
                os.close(descriptor)
            os.utime(target, ns=(like.st_atime_ns, like.st_mtime_ns))
            _sync_directory(target.parent)
        except OSError as error:
            raise _explain(name, error) from error
    return target


def check_target(path: str | os.PathLike[str], *, force: bool = False) -> None:
    """Check before any work whether a file could be written there.

    Raises
    ------
    OutputError
        It exists (and ``force`` is false), is a directory, or its directory is missing or
        cannot be written to.
    """
    name = os.fsdecode(path)
    try:
        if _is_special(Path(path)):
            return
        target = Path(os.path.realpath(path))
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a directory")
        if not force and target.exists():
            raise FileExistsError(errno.EEXIST, "exists")
        if not target.parent.exists():
            raise FileNotFoundError(errno.ENOENT, "no directory")
        if not target.parent.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "not a directory")
        if not os.access(target.parent, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "permission denied")
    except ValueError as error:
        raise OutputError(name, str(error), "check the path") from error
    except OSError as error:
        raise _explain(name, error) from error


def sweep(directory: Path) -> None:
    """Remove the temporary files that killed runs left, once per directory and process."""
    key = os.path.realpath(directory)
    with _sweeping:
        if key in _swept:
            return
        _swept.add(key)
        with os.scandir(key) as entries:
            names = [entry.name for entry in entries]
        stale = [name for name in names if name.startswith(PREFIX) and name.endswith(SUFFIX)]
        for name in stale:
            _remove_if_dead(f"{key}{os.sep}{name}")


def _remove_if_dead(path: str) -> None:
    if fcntl is None:  # pragma: no cover - Windows: a file in use cannot be removed there
        Path(path).unlink(missing_ok=True)
        return
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:  # already gone, or another user's
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        Path(path).unlink(missing_ok=True)
    except OSError:  # its writer is alive
        return
    finally:
        os.close(descriptor)


def _is_special(target: Path) -> bool:
    """Whether the target is a device, a FIFO, a socket, or already open."""
    if is_open(target):
        return True
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def is_open(path: str | os.PathLike[str]) -> bool:
    """Whether the path is one of a file that is already open."""
    return os.fspath(path).startswith(_OPEN_FILES)


def _write_through(target: Path, data: bytes) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_NONBLOCK)  # a FIFO without a reader: ENXIO
    os.set_blocking(descriptor, True)
    try:
        _write_all(descriptor, data)
    finally:
        os.close(descriptor)


def _create(directory: Path) -> tuple[int, Path]:
    """Make a locked temporary file, with a name short enough for any file system."""
    while True:
        temporary = directory / f"{PREFIX}{os.urandom(8).hex()}{SUFFIX}"
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        descriptor = os.open(temporary, flags, 0o666)
        if fcntl is None:  # pragma: no cover - Windows
            return descriptor, temporary
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError:  # a file system without locks: a sweep cannot lock there either
            return descriptor, temporary
        if os.fstat(descriptor).st_nlink:
            return descriptor, temporary
        os.close(descriptor)  # a sweep thought it was dead between the two calls


def _fill(descriptor: int, data: bytes, like: os.stat_result | None) -> None:
    _write_all(descriptor, data)
    if like is not None and hasattr(os, "fchmod"):
        os.fchmod(descriptor, stat.S_IMODE(like.st_mode))
    os.fsync(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view[: 1 << 24]) :]


def _name_it(temporary: Path, target: Path, *, force: bool) -> None:
    if force:
        temporary.replace(target)
        return
    try:
        os.link(temporary, target)  # unlike a rename, it fails when the name is taken
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if target.exists():
            raise FileExistsError(errno.EEXIST, "exists") from None
        temporary.replace(target)
    else:
        temporary.unlink()


def _sync_directory(directory: Path) -> None:
    if os.name != "posix":  # pragma: no cover - Windows cannot open directories
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # not every file system can do this
            raise
    finally:
        os.close(descriptor)


def _explain(name: str, error: OSError) -> OutputError:
    found, wanted = WHY_NOT.get(
        error.errno or 0, (error.strerror or str(error), "choose another place")
    )
    return OutputError(name, found, wanted)
