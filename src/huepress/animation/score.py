"""How far two animations are apart as shown: frame by frame, weighted by the time each is seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from huepress.animation.film import Frame, seen_seconds
from huepress.metrics import Verdict, judge
from huepress.types import Pixels

WORST_BELOW = 6.0
"""Points that a single frame may score below the mean that was asked for."""


@dataclass(frozen=True, slots=True)
class FrameScore:
    """The score of one frame, and how long it is seen.

    Attributes
    ----------
    verdict : Verdict
        The judges' scores, as for stills.
    seconds : float
        How long browsers show it.
    """

    verdict: Verdict
    seconds: float

    @property
    def score(self) -> float:
        """The lower of the two judges' scores."""
        return self.verdict.score


@dataclass(frozen=True, slots=True)
class FilmScore:
    """The scores of the frames of an animation.

    Attributes
    ----------
    frames : tuple of FrameScore
        At least one.
    """

    frames: tuple[FrameScore, ...]

    @property
    def verdict(self) -> Verdict:
        """The judges' verdict, averaged over the frames by the time each is seen."""
        seconds = sum(frame.seconds for frame in self.frames)
        structure = sum(frame.verdict.ssimulacra2 * frame.seconds for frame in self.frames)
        jod = sum(frame.verdict.jod * frame.seconds for frame in self.frames)
        return Verdict(structure / seconds, jod / seconds)

    @property
    def mean(self) -> float:
        """Score of the mean verdict."""
        return self.verdict.score

    @property
    def worst(self) -> float:
        """Score of the worst frame."""
        return min(frame.score for frame in self.frames)

    @property
    def value(self) -> float:
        """What a goal is compared with: the mean, or less if the worst frame requires it."""
        return min(self.mean, self.worst + WORST_BELOW)


class FilmScorer:
    """Scores frames as they come.

    Parameters
    ----------
    n_threads : int
        For each frame; 0 is one per processor.
    """

    def __init__(self, *, n_threads: int = 0) -> None:
        self._n_threads = n_threads
        self._last: tuple[Pixels, Pixels, Verdict] | None = None
        self._found: list[FrameScore] = []

    def add(self, true: Pixels, shown: Pixels, duration: Fraction) -> None:
        """Score one frame: RGBA as it should look and as it is shown."""
        verdict = None
        if np.array_equal(true, shown):
            verdict = Verdict(100.0, 10.0)
        elif self._last is not None:
            last_true, last_shown, last = self._last
            if np.array_equal(true, last_true) and np.array_equal(shown, last_shown):
                verdict = last
        if verdict is None:
            verdict = judge(opaque(true), opaque(shown), n_threads=self._n_threads)
        self._last = (true, shown.copy(), verdict)
        self._found.append(FrameScore(verdict, float(seen_seconds(duration))))

    def result(self) -> FilmScore:
        """Return the scores so far."""
        return FilmScore(tuple(self._found))


def opaque(pixels: Pixels) -> Pixels:
    """Drop alpha where nothing is transparent: scoring takes half the time."""
    if pixels.shape[2] == 4 and int(pixels[..., 3].min()) == 255:
        return np.ascontiguousarray(pixels[..., :3])
    return pixels


def paired(true: Iterable[Frame], shown: Iterable[Frame]) -> Iterator[tuple[Frame, Frame]]:
    """Yield every frame with what another animation shows halfway through its time."""
    others = iter(shown)
    other = next(others)
    end = seen_seconds(other.duration)
    now = Fraction(0)
    for frame in true:
        middle = now + seen_seconds(frame.duration) / 2
        while middle >= end:
            following = next(others, None)
            if following is None:
                break
            other = following
            end += seen_seconds(other.duration)
        yield frame, other
        now += seen_seconds(frame.duration)


def score_films(true: Iterable[Frame], shown: Iterable[Frame], *, n_threads: int = 0) -> FilmScore:
    """Score an animation against its original."""
    scorer = FilmScorer(n_threads=n_threads)
    for frame, other in paired(true, shown):
        scorer.add(frame.pixels, other.pixels, frame.duration)
    return scorer.result()
