"""``huepress compress``."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from huepress.cli.flags import GroupedCommand, flags_of, options_of
from huepress.errors import OptionError
from huepress.options import CompressOptions, WriteOptions

if TYPE_CHECKING:
    from huepress.batch import Row

EPILOG = """\b
Examples:
  huepress compress photo.png                     photo-hp.png, up to 256 colors
  huepress compress photo.png -k 16 -o small.png  16 colors
  huepress compress *.png --out-dir small         several files, names kept
  huepress compress icon.png --in-place           replace the file, keep mode and time
  cat photo.png | huepress compress - -o - > small.png
  huepress compress photo.png --color-space srgb --init random --json

\b
Exit codes: 0 done (also: nothing gained, original kept), 1 some or all files failed, 2 usage,
4 a bound could not be met.
"""


class _Command(GroupedCommand):
    groups = (CompressOptions, WriteOptions)


@click.command("compress", cls=_Command, epilog=EPILOG, context_settings={"max_content_width": 100})
@click.argument("sources", nargs=-1, required=True, metavar="PICTURE...")
@flags_of(CompressOptions, WriteOptions)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file on standard output.")
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
def command(sources: tuple[str, ...], as_json: bool, quiet: bool, **values: Any) -> None:
    """Make pictures smaller.

    Learns a palette for each PICTURE (PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, PPM; - is standard
    input) and writes an ordinary indexed PNG, WebP or GIF that is never larger than the input.
    """
    options = options_of(CompressOptions, values)
    write = options_of(WriteOptions, values)

    from huepress.targets import plan

    try:
        targets = plan(sources, write, options.format)
    except OptionError as error:
        raise click.UsageError(str(error)) from error
    to_stdout = any(target.path is None for target in targets)
    if as_json and to_stdout:
        raise click.UsageError("--json and a picture cannot both go to standard output")
    if to_stdout and sys.stdout.isatty():
        raise click.UsageError("a picture is not written to a terminal: use -o FILE, or a pipe")

    from huepress import batch
    from huepress.cli.progress import Progress

    codes = []
    with Progress(len(targets), enabled=not (quiet or as_json)) as progress:
        for row in batch.run(targets, options):
            _tell(row, as_json, quiet, several=len(targets) > 1)
            progress.advance(row.target.source)
            codes.append(0 if row.error is None else row.error.exit_code)
    sys.exit(exit_code(codes))


def exit_code(codes: list[int]) -> int:
    """Return the exit code of a run from those of its files.

    A single file's own code (4: a bound not met, else 1); of several, 1 when one failed otherwise.
    """
    failed = {4 if code == 4 else 1 for code in codes if code}
    return min(failed, default=0)


def _tell(row: Row, as_json: bool, quiet: bool, several: bool) -> None:
    if as_json:
        click.echo(json.dumps(row.to_json(), ensure_ascii=False))
    if row.error is not None:
        click.echo(f"error: {row.error}", err=True)
    elif row.result is not None and not as_json and not quiet:
        path = row.target.path
        where = "<stdout>" if path is None else str(path)
        if row.target.in_place or several or where == "<stdout>":
            where = f"{row.target.source} -> {where}" if not row.target.in_place else where
        click.echo(f"{where}: {row.result.summary()}", err=path is None)
        for note in row.result.image.source.notes:
            click.echo(f"note: {row.target.source}: {note}", err=True)
