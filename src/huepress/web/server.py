"""What the handlers share: the server's options, its pool, its holdings, its answers to errors."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from huepress.errors import HuepressError
from huepress.web.answers import Refusal, refusal_of
from huepress.web.bodies import Incoming
from huepress.web.folder import temporary_folder
from huepress.web.holdings import Holdings
from huepress.web.pool import Pool
from huepress.web.settings import ServeOptions

Handler = Callable[[Request], Awaitable[Response]]

_REAP_SECONDS: Final = 2.0
_CODES: Final = {404: "unknown", 405: "method"}


class Server:
    """The living part of the application: made when it starts, gone when it stops."""

    pool: Pool
    holdings: Holdings

    def __init__(self, options: ServeOptions) -> None:
        self.options = options
        self.n_waiting = 0

    @contextlib.asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Have workers and holdings, and leave nothing behind."""
        with temporary_folder() as folder:
            self.pool = Pool(
                self.options.n_workers,
                memory=self.options.memory_bytes,
                seconds=self.options.max_seconds,
                folder=str(folder),
            )
            self.holdings = Holdings(self.options, self.pool, folder)
            reaper = asyncio.create_task(self._reap())
            try:
                await self.pool.start()
                yield
            finally:
                reaper.cancel()
                self.holdings.close()
                await self.pool.close()

    async def _reap(self) -> None:
        while True:
            await asyncio.sleep(_REAP_SECONDS)
            self.holdings.close_idle()

    @contextlib.contextmanager
    def admitted(self) -> Iterator[None]:
        """Count an API call that waits; refuse one too many."""
        if self.n_waiting >= self.options.max_waiting:
            raise Refusal("busy", "all workers are busy and the queue is full: try later", 2)
        self.n_waiting += 1
        try:
            yield
        finally:
            self.n_waiting -= 1

    def answering(self, handler: Handler) -> Handler:
        """Wrap a handler so that what it raises becomes an answer."""

        async def answer(request: Request) -> Response:
            incoming = Incoming(request.receive)
            request = Request(request.scope, incoming)
            try:
                return await handler(request)
            except Refusal as refusal:
                refused = refusal
            except HuepressError as error:
                refused = refusal_of(error)
            except ClientDisconnect:
                refused = Refusal("request", "the client went away")
            await incoming.drain(self.options.upload_bytes)
            return refused.response()

        return answer


async def answer_http(request: Request, error: Exception) -> JSONResponse:
    """Answer what the router refuses, in the shape of all errors."""
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "request")
    response = Refusal(code, error.detail).response()
    response.headers.update(error.headers or {})
    if error.status_code == 405:
        response.headers["Allow"] = ", ".join(_methods(request))
    return response


def _methods(request: Request) -> list[str]:
    """Return every method of a path; each has a route of its own, and knows only itself."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    fitting = [route for route in routes if route.path_regex.match(request.url.path)]
    return sorted({method for route in fitting for method in route.methods or ()})
