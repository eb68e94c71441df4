"""The command line: one module a command, imported when it is called.

``--help`` and ``--version`` load neither NumPy nor Pillow nor rich.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import Final

import click

from huepress._version import __version__
from huepress.errors import HuepressError

_COMMANDS: Final = {
    "compress": "Make pictures smaller.",
    "animate": "Make an animation of stills or of a film.",
    "sweep": "Show what the number of colors does to size, quality and time.",
    "compare": "Write the same picture by other means, at the same score or size.",
    "palette": "Write the colors of pictures: hex, CSS, GIMP, Adobe, JASC, JSON.",
    "config": "Show which options of huepress.toml apply to a picture, and why.",
    "demo": "Draw a picture, compress it with 2 to 256 colors, show what that does.",
    "pngquant": "Stand in for pngquant: its command line, exit codes and names of files.",
    "study": "See k-means think: the cloud of colors, the centers, the file, step by step.",
    "serve": "Open the page: drop pictures, see them shrink.",
}

EXAMPLES: Final = """\b
Examples:
  huepress compress photo.png              photo-hp.png, up to 256 colors
  huepress compress photo.png -k 16        the classic: 16 colors
  huepress compress *.png --out-dir small  several files, names kept
  huepress demo                            see what the number of colors does
"""


class _Commands(click.Group):
    """Commands whose modules are imported late."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f"huepress.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_Commands,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", prog_name="huepress")
def cli() -> None:
    """Compress images by k-means clustering of their colors.

    A picture goes in, a palette of k colors is learned, every pixel becomes an index, and an
    ordinary PNG, WebP or GIF comes out.
    """


def be_quick() -> None:
    """Set up the process for one short run."""
    # NumPy's BLAS would start a thread per processor, which spins for as long as a small picture
    # takes; no matrix here is worth one.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Of the objects that imports make hardly any are garbage: looking for it, every 700 of them,
    # takes a twentieth of the start.
    gc.set_threshold(50_000)


def main() -> None:
    """Run the command line; errors of the tree become one line and an exit code."""
    be_quick()
    try:
        cli(prog_name="huepress")
    except HuepressError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except MemoryError:
        click.echo("error: there is not enough memory for this", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output went away, as `head` does: not a failure of ours.
        sys.stderr.close()
        sys.exit(0)
