"""``huepress config``."""

from __future__ import annotations

from pathlib import Path

import click

from huepress.errors import OptionError

EPILOG = """\b
Examples:
  huepress config --show icons/logo.png
"""


@click.command("config", epilog=EPILOG, context_settings={"max_content_width": 100})
@click.option("--show", "path", required=True, metavar="PATH", help="The picture, or a directory.")
def command(path: str) -> None:
    """Show which options of huepress.toml apply to a picture, and why.

    The huepress.toml, or the [tool.huepress] of a pyproject.toml, that is nearest above PATH
    counts. Its own keys hold for all below it, its tables for what their glob matches; options of
    the command line go before both.
    """
    from huepress.batch.config import Configs

    directory = Path(path).is_dir()
    try:
        config = Configs().near(str(Path(path, "x")) if directory else path)
    except OptionError as error:
        raise click.UsageError(str(error)) from error
    if config is None:
        click.echo(f"{path}: no huepress.toml above it, and no [tool.huepress]: the defaults apply")
        return
    lines = [(name, value, str(config.path)) for name, value in config.trees.items()]
    if not directory:
        lines += [(n, s.value, s.origin) for n, s in sorted(config.of(path).items())]
    for name, value, origin in lines:
        click.echo(f"{name} = {_in_toml(value)}  # {origin}")
    if not lines:
        click.echo(f"{path}: {config.path} has nothing for it: the defaults apply")
    for glob, _ in config.tables[1:] if directory else ():
        click.echo(f'["{glob}"]  # {config.path}')


def _in_toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(_in_toml(item) for item in value) + "]"
    return (
        f"{value:g}"
        if isinstance(value, float)
        else (str(value) if isinstance(value, int) else f'"{value}"')
    )
