"""The API for programs: one call, one answer, and nothing is kept."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from huepress import __version__
from huepress.errors import OptionError
from huepress.study import demo
from huepress.web import form, openapi
from huepress.web.answers import Refusal
from huepress.web.bodies import sent
from huepress.web.holdings import new_id
from huepress.web.names import disposition, output_name, tidy
from huepress.web.server import Server
from huepress.web.tabs import sweep_colors

_MEDIA_OF_JSON = "application/json"


class Calls:
    """Handlers of standalone calls."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._demo = b""

    def routes(self) -> list[Route]:
        """Return the routes, each with one handler a method."""
        table = {
            ("POST", "/compress"): self.compress,
            ("POST", "/sweep"): self.sweep,
            ("POST", "/palette"): self.palette,
            ("GET", "/options"): self.options,
            ("GET", "/health"): self.health,
            ("GET", "/demo.png"): self.demo,
            ("GET", "/openapi.json"): self.description,
        }
        answering = self._server.answering
        return [
            Route("/api/v1" + path, answering(handler), methods=[method])
            for (method, path), handler in table.items()
        ]

    async def compress(self, request: Request) -> Response:
        """Return the small file; its figures are in the header ``Huepress-Report``."""
        wants_json = _MEDIA_OF_JSON in request.headers.get("accept", "")
        async with self._done(request, "compress") as (last, name):
            report = last["report"]
            data = (self._server.holdings.folder / last["file"]).read_bytes()
        out = output_name(name, report["format"])
        if wants_json:
            encoded = base64.b64encode(data).decode()
            return JSONResponse({"name": out, "report": report, "data": encoded})
        short = {key: value for key, value in report.items() if key != "palette"}
        headers = {"Content-Disposition": disposition(out), "Huepress-Report": json.dumps(short)}
        return Response(data, media_type=f"image/{report['format']}", headers=headers)

    async def sweep(self, request: Request) -> Response:
        """Return size and score against k: the fast curve, of nearest colors."""
        async with self._done(request, "sweep") as (last, _):
            told = {name: last[name] for name in ("curve", "points", "suggested")}
            return JSONResponse(told)

    async def palette(self, request: Request) -> Response:
        """Return the colors and their shares."""
        async with self._done(request, "palette") as (last, _):
            return JSONResponse({"palette": last["palette"]})

    async def options(self, _: Request) -> Response:
        """Return the table of options, and settings that go together."""
        options = [row.to_json() for row in form.rows().values()]
        return JSONResponse({"options": options, "presets": form.presets()})

    async def health(self, _: Request) -> Response:
        """Say that the server lives."""
        waiting = self._server.n_waiting
        return JSONResponse({"status": "ok", "version": __version__, "waiting": waiting})

    async def demo(self, _: Request) -> Response:
        """Return the picture that huepress draws itself."""
        self._demo = self._demo or await run_in_threadpool(draw_demo)
        return Response(self._demo, media_type="image/png")

    async def description(self, _: Request) -> Response:
        """Return the OpenAPI description."""
        return JSONResponse(openapi.description())

    @contextlib.asynccontextmanager
    async def _done(self, request: Request, kind: str) -> AsyncIterator[tuple[dict[str, Any], str]]:
        """Receive a picture, do the work, and return its last event and the picture's name.

        All files are gone after that. When the client goes away, the work is cancelled.
        """
        server, holdings = self._server, self._server.holdings
        with server.admitted():
            path: Path | None = None
            identifier = new_id()
            try:
                async with sent(request, server.options.upload_bytes) as call:
                    task = _task(call.values, kind)
                    form.options_of(task["options"], server.options.max_pixels)
                    path = await holdings.receive(call.chunks, call.length)
                    name = tidy(call.name)
                task |= {"id": identifier, "kind": kind, "path": str(path), "name": name}
                task["once"] = True  # the upload is gone afterwards: nobody asks for it again
                task |= {"folder": str(holdings.folder), "max_pixels": server.options.max_pixels}
                last = await self._work(request, task)
                if last["event"] == "error":
                    raise Refusal(last["code"], last["message"])
                yield last, name
            finally:
                holdings.remove(path)
                for left in holdings.folder.glob(f"{identifier}-*"):
                    left.unlink(missing_ok=True)

    async def _work(self, request: Request, task: dict[str, Any]) -> dict[str, Any]:
        pool = self._server.pool
        job = pool.submit(task, owner="calls")
        gone = asyncio.create_task(_disconnected(request))
        either: set[asyncio.Future[Any]] = {job.ended, gone}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            pool.cancel(job)
        return await job.ended


def _task(values: dict[str, Any], kind: str) -> dict[str, Any]:
    """Split what a client sent into options and the rest."""
    options = dict(values)
    task: dict[str, Any] = {"options": options}
    if kind == "sweep":
        text = options.pop("colors", None)
        try:
            colors = None if text is None else [int(k) for k in text.split(",")]
        except ValueError:
            raise OptionError("colors", text, "whole numbers with commas between") from None
        task["colors"] = sweep_colors(colors)
    elif kind == "compress":
        score = options.pop("score", "true")
        if score not in ("true", "false"):
            raise OptionError("score", score, "true or false")
        task["score"] = score == "true"
    return task


def draw_demo() -> bytes:
    """Return the picture that huepress draws, as a PNG."""
    return demo.as_png(demo.draw())


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
