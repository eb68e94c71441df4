"""Times between the frames: what formats can say, and fewer frames a second where asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import numpy as np

from huepress.animation.film import SLOWED, Frame, seen_seconds

FASTEST_GIF = 50.0
"""Frames a second that GIF can hold: browsers slow shorter delays than 2/100 s down to 10/100."""


def at_most(frames: Iterable[Frame], fps: float) -> Iterator[Frame]:
    """Leave frames out until none is shown for less than 1 / fps seconds.

    What is left out is shown by the frame before it, so that nothing else about time changes.
    Delays that browsers do not take as they are written stay.
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

    Delays that browsers do not take as they are written are not added up.
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
