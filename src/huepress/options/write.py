"""Panel "Where the output goes"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from huepress.errors import OptionError
from huepress.options.spec import OptionGroup, option

PANEL: Final = "Where the output goes"


@dataclass(frozen=True, slots=True)
class WriteOptions(OptionGroup):
    """Where files go and what may be overwritten."""

    output: str | None = option(
        None,
        "text",
        "-o, --output",
        "Output file of a single input; - is standard output.",
        metavar="PATH",
        group=PANEL,
    )
    out_dir: str | None = option(
        None,
        "text",
        "--out-dir",
        "Directory for the outputs, made when missing; names are kept.",
        metavar="DIR",
        group=PANEL,
    )
    suffix: str = option(
        "-hp",
        "text",
        "--suffix",
        "Added to the name of an output beside its input.",
        metavar="S",
        group=PANEL,
    )
    in_place: bool = option(
        False,
        "switch",
        "--in-place",
        "Replace the input, keeping its mode and time.",
        group=PANEL,
    )
    force: bool = option(False, "switch", "--force", "Overwrite existing outputs.", group=PANEL)

    def __post_init__(self) -> None:
        # Not super(): dataclasses with slots are rebuilt, and a bare super() would miss that.
        OptionGroup.__post_init__(self)
        asked = [
            name
            for name, given in [
                ("output", self.output),
                ("out_dir", self.out_dir),
                ("in_place", self.in_place),
            ]
            if given
        ]
        if len(asked) > 1:
            raise OptionError(
                asked[1], getattr(self, asked[1]), f"only one of {' and '.join(asked)}"
            )
