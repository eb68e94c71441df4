"""Panel "Many files"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from huepress.errors import OptionError
from huepress.options.spec import OptionGroup, option

PANEL: Final = "Many files"

TEXTS: Final = ("html", "css", "js", "md")
"""Kinds of text files whose references follow."""


@dataclass(frozen=True, slots=True)
class BatchOptions(OptionGroup):
    """How folders and sets of pictures are gone through."""

    recursive: bool = option(
        False,
        "switch",
        "-r, --recursive",
        "Go through directories; with --out-dir the tree is mirrored, and resumed when stopped.",
        group=PANEL,
    )
    include: tuple[str, ...] = option(
        (),
        "list",
        "--include",
        "In a tree, take only files that match, such as '*.png' or 'icons/**'; may be repeated.",
        metavar="GLOB",
        group=PANEL,
    )
    exclude: tuple[str, ...] = option(
        (),
        "list",
        "--exclude",
        "In a tree, leave out files and directories that match; may be repeated.",
        metavar="GLOB",
        group=PANEL,
    )
    manifest: str | None = option(
        None,
        "text",
        "--manifest",
        "Where finished files are remembered; with -r it is a file in your state directory.",
        metavar="FILE",
        group=PANEL,
    )
    no_config: bool = option(
        False,
        "switch",
        "--no-config",
        "Read no huepress.toml and no [tool.huepress] of pyproject.toml.",
        group=PANEL,
    )
    no_manifest: bool = option(False, "switch", "--no-manifest", "Remember nothing.", group=PANEL)
    copy_rest: bool = option(
        True,
        "switch",
        "--copy-rest/--no-copy-rest",
        "In a mirrored tree, also copy files that are not pictures (the default).",
        group=PANEL,
    )
    no_ignore: bool = option(
        False,
        "switch",
        "--no-ignore",
        "In a tree, also take hidden files, node_modules, and what .gitignore and .huepressignore"
        " name.",
        group=PANEL,
    )
    prune: bool = option(
        False,
        "switch",
        "--prune",
        "With --out-dir: remove outputs whose source is gone, if nobody changed them.",
        group=PANEL,
    )
    rewrite: str | None = option(
        None,
        "text",
        "--rewrite",
        "With --out-dir: update references in these files to pictures that change their names, of"
        " html, css, js, md; --dry-run shows a diff.",
        metavar="KINDS",
        group=PANEL,
    )
    optimize_jpeg: bool = option(
        False,
        "switch",
        "--optimize-jpeg",
        "In trees and with --in-place: repack JPEGs without changing a pixel or the metadata.",
        group=PANEL,
    )
    min_savings: str | None = option(
        None,
        "size",
        "--min-savings",
        "Keep the original unless this much is saved: a share such as 5%, or bytes.",
        metavar="SIZE",
        group=PANEL,
    )
    dry_run: bool = option(
        False, "switch", "--dry-run", "Do the work and report, but write nothing.", group=PANEL
    )
    check: bool = option(
        False,
        "switch",
        "--check",
        "Write nothing; exit 1 and list the files that could be smaller in their own format.",
        group=PANEL,
    )
    fail_fast: bool = option(
        False, "switch", "--fail-fast", "Stop at the first file that fails.", group=PANEL
    )
    watch: bool = option(
        False,
        "switch",
        "--watch",
        "With -r --out-dir: keep running and process what changes, until Ctrl-C.",
        group=PANEL,
    )
    shared_palette: bool = option(
        False,
        "switch",
        "--shared-palette",
        "One palette for all the pictures: frames, tiles, sprites.",
        group=PANEL,
    )
    palette_weights: str = option(
        "pixels",
        "choice",
        "--palette-weights",
        "In a shared palette, give equal weight to every pixel, or to every picture.",
        choices=("pixels", "pictures"),
        group=PANEL,
    )
    save_palette: str | None = option(
        None,
        "text",
        "--save-palette",
        "Also write the shared palette: .gpl, .act, .ase, .pal, .json, .css or .hex.",
        metavar="FILE",
        group=PANEL,
    )
    scheduler: str | None = option(
        None,
        "text",
        "--scheduler",
        "Work on the Dask cluster at this address, such as tcp://10.0.0.5:8786.",
        metavar="ADDRESS",
        group=PANEL,
    )

    def __post_init__(self) -> None:
        OptionGroup.__post_init__(self)
        if self.manifest and self.no_manifest:
            raise OptionError("no_manifest", True, "only one of manifest and no_manifest")
        if unknown := set(self.rewrites) - set(TEXTS):
            raise OptionError("rewrite", ", ".join(sorted(unknown)), ", ".join(TEXTS))
        if self.prune and (self.no_manifest or not (self.recursive or self.manifest)):
            raise OptionError("prune", True, "only with recursive, and a manifest")
        if self.watch and (self.check or self.dry_run or not self.recursive):
            raise OptionError("watch", True, "only with recursive, not with check or dry_run")
        if self.save_palette and not self.shared_palette:
            raise OptionError("save_palette", self.save_palette, "only with shared_palette")

    @property
    def rewrites(self) -> tuple[str, ...]:
        """Kinds of text files whose references follow."""
        return tuple(word.strip() for word in (self.rewrite or "").split(",") if word.strip())
