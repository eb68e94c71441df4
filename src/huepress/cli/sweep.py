"""``huepress sweep``."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from huepress.cli.flags import PICTURES, GroupedCommand, flags_of, options_of
from huepress.cli.wording import in_one_line, json_line
from huepress.options import CompressOptions

if TYPE_CHECKING:
    from huepress.result.report import Result
    from huepress.study.sweep import Point, Sweep, Timing

EPILOG = """\b
Examples:
  huepress sweep photo.png                          2, 4, 8, ... 256 colors
  huepress sweep photo.png --colors 8,12,16,24      these
  huepress sweep photo.png --plot photo.pdf         size, score, time and inertia as curves
  huepress sweep photo.png --sizes --plot time.png  also on smaller copies: time against pixels
  huepress sweep photo.png --out-dir swept --csv    keep every file, figures as CSV
  huepress sweep photo.png --search suggested       then what compress makes of the suggested k

\b
Only k varies: every pixel takes its nearest color, unless --rate-weight or --dither are given, and
PNGs are deflated lightly. So the whole sweep takes about as long as one "huepress compress", which
maps by rate, diffuses errors and deflates as well as it can, for the look and the bytes together:
its file may be larger or smaller. --search runs that too, at the suggested k or at all;
--small-colors counts only there.

\b
Seconds are those of one k by itself: counting colors, k-means, mapping, encoding; the score is not
in them. Inertia is the sum of squared distances to the nearest center (in Oklab every pixel weighed
as the eye weighs errors there). Iterations are passes over all colors, at most a few after a search
on coarser ones; --init random or kmeans++ is k-means as the textbooks have it.
"""

# What decides k, or takes the place of k-means: a sweep has its own list of k.
NOT_SWEPT = (
    "colors",
    "quality",
    "max_size",
    "best_effort",
    "lossless",
    "palette",
    "display_palette",
    "keep_hidden_rgb",
)


class _Command(GroupedCommand):
    groups = (CompressOptions,)
    own = "The sweep"

    def heading(self, name: str | None) -> str:
        """Put the list of k first, too."""
        return self.own if name == "colors" else super().heading(name)


class _Colors(click.ParamType[Any]):
    """A list of k such as ``2,4,8``, or a range such as ``2-16``."""

    name = "list of k"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        found: set[int] = set()
        for part in str(value).split(","):
            low, _, high = part.strip().partition("-")
            try:
                ends = int(low), int(high or low)
            except ValueError:
                ends = (0, 0)
            if not 1 <= ends[0] <= ends[1] <= 256:
                self.fail(f"{part.strip()!r} is not a k from 1 to 256, or a range of them", param)
            found |= set(range(ends[0], ends[1] + 1))
        return tuple(sorted(found))


@click.command("sweep", cls=_Command, epilog=EPILOG, context_settings={"max_content_width": 100})
@click.argument("source", metavar="PICTURE", type=PICTURES)
@click.option(
    "-k",
    "--colors",
    type=_Colors(),
    default="2,4,8,16,32,64,128,256",
    show_default=True,
    metavar="LIST",
    help="Palette sizes, as a list with commas and ranges.",
)
@click.option("--sizes", is_flag=True, help="Also time 1/2, 1/4 and 1/8 of the pixels.")
@click.option(
    "--search",
    type=click.Choice(["suggested", "all"]),
    help="Also search as compress does, at the suggested k or at all: slow.",
)
@click.option("--plot", metavar="FILE", help="Draw the curves (PNG, SVG or PDF).")
@click.option("--out-dir", metavar="DIR", help="Keep the file of every k as DIR/k002.png, ...")
@click.option("--force", is_flag=True, help="Overwrite existing files.")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@click.option("--csv", "as_csv", is_flag=True, help="The table as CSV.")
@flags_of(CompressOptions, leave_out=NOT_SWEPT)
def command(
    source: str,
    colors: tuple[int, ...],
    sizes: bool,
    search: str | None,
    plot: str | None,
    out_dir: str | None,
    force: bool,
    as_json: bool,
    as_csv: bool,
    **values: Any,
) -> None:
    """Show what the number of colors does to size, quality and time.

    Compresses PICTURE at every k and measures each file: quickly, as a curve with its knee, or
    with --search all as compress does, with a k to take.
    """
    options = options_of(CompressOptions, values)
    if as_json and as_csv:
        raise click.UsageError("--json and --csv cannot both go to standard output")

    from huepress.cli.progress import Progress
    from huepress.decode import load_with
    from huepress.study import sweep as room

    if plot is not None:
        from huepress.study import plots

        plots.check_target(plot, force=force)
    image = load_with(sys.stdin.buffer if source == "-" else source, options)
    steps = len(colors) + (search == "suggested")
    steps += len(room.SHARES) * len(room.SCALING_COLORS) if sizes else 0
    with Progress(steps, enabled=not (as_json or as_csv)) as progress:
        found = room.sweep(
            image,
            colors,
            options,
            search_all=search == "all",
            search_suggested=search == "suggested",
            on_point=lambda point: progress.advance(f"k = {point.k}"),
        )
        if search == "suggested":
            progress.advance("search")
        if sizes:
            found = found.with_scaling(
                *room.scaling(
                    image,
                    options,
                    search=search == "all",
                    on_timing=lambda t: progress.advance(f"{t.width} x {t.height}, k = {t.k}"),
                )
            )
    if out_dir is not None:
        _save(found, Path(out_dir), force)
    if plot is not None:
        plots.save(plots.sweep_figure(found), plot, force=force)
    if as_json:
        click.echo(json_line(found.to_json()))
    elif as_csv:
        click.echo(_csv(found), nl=False)
    else:
        _tell(found, search == "all")
    _tell_beside(image.source.notes, [path for path in (out_dir, plot) if path is not None])


def _tell_beside(notes: Iterable[str], written: Iterable[str]) -> None:
    """Say on standard error what goes into no table."""
    for note in notes:
        click.echo(f"note: {note}", err=True)
    for path in written:
        click.echo(f"written: {path}", err=True)


def _save(found: Sweep, folder: Path, force: bool) -> None:
    from huepress.batch.names import suffix_of
    from huepress.result.write import write_atomic

    for point in found.points:
        path = folder / f"k{point.k:03d}{suffix_of(point.result.format)}"
        write_atomic(path, point.result.data, force=force, make_parents=True)


def _csv(found: Sweep) -> str:
    out = io.StringIO()
    rows = [{"input": found.image.source.name, **point.to_json()} for point in found.points]
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _tell(found: Sweep, is_searched: bool) -> None:
    image = found.image
    size = image.source.n_bytes
    before = f", {size:,} B" if size else ""
    click.echo(f"{in_one_line(image.source.name)}: {image.width} x {image.height}{before}\n")
    if not is_searched:
        click.echo("fast curve: nearest colors, light deflate; not what compress writes")
    click.echo(
        f"{'k':>5} {'colors':>6} {'bytes':>11} {'of input':>8} {'bits/px':>8} {'PSNR':>8}"
        f" {'score':>6} {'SSIMU2':>6} {'JOD':>5}"
        f" {'inertia':>10} {'iterations':>10} {'k-means':>9} {'seconds':>9}"
    )
    for point in found.points:
        click.echo(_row(point, size, point.k == found.suggestion.k))
    # What compress writes at that k was not measured here: a knee, and no suggestion.
    word = "suggested" if is_searched else "knee of the fast curve"
    click.echo(f"\n{word}: k = {found.suggestion.k}, {found.suggestion.reason}")
    if found.searched is not None:
        click.echo(_searched(found.searched, found.suggestion.k))
    elif not is_searched:
        click.echo(
            "huepress compress maps for look and bytes together: --search all measures its files"
            " and suggests one;\n--search suggested shows what it makes of that k alone."
        )
    click.echo(
        "score is the lower of SSIMULACRA2 (SSIMU2) and ColorVideoVDP (JOD) on one scale: 100 is"
        "\nidentical, from 80 on it looks so, from 65 on what is lost is seen on a second look."
    )
    if any(point.result.status == "kept" for point in found.points):  # only with --search all
        click.echo("kept: at that k the original file is smaller, and compress would keep it.")
    if found.timings:
        _tell_timings(found)


def _searched(result: Result, k: int) -> str:
    if result.status == "kept":
        return f"huepress compress -k {k} would keep the original: nothing smaller was found."
    lossless = ", lossless" if result.mse == 0 else ""
    return (
        f"huepress compress -k {k} then searches further: {result.bytes_out:,} B, score"
        f" {result.score:.1f} ({result.look}){lossless}, in {result.seconds:.3g} s."
    )


def _row(point: Point, size: int | None, is_suggested: bool) -> str:
    psnr = "lossless" if point.is_lossless else f"{point.result.psnr:.1f} dB"
    kept = point.result.status == "kept"
    return (
        f"{'>' if is_suggested else ' '}{point.k:>4} {'kept' if kept else point.colors:>6}"
        f" {point.n_bytes:>11,} {f'{100 * point.n_bytes / size:.1f} %' if size else '-':>8}"
        f" {point.bits_per_pixel:>8.3f} {psnr:>8} {point.score:>6.1f}"
        f" {point.verdict.ssimulacra2:>6.1f} {point.verdict.jod:>5.2f}"
        f" {point.fit.inertia:>10.4g} {point.fit.n_iter:>10} {f'{point.fit_seconds:.3f} s':>9}"
        f" {f'{point.seconds:.3f} s':>9}"
    )


def _tell_timings(found: Sweep) -> None:
    sizes: dict[tuple[int, int], dict[int, Timing]] = {}
    for timing in found.timings:
        sizes.setdefault((timing.width, timing.height), {})[timing.k] = timing
    ks = sorted({timing.k for timing in found.timings})
    click.echo("\nseconds on smaller copies, of that counting and k-means in brackets")
    head = "".join(f"{f'k = {k}':>18}" for k in ks)
    click.echo(f"{'size':>13} {'pixels':>11} {'distinct':>9}{head}")
    for (width, height), row in sizes.items():
        cells = "".join(f"{f'{row[k].seconds:.3f} ({row[k].fit_seconds:.3f})':>18}" for k in ks)
        distinct = next(iter(row.values())).distinct
        click.echo(f"{f'{width} x {height}':>13} {width * height:>11,} {distinct:>9,}{cells}")
    for law in found.laws:
        click.echo(f"  {law}")
    if not found.laws:
        click.echo("  no law: the picture has too few colors to run k-means at several k")
