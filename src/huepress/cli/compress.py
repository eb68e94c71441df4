"""``huepress compress``."""

from __future__ import annotations

import sys
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from huepress.cli.flags import PICTURES, GroupedCommand, flags_of, options_of
from huepress.cli.interrupts import on_stop
from huepress.cli.progress import Progress
from huepress.cli.reporting import Reporter
from huepress.cli.streams import STDOUT_NAMES, is_terminal, require_stdout
from huepress.cli.wording import as_typed
from huepress.errors import OptionError, OutputError
from huepress.options import BatchOptions, CompressOptions, WriteOptions

if TYPE_CHECKING:
    from huepress.batch import Manifest, Row, Target

EPILOG = """\b
Examples:
  huepress compress photo.png                     photo-hp.png, up to 256 colors
  huepress compress photo.png -k 16 -o small.png  16 colors
  huepress compress *.png --out-dir small         several files, names kept
  huepress compress icon.png --in-place           replace the file, keep mode and time
  huepress compress assets -r --out-dir dist      a tree, mirrored; again: only what changed
  huepress compress assets -r --check             exit 1 when something could be smaller
  huepress compress frames/*.png --shared-palette --out-dir small
  cat photo.png | huepress compress - -o - > small.png
  huepress compress world.mbtiles -o small.mbtiles  map tiles, one palette for the map
  huepress compress sprite.png --palette nes.gpl   exactly these colors, in this order
  huepress compress photo.png --color-space srgb --init random --json

\b
Exit codes: 0 done (also: nothing gained, original kept), 1 some or all files failed, 2 usage,
4 a bound could not be met.
"""


class _Command(GroupedCommand):
    groups = (CompressOptions, WriteOptions, BatchOptions)


@click.command("compress", cls=_Command, epilog=EPILOG, context_settings={"max_content_width": 100})
@click.argument("sources", nargs=-1, required=True, metavar="PICTURE...", type=PICTURES)
@flags_of(CompressOptions, WriteOptions, BatchOptions)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file on standard output.")
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
def command(sources: tuple[str, ...], as_json: bool, quiet: bool, **values: Any) -> None:
    """Make pictures smaller.

    Learns a palette for each PICTURE (PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, PPM; - is standard
    input; with -r also directories) and writes an ordinary indexed PNG, WebP or GIF that is never
    larger than the input.
    """
    options = options_of(CompressOptions, values)
    write = options_of(WriteOptions, values)
    batch = options_of(BatchOptions, values)
    if write.force and options.strip == "none":
        options = options.changed(drop_signature=True)
    if write.output in STDOUT_NAMES:
        write = write.changed(output="-")
    if batch.check and not (write.output or write.out_dir):
        write = write.changed(in_place=True)
    if options.lossless:
        _say_idle(click.get_current_context())
    for name, given in (
        ("--prune", batch.prune),
        ("--rewrite", batch.rewrite),
        ("--watch", batch.watch),
    ):
        if given and write.out_dir is None:
            raise click.UsageError(f"{name} goes with --out-dir")
    if batch.rewrite and "://" in str(write.out_dir):
        raise click.UsageError("--rewrite goes with an --out-dir of this machine")

    if any(source.lower().endswith((".mbtiles", ".pmtiles")) for source in sources):
        _maps(sources, options, write, batch, as_json=as_json, quiet=quiet)

    reporter = _once(sources, options, write, batch, as_json=as_json, quiet=quiet)
    if batch.watch:
        from huepress.cli.watching import watch

        assert write.out_dir is not None
        watch(
            sources,
            write.out_dir,
            lambda: _once(sources, options, write, batch, as_json=as_json, quiet=quiet),
        )
    sys.exit(reporter.exit_code)


