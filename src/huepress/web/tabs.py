"""The part of the API that the page uses: tabs, their pictures, their jobs, their events."""

from __future__ import annotations

import contextlib
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from huepress.errors import OptionError
from huepress.formats.names import media_type
from huepress.study.sweep import DEFAULT_COLORS
from huepress.web.answers import Refusal
from huepress.web.archive import stream_zip
from huepress.web.bodies import length_of, read_json
from huepress.web.events import EventStream
from huepress.web.form import options_of
from huepress.web.holdings import Picture, Tab, Work
from huepress.web.measuring import checked_lists, rows_of
from huepress.web.names import disposition, distinct, folder_of, output_name, tidy
from huepress.web.nearby import fetch, name_of
from huepress.web.sending import FileAnswer
from huepress.web.server import Server

KINDS: Final = ("compress", "measure")
_HOUR: Final = "private, max-age=3600, immutable"


class Tabs:
    """Handlers of the page's requests."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def routes(self) -> list[Route]:
        """Return the routes, each with one handler a method."""
        table = {
            ("POST", "/tabs"): self.open_tab,
            ("GET", "/tabs/{tab}"): self.show_tab,
            ("DELETE", "/tabs/{tab}"): self.close_tab,
            ("GET", "/tabs/{tab}/events"): self.listen,
            ("GET", "/tabs/{tab}/archive.zip"): self.archive,
            ("POST", "/tabs/{tab}/pictures"): self.add_picture,
            ("GET", "/pictures/{picture}/file"): self.picture_file,
            ("GET", "/pictures/{picture}/shown.png"): self.picture_shown,
            ("DELETE", "/pictures/{picture}"): self.remove_picture,
            ("POST", "/pictures/{picture}/jobs"): self.start_job,
            ("GET", "/jobs/{job}"): self.show_job,
            ("DELETE", "/jobs/{job}"): self.cancel_job,
            ("GET", "/jobs/{job}/shown.png"): self.job_shown,
            ("GET", "/jobs/{job}/{stage}"): self.job_file,
        }
        answering = self._server.answering
        return [
            Route("/api/v1" + path, answering(handler), methods=[method])
            for (method, path), handler in table.items()
        ]

    # ---- what a path names

    def _tab(self, request: Request) -> Tab:
        tab = self._server.holdings.tabs.get(request.path_params["tab"])
        if tab is None:
            raise Refusal("unknown", "there is no such tab; it may have been closed")
        return tab

    def _picture(self, request: Request) -> Picture:
        picture = self._server.holdings.pictures.get(request.path_params["picture"])
        if picture is None:
            raise Refusal("unknown", "there is no such picture")
        return picture

    def _work(self, request: Request) -> Work:
        work = self._server.holdings.works.get(request.path_params["job"])
        if work is None:
            raise Refusal("unknown", "there is no such job; a newer one may have taken its place")
        return work

    # ---- tabs

    async def open_tab(self, request: Request) -> Response:
        """Open a tab, or give back the one that a page had before it was loaded again."""
        known = (await read_json(request)).get("tab")
        holdings = self._server.holdings
        tab = holdings.tabs.get(known) if isinstance(known, str) else None
        if tab is not None:
            return JSONResponse({"id": tab.id})
        return JSONResponse({"id": holdings.open_tab().id}, 201)

    async def show_tab(self, request: Request) -> Response:
        """Return the pictures of a tab."""
        tab = self._tab(request)
        pictures = [picture.to_json() for picture in tab.pictures.values()]
        return JSONResponse({"id": tab.id, "pictures": pictures})

    async def close_tab(self, request: Request) -> Response:
        """Drop a tab."""
        self._server.holdings.close_tab(self._tab(request))
        return Response(status_code=204)

    async def listen(self, request: Request) -> Response:
        """Stream the events of a tab."""
        return EventStream(self._tab(request))  # type: ignore[return-value] # an ASGI app

    async def archive(self, request: Request) -> Response:
        """Stream every finished result of the tab as one ZIP; of ``originals`` the file itself."""
        originals = request.query_params.get("originals", "").split(",")
        finished = [
            _in_folder(picture, *_taken(picture, work, picture.id in originals))
            for picture in self._tab(request).pictures.values()
            if (work := picture.current) and work.report and "done" in work.files
        ]
        if not finished:
            raise Refusal("input", "nothing is finished yet")
        names = distinct(name for name, _ in finished)
        return StreamingResponse(
            stream_zip(list(zip(names, (path for _, path in finished), strict=True))),
            media_type="application/zip",
            headers={"Content-Disposition": disposition("huepress.zip")},
        )

    # ---- pictures

    async def add_picture(self, request: Request) -> Response:
        """Take a picture: the body, or the ``url`` of a JSON body."""
        tab, holdings = self._tab(request), self._server.holdings
        holdings.require_room(tab)
        name = request.query_params.get("name", "picture")
        if request.headers.get("content-type", "").startswith("application/json"):
            url = (await read_json(request)).get("url")
            if not self._server.options.is_loopback:
                raise Refusal("origin", "addresses are only opened by a server for one machine")
            if not isinstance(url, str):
                raise Refusal("request", "the body has no 'url'")
            name = name_of(url)
            async with contextlib.aclosing(fetch(url)) as chunks:
                path = await holdings.receive(chunks, None)
        else:
            path = await holdings.receive(request.stream(), length_of(request))
        picture = holdings.add_picture(tab, tidy(name), path, folder_of(name))
        return JSONResponse(picture.to_json(), 201)

    async def picture_file(self, request: Request) -> Response:
        """Return the file as it came."""
        picture = self._picture(request)
        # Never as a type that a browser would run: this is whatever somebody uploaded.
        return _file(picture.path, "application/octet-stream", picture.name)

    async def picture_shown(self, request: Request) -> Response:
        """Return the picture as a PNG, for browsers that cannot read its format."""
        return await self._shown(self._picture(request), {})

    async def _shown(self, picture: Picture, task: dict[str, Any]) -> Response:
        work = self._server.holdings.begin(picture, "show", {}, task)
        assert work.job is not None
        await work.job.ended
        if "done" not in work.files:
            error = work.error or {"code": "cancelled", "message": "cancelled"}
            raise Refusal(error["code"], error["message"])
        return _file(work.files["done"], "image/png", picture.name + ".png")

    async def remove_picture(self, request: Request) -> Response:
        """Drop a picture."""
        self._server.holdings.drop_picture(self._picture(request))
        return Response(status_code=204)

    # ---- jobs

    async def start_job(self, request: Request) -> Response:
        """Start a job; the unfinished one of the same kind on this picture is cancelled."""
        picture = self._picture(request)
        values = await read_json(request)
        kind = values.pop("kind", "compress")
        options = values.pop("options", {})
        lists = values.pop("formats", []), values.pop("colors", [])
        if kind not in KINDS:
            raise OptionError("kind", kind, ", ".join(KINDS))
        if not isinstance(options, dict) or values:
            raise Refusal(
                "request", "a job has 'kind', 'options' and, to measure, 'formats' and 'colors'"
            )
        options_of(options, self._server.options.max_pixels)
        task = {"draft": True} if kind == "compress" else self._wanted(picture, options, *lists)
        work = self._server.holdings.begin(picture, kind, options, task)
        return JSONResponse(work.to_json(), 202)

    def _wanted(
        self, picture: Picture, options: dict[str, Any], formats: Any, colors: Any
    ) -> dict[str, Any]:
        """Return what is to be measured, and what is known of it."""
        rows = rows_of(options, *checked_lists(formats, colors))
        known = [self._server.holdings.known(picture, row.options) for row in rows]
        return {"rows": [asdict(row) for row in rows], "known": known}

    async def show_job(self, request: Request) -> Response:
        """Return a job."""
        return JSONResponse(self._work(request).to_json())

    async def cancel_job(self, request: Request) -> Response:
        """End a job."""
        work = self._work(request)
        self._server.holdings.cancel(work)
        return JSONResponse(work.to_json(), 202)

    async def job_shown(self, request: Request) -> Response:
        """Return a finished result as a PNG, for browsers that cannot read its format."""
        work = self._work(request)
        if "done" not in work.files:
            raise Refusal("unknown", "the job has no such file")
        return await self._shown(work.picture, {"of": work.id, "shown": str(work.files["done"])})

    async def job_file(self, request: Request) -> Response:
        """Return a result: ``file`` when it is finished, ``draft`` for the first one."""
        work = self._work(request)
        stage = {"file": "done", "draft": "draft"}.get(request.path_params["stage"])
        if stage is None or work.report is None or stage not in work.files:
            raise Refusal("unknown", "the job has no such file")
        path = work.files[stage]
        media = media_type(path) or "application/octet-stream"
        return _file(path, media, output_name(work.picture.name, path.suffix[1:]))


def _taken(picture: Picture, work: Work, wants_original: bool) -> tuple[str, Path]:
    """Return name and path of the result; of the original where it is wanted, or no larger."""
    report = work.report or {}
    if wants_original:
        return picture.name, picture.path
    if report["bytes_out"] >= picture.n_bytes and report["status"] != "kept":
        return picture.name, picture.path
    return output_name(picture.name, report["format"]), work.files["done"]


def _in_folder(picture: Picture, name: str, path: Path) -> tuple[str, Path]:
    return (f"{picture.folder}/{name}" if picture.folder else name), path


def sweep_colors(value: Any) -> list[int]:
    """Check the k of a sweep.

    Raises
    ------
    OptionError
        Not a list of 1 to 32 whole numbers from 1 to 256.
    """
    if value is None:
        return list(DEFAULT_COLORS)
    fits = isinstance(value, list) and 1 <= len(value) <= 32
    if not fits or not all(type(k) is int and 1 <= k <= 256 for k in value):
        raise OptionError("colors", value, "a list of 1 to 32 whole numbers from 1 to 256")
    return sorted(set(value))


def _file(path: Path, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": disposition(name), "Cache-Control": _HOUR}
    return FileAnswer(path, media_type, headers)
