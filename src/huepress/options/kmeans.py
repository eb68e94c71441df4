"""Panel "How k-means runs"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from huepress.options.spec import OptionGroup, option

PANEL: Final = "How k-means runs"
INITS: Final = ("auto", "kmeans++", "wu", "random")


@dataclass(frozen=True)
class KmeansOptions(OptionGroup):
    """How the palette is learned; the names are scikit-learn's."""

    init: str = option(
        "auto",
        "choice",
        "--init",
        "Starting centers; a named start runs textbook k-means (Lloyd) from exactly there.",
        choices=INITS,
        group=PANEL,
    )
    n_init: int = option(
        1,
        "integer",
        "--n-init",
        "Number of starts; the best result is kept.",
        minimum=1,
        maximum=1000,
        metavar="N",
        group=PANEL,
    )
    max_iter: int = option(
        300,
        "integer",
        "--max-iter",
        "Most iterations of one start.",
        minimum=1,
        maximum=100_000,
        metavar="N",
        group=PANEL,
    )
    tol: float = option(
        1e-4,
        "number",
        "--tol",
        "Stop when the centers move less than this, relative to the variance of the colors.",
        minimum=0,
        metavar="T",
        group=PANEL,
    )
    seed: int = option(
        0,
        "integer",
        "--seed",
        "Seed of the random starts.",
        minimum=0,
        maximum=2**32 - 1,
        metavar="N",
        group=PANEL,
    )
    color_space: str = option(
        "oklab",
        "choice",
        "--color-space",
        "Where distance is measured: oklab is as the eye sees, srgb is the textbook's.",
        choices=("oklab", "srgb"),
        group=PANEL,
    )
