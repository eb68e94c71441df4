"""``huepress study``."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from huepress.cli.flags import GroupedCommand, flags_of, options_of
from huepress.options import CompressOptions
from huepress.web.settings import ServeOptions

EPILOG = """\b
Examples:
  huepress study                          the picture that huepress draws
  huepress study photo.jpg                one's own
  huepress study photo.jpg -k 8 --export lesson.html
                                          one file for a class, to be opened without huepress
"""

_RUN = ("init", "seed", "max_iter", "tol")
_NOT_RUN = tuple(row.name for row in fields(CompressOptions) if row.name not in _RUN)


class _Command(GroupedCommand):
    groups = (CompressOptions, ServeOptions)


@click.command("study", cls=_Command, epilog=EPILOG, context_settings={"max_content_width": 100})
@click.argument("picture", required=False, metavar="[PICTURE]")
@click.option(
    "--export",
    metavar="FILE",
    help="Write the lesson as one HTML file that needs no server, instead of opening the page.",
)
@click.option("--force", is_flag=True, help="Overwrite the file of --export.")
@click.option(
    "-k",
    "--colors",
    type=click.IntRange(1, 256),
    default=8,
    show_default=True,
    metavar="N",
    help="Clusters of the lesson that is exported.",
)
@click.option(
    "--color-space",
    type=click.Choice(["srgb", "oklab"]),
    default="srgb",
    show_default=True,
    help="Where the exported lesson measures distance.",
)
@flags_of(CompressOptions, leave_out=_NOT_RUN)
@flags_of(ServeOptions)
@click.option("--no-browser", is_flag=True, help="Do not open the page in the browser.")
def command(
    picture: str | None, export: str | None, force: bool, no_browser: bool, **values: Any
) -> None:
    """See k-means think on the colors of a picture.

    The cloud of its colors turns in 3-D, centers move step by step, and beside them stands the file
    that comes out. Without --export a page opens, as with `huepress serve`.
    """
    path = None if picture is None else Path(picture)
    if export is not None:
        _export(path, Path(export), options_of(CompressOptions, values), force=force)
        return

    from huepress.web.run import serve

    if path is not None:
        from huepress.decode import read

        read(path)  # report a missing file before a page opens
    serve(
        options_of(ServeOptions, values),
        browser=not no_browser,
        say=lambda line: click.echo(line, err=True),
        page="study",
        picture=path,
    )


def _export(picture: Path | None, out: Path, options: CompressOptions, *, force: bool) -> None:
    from huepress.decode import load_with
    from huepress.errors import MissingExtraError
    from huepress.result.write import write_atomic
    from huepress.study import demo
    from huepress.study.lesson import export, settings_of

    try:
        from huepress.web.pages import study_page
    except ModuleNotFoundError as error:
        raise MissingExtraError("huepress study", str(error.name), "web") from error
    if picture is None:
        image = load_with(demo.as_png(demo.draw()), options, name="demo.png")
    else:
        image = load_with(picture, options)
    html = export(image, options, settings_of(options), study_page()).encode()
    write_atomic(out, html, force=force)
    click.echo(f"{out}: {len(html):,} bytes, opens in any browser", err=True)
