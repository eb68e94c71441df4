"""Which k to take: the knee of score against bytes, with the reason in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Swept(Protocol):
    """The figures of the file at one k, however it was made."""

    @property
    def k(self) -> int:
        """Largest palette asked for."""

    @property
    def n_bytes(self) -> int:
        """Size of the file."""

    @property
    def score(self) -> float:
        """What the judges say."""

    @property
    def colors(self) -> int | None:
        """Colors it shows."""

    @property
    def is_lossless(self) -> bool:
        """Whether it shows the picture unchanged."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A k and why.

    Attributes
    ----------
    k : int
        Of one of the points.
    reason : str
        One or two sentences.
    """

    k: int
    reason: str


def suggest(points: Sequence[Swept]) -> Suggestion:
    """Choose the k after which more bytes buy little more score.

    Parameters
    ----------
    points : sequence of Point, or of what has its figures
        In ascending order of k, at least one.

    Returns
    -------
    Suggestion
        The k that keeps every color, when that costs no more than half as much again as the knee;
        else the knee: the point farthest above the straight line from the smallest file to the
        best score, with bytes and score each scaled to 0-1 and scores below 0 taken as 0. Where no
        point is above that line there is no knee, and the best score is suggested.

    References
    ----------
    .. [1] Satopaa, Albrecht, Irwin and Raghavan, "Finding a 'kneedle' in a haystack: detecting
       knee points in system behavior", ICDCSW 2011. doi:10.1109/ICDCSW.2011.20
    """
    knee = _knee(points)
    exact = next((p for p in points if p.is_lossless), None)
    if exact is not None and exact.n_bytes <= 1.5 * knee.n_bytes:
        return Suggestion(exact.k, _exact_reason(exact, knee))
    return Suggestion(knee.k, _knee_reason(points, knee))


def _knee(points: Sequence[Swept]) -> Swept:
    low = min(points, key=lambda p: (p.n_bytes, -p.score))
    high = max(points, key=lambda p: (p.score, -p.n_bytes))
    width = high.n_bytes - low.n_bytes
    height = max(high.score, 0.0) - max(low.score, 0.0)
    if width <= 0 or height <= 0:
        return high

    def above(point: Swept) -> float:
        along = (point.n_bytes - low.n_bytes) / width
        up = (max(point.score, 0.0) - max(low.score, 0.0)) / height
        return up - along

    knees = [p for p in points if low.n_bytes < p.n_bytes < high.n_bytes and above(p) > 0]
    return max(knees, key=above, default=high)


def _exact_reason(exact: Swept, knee: Swept) -> str:
    words = f"every color of the picture fits into {exact.colors or exact.k}: nothing is lost"
    if knee.k == exact.k:
        return words + ", and no smaller palette pays."
    saved = 100 * (1 - knee.n_bytes / exact.n_bytes)
    return (
        words + f". k = {knee.k} would save {saved:.0f} % of that, at a score of {knee.score:.1f}."
    )


def _knee_reason(points: Sequence[Swept], knee: Swept) -> str:
    if len(points) == 1:
        return "the only one tried."
    at = points.index(knee)
    steps = [_step(points[i], points[i + 1]) for i in (at - 1, at) if 0 <= i < len(points) - 1]
    is_best = knee.score == max(point.score for point in points)
    why = "the best score, and no knee before it" if is_best else "the knee of score against bytes"
    return f"{why}: {'; '.join(steps)}."


def _step(a: Swept, b: Swept) -> str:
    return (
        f"{a.k} -> {b.k} colors is {b.n_bytes - a.n_bytes:+,} B for {b.score - a.score:+.1f} points"
    )
