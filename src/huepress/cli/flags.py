"""Flags of the command line, made from the table of options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from huepress.cli.wording import as_typed
from huepress.errors import OptionError
from huepress.options import OptionGroup, Spec, spec_of

Command = TypeVar("Command", bound=Callable[..., Any])
Group = TypeVar("Group", bound=OptionGroup)

if TYPE_CHECKING:
    _ParamType = click.ParamType[Any]
else:  # not subscriptable in older releases of click
    _ParamType = click.ParamType


class _Checked(_ParamType):
    """A value checked against its row of the table."""

    def __init__(self, name: str, spec: Spec) -> None:
        self.name = spec.kind
        self._option = name
        self._spec = spec

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        given = value
        if value == "":
            self.fail(f"it is empty; {self._spec.allowed} is needed", param, ctx)
        if isinstance(value, str) and self._spec.kind in ("integer", "number"):
            try:
                given = float(value) if self._spec.kind == "number" else int(value)
            except ValueError:
                self.fail(f"{value!r} is not {self._spec.allowed}", param, ctx)
        try:
            return self._spec.check(self._option, given)
        except OptionError:
            self.fail(f"{value!r} is not {self._spec.allowed}", param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Complete names of files and directories."""
        kind = {"PATH": "file", "FILE": "file", "DIR": "dir"}.get(self._spec.metavar.split("|")[0])
        return [CompletionItem(incomplete, type=kind)] if kind else []


PICTURES = click.Path(readable=False, allow_dash=True)
"""Type of an argument that names pictures, so that shells complete file names."""


def flags_of(
    *groups: type[OptionGroup], leave_out: tuple[str, ...] = ()
) -> Callable[[Command], Command]:
    """Decorate a click command with the flags of groups of options, except those left out."""

    def decorate(command: Command) -> Command:
        for group in reversed(groups):
            for row in reversed(fields(group)):
                if row.name not in leave_out:
                    command = _flag(row.name, spec_of(row), row.default)(command)
        return command

    return decorate


def _flag(name: str, spec: Spec, default: Any) -> Callable[[Command], Command]:
    names = [part.strip() for part in spec.flag.split(",")]
    more: dict[str, Any] = {"help": spec.help}
    if spec.kind == "switch":
        more |= {"is_flag": True, "default": default}
    elif spec.kind == "list":
        more |= {"multiple": True, "metavar": spec.metavar}
    else:
        more |= {
            "type": click.Choice(spec.choices) if spec.choices else _Checked(name, spec),
            "default": default,
            "show_default": default is not None,
            "metavar": spec.metavar or None,
        }
    return click.option(*names, name, **more)


def options_of(group: type[Group], values: dict[str, Any]) -> Group:
    """Take the options of one group out of a command's values.

    Raises
    ------
    click.UsageError
        A value is out of range or conflicts with another.
    """
    try:
        return group(**{row.name: values[row.name] for row in fields(group) if row.name in values})
    except OptionError as error:
        raise click.UsageError(as_typed(error)) from error


class GroupedCommand(click.Command):
    """A command that shows its flags under the headings of the table."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the flags, one section per heading."""
        headings: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                headings.setdefault(self.heading(param.name), []).append(record)
        for heading in sorted(headings, key=lambda word: (word == "Other", word != self.own)):
            with formatter.section(heading):
                formatter.write_dl(headings[heading])

    groups: tuple[type[OptionGroup], ...] = ()
    own = "Other"
    """Heading of the command's own flags: first, unless it is this one."""

    def heading(self, name: str | None) -> str:
        """Heading under which the flag of an option stands."""
        for group in self.groups:
            for row in fields(group):
                if row.name == name:
                    return spec_of(row).group
        return self.own
