"""What the open pages own: pictures, jobs and results, on disk only as long as the page is open.

A tab is one open page. It lives while it listens to its events, and a little longer, so that a
reload finds its pictures again. Everything of a tab goes with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from huepress.web.answers import Refusal
from huepress.web.names import output_name
from huepress.web.pool import PendingTask, Pool
from huepress.web.settings import ServeOptions

# A reload takes a second or two; a laptop's network may blink for longer.
TAB_SECONDS: Final = 20.0
_TABS: Final = 1000
# Finished results kept for one picture, so that undo and what was measured are instant.
_KEPT_RESULTS: Final = 24
# Longest silence in an upload.
_UPLOAD_SECONDS: Final = 30.0
# Events that a page may be behind; one that does not read is let go and may ask again.
_BEHIND: Final = 2000


@dataclass(eq=False)
class Work:
    """A job as its page sees it.

    Attributes
    ----------
    state : str
        ``waiting``, ``running``, ``draft`` (a first file is there), ``done``, ``failed`` or
        ``cancelled``.
    """

    id: str
    kind: str
    picture: Picture
    options: dict[str, Any]
    state: str = "waiting"
    report: dict[str, Any] | None = None
    files: dict[str, Path] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    suggested: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    job: PendingTask | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("done", "failed", "cancelled")

    def to_json(self) -> dict[str, Any]:
        """Return what the page needs to know."""
        row = {
            "id": self.id,
            "kind": self.kind,
            "picture": self.picture.id,
            "options": self.options,
            "state": self.state,
            "error": self.error,
        }
        if self.kind == "measure":
            return row | {"rows": self.rows, "suggested": self.suggested}
        name = self.report and output_name(self.picture.name, self.report["format"])
        return row | {"report": self.report, "files": sorted(self.files), "name": name}


@dataclass(eq=False)
class Picture:
    """An uploaded file and what was made of it.

    Attributes
    ----------
    folder : str
        Where it lies among the client's files, such as ``trip/day 2``; empty when it was alone.
    """

    id: str
    tab: Tab
    name: str
    path: Path
    n_bytes: int
    folder: str = ""
    works: dict[str, Work] = field(default_factory=dict)
    current: Work | None = None

    def to_json(self) -> dict[str, Any]:
        """Return what the page needs to know."""
        current = None if self.current is None else self.current.to_json()
        row: dict[str, Any] = {"id": self.id, "name": self.name, "folder": self.folder}
        row |= {"bytes": self.n_bytes, "job": current}
        return row


@dataclass(eq=False)
class Tab:
    """One open page."""

    id: str
    pictures: dict[str, Picture] = field(default_factory=dict)
    listeners: set[asyncio.Queue[dict[str, Any] | None]] = field(default_factory=set)
    last_seen: float = field(default_factory=time.monotonic)

    def tell(self, event: dict[str, Any]) -> None:
        """Send an event to everything that listens."""
        for listener in list(self.listeners):
            try:
                listener.put_nowait(event)
            except asyncio.QueueFull:
                self.listeners.discard(listener)
                listener.get_nowait()
                listener.put_nowait(None)

    @contextlib.contextmanager
    def listen(self) -> Iterator[asyncio.Queue[dict[str, Any] | None]]:
        """Listen to the events of the tab; None ends the stream."""
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(_BEHIND)
        self.listeners.add(queue)
        try:
            yield queue
        finally:
            self.listeners.discard(queue)
            self.last_seen = time.monotonic()


class Holdings:
    """Every tab, and the sum of what is on disk."""

    def __init__(self, options: ServeOptions, pool: Pool, folder: Path) -> None:
        self._options = options
        self._pool = pool
        self.folder = folder
        self.tabs: dict[str, Tab] = {}
        self.pictures: dict[str, Picture] = {}
        self.works: dict[str, Work] = {}
        self._sizes: dict[Path, int] = {}
        self._n_bytes = 0

    # ---- files

    @property
    def n_bytes(self) -> int:
        """Bytes on disk, of uploads and results."""
        return self._n_bytes

    def _grow(self, path: Path, n_bytes: int) -> None:
        self._sizes[path] = self._sizes.get(path, 0) + n_bytes
        self._n_bytes += n_bytes

    def adopt(self, name: str) -> Path:
        """Count a file that a worker wrote."""
        path = self.folder / name
        self._grow(path, path.stat().st_size)
        return path

    def remove(self, path: Path | None) -> None:
        """Remove a file and take it off the sum."""
        if path is not None:
            self._n_bytes -= self._sizes.pop(path, 0)
            path.unlink(missing_ok=True)

    async def receive(self, chunks: AsyncIterator[bytes], length: int | None) -> Path:
        """Write an upload to disk, within the limits, or leave nothing.

        Raises
        ------
        Refusal
            ``limit``: too large; ``busy``: the disk's share is used up; ``slow``: the client
            stopped sending; ``request``: nothing was sent.
        """
        most = self._options.upload_bytes
        if length is not None and length > most:
            raise self._too_large(most)
        path = self.folder / f"upload-{new_id()}"
        try:
            with path.open("wb") as file:
                iterator = aiter(chunks)
                while True:
                    try:
                        async with asyncio.timeout(_UPLOAD_SECONDS):
                            chunk = await anext(iterator)
                    except StopAsyncIteration:
                        break
                    except TimeoutError:
                        raise Refusal("slow", "the upload stopped") from None
                    if self._sizes.get(path, 0) + len(chunk) > most:
                        raise self._too_large(most)
                    if self._n_bytes + len(chunk) > self._options.store_bytes:
                        raise Refusal("busy", "the server's store is full: try later", 5)
                    self._grow(path, len(chunk))
                    file.write(chunk)
            if not self._sizes.get(path):
                raise Refusal("request", "no picture was sent")
        except BaseException:
            self.remove(path)
            raise
        return path

    @staticmethod
    def _too_large(most: int) -> Refusal:
        return Refusal("limit", f"the file is larger than {most:,} bytes")

    # ---- tabs

    def open_tab(self) -> Tab:
        """Open a tab."""
        if len(self.tabs) >= _TABS:
            raise Refusal("busy", "too many pages are open: close some, or try later", 30)
        tab = Tab(new_id())
        self.tabs[tab.id] = tab
        return tab

    def close_tab(self, tab: Tab) -> None:
        """Drop a tab and everything that belongs to it."""
        self.tabs.pop(tab.id, None)
        for picture in list(tab.pictures.values()):
            self.drop_picture(picture)
        for listener in list(tab.listeners):
            with contextlib.suppress(asyncio.QueueFull):
                listener.put_nowait(None)

    def close(self) -> None:
        """Drop every tab."""
        for tab in list(self.tabs.values()):
            self.close_tab(tab)

    def close_idle(self) -> None:
        """Drop the tabs that nobody has listened to for a while."""
        limit = time.monotonic() - TAB_SECONDS
        for tab in list(self.tabs.values()):
            if not tab.listeners and tab.last_seen < limit:
                self.close_tab(tab)

    # ---- pictures

    def require_room(self, tab: Tab) -> None:
        """Refuse one picture more than a page may hold."""
        if len(tab.pictures) >= self._options.max_files:
            words = f"a page holds at most {self._options.max_files} pictures"
            raise Refusal("too-many", f"{words}: remove some, or raise --max-files")

    def add_picture(self, tab: Tab, name: str, path: Path, folder: str = "") -> Picture:
        """Give an upload to a tab."""
        if tab.id not in self.tabs:  # closed while the file came in
            self.remove(path)
            raise Refusal("unknown", "this page was closed")
        picture = Picture(new_id(), tab, name, path, self._sizes[path], folder)
        tab.pictures[picture.id] = picture
        self.pictures[picture.id] = picture
        return picture

    def drop_picture(self, picture: Picture) -> None:
        """Remove a picture, its jobs and its files."""
        picture.tab.pictures.pop(picture.id, None)
        self.pictures.pop(picture.id, None)
        for work in [*picture.works.values()]:
            self.drop_work(work)
        self.remove(picture.path)

    # ---- work

    def begin(self, picture: Picture, kind: str, options: dict[str, Any], task: Any) -> Work:
        """Start a job on a picture; the unfinished one of its kind is cancelled.

        A finished result for the same options is given again.
        """
        key = _key(kind, options, task)
        for known, work in list(picture.works.items()):
            if work.kind == kind != "show" and work.state != "done" and known != key:
                self.drop_work(work)
        again = picture.works.get(key)
        if again is not None and again.state not in ("failed", "cancelled"):
            work = again
        else:
            if again is not None:
                self.drop_work(again)
            work = Work(new_id(), kind, picture, options)
            self.works[work.id] = work
            work.job = self._pool.submit(
                {**task, "id": work.id, "kind": kind, "options": options}
                | {"path": str(picture.path), "name": picture.name, "folder": str(self.folder)}
                | {"max_pixels": self._options.max_pixels},
                owner=picture.tab.id,
                background=kind == "measure",
                on_event=lambda event: self._on_event(work, event),
            )
        picture.works.pop(key, None)
        picture.works[key] = work  # the last one is the latest
        if kind == "compress":
            picture.current = work
        self._let_go(picture, work)
        return work

    def _let_go(self, picture: Picture, but: Work) -> None:
        """Drop the oldest results of a kind."""
        done = [w for w in picture.works.values() if w.kind == but.kind and w.state == "done"]
        for old in done[: max(0, len(done) - _KEPT_RESULTS)]:
            if old is not but and old is not picture.current:
                self.drop_work(old)

    def known(self, picture: Picture, options: dict[str, Any]) -> dict[str, Any] | None:
        """Return the report of a result that is there."""
        work = picture.works.get(_key("compress", options))
        return work.report if work is not None and work.state == "done" else None

    def _keep_measured(self, by: Work, event: dict[str, Any]) -> None:
        """Keep what a measurement made as the finished result of its options."""
        options, path = event["row"]["options"], self.adopt(event["file"])
        key = _key("compress", options)
        if key in by.picture.works:  # under way, or there
            self.remove(path)
            return
        work = Work(new_id(), "compress", by.picture, options, "done", event["report"])
        work.files["done"] = path
        self.works[work.id] = by.picture.works[key] = work
        self._let_go(by.picture, work)

    def cancel(self, work: Work) -> None:
        """End a job and keep its row."""
        if not work.is_over and work.job is not None:
            self._pool.cancel(work.job)

    def drop_work(self, work: Work) -> None:
        """End a job and forget it."""
        self.works.pop(work.id, None)
        for key, known in list(work.picture.works.items()):
            if known is work:
                del work.picture.works[key]
        if work.picture.current is work:
            work.picture.current = None
        self.cancel(work)
        for path in work.files.values():
            self.remove(path)
        work.files.clear()

    def _sweep_up(self, work: Work) -> None:
        """Remove what a worker left half done, or did for nobody.

        A draft stays as long as the job: a page may be reading it right now.
        """
        if work.job is not None and work.job.ended.done():
            for path in set(self.folder.glob(f"{work.id}-*")) - self._sizes.keys():
                self.remove(path)

    def _on_event(self, work: Work, event: dict[str, Any]) -> None:
        if work.id not in self.works:  # dropped: nobody wants what came of it
            self._sweep_up(work)
            return
        kind = event["event"]
        if kind == "running":
            work.state = "running"
        elif kind == "point":
            work.rows.append(event["row"])
            work.suggested = event.get("suggested")
            if "file" in event:
                self._keep_measured(work, event)
        elif kind == "error":
            work.state = "cancelled" if event["code"] == "cancelled" else "failed"
            work.error = {key: event[key] for key in ("code", "message", "cures") if key in event}
            self._sweep_up(work)
        else:
            work.state = kind
            work.report = event.get("report")
            work.suggested = event.get("suggested")
            if "file" in event:
                work.files[kind] = self.adopt(event["file"])
        if work.kind != "show":  # asked for and answered by itself
            work.picture.tab.tell({"type": "job", "job": work.to_json()})


def _key(kind: str, options: dict[str, Any], task: Any = None) -> str:
    more = [task[name] for name in ("rows", "of") if task and name in task]
    return kind + json.dumps([options, *more], sort_keys=True)


def new_id() -> str:
    """Return a name that nobody can guess."""
    return secrets.token_urlsafe(12)
