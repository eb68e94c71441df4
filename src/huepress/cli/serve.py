"""``huepress serve``."""

from __future__ import annotations

from typing import Any

import click

from huepress.cli.flags import GroupedCommand, flags_of, options_of
from huepress.web.settings import ServeOptions

EPILOG = """\b
Examples:
  huepress serve                       open the page in the browser
  huepress serve --no-browser --port 9000
  huepress serve --host 0.0.0.0        for other machines too, with a token

\b
The HTTP API is under /api/v1, described by /api/v1/openapi.json:
  curl --data-binary @photo.png -o small.png 'http://127.0.0.1:8017/api/v1/compress?colors=16'
"""


class _Command(GroupedCommand):
    groups = (ServeOptions,)


@click.command("serve", cls=_Command, epilog=EPILOG, context_settings={"max_content_width": 100})
@flags_of(ServeOptions)
@click.option("--no-browser", is_flag=True, help="Do not open the page in the browser.")
def command(no_browser: bool, **values: Any) -> None:
    """Open a page that compresses pictures, on this machine.

    Nothing leaves it: the page talks to this server only, and pictures are gone when it is closed.
    """
    options = options_of(ServeOptions, values)

    from huepress.web.run import serve

    serve(options, browser=not no_browser, say=lambda line: click.echo(line, err=True))
