"""``huepress animate``."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import click

from huepress.cli.flags import GroupedCommand, flags_of, options_of
from huepress.cli.streams import is_terminal, require_stdout
from huepress.errors import InputError, OptionError
from huepress.options import CompressOptions

if TYPE_CHECKING:
    from huepress.animation import Animation, AnimationResult

EPILOG = """\b
Examples:
  huepress animate frames/*.png --fps 20 -o a.gif      stills into an animation
  huepress animate frames -o a.webp -q 80              a folder, in the order of its numbers
  huepress animate frames/*.png -o a.png               an APNG
  huepress animate film.mp4 --max-fps 12 -o a.gif      a film (pip install 'huepress[video]')
  ffmpeg -i film.mp4 -f yuv4mpegpipe - | huepress animate - -o a.gif
"""

LEFT_OUT: Final = ("frame", "keep_hidden_rgb", "indexed")


class _Command(GroupedCommand):
    groups = (CompressOptions,)


@click.command("animate", cls=_Command, epilog=EPILOG, context_settings={"max_content_width": 100})
@click.argument("sources", nargs=-1, required=True, metavar="STILL...")
@click.option("-o", "--output", required=True, metavar="FILE", help="A .gif, .png or .webp.")
@click.option(
    "--fps",
    type=click.FloatRange(0.01, 1000),
    default=10.0,
    show_default=True,
    metavar="N",
    help="Stills a second; films have their own times.",
)
@click.option(
    "--plays",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    metavar="N",
    help="How often it is shown; 0 is forever.",
)
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
@flags_of(CompressOptions, leave_out=LEFT_OUT)
def command(
    sources: tuple[str, ...],
    output: str,
    fps: float,
    plays: int,
    force: bool,
    quiet: bool,
    **values: Any,
) -> None:
    """Make a small animation of stills, or of a film.

    Each STILL is a picture, or a folder of pictures; a single one may be a film, or - for a y4m
    stream on standard input.
    """
    options = options_of(CompressOptions, values)
    if options.format == "auto" and output != "-":
        options = _with_format(options, output)
    if output == "-":
        require_stdout()
        if is_terminal(sys.stdout):
            raise click.UsageError("an animation is not written to a terminal: use -o FILE")
    started = perf_counter()
    from huepress.animation.road import press

    animation = _read(sources, options, fps, plays)
    with _Frames(animation.n_frames, enabled=not quiet) as frames:
        result = press(animation, options, started=started, tell=frames.advance)
    _write(result, output, force=force)
    if not quiet:
        where = "<stdout>" if output == "-" else output
        click.echo(f"{where}: {result.summary()}", err=output == "-")


class _Frames:
    """One line that counts frames on a terminal, once a second has passed."""

    def __init__(self, total: int, *, enabled: bool) -> None:
        self._total = total
        self._done = 0
        self._started = perf_counter()
        self._enabled = enabled and is_terminal(sys.stderr)

    def __enter__(self) -> _Frames:
        return self

    def advance(self) -> None:
        """Count one frame; a search walks through all of them more than once."""
        walk, at = divmod(self._done, self._total)
        self._done += 1
        if self._enabled and perf_counter() - self._started > 1:
            click.echo(f"\rwalk {walk + 1}: frame {at + 1} of {self._total} ", nl=False, err=True)

    def __exit__(self, *_: object) -> None:
        if self._enabled:
            click.echo("\r" + " " * 40 + "\r", nl=False, err=True)


def _with_format(options: CompressOptions, output: str) -> CompressOptions:
    from huepress.formats.names import format_of_name

    format = format_of_name(output)
    if format not in ("gif", "png", "webp"):
        raise click.UsageError(f"{output}: a name that ends in .gif, .png or .webp is needed")
    return options.changed(format=format)


def _read(sources: tuple[str, ...], options: CompressOptions, fps: float, plays: int) -> Animation:
    from huepress.animation.read import read_animation
    from huepress.animation.sources import from_stills, from_video, from_y4m, natural_order
    from huepress.decode import limits_of, read
    from huepress.formats.moving import is_animation
    from huepress.formats.signatures import format_of

    limits = limits_of(options)
    if sources == ("-",):
        return from_y4m("<stdin>", sys.stdin.buffer, limits, plays=plays)
    stills: list[Path] = []
    for source in map(Path, sources):
        if source.is_dir():
            inside = (path for path in source.iterdir() if path.is_file())
            stills += [path for path in natural_order(list(inside)) if _is_picture(path)]
        else:
            stills.append(source)
    if len(stills) == 1 and stills[0].is_file():
        if format_of(_head(stills[0])) is None:
            return from_video(stills[0], limits, plays=plays)
        data = read(stills[0], limits)
        if is_animation(data):
            return read_animation(str(stills[0]), data, limits)
    if len(stills) > limits.max_frames:
        raise OptionError("max_frames", limits.max_frames, f"{len(stills)} stills need more")
    if not stills:
        raise InputError(sources[0], "holds no pictures", "stills are needed")
    duration = 1 / Fraction(fps).limit_denominator(1000)
    return from_stills(stills, [duration] * len(stills), options, plays=plays)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(64)


def _is_picture(path: Path) -> bool:
    from huepress.formats.signatures import format_of

    return format_of(_head(path)) is not None


def _write(result: AnimationResult, output: str, *, force: bool) -> None:
    if output == "-":
        sys.stdout.buffer.write(result.data)
        sys.stdout.buffer.flush()
    else:
        result.save(output, force=force)
