"""Panel "Animations"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from huepress.options.spec import OptionGroup, option

PANEL: Final = "Animations"


@dataclass(frozen=True)
class AnimationOptions(OptionGroup):
    """What is asked for of an animation alone."""

    max_fps: float | None = option(
        None,
        "number",
        "--max-fps",
        "Drop frames until there are at most N a second; the duration stays the same.",
        minimum=0.1,
        maximum=1000,
        metavar="N",
        group=PANEL,
    )