def _once(
    sources: tuple[str, ...],
    options: CompressOptions,
    write: WriteOptions,
    batch: BatchOptions,
    *,
    as_json: bool,
    quiet: bool,
) -> Reporter:
    """Find out what is to be done, do it, and tell."""
    from huepress.batch import plan
    from huepress.batch.config import Configs

    try:
        if batch.save_palette is not None:
            from huepress.batch.palette_saving import check_suffix

            check_suffix(batch.save_palette)
        options = _with_colors(options, batch)
        configs = Configs(_given(), enabled=not batch.no_config)
        targets = plan(sources, write, options.format, batch, configs)
    except OptionError as error:
        raise click.UsageError(as_typed(error)) from error
    to_stdout = any(target.output == "-" for target in targets)
    if as_json and to_stdout:
        raise click.UsageError("--json and a picture cannot both go to standard output")
    if to_stdout or as_json:
        require_stdout()
    if to_stdout and is_terminal(sys.stdout):
        raise click.UsageError("a picture is not written to a terminal: use -o FILE, or a pipe")

    reporter = Reporter(
        as_json=as_json,
        quiet=quiet,
        several=len(targets) != 1 or batch.recursive,
        check=batch.check,
        dry_run=batch.dry_run,
    )
    rest = "" if batch.no_manifest or not batch.recursive else "; run it again to go on"

    def say_where() -> None:
        click.echo(f"stopped: {reporter.n_reported} of {len(targets)} files done{rest}", err=True)

    with on_stop(say_where):
        _work(sources, targets, options, write, batch, reporter)
    reporter.sum_up()
    return reporter


def _maps(
    sources: tuple[str, ...],
    options: CompressOptions,
    write: WriteOptions,
    batch: BatchOptions,
    *,
    as_json: bool,
    quiet: bool,
) -> NoReturn:
    """Compress the tiles of maps, one map after the other."""
    from huepress.batch.maps import compress_map, is_map, output_of

    if not all(is_map(source) for source in sources):
        raise click.UsageError("compress map tiles (.mbtiles, .pmtiles) in a separate call")
    if write.output is not None and (len(sources) > 1 or write.output == "-"):
        raise click.UsageError("-o names the file of one map; several go with --out-dir")
    reading = batch.dry_run or batch.check
    several = len(sources) > 1
    reporter = Reporter(
        as_json=as_json, quiet=quiet, several=several, check=batch.check, dry_run=batch.dry_run
    )
    for source in sources:
        with Progress(0, enabled=reporter.shows_progress) as progress:
            row = compress_map(
                source,
                output_of(source, write),
                options,
                force=write.force or write.in_place,
                write=not reading,
                advance=lambda n: progress.advance(f"{n:,} tiles"),
            )
        reporter.tell(row)
    reporter.sum_up()
    sys.exit(reporter.exit_code)


def _given() -> frozenset[str]:
    """Name the options that stand on the command line."""
    context = click.get_current_context()
    standing = click.core.ParameterSource.COMMANDLINE
    return frozenset(n for n in context.params if context.get_parameter_source(n) is standing)


LOSSY: Final = (
    "colors",
    "rate_weight",
    "dither",
    "color_space",
    "init",
    "n_init",
    "max_iter",
    "tol",
    "seed",
    "small_colors",
    "matte",
)
"""Options that only a picture whose colors change has a use for."""


def _say_idle(context: click.Context) -> None:
    """Say which of the flags that were typed do nothing where no color changes."""
    given = _given() & set(LOSSY)
    idle = ["/".join(param.opts) for param in context.command.params if param.name in given]
    if idle:
        does = "does" if len(idle) == 1 else "do"
        words = f"{', '.join(idle)} {does} nothing with --lossless, which changes no color"
        click.echo(f"note: {words}", err=True)


def _with_colors(options: CompressOptions, batch: BatchOptions) -> CompressOptions:
    """Read the palette once: workers, and the memory of finished files, take its colors."""
    if options.whole_palette and not batch.shared_palette:
        raise OptionError("whole_palette", True, "only with shared_palette")
    if options.keep_palette and batch.shared_palette:
        raise OptionError("shared_palette", True, "only without keep_palette, which is each one's")
    if options.keep_color:
        from huepress.palette.fixed import of_words

        of_words(options.keep_color)
    if options.palette is None:
        return options
    if batch.shared_palette:
        raise OptionError("shared_palette", True, "only without palette, which is one for all")
    from huepress.palette.files import read_palette, to_hex

    given = {"palette": options.palette, "display_palette": options.display_palette}
    words = {
        name: ",".join(map(to_hex, read_palette(source).colors))
        for name, source in given.items()
        if source is not None
    }
    return options.changed(**words)


