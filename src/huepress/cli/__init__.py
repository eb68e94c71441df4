"""The command line: one module a command, imported when it is called.

``--help`` and ``--version`` load neither NumPy nor Pillow nor rich.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Final, NoReturn

import click

from huepress._version import __version__
from huepress.cli.interrupts import interruptible
from huepress.cli.wording import as_typed, in_one_line, take_any_name
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
    "doctor": "Say what this installation can do, and what brings the rest.",
    "completion": "Print the completion script of bash, zsh or fish.",
    "serve": "Open the page: drop pictures, see them shrink.",
}

_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF, errno.EINVAL}
"""How a write to a stream fails; files of ours have errors of their own."""

_SERVERS: Final = {"serve", "study"}

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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0] if args else ""
        if word and word not in _COMMANDS and not word.startswith("-"):
            ctx.fail(_unknown(word))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def _unknown(word: str) -> str:
    """Report an unknown command, and suggest the one that was meant."""
    from difflib import get_close_matches
    from pathlib import Path

    if Path(word).exists() or "." in word:
        return f"{word!r} is not a command. Is it a picture? Then: huepress compress {word}"
    near = get_close_matches(word.lower(), _COMMANDS, n=2, cutoff=0.5)
    near += [name for name in _COMMANDS if name.startswith(word.lower()) and name not in near]
    meant = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(_COMMANDS)}."
    return f"{word!r} is not a command; {meant}"


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
    # NumPy's BLAS would start a thread per processor and let it spin for as long as a small picture
    # takes; no matrix here is worth that.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Imports make hardly any garbage, but looking for it after every 700 objects takes a twentieth
    # of the startup time.
    gc.set_threshold(50_000)


def main() -> None:
    """Run the command line; errors of `huepress.errors` become one line and an exit code."""
    be_quick()
    take_any_name()
    # Servers handle Ctrl-C themselves, in the main thread.
    word = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    try:
        if word in _SERVERS:
            _run()
        else:
            interruptible(_run)
    except HuepressError as error:
        _fail(as_typed(error), error.exit_code)
    except MemoryError:
        _fail("there is not enough memory for this")
    except OSError as error:
        _lost(error)


def _run() -> None:
    """Run the command line, and check that all output has been written."""
    try:
        cli(prog_name="huepress")
    finally:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None and not stream.closed:
                stream.flush()


def _fail(words: str, code: int = 1) -> NoReturn:
    click.echo(f"error: {in_one_line(words)}", err=True)
    sys.exit(code)


def _lost(error: OSError) -> NoReturn:
    """Exit when nobody reads the output, or the disk is full."""
    gone = isinstance(error, BrokenPipeError)
    # Python would try to write the rest once more at exit.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr) if gone else (sys.stdout,):
        with suppress(OSError, ValueError, AttributeError):  # closed, or no file
            os.dup2(nowhere, stream.fileno())
    if gone:  # the reader of our output is gone, as with `head`: not an error
        sys.exit(0)
    words = error.strerror or str(error)
    if error.filename is not None:
        words = f"{os.fsdecode(error.filename)}: {words}"
    elif error.errno in _FULL:
        words = f"standard output: {words}"
    _fail(words)
