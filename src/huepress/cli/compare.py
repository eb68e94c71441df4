"""``huepress compare``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from huepress.cli.flags import PICTURES, GroupedCommand, flags_of, options_of
from huepress.cli.wording import in_one_line, json_line
from huepress.options import CompressOptions

if TYPE_CHECKING:
    from huepress.study.compare import Comparison

EPILOG = """\b
Examples:
  huepress compare photo.png                      all at the score of huepress's default
  huepress compare photo.png --score 80           all at this score
  huepress compare photo.png --size 50KB          the best each can do in 50,000 bytes
  huepress compare photo.png --sheet crops.png    crops side by side, at twice their size
  huepress compare photo.png --only huepress,avif,jpeg

\b
huepress searches by itself (-q, --max-size); everybody else's own quality setting is found by
bisection. Palettes go through oxipng, whoever made them; pngquant takes part where it is installed.
Seconds are those of writing the one file shown: with the search for huepress, without it for all
others. All are written in sRGB and without metadata.
"""

# The comparison sets these itself.
NOT_COMPARED = (
    "colors",
    "format",
    "quality",
    "max_size",
    "best_effort",
    "lossless",
    "palette",
    "display_palette",
    "keep_hidden_rgb",
    "matte",
    "strip",
    "icc",
    "drop_signature",
)


class _Command(GroupedCommand):
    groups = (CompressOptions,)
    own = "The comparison"


@click.command("compare", cls=_Command, epilog=EPILOG, context_settings={"max_content_width": 100})
@click.argument("source", metavar="PICTURE", type=PICTURES)
@click.option("--score", type=float, metavar="S", help="Score that each is to reach.")
@click.option("--size", metavar="SIZE", help="Bytes that each is to stay within: 50KB, 30%.")
@click.option("--only", metavar="NAMES", help="Who takes part: words of their names, with commas.")
@click.option("--sheet", "sheet_path", metavar="FILE", help="Write a PNG of crops side by side.")
@click.option("--out-dir", metavar="DIR", help="Keep everybody's file.")
@click.option("--force", is_flag=True, help="Overwrite existing files.")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@flags_of(CompressOptions, leave_out=NOT_COMPARED)
def command(
    source: str,
    score: float | None,
    size: str | None,
    only: str | None,
    sheet_path: str | None,
    out_dir: str | None,
    force: bool,
    as_json: bool,
    **values: Any,
) -> None:
    """Write the same picture by other means, at the same score or size.

    huepress as PNG and WebP beside lossless files, JPEG, WebP, AVIF, Pillow's quantizers, and
    pngquant.
    """
    options = options_of(CompressOptions, values)
    if score is not None and size is not None:
        raise click.UsageError("--score and --size cannot both be the target")

    from huepress.cli.progress import Progress
    from huepress.result.write import write_atomic
    from huepress.study import compare as room

    chosen = _chosen(room.contenders(options), only)
    if sheet_path is not None:
        _check_sheet(sheet_path, force)
    with Progress(len(chosen), enabled=not as_json) as progress:
        found = room.compare(
            sys.stdin.buffer if source == "-" else source,
            options,
            score=score,
            n_bytes=size,
            only=chosen,
            on_entry=progress.advance,
        )
    if out_dir is not None:
        _save(found, Path(out_dir), force)
    if sheet_path is not None:
        write_atomic(sheet_path, _png(room.sheet(found)), force=force)
    if as_json:
        click.echo(json_line(found.to_json()))
    else:
        _tell(found, is_default=score is None)
    for path in (out_dir, sheet_path):
        if path is not None:
            click.echo(f"written: {path}", err=True)


def _chosen(everybody: list[Any], only: str | None) -> list[Any]:
    if only is None:
        return everybody
    words = [word.strip().lower() for word in only.split(",") if word.strip()]
    names = ", ".join(contender.name for contender in everybody)
    for word in words:
        if not any(word in contender.name.lower() for contender in everybody):
            raise click.UsageError(f"--only {word!r} is not a contender; there are {names}")
    chosen = [c for c in everybody if any(word in c.name.lower() for word in words)]
    if not chosen:
        raise click.UsageError(f"--only names no contender; there are {names}")
    return chosen


def _check_sheet(path: str, force: bool) -> None:
    from huepress.errors import OutputError

    if Path(path).suffix.lower() != ".png":
        raise OutputError(path, "is no PNG", "a name ending in .png")
    if Path(path).exists() and not force:
        raise OutputError(path, "exists already", "use --force to overwrite it")


def _png(pixels: Any) -> bytes:
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.fromarray(pixels).save(out, "png", optimize=True)
    return out.getvalue()


def _save(found: Comparison, folder: Path, force: bool) -> None:
    from huepress.formats.signatures import format_of
    from huepress.result.write import write_atomic

    for entry in found.entries:
        suffix = str(format_of(entry.data)).replace("jpeg", "jpg")
        name = f"{entry.name.lower().replace(' ', '-')}.{suffix}"
        write_atomic(folder / name, entry.data, force=force, make_parents=True)


def _tell(found: Comparison, *, is_default: bool) -> None:
    image = found.image
    size = image.source.n_bytes
    before = f", {size:,} B" if size else ""
    click.echo(f"{in_one_line(image.source.name)}: {image.width} x {image.height}{before}")
    if found.target_bytes is not None:
        click.echo(f"at most {found.target_bytes:,} B each\n")
    else:
        whose = " of huepress compress" if is_default else ""
        from huepress.metrics import look_of
        from huepress.result.report import CUT_WORDS, may_be_data

        is_cut = image.fine is not None and may_be_data(image)
        look = CUT_WORDS if is_cut else look_of(found.target_score or 0)
        score = f"{found.target_score:.2f}"
        click.echo(f"each at the score{whose}, {score}, or just above ({look})\n")
    first = found.entries[0]
    head = f"of {first.name}"
    click.echo(
        f"{'':18} {'setting':>14} {'bytes':>11} {head:>16} {'score':>6}"
        f" {'SSIMU2':>6} {'JOD':>5} {'PSNR':>8} {'unchanged':>9} {'seconds':>8}"
    )
    for entry in found.entries:
        ratio = f"{100 * entry.n_bytes / first.n_bytes:.0f} %"
        psnr = "lossless" if entry.psnr == float("inf") else f"{entry.psnr:.1f} dB"
        click.echo(
            f"{entry.name:18} {entry.setting:>14} {entry.n_bytes:>11,} {ratio:>16}"
            f" {entry.score:>6.1f} {entry.verdict.ssimulacra2:>6.1f} {entry.verdict.jod:>5.2f}"
            f" {psnr:>8} {100 * entry.exact:>7.1f} % {entry.seconds:>8.3f}"
            f"{'' if entry.reached else '  target missed'}"
        )
    for name, why in found.left_out:
        click.echo(f"{name:18} left out: {why}")
    click.echo(f"\n{found.advice}")
