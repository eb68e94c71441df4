"""Panel "Colors that must stay"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from huepress.options.spec import OptionGroup, option

PANEL: Final = "Colors that must stay"


@dataclass(frozen=True)
class PaletteOptions(OptionGroup):
    """Colors that are given, not learned."""

    palette: str | None = option(
        None,
        "text",
        "--palette",
        "Exactly these colors, in this order: #f80,#00000000, or a .gpl, .act, .ase, .pal, .json,"
        " .hex or picture.",
        metavar="FILE|HEX,...",
        group=PANEL,
    )
    display_palette: str | None = option(
        None,
        "text",
        "--display-palette",
        "What the colors of --palette look like on a panel, in the same order: pictures are mapped"
        " by these, the file has those.",
        metavar="FILE|HEX,...",
        group=PANEL,
    )
    keep_color: tuple[str, ...] = option(
        (),
        "list",
        "--keep-color",
        "Force this color in, learn the rest; may be repeated.",
        metavar="HEX",
        group=PANEL,
    )
    keep_palette: bool = option(
        False,
        "switch",
        "--keep-palette",
        "Keep the palette that an indexed input has: order, repeated and unused entries, clear"
        " ones; no pixel changes its entry unless -q, -s or --rate-weight ask for fewer bytes.",
        group=PANEL,
    )
    whole_palette: bool = option(
        False,
        "switch",
        "--whole-palette",
        "With --shared-palette: every file gets the whole palette in one order, used or not, and"
        " says how many entries it uses.",
        group=PANEL,
    )
    transparent_first: bool = option(
        False,
        "switch",
        "--transparent-first",
        "Put the entry that is fully transparent at 0 (PNG and GIF).",
        group=PANEL,
    )
    bit_depth: int | None = option(
        None,
        "integer",
        "--bit-depth",
        "Bits of an entry's number in an indexed PNG: exactly 1, 2, 4 or 8, for at most 2, 4, 16 or"
        " 256 colors. Default: the fewest.",
        minimum=1,
        maximum=8,
        metavar="N",
        group=PANEL,
    )
    small_colors: int = option(
        8,
        "integer",
        "--small-colors",
        "A color of at least N pixels that is far from all others gets an entry of its own, when"
        " room allows; 0: none does.",
        minimum=0,
        metavar="N",
        group=PANEL,
    )
