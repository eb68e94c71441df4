"""A ZIP of files, made while it is sent: no copy on disk, none in memory."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

_PIECE: Final = 1 << 16


class _Outlet(io.RawIOBase):
    """Takes what ZipFile writes and gives it on in pieces."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override] # ZipFile writes bytes
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def stream_zip(files: Sequence[tuple[str, Path]]) -> Iterator[bytes]:
    """Yield the pieces of a ZIP.

    Parameters
    ----------
    files : sequence of (str, Path)
        Names in the ZIP and where the files are. They are stored as they are: pictures do not
        get smaller by another compression. One that was removed since is left out: a ZIP that
        breaks off in the middle would open nowhere.
    """
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        for name, path in files:
            try:
                source = path.open("rb")
            except FileNotFoundError:
                continue
            info = zipfile.ZipInfo(name, time.localtime()[:6])
            info.external_attr = 0o644 << 16
            with source, archive.open(info, "w") as target:
                while piece := source.read(_PIECE):
                    target.write(piece)
                    yield outlet.take()
            yield outlet.take()
    yield outlet.take()
