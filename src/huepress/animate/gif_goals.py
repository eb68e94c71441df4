"""Which palette and which rate weight: what people aim for, for GIF.

A pass makes a whole file at one rate weight. A score or a size is reached by passes at rate weights
between which it lies; while looking, a few frames stand for all, and the file that is taken has
every frame scored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from math import log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress.animate.film import Animation, Frame
from huepress.animate.gif_press import GifPress, How, Table, Tables, table_of, with_room
from huepress.animate.gif_write import write_gif
from huepress.animate.score import FilmScore, FilmScorer
from huepress.types import Colors

LOWEST, HIGHEST = 2.0**-8, 2.0**12
"""Rate weights that are tried."""

USUAL: Final = 4.0
"""Rate weight where nothing is aimed for (docs/lab-book.md, Animations)."""

SAMPLE: Final = 12
"""Frames that stand for all while a score is looked for."""

SLOPE: Final = -3.5
"""Points of score that an octave of rate weight costs about."""

NEAR: Final = 0.25
"""Points above a goal that are as good as the goal."""

FULL: Final = 0.98
"""Share of a size limit that is as good as all of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """A whole file, made at one rate weight.

    Attributes
    ----------
    data : bytes
        The file.
    n_colors : int
        Most entries of a palette in it.
    rate_weight : float
        Of the pass.
    score : FilmScore or None
        Of the frames that were scored.
    """

    data: bytes
    n_colors: int
    rate_weight: float
    score: FilmScore | None


@dataclass(frozen=True, eq=False)
class GifBench:
    """An animation and a palette, ready for passes.

    Attributes
    ----------
    animation : Animation
        Size, plays and comments.
    frames : callable
        Yields the frames to be coded, opaque or clear; begins anew at every call.
    tables : Tables
        The palettes.
    how : How
        All but the rate weight.
    n_frames : int
        About how many frames there are.
    comments : tuple of bytes
        To be carried.
    require_time : callable
        Raises when the time is up.
    tell : callable
        Told of every frame that is done.
    """

    animation: Animation
    frames: Callable[[], Iterator[Frame]]
    tables: Tables
    how: How
    n_frames: int
    comments: tuple[bytes, ...] = ()
    require_time: Callable[[], None] = lambda: None
    tell: Callable[[], None] = lambda: None

    def run(self, rate_weight: float, *, scored: Callable[[int], bool] | None = None) -> Pass:
        """Make a file; `scored` says which frames are to have their score."""
        press = GifPress(self.tables, replace(self.how, rate_weight=rate_weight))
        scorer = FilmScorer(n_threads=self.how.n_threads)
        true = iter(self.frames())
        for number, shown in enumerate(press.walk(self.frames())):
            self.require_time()
            self.tell()
            if scored is not None:
                frame = next(true)
                if scored(number):
                    scorer.add(frame.pixels, shown, frame.duration)
        shared = self.tables.shared.colors
        keeps = any(patch.clear is not None and patch.colors is None for patch in press.patches)
        data = write_gif(
            self.animation.width,
            self.animation.height,
            with_room(shared, keeps),
            press.patches,
            plays=self.animation.plays,
            comments=self.comments,
        )
        most = max([len(p.colors) for p in press.patches if p.colors is not None], default=0)
        n_colors = max(len(shared), most)
        return Pass(data, n_colors, rate_weight, scorer.result() if scored is not None else None)

    def is_sample(self, number: int) -> bool:
        """Whether a frame is one of those that stand for all."""
        n = self.n_frames
        return n <= SAMPLE or (number * SAMPLE) // n != ((number - 1) * SAMPLE) // n


def reach_score(bench: GifBench, goal: float, tries: int) -> tuple[Pass | None, Pass]:
    """Find the smallest file whose score is at least the goal.

    Returns
    -------
    tuple of (Pass or None, Pass)
        The file, and what comes nearest.
    """
    points: dict[float, float] = {}
    at = log2(USUAL) + (80 - goal) / 5
    passed: dict[float, Pass] = {}
    for _ in range(tries):
        at = min(max(at, log2(LOWEST)), log2(HIGHEST))
        if at in points:
            break
        passed[at] = bench.run(2.0**at, scored=bench.is_sample)
        points[at] = _value(passed[at]) - goal
        if 0 <= points[at] <= NEAR:
            break
        at = _next(points)
    reached = sorted((at for at, gap in points.items() if gap >= 0), reverse=True)
    nearest = max(points, key=lambda at: points[at])
    at = reached[0] if reached else nearest
    found = passed[at]
    for _ in range(3):
        if at not in passed or bench.n_frames > SAMPLE:
            found = bench.run(2.0**at, scored=lambda _: True)
        gap = _value(found) - goal
        if gap >= 0:
            return found, found
        if at <= log2(LOWEST):
            break
        at = max(at + 1.3 * gap / -SLOPE - 0.05, log2(LOWEST))
        passed.pop(at, None)
    return None, found


