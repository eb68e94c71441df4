"""Run the app with uvicorn: find a port, print the address, open the browser, exit cleanly."""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Final

from huepress.errors import MissingExtraError, OptionError
from huepress.web import create_app
from huepress.web.settings import DEFAULT_PORT, ServeOptions

# Seconds that unfinished answers get when the server ends.
_LAST_SECONDS: Final = 2
# Far above what pages need; beyond it, uvicorn answers 503 by itself.
_CONNECTIONS: Final = 2000


def serve(
    options: ServeOptions,
    *,
    browser: bool,
    say: Callable[[str], object],
    page: str = "",
    picture: Path | None = None,
) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Parameters
    ----------
    options : ServeOptions
        Where and how.
    browser : bool
        Open the page in the browser.
    say : callable
        Takes the lines that people should read.
    page : str
        What is opened: the first page, or ``study``.
    picture : Path or None
        What the study opens with.

    Raises
    ------
    OptionError
        The address cannot be listened on.
    MissingExtraError
        ``huepress[web]`` is not installed.
    """
    try:
        import uvicorn
    except ModuleNotFoundError as error:
        raise MissingExtraError("huepress serve", "uvicorn", "web") from error
    if not options.is_loopback and options.token is None:
        options = options.changed(token=secrets.token_urlsafe(16))
    app = create_app(options, picture)
    listener = _listen(options)
    address = address_of(options, listener.getsockname()[1], page)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                say(f"huepress is at {address} (Ctrl-C ends it)")
                if browser:
                    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Streams of events never end by themselves.
            app.state.server.holdings.close()
            await asyncio.sleep(0)
            await super().shutdown(sockets)

    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="on",
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=_LAST_SECONDS,
    )
    Server(config).run(sockets=[listener])


def address_of(options: ServeOptions, port: int, page: str = "") -> str:
    """Return the address to open, with the token when there is one."""
    host = "127.0.0.1" if options.host in ("0.0.0.0", "") else options.host
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{port}/{page}" + (f"?token={options.token}" if options.token else "")


def _listen(options: ServeOptions) -> socket.socket:
    ports = [DEFAULT_PORT, 0] if options.port is None else [options.port]
    for port in ports:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                options.host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
        except OSError:
            raise OptionError("host", options.host, "an address of this machine") from None
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(1024)
        except OSError as error:
            listener.close()
            if port == ports[-1]:
                what = f"{options.host}:{port}"
                wanted = f"an address and a port that are free ({error.strerror})"
                raise OptionError("port", what, wanted) from None
        else:
            return listener
    raise AssertionError("a loop that returns or raises")
