"""Presets: settings that go together, by what the picture is or is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Preset:
    """Options under a name.

    Attributes
    ----------
    name : str
        What it is called.
    help : str
        One line.
    values : mapping
        Options that differ from the defaults.
    """

    name: str
    help: str
    values: Mapping[str, Any]


# Scores: from 80 on a file looks identical, from 65 on what is lost is seen on a second look.
PRESETS: Final = (
    Preset("Standard", "Up to 256 colors, by the content of the picture.", {}),
    Preset(
        "Photo for the web",
        "A WebP that is hard to tell from the photo: the smallest with a score of 75.",
        {"quality": 75.0, "best_effort": True, "format": "webp"},
    ),
    Preset(
        "Screenshot",
        "Sharp text and flat areas: the smallest PNG that looks identical.",
        {"quality": 85.0, "best_effort": True},
    ),
    Preset(
        "Icon",
        "Few colors, nothing but the picture in the file.",
        {"colors": 64, "strip": "all", "effort": "best"},
    ),
    Preset(
        "Pixel art",
        "Every pixel its nearest color: no dithering, no smoothing.",
        {"dither": 0.0, "rate_weight": 0.0, "strip": "all"},
    ),
    Preset(
        "E-paper",
        "Black and white dots, for a display with no other colors.",
        {"palette": "#000000,#ffffff", "dither": 1.0},
    ),
    Preset(
        "Smallest",
        "As small as it gets while the loss is visible only on a second look.",
        {
            "quality": 65.0,
            "best_effort": True,
            "effort": "best",
            "format": "smallest",
            "strip": "all",
        },
    ),
    Preset("Lossless", "Every pixel stays as it is; only the file is smaller.", {"lossless": True}),
)
