"""``huepress demo``."""

from __future__ import annotations

import click

from huepress.options import CompressOptions


@click.command("demo", context_settings={"max_content_width": 100})
@click.option(
    "--out-dir",
    default="huepress-demo",
    show_default=True,
    metavar="DIR",
    help="Where the pictures go; files of an earlier demo are replaced.",
)
@click.option("--seed", default=0, show_default=True, metavar="N", help="Seed of k-means.")
def command(out_dir: str, seed: int) -> None:
    """Draw a picture, compress it with 2 to 256 colors, show what that does.

    Prints bytes, PSNR, iterations and seconds against k, and writes every picture and one that
    shows them side by side.
    """
    from pathlib import Path

    from huepress.result.report import STOP_WORDS
    from huepress.study import demo

    folder = Path(out_dir)
    click.echo(f"{demo.WIDTH} x {demo.HEIGHT} picture of our own, with alpha\n")
    click.echo(
        f"{'k':>5} {'colors':>6} {'bytes':>8} {'saved':>7} {'PSNR':>8} {'iterations':>10}"
        f" {'seconds':>8}  stopped"
    )
    for k, result in demo.run(folder, CompressOptions(seed=seed)):
        fit = result.fit
        click.echo(
            f"{k:>5} {result.colors or '-':>6} {result.bytes_out:>8,}"
            f" {100 * (result.saved or 0):>6.1f}% {result.psnr:>5.1f} dB"
            f" {fit.n_iter if fit else '-':>10} {result.seconds:>8.3f}"
            f"  {STOP_WORDS[fit.stop_reason] if fit else '-'}"
        )
    click.echo(f"\nevery picture is in {folder}, and all of them in side-by-side.png")