def _value(made: Pass) -> float:
    assert made.score is not None
    return made.score.value


def _next(points: dict[float, float]) -> float:
    """Guess where the gap is a little above zero: false position, or along the usual slope."""
    above = [at for at, gap in points.items() if gap >= 0]
    below = [at for at, gap in points.items() if gap < 0]
    aim = NEAR / 2
    if above and below:
        low, high = max(above), min(below)
        if low < high:
            share = (points[low] - aim) / (points[low] - points[high])
            return low + (high - low) * min(max(share, 0.06), 0.94)
    end = max(above) if above else min(below)
    return end + min(max((aim - points[end]) / SLOPE, -4.0), 4.0)


def reach_size(benches: Iterable[GifBench], n_bytes: int, tries: int) -> tuple[Pass | None, Pass]:
    """Find the best-looking file of at most so many bytes, with ever fewer colors if need be.

    Returns
    -------
    tuple of (Pass or None, Pass)
        The file, and the smallest one that was found.
    """
    tried: list[Pass] = []
    for bench in benches:
        tried.append(_fill(bench, n_bytes, tries))
        if len(tried[-1].data) <= n_bytes:
            return tried[-1], tried[-1]
    return None, min(tried, key=lambda made: len(made.data))


def _fill(bench: GifBench, n_bytes: int, tries: int) -> Pass:
    """Find the lowest rate weight whose file fits; the highest one's when none does."""
    points: dict[float, float] = {}
    best: Pass | None = None
    at = log2(USUAL)
    for _ in range(tries):
        made = bench.run(2.0**at)
        excess = log2(len(made.data) / n_bytes)
        points[at] = excess
        if excess <= 0 and (best is None or made.rate_weight < best.rate_weight):
            best = made
        if (FULL * n_bytes <= len(made.data) <= n_bytes) or (excess <= 0 and at <= log2(LOWEST)):
            break
        if excess > 0 and at >= log2(HIGHEST):
            return made
        at = _next_size(points)
    return best if best is not None else bench.run(HIGHEST)


def _next_size(points: dict[float, float]) -> float:
    over = [at for at, excess in points.items() if excess > 0]
    under = [at for at, excess in points.items() if excess <= 0]
    if over and under:
        low, high = max(over), min(under)
        share = points[low] / (points[low] - points[high])
        return low + (high - low) * min(max(share + 0.04, 0.1), 0.92)
    if over:
        return min(max(over) + max(1.0, 2.5 * points[max(over)]), log2(HIGHEST))
    return max(min(under) - max(1.0, -2.5 * points[min(under)]), log2(LOWEST))


def exact_tables(frames: Iterator[Frame]) -> Tables | None:
    """Find palettes that have every color: one, or where one does not suffice one a frame.

    Returns
    -------
    Tables or None
        None when a frame alone changes to more colors than a palette has.
    """
    from huepress.animate.colors import CLEAR, colors_of, numbers_of

    shared = np.zeros(0, np.uint32)
    before: NDArray[np.uint32] | None = None
    has_all = True
    for frame in frames:
        numbers = numbers_of(frame.pixels)
        drawn = numbers if before is None else numbers[numbers != before]
        drawn = np.unique(drawn)
        drawn = drawn[drawn != CLEAR]
        union = np.union1d(shared, drawn)
        if len(union) <= 256:
            shared = union
        elif len(drawn) > 256:
            return None
        else:
            has_all = False
        before = numbers
    if len(shared) == 0:
        shared = np.array([0xFFFFFFFF], np.uint32)
    table = table_of(_rgb(colors_of(shared)), "srgb")
    return Tables(table, None if has_all else _local_table)


def _local_table(numbers: NDArray[np.uint32]) -> Table:
    from huepress.animate.colors import colors_of

    return table_of(_rgb(colors_of(numbers)), "srgb")


def _rgb(colors: Colors) -> Colors:
    return np.ascontiguousarray(colors.reshape(-1, 4)[:, :3])
