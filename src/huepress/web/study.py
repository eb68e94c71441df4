"""The study's part of the API: a picture in, k-means out as it happens, one line per event."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from huepress.errors import OptionError
from huepress.study.lesson import PARTS, settings_of
from huepress.web import form
from huepress.web.bodies import sent
from huepress.web.calls import draw_demo
from huepress.web.holdings import new_id
from huepress.web.names import tidy
from huepress.web.server import Server

LINES: Final = "application/x-ndjson"


class Study:
    """Handlers of the study.

    Parameters
    ----------
    server : Server
        Whose workers run k-means.
    picture : Path or None
        What the study opens with; None: the picture that huepress draws.
    """

    def __init__(self, server: Server, picture: Path | None = None) -> None:
        self._server = server
        self._picture = picture

    def routes(self) -> list[Route]:
        """Return the routes, each with one handler a method."""
        answering = self._server.answering
        return [
            Route("/api/v1/study", answering(self.study), methods=["POST"]),
            Route("/api/v1/study/picture", answering(self.picture), methods=["GET"]),
        ]

    async def picture(self, _: Request) -> Response:
        """Return the picture that the study opens with."""
        if self._picture is None:
            data, name = await run_in_threadpool(draw_demo), "demo.png"
        else:
            data, name = await run_in_threadpool(self._picture.read_bytes), self._picture.name
        headers = {"Huepress-Name": json.dumps(tidy(name))}
        return Response(data, media_type="application/octet-stream", headers=headers)

    async def study(self, request: Request) -> Response:
        """Stream the events of one part of the lesson; the last one is ``done`` or ``error``.

        The picture is gone after that. When the client goes away, the work is cancelled.
        """
        server, holdings = self._server, self._server.holdings
        stack = contextlib.ExitStack()
        try:
            stack.enter_context(server.admitted())
            async with sent(request, server.options.upload_bytes) as call:
                task = _task(call.values, server.options.max_pixels)
                path = await holdings.receive(call.chunks, call.length)
                stack.callback(holdings.remove, path)
                task |= {"id": new_id(), "path": str(path), "name": tidy(call.name)}
            task |= {"folder": str(holdings.folder), "max_pixels": server.options.max_pixels}
        except BaseException:
            stack.close()
            raise
        return _Stream(self._lines(task), stack)

    async def _lines(self, task: dict[str, Any]) -> AsyncIterator[bytes]:
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        pool = self._server.pool
        job = pool.submit(task, owner="study", on_event=queue.put_nowait)
        try:
            while True:
                event = await queue.get()
                yield json.dumps(event).encode() + b"\n"
                if event["event"] in ("done", "error"):
                    return
        finally:
            pool.cancel(job)


class _Stream(StreamingResponse):
    """Stream lines, and release their resources even if the client left before the first.

    Parameters
    ----------
    lines : async iterator of bytes
        What is sent.
    stack : contextlib.ExitStack
        Closed at the end.
    """

    def __init__(self, lines: AsyncIterator[bytes], stack: contextlib.ExitStack) -> None:
        super().__init__(lines, media_type=LINES)
        self._stack = stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._stack:
            await super().__call__(scope, receive, send)


def _task(values: dict[str, Any], max_pixels: int) -> dict[str, Any]:
    """Split what a client sent into the part, its own start, and options.

    Raises
    ------
    OptionError
        An unknown part, or options that are not allowed.
    """
    options = dict(values)
    part = options.pop("part", "steps")
    if part not in PARTS:
        raise OptionError("part", part, ", ".join(PARTS))
    centers = options.pop("centers", None)
    settings_of(form.options_of(options, max_pixels), centers)
    task = {"kind": "study", "part": part, "centers": centers, "options": options}
    return task | {"once": True}  # the upload is gone afterwards: nobody asks for it again
