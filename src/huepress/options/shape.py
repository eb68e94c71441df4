"""Panel "Shape of the picture"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from huepress.errors import OptionError
from huepress.options.spec import OptionGroup, option

PANEL: Final = "Shape of the picture"
RESIZE_ALLOWED: Final = "800 or 800x (width), x600 (height), 800x600 (to fit in), or 50%"
CROP_ALLOWED: Final = "WIDTHxHEIGHT+X+Y in pixels, such as 640x480+10+20"
_SIDE: Final = r"[1-9][0-9]{0,5}"
RESIZE_PATTERN: Final = (
    rf"{_SIDE}(?:x(?:{_SIDE})?)?|x{_SIDE}|(?:100|[1-9][0-9]?(?:\.[0-9]+)?|0\.[0-9]*[1-9][0-9]*)%"
)
CROP_PATTERN: Final = rf"{_SIDE}x{_SIDE}\+[0-9]{{1,6}}\+[0-9]{{1,6}}"


@dataclass(frozen=True)
class ShapeOptions(OptionGroup):
    """Which part of the picture is taken, and how large."""

    crop: str | None = option(
        None,
        "text",
        "--crop",
        "Take this part of the picture alone: 640x480+10+20 is 640 x 480 pixels from column 10 and"
        " row 20.",
        metavar="WxH+X+Y",
        group=PANEL,
    )
    resize: str | None = option(
        None,
        "text",
        "--resize",
        "Make the picture smaller, its sides in proportion (Lanczos in linear light): 800 wide,"
        " x600 high, 800x600 to fit in, or 50%. It is never enlarged.",
        metavar="SIZE",
        group=PANEL,
    )

    def __post_init__(self) -> None:
        OptionGroup.__post_init__(self)
        if self.resize is not None and not re.fullmatch(RESIZE_PATTERN, self.resize):
            raise OptionError("resize", self.resize, RESIZE_ALLOWED)
        if self.crop is not None and not re.fullmatch(CROP_PATTERN, self.crop):
            raise OptionError("crop", self.crop, CROP_ALLOWED)


def box_of(crop: str) -> tuple[int, int, int, int]:
    """Return width, height, column and row of a part of a picture."""
    width, height, x, y = (int(part) for part in re.split(r"[x+]", crop))
    return width, height, x, y


def size_of(resize: str, width: int, height: int) -> tuple[int, int]:
    """Return the size of a picture made smaller, from the size that it has; at least 1 x 1."""
    if resize.endswith("%"):
        scale = float(resize[:-1]) / 100
    else:
        wide, _, high = resize.partition("x")
        bounds = [int(most) / side for most, side in ((wide, width), (high, height)) if most]
        scale = min(1.0, *bounds)
    return max(1, round(width * scale)), max(1, round(height * scale))
