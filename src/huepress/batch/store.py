"""Where files are: the local disk, or any store that fsspec knows (``s3://``, ``gs://``, ...).

A path or address goes in; bytes, stamps and listings come out. A stamp changes when the file does,
so an unchanged file need not be read again; None means that the file must be read to find out.
"""

from __future__ import annotations

import os
import posixpath
import stat
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import unquote, urlsplit

from huepress.decode import Limits, read
from huepress.errors import InputError, LimitError, MissingExtraError, OutputError
from huepress.result.write import write_atomic

STDIO: Final = "-"

# Two writes within one tick of the coarsest file system clock in use (2 s, FAT) have the same
# time, so a file that young gets no stamp.
_CLOCK_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of a listing.

    Attributes
    ----------
    address : str
        Path or URL.
    relative : str
        Path below the root of the listing, with slashes.
    stamp : str or None
        As from `Store.stamp`, if the listing includes it.
    refusal : str
        Why it must not be opened; empty for regular files.
    code : str
        The same for machines: ``link``, ``directory_link``, ``empty_directory`` or ``not_regular``.
    unreadable : bool
        The refusal is an error (a directory that cannot be listed), not a choice.
    """

    address: str
    relative: str
    stamp: str | None = None
    refusal: str = ""
    unreadable: bool = False
    code: str = ""


class Descend(Protocol):
    """Whether to enter a directory, by its path below the root."""

    def __call__(self, relative: str, /) -> bool:
        """Return True to enter it."""


class Store(Protocol):
    """What a batch needs from the place where files are."""

    def is_directory(self, address: str) -> bool:
        """Whether it is a directory (or a prefix with something below)."""

    def exists(self, address: str) -> bool:
        """Whether the file exists."""

    def stamp(self, address: str, *, settled: bool = True) -> str | None:
        """Return a stamp that changes with the file; None when unknown.

        With `settled`, also None for a file that changed so recently that another change might
        not show.
        """

    def head(self, address: str, n_bytes: int) -> bytes:
        """Return the first bytes of a file."""

    def read(self, address: str, limits: Limits) -> bytes:
        """Return the content of a file; InputError or LimitError when it cannot be read."""

    def content(self, address: str, limits: Limits) -> bytes:
        """Return the content of a file that, unlike a picture, may be empty."""

    def write(
        self, address: str, data: bytes, *, force: bool, keep_from: str | None, make_parents: bool
    ) -> None:
        """Write a file whole or not at all; OutputError when that fails."""

    def walk(self, root: str, descend: Descend) -> Iterator[Found]:
        """List everything below a directory: by name, files before directories."""


def is_remote(address: str) -> bool:
    """Whether an address names a store rather than a path on this machine."""
    return "://" in address and not address.startswith("file://")


def local_path(address: str) -> str:
    """Return the path of a ``file://`` address; others come back unchanged."""
    return unquote(urlsplit(address).path) if address.startswith("file://") else address


def store_of(address: str) -> Store:
    """Return the store for an address.

    Raises
    ------
    MissingExtraError
        fsspec is not installed.
    InputError
        fsspec does not know the scheme, or the package for it is missing.
    """
    return _remote(address.split("://")[0], os.getpid()) if is_remote(address) else _LOCAL


def join(root: str, relative: str) -> str:
    """Return the address of something below a root."""
    if is_remote(root):
        return root.rstrip("/") + "/" + relative
    return os.path.join(root, *relative.split("/"))  # noqa: PTH118 (paths stay texts here)


def split(address: str) -> tuple[str, str]:
    """Split an address into its directory (with the slash, or empty) and its name."""
    if not is_remote(address):
        directory, name = os.path.split(address)
        return directory, name
    head, slash, name = address.rpartition("/")
    return head + slash, name.partition("?")[0] if "?" in name else name


