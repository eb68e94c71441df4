"""What came of a picture: the file, the figures, and how they are told.

In come the picture, the indexed picture and the finished file; out goes a Result that can be
saved, printed as one line, or turned into one JSON object.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from huepress import metrics, notebook
from huepress.colorspace import as_srgb
from huepress.types import Image, IndexedImage, PaletteFit, Pixels
from huepress.write import write_atomic

if TYPE_CHECKING:
    import os

Status: TypeAlias = Literal["compressed", "kept"]


@dataclass(frozen=True, eq=False)
class Result:
    """One compressed picture.

    Attributes
    ----------
    data : bytes
        The finished file: what `save` writes.
    format : str
        Such as ``png``.
    status : str
        ``compressed``, or ``kept`` when the input's own bytes were not to be beaten.
    image : Image
        The picture that came in.
    indexed : IndexedImage or None
        What the compressed file shows; None when it holds the pixels unchanged.
    fit : PaletteFit or None
        What k-means found; None when it did not run.
    seconds : float
        From reading to the finished file.
    """

    data: bytes
    format: str
    status: Status
    image: Image
    indexed: IndexedImage | None
    fit: PaletteFit | None
    seconds: float

    @property
    def pixels(self) -> Pixels:
        """What the file shows: (height, width, 3 or 4) uint8."""
        if self.indexed is None or self.status == "kept":
            return self.image.pixels
        return self.indexed.to_pixels()

    @property
    def bytes_in(self) -> int | None:
        """Size of the input file; None when the picture did not come from a file."""
        return self.image.source.n_bytes

    @property
    def bytes_out(self) -> int:
        """Size of the finished file."""
        return len(self.data)

    @property
    def colors(self) -> int | None:
        """Number of palette colors in the file; None when it has no palette of ours."""
        if self.indexed is None or self.status == "kept":
            return None
        return len(self.indexed.palette)

    @property
    def saved(self) -> float | None:
        """Saved share of the input's bytes, 0-1; None without an input file."""
        return None if not self.bytes_in else 1 - self.bytes_out / self.bytes_in

    @cached_property
    def mse(self) -> float:
        """Mean squared error over pixels and channels, in squared 8-bit values."""
        return metrics.mse(self.image.pixels, self.pixels)

    @cached_property
    def psnr(self) -> float:
        """Peak signal-to-noise ratio in decibels; infinite when nothing was lost."""
        return 10 * math.log10(255**2 / self.mse) if self.mse > 0 else math.inf

    @cached_property
    def score(self) -> float:
        """SSIMULACRA2 score: 100 is identical, 90 hardly to be told apart, 70 good, 50 fair."""
        profile = self.image.source.icc_profile
        truth = as_srgb(self.image.pixels, profile)
        return metrics.ssimulacra2(truth, as_srgb(self.pixels, profile))

    def save(self, path: str | os.PathLike[str], *, force: bool = True) -> Path:
        """Write the file: whole or not at all.

        Parameters
        ----------
        path : path
            Where to. The suffix does not change the format.
        force : bool
            Replace an existing file.

        Returns
        -------
        Path
            The path written.

        Raises
        ------
        OutputError
            The file exists and `force` is off, or it cannot be written.
        """
        return write_atomic(Path(path), self.data, force=force)

    def report(self, *, score: bool = True) -> dict[str, Any]:
        """Return the figures by name, ready for JSON.

        Parameters
        ----------
        score : bool
            Also compute the SSIMULACRA2 score, which takes longer than the others.

        Returns
        -------
        dict
            ``bytes_in``, ``bytes_out``, ``format``, ``colors``, ``score``, ``psnr``, ``mse``,
            ``n_iter``, ``stop_reason``, ``seconds``, ``status``, ``notes``. An infinite PSNR is
            None.
        """
        lossless = self.mse == 0
        return {
            "bytes_in": self.bytes_in,
            "bytes_out": self.bytes_out,
            "format": self.format,
            "colors": self.colors,
            "score": round(self.score, 3) if score else None,
            "psnr": None if lossless else round(self.psnr, 3),
            "mse": round(self.mse, 4),
            "n_iter": None if self.fit is None else self.fit.n_iter,
            "stop_reason": None if self.fit is None else self.fit.stop_reason,
            "seconds": round(self.seconds, 4),
            "status": self.status,
            "notes": list(self.image.source.notes),
        }

    def summary(self) -> str:
        """Return the figures as one line of text."""
        parts = [size_words(self.bytes_in, self.bytes_out)]
        if self.status == "kept":
            parts.append(kept_words("nothing smaller was found", self.bytes_in, self.bytes_out))
        if self.colors is not None:
            parts.append(f"{self.colors} color{'s' if self.colors != 1 else ''}")
            parts.append("lossless" if self.mse == 0 else f"PSNR {self.psnr:.1f} dB")
        if self.fit is not None and self.fit.stop_reason == "given" and self.status != "kept":
            parts.append(STOP_WORDS["given"])
        elif self.fit is not None and self.status != "kept":
            parts.append(
                f"{self.fit.n_iter} iteration{'s' if self.fit.n_iter != 1 else ''}"
                f" ({STOP_WORDS[self.fit.stop_reason]})"
            )
        parts.append(f"{self.seconds:.2f} s")
        return ", ".join(parts)

    def __repr__(self) -> str:
        return f"<huepress.Result {self.format}: {self.summary()}>"

    def _repr_png_(self) -> bytes:
        return self.data if self.format == "png" else notebook.png_of(self.pixels)

    def _repr_html_(self) -> str:
        shown = self.format in notebook.SHOWN_BY_BROWSERS
        strip = ""
        if self.indexed is not None and self.status != "kept":
            strip = notebook.strip_html(self.indexed.palette.colors, self.indexed.indices)
        return notebook.picture_html(
            self.data if shown else self._repr_png_(),
            self.format if shown else "png",
            self.summary(),
            strip,
        )


STOP_WORDS = {
    "converged": "converged",
    "tolerance": "within tolerance",
    "max_iter": "stopped at the limit",
    "exact": "every color fits",
    "given": "palette given",
    "score": "colors left out by score",
}


def kept_words(reason: str, bytes_in: int | None, bytes_out: int) -> str:
    """Say why the original was kept, and whether all of it was."""
    bare = bytes_in is not None and bytes_out < bytes_in
    return f"original kept{' without its metadata' if bare else ''}: {reason}"


def size_words(bytes_in: int | None, bytes_out: int) -> str:
    """Return sizes before and after and what was saved, in words."""
    if not bytes_in:
        return f"{bytes_out:,} B"
    change = 100 * (1 - bytes_out / bytes_in)
    verb = "saved" if change >= 0 else "more"
    return f"{bytes_in:,} -> {bytes_out:,} B ({abs(change):.1f} % {verb})"
