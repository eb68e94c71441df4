"""Two ways to a GIF: every pixel as it is, or few colors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress.animation.colors import colors_of
from huepress.animation.film import Animation, Frame
from huepress.animation.gif_bench import GifBench, exact_tables
from huepress.animation.gif_press import How
from huepress.animation.goals import DITHER, SMALL
from huepress.animation.lzw import Parse
from huepress.animation.tables import Table, Tables, given_colors, ordered, table_of
from huepress.animation.timing import FASTEST_GIF, at_most, merged
from huepress.encode.gif import binary_alpha
from huepress.errors import EncodeError
from huepress.options import CompressOptions
from huepress.palette.histogram import count
from huepress.palette.learn import learn
from huepress.search.setup import matte_of
from huepress.types import Histogram

PARSES: Final = {
    "fast": (Parse(most_visits=128),),
    "balanced": (Parse(),),
    "best": (Parse(most_visits=1024, rivals=4),),
}

ENDLESS: Final = 1e9
"""Patience that keeps a full dictionary to the end: a clear one costs a kilobyte to be filled."""

EXACT_PARSES: Final = {
    "fast": (Parse(),),
    "balanced": (Parse(rivals=3), Parse(patience=1.0), Parse(rivals=16, patience=ENDLESS)),
    "best": tuple(Parse(rivals=r, patience=p) for r in (1, 4, 16) for p in (0.0, 1.0, ENDLESS)),
}

_BLACK: Final = np.zeros((1, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class GifWays:
    """What may be tried for one animation.

    Attributes
    ----------
    animation : Animation
        The input.
    options : CompressOptions
        What the user asked for.
    require_time : callable
        Raises when time is up.
    tell : callable
        Called for every frame that is done.
    """

    animation: Animation
    options: CompressOptions
    require_time: Callable[[], None]
    tell: Callable[[], None]

    def frames(self) -> Iterator[Frame]:
        """Yield the frames as a GIF can show them: one bit of alpha, at most 50 a second."""
        fps = self.options.max_fps
        if self.animation.source.format != "gif":
            fps = min(fps or FASTEST_GIF, FASTEST_GIF)
        matte = matte_of(self.options)
        frames = self.animation.frames()
        if self.animation.source.format != "gif":  # those of a GIF are so already
            frames = (
                Frame(binary_alpha(frame.pixels, matte=matte), frame.duration) for frame in frames
            )
        found = merged(frames)
        return found if fps is None else at_most(found, fps)

    def exact(self) -> GifBench:
        """Keep the color of every pixel.

        Raises
        ------
        EncodeError
            A frame has too many new colors.
        """
        tables = exact_tables(self.frames())
        if tables is None:
            raise EncodeError("gif", "a frame has more than 256 new colors: take -f webp")
        film = self.animation
        # For a long film that also gets a lossy file, one way to the exact one is enough.
        thorough = self.options.lossless or film.width * film.height * film.n_frames <= SMALL
        how = How(
            1.0,
            exact=True,
            parses=EXACT_PARSES[self.options.effort] if thorough else (Parse(),),
            tries_drawn=thorough,
            n_threads=self.options.threads,
        )
        return self._bench(tables, how)

    def with_colors(self, counted: Histogram | None, colors: int) -> GifBench:
        """Learn a palette of this many entries; one of them means "left as shown"."""
        options = self.options
        table = table_of(_BLACK, options.color_space)
        given = given_colors(options)
        if given is not None:
            table = table_of(given, options.color_space)
        elif counted is not None:
            table = self._learned(counted, colors, options)
        how = How(
            1.0,
            dither=DITHER if options.dither is None else options.dither,
            color_space=options.color_space,
            parses=PARSES[options.effort],
            n_threads=options.threads,
        )
        is_told = given is not None or bool(options.keep_color)
        if options.effort == "fast" or counted is None or is_told:
            return self._bench(Tables(table), how)

        def fewer(k: int) -> Tables:
            return Tables(self._learned(counted, k + 1, options), learn=self._of_frame)

        return self._bench(Tables(table, learn=self._of_frame), how, fewer)

    def _of_frame(self, numbers: NDArray[np.uint32]) -> Table:
        """Learn the palette of one frame."""
        pixels = np.ascontiguousarray(colors_of(numbers)[:, :3])
        seen = count(pixels, n_threads=self.options.threads)
        return self._learned(seen, self.options.colors, self.options.changed(effort="fast"))

    def _learned(self, counted: Histogram, colors: int, options: CompressOptions) -> Table:
        fit = learn(counted, options.changed(colors=max(1, min(colors, 256) - 1)))
        space = options.color_space
        return table_of(ordered(fit.palette.colors, counted, space, options.threads), space)

    def _bench(
        self, tables: Tables, how: How, fewer: Callable[[int], Tables] | None = None
    ) -> GifBench:
        return GifBench(
            fewer=fewer,
            animation=self.animation,
            frames=self.frames,
            n_frames=self.animation.n_frames,
            comments=self.animation.comments if self.options.strip == "none" else (),
            require_time=self.require_time,
            tell=self.tell,
            tables=tables,
            how=how,
        )
