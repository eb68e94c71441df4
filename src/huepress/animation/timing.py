"""Times between frames: what formats can express, and fewer frames a second on request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import numpy as np

from huepress.animation.film import SLOWED, Frame, seen_seconds

FASTEST_GIF = 50.0
"""Most frames a second of a GIF: browsers show delays below 2/100 s as 10/100."""


def at_most(frames: Iterable[Frame], fps: float) -> Iterator[Frame]:
    """Drop frames until none is shown for less than 1 / fps seconds.

    The frame before a dropped one is shown in its place, so no other time changes. Delays that
    browsers do not honor stay as they are.
    """
    least = 1 / Fraction(fps).limit_denominator(1000)
    waiting: Frame | None = None
    for frame in frames:
        if waiting is None:
            waiting = frame
        elif seen_seconds(waiting.duration) < least:
            waiting = Frame(waiting.pixels, waiting.duration + frame.duration)
        else:
            yield waiting
            waiting = frame
    if waiting is not None:
        yield waiting


def merged(frames: Iterable[Frame]) -> Iterator[Frame]:
    """Merge equal frames into one that is shown for as long.

    Delays that browsers do not honor are not added up.
    """
    waiting: Frame | None = None
    for frame in frames:
        if waiting is None:
            waiting = frame
        elif min(frame.duration, waiting.duration) > SLOWED and np.array_equal(
            frame.pixels, waiting.pixels
        ):
            waiting = Frame(waiting.pixels, waiting.duration + frame.duration)
        else:
            yield waiting
            waiting = frame
    if waiting is not None:
        yield waiting
