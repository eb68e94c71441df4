"""The application: the page, its files, the API, all behind the guard."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from huepress.web import pages
from huepress.web.calls import Calls
from huepress.web.guard import Guard
from huepress.web.server import Server, answer_http
from huepress.web.settings import ServeOptions
from huepress.web.study import Study
from huepress.web.tabs import Tabs


class _Files(StaticFiles):
    """Files of the page: kept by browsers, but asked about again each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        if path == "worker.js":  # of the whole page, not of the folder that it lies in
            response.headers["Service-Worker-Allowed"] = "/"
        return response


def create_app(options: ServeOptions | None = None, picture: Path | None = None) -> Starlette:
    """Return the ASGI application of the page and the API.

    Parameters
    ----------
    options : ServeOptions or None
        How it is run; None for the defaults.
    picture : Path or None
        What the study opens with; None: the picture that huepress draws.

    Returns
    -------
    Starlette
        ``app.state.server`` is the Server. Workers start with the application's lifespan.
    """
    options = options or ServeOptions()
    server = Server(options)
    page, study = pages.first_page(options), pages.study_page()

    async def show(_: Request) -> Response:
        return HTMLResponse(page)

    async def show_study(_: Request) -> Response:
        return HTMLResponse(study)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with server.run():
            yield

    app = Starlette(
        routes=[
            Route("/", show),
            Route("/study", show_study),
            *Calls(server).routes(),
            *Tabs(server).routes(),
            *Study(server, picture).routes(),
            Mount("/static", _Files(directory=Path(__file__).parent / "static")),
        ],
        middleware=[Middleware(Guard, options=options)],
        exception_handlers={HTTPException: answer_http},
        lifespan=lifespan,
    )
    app.state.server = server
    return app
