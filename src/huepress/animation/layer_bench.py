"""An animation and the palette of an APNG or WebP, ready for passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from huepress.animation.colors import CLEAR, colors_of, numbers_of
from huepress.animation.film import Frame
from huepress.animation.goals import Pass
from huepress.animation.layers import Colors, Layer, LayerPress, LayerWriter
from huepress.animation.score import FilmScorer
from huepress.encode.tidy import luma
from huepress.types import IndexedImage, Palette, Pixels


@dataclass(frozen=True, eq=False)
class LayerBench:
    """An animation, a palette and a format, ready for passes.

    Attributes
    ----------
    frames : callable
        Yields the frames to encode; starts over at every call.
    writer : LayerWriter
        Writes the format.
    colors : Colors
        How pixels get their colors, but for the rate weight.
    n_frames : int
        About how many frames there are.
    require_time : callable
        Raises when the time is up.
    tell : callable
        Told of every frame that is done.
    """

    frames: Callable[[], Iterator[Frame]]
    writer: LayerWriter
    colors: Colors
    n_frames: int
    require_time: Callable[[], None] = lambda: None
    tell: Callable[[], None] = lambda: None

    def look(self, frame: Frame, rate_weight: float, *, plain: bool = False) -> float:
        """Score a frame that is drawn alone; `plain` takes the nearest colors."""
        weight = 0.0 if plain else rate_weight
        press = LayerPress(_Mute(self.writer.container), replace(self.colors, rate_weight=weight))
        scorer = FilmScorer(n_threads=self.colors.n_threads)
        for shown in press.walk([frame]):
            scorer.add(frame.pixels, shown, frame.duration)
        return scorer.result().mean

    def run(self, rate_weight: float, *, scored: Callable[[int], bool] | None = None) -> Pass:
        """Make a file; `scored` says which frames to score."""
        press = LayerPress(self.writer, replace(self.colors, rate_weight=rate_weight))
        scorer = FilmScorer(n_threads=self.colors.n_threads)
        true = iter(self.frames())
        for number, shown in enumerate(press.walk(self.frames())):
            self.require_time()
            self.tell()
            if scored is not None:
                frame = next(true)
                if scored(number):
                    scorer.add(frame.pixels, shown, frame.duration)
        palette = self.colors.palette
        return Pass(
            self.writer.join(press.layers),
            None if palette is None else len(palette),
            rate_weight,
            scorer.result() if scored is not None else None,
        )


@dataclass(frozen=True)
class _Mute:
    """Writes nothing: for frames that are only scored."""

    container: str
    step: int = 1

    def encode(self, picture: IndexedImage | Pixels) -> bytes:
        return b""

    def join(self, layers: list[Layer]) -> bytes:
        return b""


def with_clear(colors: Pixels) -> Palette:
    """Order a palette for layers: clear, half transparent, opaque; each group by lightness."""
    full = np.full((len(colors), 4), 255, np.uint8)
    full[:, : colors.shape[1]] = colors
    full = full[full[:, 3] > 0]
    order = np.lexsort((luma(full), full[:, 3] == 255))
    return Palette(np.concatenate([np.zeros((1, 4), np.uint8), full[order]]))


def exact_palette(frames: Iterator[Frame]) -> Palette | None:
    """Find the colors of all frames; None when there are too many for a palette."""
    found = np.zeros(0, np.uint32)
    before = None
    for frame in frames:
        numbers = numbers_of(frame.pixels)
        found = np.union1d(found, numbers if before is None else numbers[numbers != before])
        found = found[found != CLEAR]
        if len(found) > 255:
            return None
        before = numbers
    return with_clear(colors_of(found).reshape(-1, 4))
