"""``huepress palette``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from huepress.cli.flags import PICTURES, GroupedCommand, flags_of, options_of
from huepress.cli.streams import is_terminal, require_stdout, write_stdout
from huepress.cli.wording import as_typed
from huepress.errors import OptionError
from huepress.formats.names import PALETTES
from huepress.options import CompressOptions

if TYPE_CHECKING:
    from huepress.types import Palette

EPILOG = """\b
Examples:
  huepress palette photo.png -k 8                8 colors, the most frequent first, as #rrggbb
  huepress palette photo.png -k 8 -f css         as CSS variables
  huepress palette photo.png -k 16 -o photo.gpl  for GIMP, Inkscape, Krita, Aseprite
  huepress palette frames/*.png -k 32 -o all.act one palette for all of them
  huepress palette theme.ase -f json             a palette file in another format
"""


# What is written of a picture, and how, has no part in its colors.
NOT_ASKED: Final = (
    "quality",
    "max_size",
    "best_effort",
    "lossless",
    "palette",
    "display_palette",
    "rate_weight",
    "dither",
    "format",
    "keep_hidden_rgb",
    "matte",
    "strip",
    "drop_signature",
    "icc",
)


class _Command(GroupedCommand):
    groups = (CompressOptions,)


@click.command("palette", cls=_Command, epilog=EPILOG, context_settings={"max_content_width": 100})
@click.argument("sources", nargs=-1, required=True, metavar="PICTURE...", type=PICTURES)
@click.option(
    "-f", "--format", type=click.Choice(PALETTES), help="Default: by the suffix of -o, else hex."
)
@click.option(
    "-o", "--output", metavar="FILE", type=PICTURES, help="Write to a file, not to standard output."
)
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@flags_of(CompressOptions, leave_out=NOT_ASKED)
def command(
    sources: tuple[str, ...],
    format: str | None,
    output: str | None,
    force: bool,
    **values: Any,
) -> None:
    """Write the colors of pictures, for other programs.

    Learns a palette of PICTURE (- is standard input), as compress does; of several pictures one
    palette for all of them. A palette file is written in another format.
    """
    options = options_of(CompressOptions, values)
    from huepress.palette.files import BINARY, format_of_suffix, write_palette

    if format is None:
        format = "hex" if output is None else format_of_suffix(output)
    if format is None:
        raise click.UsageError(f"{output}: which format? -f takes one of {', '.join(PALETTES)}")
    if output is None:
        require_stdout()
    to_terminal = output is None and is_terminal(sys.stdout)
    if format in BINARY and to_terminal:
        raise click.UsageError(f"{format} is not for a terminal: use -o FILE, or a pipe")
    if output is not None and not force:
        from huepress.result.write import check_target

        check_target(output)
    try:
        palette = _of_file(sources, options) or _of_pictures(sources, options)
    except OptionError as error:
        raise click.UsageError(as_typed(error)) from error
    data = write_palette(palette, format)
    if output is None:
        write_stdout(data)
        return
    from huepress.result.write import write_atomic

    write_atomic(output, data, force=force)
    click.echo(f"{output}: {len(palette)} colors", err=True)


def _of_file(sources: tuple[str, ...], options: CompressOptions) -> Palette | None:
    """Read a single source that is a palette file; None: it is no such file."""
    from huepress.decode import limits_of, read
    from huepress.formats.signatures import format_of
    from huepress.palette.files import read_palette

    if len(sources) != 1 or sources[0] == "-":
        return None
    data = read(sources[0], limits_of(options))
    if format_of(data) is not None or not _looks_like_a_palette(sources[0], data):
        return None
    palette = read_palette(sources[0])
    if len(palette) > options.colors:
        raise OptionError("colors", options.colors, f"{len(palette)} or more, or a picture")
    return palette


def _looks_like_a_palette(name: str, data: bytes) -> bool:
    from huepress.palette.files import format_of_suffix

    heads = (b"ASEF", b"GIMP Palette", b"JASC-PAL", b";paint.net")
    riff = data.startswith(b"RIFF") and data[8:12] == b"PAL "
    return riff or data.startswith(heads) or format_of_suffix(name) is not None


def _of_pictures(sources: tuple[str, ...], options: CompressOptions) -> Palette:
    import numpy as np

    from huepress.decode import load_with
    from huepress.search import learn_palette
    from huepress.types import Palette

    options = options.changed(icc="srgb")  # as other programs take the colors
    if len(sources) > 1:
        from huepress.batch import fit_palette

        return fit_palette(sources, options).palette
    image = load_with(sys.stdin.buffer if sources[0] == "-" else sources[0], options)
    for note in image.source.notes:
        click.echo(f"note: {note}", err=True)
    indexed = learn_palette(image, options)
    counts = np.bincount(indexed.indices.reshape(-1), minlength=len(indexed.palette))
    n_kept = len(options.keep_color)
    counts[:n_kept] = counts.max(initial=0) + 1
    order = np.argsort(-counts, kind="stable")[: n_kept + np.count_nonzero(counts[n_kept:])]
    return Palette(np.ascontiguousarray(indexed.palette.colors[order]))
