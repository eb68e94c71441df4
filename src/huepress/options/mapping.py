"""Panel "How pixels are mapped"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from huepress.options.spec import OptionGroup, option

PANEL: Final = "How pixels are mapped"


@dataclass(frozen=True)
class MappingOptions(OptionGroup):
    """How every pixel gets its palette entry."""

    rate_weight: float | None = option(
        None,
        "number",
        "--rate-weight",
        "Squared error worth one bit; 0 is plain nearest color. Default: by content.",
        minimum=0,
        maximum=1e6,
        metavar="L",
        group=PANEL,
    )
    dither: float | None = option(
        None,
        "number",
        "--dither",
        "Error passed on to neighbors, 0 to 1. Default: by content.",
        minimum=0,
        maximum=1,
        metavar="LEVEL",
        group=PANEL,
    )