class LocalStore:
    """The file system of this machine."""

    def is_directory(self, address: str) -> bool:
        """As the protocol says."""
        return os.path.isdir(address)  # noqa: PTH112 - false for names that cannot be

    def exists(self, address: str) -> bool:
        """As the protocol says; a broken link does not exist."""
        return os.path.exists(address)  # noqa: PTH110 - false for names that cannot be

    def stamp(self, address: str, *, settled: bool = True) -> str | None:
        """Size, and times of content and inode in nanoseconds."""
        try:
            facts = Path(address).stat()
        except OSError:
            return None
        if settled and time.time() - max(facts.st_mtime, facts.st_ctime) < _CLOCK_SECONDS:
            return None
        return f"{facts.st_size}.{facts.st_mtime_ns}.{facts.st_ctime_ns}"

    def head(self, address: str, n_bytes: int) -> bytes:
        """As the protocol says."""
        try:
            with Path(address).open("rb", buffering=0) as file:
                return file.read(n_bytes)
        except OSError as error:
            raise _unreadable(address, error) from error

    def read(self, address: str, limits: Limits) -> bytes:
        """As the protocol says."""
        return read(Path(address), limits)

    def content(self, address: str, limits: Limits) -> bytes:
        """As the protocol says."""
        return self.read(address, limits) if self.head(address, 1) else b""

    def write(
        self, address: str, data: bytes, *, force: bool, keep_from: str | None, make_parents: bool
    ) -> None:
        """As the protocol says."""
        write_atomic(address, data, force=force, keep_from=keep_from, make_parents=make_parents)

    def walk(self, root: str, descend: Descend) -> Iterator[Found]:
        """As the protocol says. Links to directories, or to files outside, are not followed."""
        home = os.path.realpath(root)
        waiting = [("", root)]
        while waiting:
            above, directory = waiting.pop()
            try:
                with os.scandir(directory) as listing:
                    entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
            except OSError as error:
                reason = error.strerror or "cannot be listed"
                yield Found(directory, above.rstrip("/"), None, reason, unreadable=True)
                continue
            if above and not entries:
                relative, words = above.rstrip("/"), "an empty directory"
                yield Found(directory, relative, None, words, code="empty_directory")
            below = []
            for entry in entries:
                relative = above + entry.name
                if entry.is_dir(follow_symlinks=False):
                    if descend(relative):
                        below.append((relative + "/", entry.path))
                else:
                    refusal, code = _refusal(entry, home)
                    yield Found(entry.path, relative, None, refusal, code=code)
            waiting += reversed(below)


