"""Send a file that may be removed at any moment: a transfer that has started is completed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from huepress.web.answers import Refusal

_PIECE: Final = 1 << 18


class FileAnswer(Response):
    """The answer that is a file.

    It is open before the first byte goes out, and an open file can be read to its end also when its
    name is gone. (`starlette.responses.FileResponse` opens it after its size was sent.)

    Parameters
    ----------
    path : Path
        The file.
    media_type : str
        Its type.
    headers : dict
        More headers.

    Raises
    ------
    Refusal
        ``unknown``: it is gone.
    """

    def __init__(self, path: Path, media_type: str, headers: dict[str, str]) -> None:
        try:
            self._file = path.open("rb")
        except FileNotFoundError:
            raise Refusal("unknown", "the file is gone; a newer one may take its place") from None
        size = os.fstat(self._file.fileno()).st_size
        super().__init__(media_type=media_type, headers={**headers, "Content-Length": str(size)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, and close it."""
        with self._file:
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            piece = await self._read() if scope["method"] != "HEAD" else b""
            while piece:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                piece = await self._read()
            await send({"type": "http.response.body", "body": b""})

    async def _read(self) -> bytes:
        return await run_in_threadpool(self._file.read, _PIECE)
