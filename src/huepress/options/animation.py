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
        "Leave frames out until there are at most N a second; the time stays as it is.",
        minimum=0.1,
        maximum=1000,
        metavar="N",
        group=PANEL,
    )
