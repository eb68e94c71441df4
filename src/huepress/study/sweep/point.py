"""One k of a sweep: its file and its figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from huepress import metrics
from huepress._forks import cached_property
from huepress.study.validation import index_entropy
from huepress.types import PaletteFit

if TYPE_CHECKING:
    from huepress.result.report import Result


@dataclass(frozen=True, eq=False)
class Point:
    """The picture at one k.

    Attributes
    ----------
    k : int
        Largest palette asked for.
    result : Result
        The file at that k, and its figures.
    fit : PaletteFit
        k-means at exactly this k, with its history, on the colors weighted as ``compress`` does.
        A searched file may use fewer colors, where those turn out smaller at the same look.
    verdict : Verdict
        What the judges say.
    seconds : float
        Of the file: counting and sorting (which a sweep does once for all), k-means, mapping and
        encoding.
    fit_seconds : float
        Of k-means alone.
    """

    k: int
    result: Result
    fit: PaletteFit
    verdict: metrics.Verdict
    seconds: float
    fit_seconds: float

    @property
    def score(self) -> float:
        """The lower of the two judges' scores."""
        return self.verdict.score

    @property
    def n_bytes(self) -> int:
        """Size of the file."""
        return self.result.bytes_out

    @property
    def bits_per_pixel(self) -> float:
        """Size of the file in bits over the pixels of the picture."""
        return 8 * self.n_bytes / (self.result.image.width * self.result.image.height)

    @cached_property
    def colors(self) -> int | None:
        """Distinct colors that the file shows; None when the original was kept."""
        indexed = self.result.indexed
        if indexed is None or self.result.status == "kept":
            return None
        is_used = np.bincount(indexed.indices.ravel(), minlength=len(indexed.palette)) > 0
        return len(np.unique(indexed.palette.colors[is_used], axis=0))

    @property
    def is_lossless(self) -> bool:
        """Whether the file shows the picture unchanged."""
        return self.result.mse == 0

    @cached_property
    def entropy(self) -> float | None:
        """Zero-order entropy of the indices in bits per pixel; None when the original was kept."""
        if self.result.indexed is None or self.result.status == "kept":
            return None
        return index_entropy(self.result.indexed).zero_order

    def to_json(self) -> dict[str, Any]:
        """Return the figures by name; an infinite PSNR is None."""
        fit = self.fit
        return {
            "k": self.k,
            "colors": self.colors,
            "bytes": self.n_bytes,
            "bits_per_pixel": round(self.bits_per_pixel, 4),
            "entropy": None if self.entropy is None else round(self.entropy, 4),
            "psnr": None if self.is_lossless else round(self.result.psnr, 3),
            "score": round(self.score, 3),
            "look": self.verdict.words,
            "ssimulacra2": round(self.verdict.ssimulacra2, 3),
            "jod": round(self.verdict.jod, 4),
            "mse": round(self.result.mse, 4),
            "inertia": round(fit.inertia, 3),
            "n_iter": fit.n_iter,
            "stop_reason": fit.stop_reason,
            "seconds": round(self.seconds, 4),
            "fit_seconds": round(self.fit_seconds, 4),
            "status": self.result.status,
        }
