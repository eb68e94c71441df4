"""``huepress completion``: what a shell needs to complete the command line."""

from __future__ import annotations

import sys
from typing import Final

import click
from click.shell_completion import get_completion_class

WHERE: Final = """\b
Where it goes:
  bash  huepress completion bash > ~/.local/share/bash-completion/completions/huepress
  zsh   huepress completion zsh > ~/.zfunc/_huepress     (with fpath+=~/.zfunc before compinit)
  fish  huepress completion fish > ~/.config/fish/completions/huepress.fish
"""


@click.command("completion", epilog=WHERE)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of a shell.

    Commands, options, their words and names of files are completed; the script asks huepress
    itself, so that it never is out of date.
    """
    from huepress.cli import cli

    complete = get_completion_class(shell)
    if complete is None:
        sys.exit(1)
    script = complete(cli, {}, "huepress", "_HUEPRESS_COMPLETE")
    click.echo(script.source_template % script.source_vars())
