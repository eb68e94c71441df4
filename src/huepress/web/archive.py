"""A ZIP of files, made while it is sent, so that no copy is on disk or in memory."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

_PIECE: Final = 1 << 16


class _Outlet(io.RawIOBase):
    """Collects what ZipFile writes, and passes it on in pieces."""

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
        Names in the ZIP, and paths. Files are stored uncompressed, because pictures do not get
        smaller. A file that was removed since is skipped, because a ZIP that breaks off in the
        middle cannot be opened.
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