def _work(
    sources: tuple[str, ...],
    targets: list[Target | Row],
    options: CompressOptions,
    write: WriteOptions,
    batch: BatchOptions,
    reporter: Reporter,
) -> None:
    """Do the files, and tell each."""
    from huepress import batch as room

    with ExitStack() as stack:
        client = None
        if batch.scheduler is not None:
            from huepress.batch.dask import connect

            client = stack.enter_context(connect(batch.scheduler))
        fit = None
        if batch.shared_palette:
            options = options.changed(icc="srgb")  # as the palette is
            from huepress.batch.kinds import has_palette

            inputs = [t.source for t in targets if not isinstance(t, room.Row) and has_palette(t)]
            fit = room.fit_palette(
                inputs, options, weighting=batch.palette_weights, client=client, skip_bad=True
            )
            if batch.save_palette is not None and not (batch.dry_run or batch.check):
                room.save_palette(batch.save_palette, fit.palette, force=write.force)
        manifest = _manifest(sources, write, batch)
        if manifest is not None:
            stack.enter_context(manifest)
        progress = stack.enter_context(Progress(len(targets), enabled=reporter.shows_progress))
        from huepress.batch.texts import split_texts

        others, texts = split_texts(targets, batch.rewrites)
        rows = room.run(
            others,
            options,
            batch,
            manifest=manifest,
            client=client,
            fit=fit,
            score=reporter.wants_scores,
        )
        done: dict[str, str] = {}
        for row in stack.enter_context(closing(rows)):
            progress.advance(row.source, row.saved)
            reporter.tell(row)
            if row.output is not None and row.failure is None:
                done[row.source] = row.output
        _rewrite(targets, texts, done, write, batch, manifest, reporter)
        if batch.prune and manifest is not None and write.out_dir is not None:
            for row in room.prune(
                manifest, targets, done, write.out_dir, write=not (batch.dry_run or batch.check)
            ):
                reporter.tell(row)


def _rewrite(
    targets: list[Target | Row],
    texts: list[Target],
    done: dict[str, str],
    write: WriteOptions,
    batch: BatchOptions,
    manifest: Manifest | None,
    reporter: Reporter,
) -> None:
    """Let texts follow the pictures that have another name; adds what was written to ``done``."""
    from huepress.batch.texts import renames_of, rewrite_texts

    if not texts:
        return
    out_dir = write.out_dir or ""
    writes = not (batch.dry_run or batch.check)
    renames = renames_of(targets, done, out_dir)
    for row, diff in rewrite_texts(
        texts, renames, batch.rewrites, out_dir, manifest=manifest, write=writes
    ):
        reporter.tell(row)
        if row.output is not None and row.failure is None:
            done[row.source] = row.output
        if batch.dry_run and diff:
            click.echo(diff, nl=False, err=reporter.wants_scores)


def _manifest(
    sources: tuple[str, ...], write: WriteOptions, batch: BatchOptions
) -> Manifest | None:
    """Open the memory of the run; without one it goes on, and says so."""
    from huepress import batch as room

    place = room.place_of(sources, write, batch)
    if place is None:
        return None
    if batch.dry_run or batch.check:
        return room.Manifest(place.found, read_only=True, home=place.home)
    try:
        if place.settle():
            click.echo(f"note: {place.old} was moved to {place.path}", err=True)
        return room.Manifest(place.path, home=place.home)
    except (OutputError, OSError) as error:
        if batch.manifest is not None or batch.prune:
            raise
        words = "--manifest FILE keeps it elsewhere, --no-manifest turns it off"
        click.echo(f"note: nothing is remembered: {error}; {words}", err=True)
        return None
