"""Reading what clients send: JSON, raw pictures, forms; all of it within limits."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive

from huepress.web.answers import Refusal

_JSON_BYTES: Final = 1 << 18
_SECONDS: Final = 10.0
_PIECE: Final = 1 << 16


async def read_json(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request; an empty body is an empty object.

    Raises
    ------
    Refusal
        Too large, too slow, or not a JSON object.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > _JSON_BYTES:
                    raise Refusal("limit", f"more than {_JSON_BYTES:,} bytes of JSON")
    except TimeoutError:
        raise Refusal("slow", "the request stopped") from None
    try:
        # NaN and infinities are not JSON, although Python accepts them.
        value = json.loads(body or b"{}", parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refusal("request", "the body is not JSON") from None
    if not isinstance(value, dict):
        raise Refusal("request", "the body is not a JSON object")
    return value


def _no_constant(word: str) -> None:
    raise ValueError(word)


def length_of(request: Request) -> int | None:
    """Return the announced size of the body."""
    text = request.headers.get("content-length", "")
    return int(text) if text.isdigit() else None


class Incoming:
    """The body of a request, which must be read to its end even if it is refused.

    A client that is still sending would not read an answer.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_over = False

    async def __call__(self) -> Message:
        """Give the next message, as the server would."""
        message = await self._receive()
        self._is_over = self._is_over or not message.get("more_body", False)
        return message

    async def drain(self, most: int) -> None:
        """Read and forget the rest, up to `most` bytes, and not for long."""
        n_bytes = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SECONDS):
                while not self._is_over and n_bytes <= most:
                    n_bytes += len((await self()).get("body", b""))


@dataclass(frozen=True, slots=True)
class Sent:
    """The picture and the options of an API call.

    Attributes
    ----------
    values : dict
        Options from the query string and the form.
    name : str
        File name, or ``picture``.
    chunks : async iterator of bytes
        The picture.
    length : int or None
        Its announced size.
    """

    values: dict[str, Any]
    name: str
    chunks: AsyncIterator[bytes]
    length: int | None = None


@contextlib.asynccontextmanager
async def sent(request: Request, most: int) -> AsyncIterator[Sent]:
    """Read an API call: the picture as the body, or as ``file`` of a multipart form.

    Raises
    ------
    Refusal
        The form is broken, too large, or without a file.
    """
    values: dict[str, Any] = dict(request.query_params)
    name = str(values.pop("name", "picture"))
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        yield Sent(values, name, request.stream(), length_of(request))
        return
    bounded = Request(request.scope, _bounded(request, most + _JSON_BYTES))
    try:
        form = await bounded.form(max_files=1, max_fields=64, max_part_size=1 << 16)
    except HTTPException as error:
        raise Refusal("request", f"the form is broken: {error.detail}") from None
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Refusal("request", "the form has no file named 'file'")
        fields = {key: value for key, value in form.items() if isinstance(value, str)}
        name = fields.pop("name", "") or file.filename or name
        yield Sent(values | fields, name, _pieces(file))
    finally:
        await form.close()


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_PIECE):
        yield piece


def _bounded(request: Request, most: int) -> Any:
    """Return a receive that stops at `most` bytes and at a long silence."""
    n_bytes = 0

    async def receive() -> Any:
        nonlocal n_bytes
        try:
            async with asyncio.timeout(_SECONDS):
                message = await request.receive()
        except TimeoutError:
            raise Refusal("slow", "the upload stopped") from None
        n_bytes += len(message.get("body", b""))
        if n_bytes > most:
            raise Refusal("limit", f"the form is larger than {most:,} bytes")
        return message

    return receive
