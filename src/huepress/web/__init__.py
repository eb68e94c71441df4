"""The page and its HTTP API: ``huepress serve``.

Pictures come in over HTTP, small files go out. The work is done in worker processes (pool.py,
worker.py, tasks.py) that can be killed at any moment; files on disk belong to an open page
(holdings.py) and are removed with it. ``guard.py`` decides who may ask, ``form.py`` turns the table
of options into a form, ``openapi.py`` into a description of the API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from huepress.errors import MissingExtraError
from huepress.web.settings import ServeOptions

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.applications import Starlette

__all__ = ["ServeOptions", "create_app"]


def create_app(options: ServeOptions | None = None, picture: Path | None = None) -> Starlette:
    """Return the ASGI application of the page and the API.

    Parameters
    ----------
    options : ServeOptions or None
        How it is run; None for the defaults.
    picture : Path or None
        What the study opens with; None: the picture that huepress draws.

    Raises
    ------
    MissingExtraError
        ``huepress[web]`` is not installed.
    """
    try:
        from huepress.web.app import create_app as create
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("huepress"):
            raise
        raise MissingExtraError("the page", error.name, "web") from error
    return create(options, picture)
