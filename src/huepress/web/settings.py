"""How the server is run: the second table of options, read by ``huepress serve`` and by tests."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

from huepress.options import OptionGroup, option, parse_size

DEFAULT_PORT: Final = 8017
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")

_SERVER: Final = "The server"
_LIMITS: Final = "Limits"


@dataclass(frozen=True, slots=True)
class ServeOptions(OptionGroup):
    """Where the server listens and what one client may cost."""

    host: str = option(
        "127.0.0.1",
        "text",
        "--host",
        "Address to listen on; anything but this machine's own needs a token.",
        metavar="H",
        group=_SERVER,
    )
    port: int | None = option(
        None,
        "integer",
        "--port",
        f"Port; by default {DEFAULT_PORT}, or a free one when that is taken. 0 takes a free one.",
        minimum=0,
        maximum=65535,
        metavar="N",
        group=_SERVER,
    )
    token: str | None = option(
        None,
        "text",
        "--token",
        "Word that clients must know; made up and shown when --host needs one.",
        metavar="WORD",
        group=_SERVER,
    )
    allow_host: tuple[str, ...] = option(
        (),
        "list",
        "--allow-host",
        "Name under which clients may reach the server, beside its address; may be repeated.",
        metavar="NAME",
        group=_SERVER,
    )
    workers: int = option(
        0,
        "integer",
        "--workers",
        "Pictures in work at the same time; 0 is one per processor, at least 2.",
        minimum=0,
        maximum=64,
        metavar="N",
        group=_SERVER,
    )
    max_upload: str = option(
        "64MB",
        "size",
        "--max-upload",
        "Refuse larger files while they arrive.",
        metavar="SIZE",
        group=_LIMITS,
    )
    max_store: str = option(
        "2000MB",
        "size",
        "--max-store",
        "Most temporary files of all clients together.",
        metavar="SIZE",
        group=_LIMITS,
    )
    max_pixels: int = option(
        64_000_000,
        "integer",
        "--max-pixels",
        "Refuse larger pictures before decoding them.",
        minimum=1,
        metavar="N",
        group=_LIMITS,
    )
    max_memory: str = option(
        "6000MB",
        "size",
        "--max-memory",
        "Most memory of one worker process.",
        metavar="SIZE",
        group=_LIMITS,
    )
    max_seconds: float = option(
        120.0,
        "number",
        "--max-seconds",
        "Most time for one job; its process is ended after that.",
        minimum=0.1,
        maximum=86_400,
        metavar="S",
        group=_LIMITS,
    )
    max_waiting: int = option(
        64,
        "integer",
        "--max-waiting",
        "API calls that may wait for a worker; more are told to come back later.",
        minimum=1,
        maximum=10_000,
        metavar="N",
        group=_LIMITS,
    )
    max_files: int = option(
        500,
        "integer",
        "--max-files",
        "Most pictures open in one page.",
        minimum=1,
        maximum=100_000,
        metavar="N",
        group=_LIMITS,
    )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK or self.host.startswith("127.")

    @property
    def n_workers(self) -> int:
        """Pictures in work at the same time.

        Two at least, so that a sweep in the background never keeps a person waiting.
        """
        return self.workers or max(2, os.cpu_count() or 2)

    @property
    def upload_bytes(self) -> int:
        """Largest upload."""
        return parse_size(self.max_upload)

    @property
    def store_bytes(self) -> int:
        """Largest sum of temporary files."""
        return parse_size(self.max_store)

    @property
    def memory_bytes(self) -> int:
        """Largest address space of a worker."""
        return parse_size(self.max_memory)
