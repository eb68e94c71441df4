"""An animation as a value: frames as they are shown, for how long, and how often.

Frames are not kept: `Animation.frames` starts over at every call and yields one after the other, so
memory holds only a few frames however long the film is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

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
