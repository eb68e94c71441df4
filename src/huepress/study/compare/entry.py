"""What one contender reached, and its figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from huepress import metrics
from huepress.study.compare.contenders import Kind
from huepress.types import Pixels

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, eq=False)
class Entry:
    """What one contender reached.

    Attributes
    ----------
    name, kind : str
        Of the contender.
    setting : str
        Such as ``k = 64``.
    data : bytes
        The file.
    pixels : ndarray
        What it shows, (height, width, 3 or 4) uint8.
    verdict : Verdict
        What the judges say, against the picture.
    psnr : float
        Decibels, against the picture.
    exact : float
        Share of the pixels that are unchanged, 0-1.
    seconds : float
        To make this one file; for huepress, with its search.
    reached : bool
        Whether the target was met.
    """

    name: str
    kind: Kind
    setting: str
    data: bytes
    pixels: Pixels
    verdict: metrics.Verdict
    psnr: float
    exact: float
    seconds: float
    reached: bool

    @property
    def score(self) -> float:
        """The lower of the two judges' scores."""
        return self.verdict.score

    @property
    def n_bytes(self) -> int:
        """Size of the file."""
        return len(self.data)

    def to_json(self) -> dict[str, Any]:
        """Return the figures by name; an infinite PSNR is None."""
        return {
            "name": self.name,
            "kind": self.kind,
            "setting": self.setting,
            "bytes": self.n_bytes,
            "score": round(self.score, 3),
            "look": self.verdict.words,
            "ssimulacra2": round(self.verdict.ssimulacra2, 3),
            "jod": round(self.verdict.jod, 4),
            "psnr": None if np.isinf(self.psnr) else round(self.psnr, 3),
            "exact": round(self.exact, 4),
            "seconds": round(self.seconds, 4),
            "reached": self.reached,
        }
