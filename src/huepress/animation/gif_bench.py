"""An animation and the palettes of a GIF, ready for passes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress._forks import cached_property
from huepress.animation.colors import CLEAR, colors_of, numbers_of
from huepress.animation.film import Animation, Frame, part_of
from huepress.animation.gif_press import GifPress, How
from huepress.animation.gif_write import write_gif
from huepress.animation.goals import Pass
from huepress.animation.score import FilmScorer
from huepress.animation.tables import Table, Tables, table_of, with_room
from huepress.types import Colors

SMALLER: Final = (127, 90, 63, 40)
"""Colors that are tried instead of more: strings of fewer are longer, and codes start shorter."""

MARGIN: Final = 1.03
"""Cost up to which fewer colors are as good: they score better than their distortion says
(docs/lab-book/animations.md)."""


@dataclass(frozen=True, eq=False)
class GifBench:
    """An animation and a palette, ready for passes.

    Attributes
    ----------
    animation : Animation
        Size, plays and comments.
    frames : callable
        Yields the frames to encode, every pixel opaque or clear; starts over at every call.
    tables : Tables
        The palettes.
    how : How
        Everything else that decides the bytes, but for the rate weight.
    n_frames : int
        About how many frames there are.
    fewer : callable or None
        Learns palettes of so many colors, which are taken where they do as well.
    comments : tuple of bytes
        Comments to write.
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
    fewer: Callable[[int], Tables] | None = None
    comments: tuple[bytes, ...] = ()
    require_time: Callable[[], None] = lambda: None
    tell: Callable[[], None] = lambda: None

    def look(self, frame: Frame, rate_weight: float, *, plain: bool = False) -> float:
        """Score a frame that is drawn alone; `plain` takes the nearest colors."""
        dither = 0.0 if plain else self.how.dither
        how = replace(self.how, rate_weight=rate_weight, dither=dither)
        scorer = FilmScorer(n_threads=self.how.n_threads)
        tables = self.tables if plain else self._tables_at(rate_weight)
        for shown in GifPress(tables, how).walk([frame]):
            scorer.add(frame.pixels, shown, frame.duration)
        return scorer.result().mean

    def run(self, rate_weight: float, *, scored: Callable[[int], bool] | None = None) -> Pass:
        """Make a file; `scored` says which frames to score."""
        tables = self._tables_at(rate_weight)
        press = GifPress(tables, replace(self.how, rate_weight=rate_weight))
        scorer = FilmScorer(n_threads=self.how.n_threads)
        true = iter(self.frames())
        for number, shown in enumerate(press.walk(self.frames())):
            self.require_time()
            self.tell()
            if scored is not None:
                frame = next(true)
                if scored(number):
                    scorer.add(frame.pixels, shown, frame.duration)
        shared = tables.shared.colors
        keeps = any(patch.clear == len(shared) and patch.colors is None for patch in press.patches)
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

    def _tables_at(self, rate_weight: float) -> Tables:
        """Return the smallest palette that costs about as little as any, tried on one frame."""
        if self.fewer is None:
            return self.tables
        if rate_weight not in self._chosen:
            self._chosen[rate_weight] = self._choose(self.fewer, rate_weight)
        return self._chosen[rate_weight]

    def _choose(self, fewer: Callable[[int], Tables], rate_weight: float) -> Tables:
        chosen, least = self.tables, self._cost(self.tables, rate_weight)
        for k in SMALLER:
            if k >= len(self.tables.shared.colors):
                continue
            tables = self._learned.get(k) or self._learned.setdefault(k, fewer(k))
            cost = self._cost(tables, rate_weight)
            if cost > MARGIN * least:
                break
            chosen, least = tables, min(cost, least)
        return chosen

    def _cost(self, tables: Tables, rate_weight: float) -> float:
        """Return distortion and rate of a part of the frame in the middle."""
        press = GifPress(tables, replace(self.how, rate_weight=rate_weight))
        for _ in press.walk([self._part]):
            pass
        return press.cost

    @cached_property
    def _learned(self) -> dict[int, Tables]:
        return {}

    @cached_property
    def _chosen(self) -> dict[float, Tables]:
        return {}

    @cached_property
    def _part(self) -> Frame:
        """The middle of the frame in the middle."""
        last = (self.n_frames - 1) // 2
        frame = next(itertools.islice(self.frames(), last, None), None) or next(self.frames())
        return part_of(frame, 0.5)


def exact_tables(frames: Iterator[Frame]) -> Tables | None:
    """Find palettes that have every color: one, or where one is not enough, one per frame.

    Returns
    -------
    Tables or None
        None when a single frame has more new colors than a palette holds.
    """
    shared = np.zeros(0, np.uint32)
    uses: NDArray[np.float64] = np.zeros(0)
    before: NDArray[np.uint32] | None = None
    has_all = True
    for frame in frames:
        numbers = numbers_of(frame.pixels)
        drawn = numbers if before is None else numbers[numbers != before]
        drawn = np.unique(drawn)
        drawn = drawn[drawn != CLEAR]
        union, at = np.unique(np.concatenate([shared, drawn]), return_inverse=True)
        if len(union) <= 256:
            more = np.concatenate([uses, np.ones(len(drawn))])
            uses = np.bincount(at, more).astype(np.float64)
            shared = union
        elif len(drawn) > 256:
            return None
        else:
            has_all = False
        before = numbers
    if len(shared) == 0:
        shared, uses = np.array([0xFFFFFFFF], np.uint32), np.ones(1)
    shared = shared[np.argsort(-uses, kind="stable")]
    table = table_of(_rgb(colors_of(shared)), "srgb")
    return Tables(table, None if has_all else _local_table)


def _local_table(numbers: NDArray[np.uint32]) -> Table:
    return table_of(_rgb(colors_of(numbers)), "srgb")


def _rgb(colors: Colors) -> Colors:
    return np.ascontiguousarray(colors.reshape(-1, 4)[:, :3])
