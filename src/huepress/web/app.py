"""The application: the page, its files, the API, all behind the guard."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from huepress import __version__
from huepress.web import form
from huepress.web.calls import Calls
from huepress.web.guard import Guard
from huepress.web.server import Server, answer_http
from huepress.web.settings import ServeOptions
from huepress.web.tabs import Tabs

_HERE: Final = Path(__file__).parent


class _Files(StaticFiles):
    """Files of the page: kept by browsers, but asked about again each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def create_app(options: ServeOptions | None = None) -> Starlette:
    """Return the ASGI application of the page and the API.

    Parameters
    ----------
    options : ServeOptions or None
        How it is run; None for the defaults.

    Returns
    -------
    Starlette
        ``app.state.server`` is the Server. Workers start with the application's lifespan.
    """
    options = options or ServeOptions()
    server = Server(options)
    page = _render(options)

    async def show(_: Request) -> Response:
        return HTMLResponse(page)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with server.run():
            yield

    app = Starlette(
        routes=[
            Route("/", show),
            *Calls(server).routes(),
            *Tabs(server).routes(),
            Mount("/static", _Files(directory=_HERE / "static")),
        ],
        middleware=[Middleware(Guard, options=options)],
        exception_handlers={HTTPException: answer_http},
        lifespan=lifespan,
    )
    app.state.server = server
    return app


def _for_script(value: object) -> str:
    """Return JSON that cannot end the element it stands in."""
    return json.dumps(value).replace("<", "\\u003c")


def _render(options: ServeOptions) -> str:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        sections=form.sections(),
        aims=form.AIMS,
        version=__version__,
        opens_addresses=options.is_loopback,
        options_json=_for_script([row.to_json() for row in form.rows().values()]),
    )
