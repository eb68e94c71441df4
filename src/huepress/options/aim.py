"""Panel "What to aim for"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from huepress.options.spec import OptionGroup, option

PANEL: Final = "What to aim for"
EFFORTS: Final = ("fast", "balanced", "best")


@dataclass(frozen=True)
class AimOptions(OptionGroup):
    """What one compressed picture is to reach."""

    colors: int = option(
        256,
        "integer",
        "-k, --colors",
        "Largest palette; fewer colors are used when fewer suffice.",
        minimum=1,
        maximum=256,
        metavar="N",
        group=PANEL,
    )
    indexed: bool = option(
        False,
        "switch",
        "--indexed",
        "Write an indexed file of at most N colors even if it is larger than the input.",
        group=PANEL,
    )
    quality: float | None = option(
        None,
        "number",
        "-q, --quality",
        "Smallest file whose score is at least S: the lower of SSIMULACRA2 and ColorVideoVDP.",
        minimum=1,
        maximum=100,
        metavar="S",
        group=PANEL,
    )
    max_size: str | None = option(
        None,
        "size",
        "-s, --max-size",
        "Best score that fits: 100KB, 64KiB, bytes, or 30% of the input.",
        metavar="SIZE",
        group=PANEL,
    )
    best_effort: bool = option(
        False,
        "switch",
        "--best-effort",
        "When a bound cannot be met, write the file that comes nearest to it.",
        group=PANEL,
    )
    effort: str = option(
        "balanced",
        "choice",
        "--effort",
        "How hard to search for a smaller file.",
        choices=EFFORTS,
        group=PANEL,
    )
    lossless: bool = option(
        False,
        "switch",
        "--lossless",
        "Keep every pixel as it is; only re-encode, as small as possible.",
        group=PANEL,
    )
