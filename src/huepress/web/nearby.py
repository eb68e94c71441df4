"""Fetch a picture from another server on this machine, such as a site under development.

Only this machine is asked, and redirects are not followed: a page must not reach through us what it
cannot reach by itself.
"""

from __future__ import annotations

import http.client
import ipaddress
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import unquote, urlsplit

from starlette.concurrency import run_in_threadpool

from huepress.web.answers import Refusal

_SECONDS: Final = 10.0
_PIECE: Final = 1 << 16
_WANTED: Final = "an address of this machine is wanted, such as http://localhost:3000/logo.png"


def name_of(url: str) -> str:
    """Return the file name at the end of a URL, after checking that it is on this machine.

    Raises
    ------
    Refusal
        Not such a URL.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refusal("request", _WANTED) from None
    if parts.scheme not in ("http", "https") or port == 0 or not _is_here(parts.hostname):
        raise Refusal("request", _WANTED)
    if not url.isascii() or any(character <= " " for character in url):
        raise Refusal("request", _WANTED)
    return unquote(parts.path).rsplit("/", 1)[-1] or "picture"


def _is_here(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


async def fetch(url: str) -> AsyncGenerator[bytes, None]:
    """Yield the content of a URL that `name_of` accepted.

    Raises
    ------
    Refusal
        It cannot be had.
    """
    with _refused():
        connection, answer = await run_in_threadpool(_open, url)
    try:
        while True:
            with _refused():
                piece = await run_in_threadpool(answer.read, _PIECE)
            if not piece:
                return
            yield piece
    finally:
        answer.close()
        connection.close()


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        raise Refusal("input", "the address does not answer") from error


def _open(url: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers={"Accept": "image/*"})
        answer = connection.getresponse()
        if answer.status != 200:
            answer.close()
            raise Refusal("input", f"the address answers {answer.status}, a picture is wanted")
    except BaseException:
        connection.close()
        raise
    return connection, answer
