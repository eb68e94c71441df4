"""Turn away foreign hosts, foreign origins and strangers before anything else is done.

A web page of another site can send requests to a server on this machine. It cannot choose the
``Host`` header (a name it owns and points at 127.0.0.1 shows there: DNS rebinding), nor ``Origin``
and ``Sec-Fetch-Site`` (forged forms and scripts show there). Clients that are no browsers send no
``Origin``; they need the token when there is one.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
import secrets
import socket
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from huepress.web.answers import Refusal
from huepress.web.settings import LOOPBACK, ServeOptions

log = logging.getLogger("huepress.web")

COOKIE: Final = "huepress-token"
PAGES: Final = ("/", "/study")
# Slows down guessing; far below what a person notices.
_WRONG_TOKEN_SECONDS: Final = 0.3
_HOST: Final = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+)(?::\d{1,5})?")

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types huepress;"
    " manifest-src 'self'; worker-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, options: ServeOptions) -> None:
        self._app = app
        self._token = options.token
        self._names = {*LOOPBACK, *(name.lower() for name in options.allow_host)}
        self._any_address = not options.is_loopback
        if self._any_address:
            own = socket.gethostname().lower()
            self._names |= {options.host.lower(), own, f"{own}.local"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the application answer."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
            return
        answering = False

        async def send_guarded(message: Message) -> None:
            nonlocal answering
            if message["type"] == "http.response.start":
                answering = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            answer: ASGIApp = await self._refusal(scope) or self._app
            await answer(scope, receive, send_guarded)
        except Exception:
            # The one place for unforeseen errors: logged in full for whoever runs the server, and
            # reported to the client without a word about this machine.
            log.exception("no answer to %s %s", scope["method"], scope["path"])
            if not answering:
                refusal = Refusal("internal", "the server failed; its log says why")
                await refusal.response()(scope, receive, send_guarded)

    async def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if not self._is_known(headers.get("host", "")):
            return Refusal("host", "this name is not one of the server's").response()
        if not _is_own_page(scope, headers):
            return Refusal("origin", "pages of other sites may not use this server").response()
        return await self._stranger(scope, headers) if self._token else None

    def _is_known(self, host: str) -> bool:
        match = _HOST.fullmatch(host)
        if not match:
            return False
        name = match[1].strip("[]").lower().rstrip(".")
        if name in self._names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        # A rebound name never shows as an address, so that any address is honest.
        return self._any_address or address.is_loopback

    async def _stranger(self, scope: Scope, headers: Headers) -> Response | None:
        """Return None for those who know the token, else what they are told."""
        assert self._token is not None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        in_query = dict(query).get("token")
        if scope["path"] in PAGES and in_query is not None and self._knows(in_query):
            rest = urlencode([(name, value) for name, value in query if name != "token"])
            path = scope["path"]
            answer = RedirectResponse(f"{path}?{rest}" if rest else path, 303)
            answer.set_cookie(COOKIE, self._token, httponly=True, samesite="strict")
            return answer
        if self._knows(_token_of(headers)):
            return None
        await asyncio.sleep(_WRONG_TOKEN_SECONDS)
        if scope["path"] in PAGES:
            words = "This page needs a token: open the address that `huepress serve` printed.\n"
            return PlainTextResponse(words, 401)
        return Refusal("token", "a token is needed: Authorization: Bearer TOKEN").response()

    def _knows(self, token: str) -> bool:
        assert self._token is not None
        return secrets.compare_digest(token.encode(), self._token.encode())


def _is_own_page(scope: Scope, headers: Headers) -> bool:
    origin = headers.get("origin")
    if origin is not None:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or parts.netloc != headers.get("host"):
            return False
    if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return True
    # A link on another site may lead here, and nowhere else.
    is_link = headers.get("sec-fetch-mode") == "navigate" and scope["method"] == "GET"
    return is_link and scope["path"] in PAGES


def _token_of(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return cookies[COOKIE].value if COOKIE in cookies else ""
