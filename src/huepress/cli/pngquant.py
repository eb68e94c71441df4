"""``huepress pngquant``: takes pngquant's arguments, which `huepress.pngquant` parses."""

from __future__ import annotations

import sys

import click


class _Command(click.Command):
    """A command whose arguments click does not parse."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.args = list(args)
        ctx.params = {}
        return []


@click.command("pngquant", cls=_Command, add_help_option=False)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Take pngquant's command line, exit codes and names of files.

    ``huepress pngquant --help`` lists its options; ``--link DIR`` puts a program named pngquant
    into a directory. ``huepress-pngquant`` is the same.
    """
    from huepress.pngquant import run

    sys.exit(run(ctx.args))
