"""The manual of the command line, made from the same table of options as the flags.

`to_roff` makes the man page when the wheel is built (CMakeLists.txt), `to_markdown` a page of the
site. Neither is checked in, so neither can drift.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator

import click

from huepress import __version__
from huepress.cli.flags import GroupedCommand

Rows = dict[str, list[tuple[str, str]]]


def commands(root: click.Group) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its name, in the order of ``--help``."""
    context = click.Context(root, info_name="huepress")
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        assert command is not None
        yield name, command


def rows_of(command: click.Command) -> Rows:
    """Yield headings with their flags and help lines."""
    context = click.Context(command)
    rows: Rows = {}
    for param in command.get_params(context):
        record = param.get_help_record(context)
        if record is not None and isinstance(param, click.Option):
            heading = "Options"
            if isinstance(command, GroupedCommand):
                heading = command.heading(param.name)
            rows.setdefault(heading, []).append(record)
    return dict(sorted(rows.items(), key=lambda item: item[0] == "Other"))


def usage_of(name: str, command: click.Command) -> str:
    """Return the usage line."""
    context = click.Context(command, info_name=f"huepress {name}")
    return " ".join([context.command_path, *command.collect_usage_pieces(context)])


def to_markdown(name: str, command: click.Command) -> str:
    """Return the site's page for one command."""
    parts = [f"# huepress {name}", "```text\n" + usage_of(name, command) + "\n```"]
    parts += [_plain(command.help)]
    for heading, rows in rows_of(command).items():
        parts += [f"## {heading}", "| option | |\n|---|---|"]
        parts[-1] += "".join(
            f"\n| `{_cell(flag)}` | {_cell(_escaped(help))} |" for flag, help in rows
        )
    if command.epilog:
        parts += ["```text\n" + _plain(command.epilog) + "\n```"]
    return "\n\n".join(parts) + "\n"


def to_roff(root: click.Group) -> str:
    """Return the man page of all commands."""
    out = [f'.TH HUEPRESS 1 "" "huepress {__version__}" "User Commands"']
    out += [".SH NAME", "huepress \\- compress images by k-means clustering of their colors"]
    out += [".SH SYNOPSIS", ".B huepress", "command [options] ..."]
    out += [".SH DESCRIPTION", _roff(_plain(root.help))]
    for name, command in commands(root):
        out += [f".SH HUEPRESS {name.upper()}", f".B {_roff(usage_of(name, command))}", ".PP"]
        out += [_roff(_plain(command.help))]
        for heading, rows in rows_of(command).items():
            out += [f".SS {_roff(heading)}"]
            for flag, help in rows:
                out += [".TP", f".B {_roff(flag)}", _roff(help)]
        if command.epilog:
            out += [".PP", ".nf", _roff(_plain(command.epilog)), ".fi"]
    out += [".SH ENVIRONMENT", ".TP", ".B HUEPRESS_ISA"]
    out += ["Instruction set to use: baseline, avx2, avx512. The bytes are the same."]
    return "\n".join(out) + "\n"


def _plain(text: str | None) -> str:
    return inspect.cleandoc((text or "").replace("\b\n", ""))


def _escaped(text: str) -> str:
    """Escape asterisks and the like, so that Markdown shows them."""
    return re.sub(r"([*_<>\[\]#])", r"\\\1", text)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _roff(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"(?m)^([.'])", r"\\&\1", text)


if __name__ == "__main__":  # this is how CMakeLists.txt makes the man page of the wheel
    from huepress.cli import cli

    sys.stdout.write(to_roff(cli))
