"""Server-sent events: what happens to the jobs of a page, as it happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from huepress.web.holdings import Tab

# Proxies and sleeping networks drop silent connections after half a minute or more.
_HEARTBEAT_SECONDS: Final = 15.0


class EventStream:
    """The answer to a page that listens to its tab; ends with the page or the tab."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until one side ends it."""
        headers = [(b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        pump = asyncio.create_task(self._pump(send))
        gone = asyncio.create_task(_disconnected(receive))
        try:
            await asyncio.wait({pump, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (pump, gone):
                task.cancel()
            await asyncio.gather(pump, gone, return_exceptions=True)

    async def _pump(self, send: Send) -> None:
        async for text in self._lines():
            await send({"type": "http.response.body", "body": text, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _lines(self) -> AsyncIterator[bytes]:
        with self._tab.listen() as queue:
            pictures = [picture.to_json() for picture in self._tab.pictures.values()]
            yield _line({"type": "tab", "pictures": pictures})
            while True:
                try:
                    async with asyncio.timeout(_HEARTBEAT_SECONDS):
                        event = await queue.get()
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if event is None:
                    return
                yield _line(event)


def _line(event: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(event).encode() + b"\n\n"


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
