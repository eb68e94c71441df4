"""Bring every contender to the same score, or the same bytes, by its own quality setting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from huepress import metrics
from huepress._compress import compress
from huepress.color.keys import with_alpha
from huepress.decode import load_with
from huepress.encode import oxipng
from huepress.errors import OptionError, memory_guard
from huepress.options import CompressOptions, parse_size
from huepress.study.compare.advice import advise
from huepress.study.compare.contenders import Contender, contenders, pixels_of
from huepress.study.compare.entry import Entry
from huepress.types import Image, Pixels, Source

if TYPE_CHECKING:
    from huepress._compress import PictureSource


_ROUNDING = 1e-6  # a target score is met up to the rounding of floats


@dataclass(frozen=True, eq=False)
class Comparison:
    """The same picture by several means.

    Attributes
    ----------
    image : Image
        The picture.
    target_score : float or None
        The score all were brought to.
    target_bytes : int or None
        Or the bytes.
    entries : tuple of Entry
        huepress PNG first.
    left_out : tuple of (str, str)
        Names of contenders that could not take part, and why.
    advice : str
        What to use for this picture.
    """

    image: Image
    target_score: float | None
    target_bytes: int | None
    entries: tuple[Entry, ...]
    left_out: tuple[tuple[str, str], ...]
    advice: str

    def to_json(self) -> dict[str, Any]:
        """Return everything but the pictures, ready for JSON."""
        return {
            "input": self.image.source.name,
            "width": self.image.width,
            "height": self.image.height,
            "bytes_in": self.image.source.n_bytes,
            "target_score": None if self.target_score is None else round(self.target_score, 3),
            "target_bytes": self.target_bytes,
            "entries": [entry.to_json() for entry in self.entries],
            "left_out": dict(self.left_out),
            "advice": self.advice,
        }


@memory_guard("<picture>")
def compare(
    source: PictureSource,
    options: CompressOptions | None = None,
    *,
    score: float | None = None,
    n_bytes: str | int | None = None,
    only: Sequence[Contender] | None = None,
    on_entry: Callable[[str], None] | None = None,
) -> Comparison:
    """Write one picture by several means, at the same score or the same bytes.

    Parameters
    ----------
    source : path, bytes, binary file, PIL image, ndarray or Image
        The picture, as for `huepress.compress`.
    options : CompressOptions or None
        For huepress.
    score : float or None
        Score that each must reach with as few bytes as it can. None, without `n_bytes`:
        that of ``huepress compress`` with these options.
    n_bytes : str, int or None
        Instead of a score: a size that each must fit with the best score it can, such as ``100KB``
        or ``30%`` of the input.
    only : sequence of Contender or None
        The contenders; None: all from `contenders`.
    on_entry : callable, optional
        Called with the name of every contender that is done.

    Returns
    -------
    Comparison
        huepress searches by itself; everybody else's setting is found by bisection: the lowest
        that reaches the score, or the highest that fits the bytes. A contender that cannot is shown
        at its nearest setting. JPEG, WebP and AVIF are written with chroma at half and at full
        resolution (WebP: plain and sharp), and the better one is shown.

    Raises
    ------
    OptionError
        Both targets are given, or an invalid one.
    DecodeError, LimitError
        As for `huepress.compress`.
    """
    options = options or CompressOptions()
    if score is not None and n_bytes is not None:
        raise OptionError("n_bytes", n_bytes, "either a score or a size")
    if score is not None and not 1 <= score <= 100:
        raise OptionError("score", score, "1 to 100")
    image = load_with(source, options.changed(icc="srgb"))
    with oxipng.threads(options.threads):
        return _compared(image, options, score, n_bytes, only, on_entry)


def _compared(
    image: Image,
    options: CompressOptions,
    score: float | None,
    n_bytes: str | int | None,
    only: Sequence[Contender] | None,
    on_entry: Callable[[str], None] | None,
) -> Comparison:
    bare = Image(image.pixels, Source(image.source.name))
    judges = metrics.Judges(image.pixels, n_threads=options.threads)
    budget = None if n_bytes is None else _budget(n_bytes, image)
    if score is None and budget is None:
        score = judges.judge(compress(bare, options).pixels).score
    entries, left_out = [], []
    for contender in contenders(options) if only is None else only:
        if image.has_alpha and not contender.takes_alpha:
            left_out.append((contender.name, "cannot write transparency"))
            continue
        if max(image.width, image.height) > 16383 and "WebP" in contender.name:
            left_out.append((contender.name, "WebP holds at most 16,383 pixels a side"))
            continue
        ladders = (_Ladder(way, image.pixels, judges) for way in (contender, *contender.others))
        entries.append(_best([ladder.climb(score, budget) for ladder in ladders], budget))
        if on_entry is not None:
            on_entry(contender.name)
    advice = advise(entries, same_bytes=budget is not None)
    return Comparison(image, score, budget, tuple(entries), tuple(left_out), advice)


def _best(entries: Sequence[Entry], budget: int | None) -> Entry:
    """Return the fewest bytes at the score, the best score in the budget, or the nearest miss."""
    reached = [entry for entry in entries if entry.reached]
    if budget is None:
        return min(reached, key=lambda e: e.n_bytes, default=max(entries, key=lambda e: e.score))
    return max(reached, key=lambda e: e.score, default=min(entries, key=lambda e: e.n_bytes))


def _budget(n_bytes: str | int, image: Image) -> int:
    whole = image.source.n_bytes
    try:
        if whole is None and str(n_bytes).strip().endswith("%"):
            raise ValueError(n_bytes)
        return parse_size(n_bytes, whole)
    except ValueError:
        allowed = "a size such as 100KB, or 30% of an input file"
        raise OptionError("n_bytes", n_bytes, allowed) from None


class _Ladder:
    """One contender's settings on one picture, tried as few times as bisection allows."""

    def __init__(self, contender: Contender, pixels: Pixels, judges: metrics.Judges) -> None:
        self._contender = contender
        self._pixels = pixels
        self._judges = judges
        self._tried: dict[int, Entry] = {}
        self._is_rough = False  # only pixels matter

    def climb(self, score: float | None, budget: int | None) -> Entry:
        """Return the lowest rung that reaches the score, or the highest within the budget."""
        if self._contender.aim is not None:
            return self._aimed(self._contender.aim, score, budget)
        if budget is not None:
            place = self._first(lambda entry: entry.n_bytes > budget) - 1
            return self._rung(max(place, 0), place >= 0)
        assert score is not None
        self._is_rough = True
        place = self._first(lambda entry: entry.score >= score)
        top = len(self._contender.ladder) - 1
        return self._squeezed(self._rung(min(place, top), place <= top))

    def _first(self, holds: Callable[[Entry], bool]) -> int:
        """Return the first rung for which a condition holds, assuming it holds from there on up."""
        low, high = 0, len(self._contender.ladder)
        while low < high:
            middle = (low + high) // 2
            if holds(self._rung(middle)):
                high = middle
            else:
                low = middle + 1
        return low

    def _rung(self, place: int, reached: bool = True) -> Entry:
        if place not in self._tried:
            self._tried[place] = self._measure(place)
        entry = self._tried[place]
        return entry if reached else replace(entry, reached=False)

    def _aimed(
        self,
        aim: Callable[[Pixels, float | None, int | None], bytes],
        score: float | None,
        budget: int | None,
    ) -> Entry:
        """Let the contender search, and check what it found."""
        entry = self._measured(lambda: aim(self._pixels, score, budget), None)
        if budget is not None:
            return replace(entry, reached=entry.n_bytes <= budget)
        assert score is not None
        return replace(entry, reached=entry.score >= score - _ROUNDING)

    def _measure(self, place: int) -> Entry:
        value = self._contender.ladder[place]
        entry = self._measured(lambda: self._contender.write(self._pixels, value), value)
        return entry if self._is_rough else self._squeezed(entry)

    def _squeezed(self, entry: Entry) -> Entry:
        if self._contender.squeeze is None:
            return entry
        started = perf_counter()
        data = self._contender.squeeze(entry.data)
        return replace(entry, data=data, seconds=entry.seconds + perf_counter() - started)

    def _measured(self, write: Callable[[], bytes], value: int | None) -> Entry:
        contender = self._contender
        started = perf_counter()
        data = write()
        seconds = perf_counter() - started
        shown = pixels_of(data)
        if value is None:
            value = len(np.unique(shown.reshape(-1, shown.shape[2]), axis=0))
        return Entry(
            contender.name,
            contender.kind,
            contender.setting(value),
            data,
            shown,
            self._judges.judge(shown),
            metrics.psnr(self._pixels, shown),
            _exact(self._pixels, shown),
            seconds,
            reached=True,
        )


def _exact(a: Pixels, b: Pixels) -> float:
    """Return the share of pixels that look the same on every background."""
    if a.shape[2] != b.shape[2]:
        a, b = (with_alpha(pixels) for pixels in (a, b))
    same = (a == b).all(axis=2)
    if a.shape[2] == 4:
        same |= (a[..., 3] == 0) & (b[..., 3] == 0)
    return float(same.mean())
