"""Stills into an animation: the other way onto the road."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from time import perf_counter
from typing import TYPE_CHECKING, Any

from huepress.animation.road import press
from huepress.animation.sources import from_stills
from huepress.errors import OptionError
from huepress.options import CompressOptions

if TYPE_CHECKING:
    from huepress.animation import AnimationResult
    from huepress.decode import ImageSource

__all__ = ["animate"]


def animate(
    frames: Iterable[ImageSource],
    durations: float | Iterable[float] = 0.1,
    options: CompressOptions | None = None,
    /,
    *,
    plays: int = 0,
    **changes: Any,
) -> AnimationResult:
    """Make a small animation of stills.

    Parameters
    ----------
    frames : iterable
        Paths, bytes, files, PIL images or arrays, all of one size; what `huepress.load` takes.
        Paths are read when they are needed, so a film may be larger than memory.
    durations : float or iterable of float
        Seconds per frame: one number for all, or one for each.
    options : CompressOptions or None
        All options; None for the defaults. ``format`` ``auto`` is GIF.
    plays : int
        How often it is shown; 0 is forever.
    **changes
        Single options by name, such as ``colors=64`` or ``quality=80``.

    Returns
    -------
    AnimationResult
        The finished file and its figures; equal frames are merged.

    Raises
    ------
    OptionError
        An option out of range or unknown, or not as many durations as frames.
    InputError
        A frame that cannot be read, or of another size than the first.
    QualityError
        The score or the size asked for cannot be met.

    Examples
    --------
    >>> import huepress, numpy as np
    >>> frames = [np.full((8, 8, 3), 40 * i, np.uint8) for i in range(3)]
    >>> result = huepress.animate(frames, 0.05)
    >>> result.format, [seconds for _, seconds in result.frames()]
    ('gif', [0.05, 0.05, 0.05])
    """
    started = perf_counter()
    options = (options or CompressOptions()).changed(**changes)
    if plays < 0:
        raise OptionError("plays", plays, "0 (forever) or more")
    stills = list(frames)
    if isinstance(durations, int | float):
        seconds = [_exact(durations)] * len(stills)
    else:
        seconds = [_exact(duration) for duration in durations]
    animation = from_stills(stills, seconds, options, plays=plays)
    return press(animation, options, started=started)


def _exact(seconds: float) -> Fraction:
    if not 0 <= seconds <= 86400:
        raise OptionError("durations", seconds, "seconds from 0 to 86400")
    return Fraction(seconds).limit_denominator(100_000)