class RemoteStore:
    """A store of fsspec.

    Parameters
    ----------
    scheme : str
        Such as ``s3``.
    file_system : fsspec.AbstractFileSystem
        Its file system.
    """

    def __init__(self, scheme: str, file_system: Any) -> None:
        self._scheme = scheme
        self._fs = file_system

    def is_directory(self, address: str) -> bool:
        """As the protocol says."""
        try:
            return bool(self._fs.isdir(address))
        except remote_errors() as error:
            raise _unreadable(address, error) from error

    def exists(self, address: str) -> bool:
        """As the protocol says."""
        self._fs.invalidate_cache()
        return bool(self._fs.exists(address))

    def stamp(self, address: str, *, settled: bool = True) -> str | None:
        """Return the store's own tag for the content, or size and time."""
        try:
            return _remote_stamp(self._fs.info(address, refresh=True))
        except TypeError:  # a file system whose info() has no refresh
            return _remote_stamp(self._fs.info(address))
        except remote_errors():
            return None

    def head(self, address: str, n_bytes: int) -> bytes:
        """As the protocol says; no range of an empty object can be requested."""
        try:
            if self._fs.info(address).get("size") == 0:
                return b""
            return bytes(self._fs.cat_file(address, start=0, end=n_bytes))
        except remote_errors() as error:
            raise _unreadable(address, error) from error

    def read(self, address: str, limits: Limits) -> bytes:
        """As the protocol says."""
        try:
            size = self._fs.info(address).get("size")
            if size is not None and size > limits.max_bytes:
                raise LimitError(address, "bytes", size, limits.max_bytes, "--max-bytes")
            return read(self._fs.cat_file(address), limits, name=address)
        except remote_errors() as error:
            raise _unreadable(address, error) from error

    def content(self, address: str, limits: Limits) -> bytes:
        """As the protocol says."""
        return self.read(address, limits) if self.head(address, 1) else b""

    def write(
        self, address: str, data: bytes, *, force: bool, keep_from: str | None, make_parents: bool
    ) -> None:
        """As the protocol says: an object appears once all of it has arrived."""
        try:
            if not force and self.exists(address):
                raise OutputError(address, "exists already", "use --force to overwrite it")
            self._fs.makedirs(address.rpartition("/")[0], exist_ok=True)
            self._fs.pipe_file(address, data)
        except remote_errors(NotImplementedError) as error:
            raise OutputError(
                address, str(error) or type(error).__name__, "a store that can be written to"
            ) from error

    def walk(self, root: str, descend: Descend) -> Iterator[Found]:
        """As the protocol says."""
        base = self._fs._strip_protocol(root).rstrip("/")
        waiting = [("", base)]
        while waiting:
            above, directory = waiting.pop()
            try:
                listing = self._fs.ls(directory, detail=True, refresh=True)
            except TypeError:  # a file system whose ls() has no refresh
                listing = self._fs.ls(directory, detail=True)
            except remote_errors() as error:
                reason = str(error) or "cannot be listed"
                yield Found(self._address(directory), above.rstrip("/"), None, reason, True)
                continue
            below = []
            for info in sorted(listing, key=lambda info: str(info["name"])):
                path = info["name"].rstrip("/")
                relative = above + posixpath.basename(path)
                if info["type"] == "directory":
                    if path != directory and descend(relative):
                        below.append((relative + "/", path))
                elif path != directory:
                    yield Found(self._address(path), relative, _remote_stamp(info))
            waiting += reversed(below)

    def _address(self, path: str) -> str:
        return path if "://" in path else f"{self._scheme}://{path}"


_LOCAL: Final = LocalStore()


@cache
def _remote(scheme: str, process: int) -> Store:  # noqa: ARG001 (a fork needs its own)
    try:
        import fsspec
    except ImportError as error:
        raise MissingExtraError(f"{scheme}://", "fsspec", "distributed") from error
    try:
        return RemoteStore(scheme, fsspec.filesystem(scheme))
    except (ImportError, ValueError) as error:
        known = "a path, or an address of a store that fsspec knows"
        raise InputError(f"{scheme}://", str(error), known) from error


def remote_errors(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """Return the exceptions of file systems when a store refuses or cannot be reached."""
    found: list[type[Exception]] = [OSError, *more]
    for module, name in [
        ("aiohttp", "ClientError"),
        ("botocore.exceptions", "BotoCoreError"),
        ("botocore.exceptions", "ClientError"),
    ]:
        if module in sys.modules:
            found.append(getattr(sys.modules[module], name))
    return tuple(found)


def _refusal(entry: os.DirEntry[str], home: str) -> tuple[str, str]:
    """Return why an entry that is not a directory is not opened, and its code; else two ""."""
    try:
        if entry.is_symlink():
            there = os.path.realpath(entry.path)
            if os.path.commonpath([home, there]) != home:
                return "a link that leads out of the tree", "link"
            if Path(there).is_dir():
                return "a link to a directory", "directory_link"
        regular = stat.S_ISREG(entry.stat().st_mode)
        return ("", "") if regular else ("not a regular file", "not_regular")
    except FileNotFoundError:
        return "a link that leads nowhere", "link"
    except OSError as error:
        return error.strerror or "cannot be read", "not_regular"


def _remote_stamp(info: dict[str, Any]) -> str | None:
    tag = info.get("ETag") or info.get("etag") or info.get("md5Hash") or info.get("content_md5")
    if tag:
        return f"{info.get('size')}.{tag}"
    changed = info.get("LastModified") or info.get("mtime") or info.get("created")
    return None if changed is None else f"{info.get('size')}.{changed}"


def _unreadable(address: str, error: Exception) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError(address, "no such file", "check the name")
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return InputError(address, words, "a file that can be read")
