"""The result for an animation: the file, its figures, and the frames it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from huepress._forks import cached_property
from huepress.animation.colors import count_colors
from huepress.animation.film import Animation, Frame
from huepress.animation.read import read_animation
from huepress.animation.score import FilmScore, paired, score_films
from huepress.animation.sizes import frame_bytes
from huepress.decode import Limits
from huepress.metrics import Verdict
from huepress.result.report import Result, colors_words, kept_words, size_words
from huepress.types import Image, Pixels

_ANY = Limits(1 << 40, 1 << 40, 1 << 40, 1 << 40)
"""Limits for reading files that were written here."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class AnimationResult(Result):
    """One compressed animation.

    Attributes
    ----------
    animation : Animation
        The input.
    n_colors : int or None
        Most entries of a palette in the file; None when it has none of ours.

    The others are those of `Result`; ``image`` is the first frame.
    """

    animation: Animation
    n_colors: int | None

    def frames(self) -> Iterator[tuple[Pixels, float]]:
        """Yield what the file shows: (height, width, 4) uint8, and seconds."""
        for frame in self._written().frames():
            yield frame.pixels, float(frame.duration)

    def _written(self) -> Animation:
        return read_animation("<result>", self.data, _ANY)

    @property
    def pixels(self) -> Pixels:
        """The first frame that the file shows."""
        return next(self._written().frames()).pixels

    @property
    def n_frames(self) -> int:
        """Frames of the finished file: equal ones are merged."""
        return self._written().n_frames

    @cached_property
    def frame_bytes(self) -> tuple[int, ...]:
        """Bytes of every frame of the finished file; what all frames share is not counted."""
        return frame_bytes(self.data, _ANY)

    @cached_property
    def colors(self) -> int:
        """Most colors of a palette that was written, else the colors of all frames."""
        if self.n_colors is not None and self.status != "kept":
            return self.n_colors
        counted = count_colors(self.animation.frames())
        return 0 if counted is None else counted.n_colors

    @cached_property
    def film_score(self) -> FilmScore:
        """Score of every frame of the original against what the file shows instead."""
        return score_films(self.animation.frames(), self._written().frames())

    @cached_property
    def verdict(self) -> Verdict:
        """The judges' verdict, averaged over the frames by the time each is seen."""
        return self.film_score.verdict

    @cached_property
    def mse(self) -> float:
        """Mean squared error over frames, pixels and channels, in squared 8-bit values."""
        if self.status == "kept":
            return 0.0
        total, n = 0.0, 0
        for true, shown in paired(self.animation.frames(), self._written().frames()):
            difference = true.pixels.astype(np.int32) - shown.pixels
            total += float(np.square(difference).sum())
            n += difference.size
        return total / n

    def report(self, *, score: bool = True) -> dict[str, Any]:
        """Return the figures by name, ready for JSON; those of `Result` and of the frames."""
        animation = self.animation
        figures = super().report(score=score)
        figures["frames_in"] = animation.n_frames
        figures["frames_out"] = self.n_frames
        figures["worst_score"] = round(self.film_score.worst, 3) if score else None
        return figures

    def summary(self) -> str:
        """Return the figures as one line of text."""
        parts = [size_words(self.bytes_in, self.bytes_out)]
        if self.status == "kept":
            parts.append(kept_words("nothing smaller was found", self.bytes_in, self.bytes_out))
        parts.append(f"{self.animation.n_frames} frame{'s' * (self.animation.n_frames != 1)}")
        parts.append(colors_words(self.colors))
        parts.append(f"{self.seconds:.2f} s")
        return ", ".join(parts)

    def _repr_png_(self) -> bytes:
        from huepress.result import notebook

        return notebook.png_of(self.pixels)


def first_image(animation: Animation) -> Image:
    """Return the first frame as a still picture with the animation's source."""
    frame: Frame = next(animation.frames())
    return Image(frame.pixels, animation.source)
