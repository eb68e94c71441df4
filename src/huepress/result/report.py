"""What came of a picture: the file, the figures, and how they are told.

In come the picture, the indexed picture and the finished file; out goes a Result that can be
saved, printed as one line, or turned into one JSON object.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from huepress import metrics
from huepress._forks import cached_property
from huepress.color.shown import as_srgb
from huepress.errors import OutputError
from huepress.formats import gainmap
from huepress.formats.names import contradiction
from huepress.limits import LARGE, strips
from huepress.palette import histogram
from huepress.result import notebook
from huepress.result.write import write_atomic
from huepress.types import Image, IndexedImage, PaletteFit, Pixels

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
    more_notes : tuple of str
        What was changed or could not be honored after loading.
    """

    data: bytes
    format: str
    status: Status
    image: Image
    indexed: IndexedImage | None
    fit: PaletteFit | None
    seconds: float
    more_notes: tuple[str, ...] = ()

    @property
    def pixels(self) -> Pixels:
        """What the file shows: (height, width, 3 or 4) uint8; of a `display_palette` its colors."""
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

    @cached_property
    def colors(self) -> int:
        """Number of colors: of the palette that was written, else of the picture itself."""
        if self.indexed is None or self.status == "kept":
            return histogram.count_distinct(self.image)
        return len(self.indexed.palette)

    @property
    def is_exact(self) -> bool:
        """Whether the file shows every value of the picture as it came."""
        if self.status == "kept":
            return True
        return self.mse == 0 and not self.image.source.is_converted

    @property
    def loses_depth(self) -> bool:
        """Whether values of more than 8 bits a channel were cut to 8."""
        return self.status != "kept" and self.indexed is not None and self.image.fine is not None

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What was changed or could not be honored, one sentence each."""
        lost = (depth_note(self.image),) if self.loses_depth else ()
        if self.bytes_in is not None and self.bytes_out > self.bytes_in:
            lost = (*lost, grown_note(self.image.source.format))
        source = self.image.source
        whole = self.status == "kept" and self.data == source.data
        said = tuple(note for note in source.notes if not (whole and note == gainmap.NOTE))
        return said + self.more_notes + lost

    @property
    def saved(self) -> float | None:
        """Saved share of the input's bytes, 0-1; None without an input file."""
        return None if not self.bytes_in else 1 - self.bytes_out / self.bytes_in

    @cached_property
    def mse(self) -> float:
        """Mean squared error over pixels and channels, in squared 8-bit values.

        Against the 16-bit values, where the picture has them.
        """
        if self.indexed is None or self.status == "kept":
            return 0.0
        fine, height = self.image.fine, self.image.height
        if self.image.width * height < LARGE:
            return _mse(fine, self.image.pixels, self.pixels)
        total = 0.0
        for rows in strips(height, self.image.width):
            shown = IndexedImage(self.indexed.indices[rows], self.indexed.palette).to_pixels()
            deep = None if fine is None else fine[rows]
            total += _mse(deep, self.image.pixels[rows], shown) * (rows.stop - rows.start)
        return total / height

    @cached_property
    def psnr(self) -> float:
        """Peak signal-to-noise ratio in decibels; infinite when nothing was lost."""
        return 10 * math.log10(255**2 / self.mse) if self.mse > 0 else math.inf

    @cached_property
    def verdict(self) -> metrics.Verdict:
        """What the judges say: SSIMULACRA2 and ColorVideoVDP.

        They look at 8 bits; a picture that lost more than they can see never has 100.
        """
        if self.indexed is None or self.status == "kept":
            return metrics.Verdict(100.0, 10.0)
        profile = self.image.source.icc_profile
        truth = as_srgb(self.image.pixels, profile)
        judges = metrics.Judges(truth, warm=False)
        colors = as_srgb(self.indexed.palette.colors, profile)
        found = judges.judge_indexed(self.indexed.indices, colors)
        if not self.loses_depth:
            return found
        return replace(found, ssimulacra2=min(found.ssimulacra2, ALL_BUT_100))

    @property
    def score(self) -> float:
        """The lower of the two judges' scores: 100 is identical, from 80 on it looks so."""
        return self.verdict.score

    @property
    def look(self) -> str:
        """The score in words; of values that may be labels or depth, that they were cut."""
        return CUT_WORDS if self.loses_depth and may_be_data(self.image) else self.verdict.words

    def save(self, path: str | os.PathLike[str], *, force: bool = True) -> Path:
        """Write the file: whole or not at all.

        Parameters
        ----------
        path : path
            Where to. The suffix must be one of the format's, or there must be none.
        force : bool
            Replace an existing file.

        Returns
        -------
        Path
            The path written.

        Raises
        ------
        OutputError
            The suffix stands for another format; the file exists and `force` is off; or it cannot
            be written.
        """
        wrong = contradiction(path, self.format)
        if wrong:
            named = Path(path).with_suffix(f".{self.format}").name
            raise OutputError(
                os.fsdecode(path), wrong, f"{named} says so, or compress with format="
            )
        return write_atomic(Path(path), self.data, force=force)

    def report(self, *, score: bool = True) -> dict[str, Any]:
        """Return the figures by name, ready for JSON.

        Parameters
        ----------
        score : bool
            Also have it judged, which takes longer than the others.

        Returns
        -------
        dict
            ``bytes_in``, ``bytes_out``, ``format``, ``colors``, ``score``, ``look``,
            ``ssimulacra2``, ``jod``, ``psnr``, ``mse``, ``n_iter``, ``stop_reason``, ``seconds``,
            ``status``, ``notes``. An infinite PSNR is
            None.
        """
        return {
            "bytes_in": self.bytes_in,
            "bytes_out": self.bytes_out,
            "format": self.format,
            "colors": self.colors,
            "score": round(self.score, 3) if score else None,
            "look": self.look if score else None,
            "ssimulacra2": round(self.verdict.ssimulacra2, 3) if score else None,
            "jod": round(self.verdict.jod, 4) if score else None,
            "psnr": None if self.mse == 0 else round(self.psnr, 3),
            "mse": max(round(self.mse, 4), 1e-4) if self.mse else 0.0,
            "n_iter": None if self.fit is None else self.fit.n_iter,
            "stop_reason": None if self.fit is None else self.fit.stop_reason,
            "seconds": round(self.seconds, 4),
            "status": self.status,
            "notes": list(self.notes),
        }

    def summary(self) -> str:
        """Return the figures as one line of text."""
        parts = [size_words(self.bytes_in, self.bytes_out)]
        if self.status == "kept":
            parts.append(kept_words("nothing smaller was found", self.bytes_in, self.bytes_out))
        parts.append(colors_words(self.colors))
        if self.status != "kept":
            parts.append(self._error_in_words())
        if self.fit is not None and self.fit.stop_reason == "given" and self.status != "kept":
            parts.append(STOP_WORDS["given"])
        elif self.fit is not None and self.status != "kept":
            rounds = self.fit.stop_reason == "exact" and self.loses_depth
            parts.append(
                f"{self.fit.n_iter} iteration{'s' if self.fit.n_iter != 1 else ''}"
                f" ({'every 8-bit color fits' if rounds else STOP_WORDS[self.fit.stop_reason]})"
            )
        parts.append(f"{self.seconds:.2f} s")
        return ", ".join(parts)

    def _error_in_words(self) -> str:
        if self.is_exact:
            return "lossless"
        if self.mse == 0:  # values were converted or rounded before they came here
            return "exact but for what the notes say"
        return f"PSNR {self.psnr:.1f} dB"

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
            f"{self.summary()}, score {self.score:.1f}: {self.look}",
            strip,
        )


def _mse(fine: NDArray[np.uint16] | None, pixels: Pixels, shown: Pixels) -> float:
    return metrics.mse(pixels, shown) if fine is None else metrics.mse_fine(fine, shown)


ALL_BUT_100 = 99.99
"""The score that nothing but the identical picture is above."""


CUT_WORDS = "values cut to 8 bits"
"""What is said of labels and depth in place of how a picture looks: an eye is no judge of them."""


def _is_gray(pixels: NDArray[np.uint16]) -> bool:
    gray = pixels[..., 0]
    return all(np.array_equal(gray, pixels[..., channel]) for channel in (1, 2))


def may_be_data(image: Image) -> bool:
    """Whether the fine values are gray, or of so few colors at 8 bits that they may be a map."""
    assert image.fine is not None
    return _is_gray(image.fine) or histogram.count_distinct(replace(image, deep=None)) <= 256


def depth_note(image: Image) -> str:
    """Say what is lost of a picture of more than 8 bits a channel when 8 are written."""
    fine = image.fine
    assert fine is not None
    if _is_gray(fine):
        n_before, n_after = (len(np.unique(v[..., 0])) for v in (fine, image.pixels))
        return (
            f"{n_before:,} gray values of 16 bits are {n_after} at 8 bits: if they are labels or"
            " depth, not a picture, keep them by --lossless"
        )
    return "16 bits a channel became 8: --lossless keeps them"


def grown_note(source_format: str | None) -> str:
    """Say that the file is larger than the input, and what would be smaller."""
    name = (source_format or "file").upper()
    return (
        f"larger than the {name} it comes from, which is the smaller file of this picture;"
        " fewer colors (-k 32) or a lower score (-q 60) take fewer bytes, too"
    )


STOP_WORDS = {
    "converged": "converged",
    "tolerance": "within tolerance",
    "max_iter": "stopped at the limit",
    "exact": "every color fits",
    "given": "palette given",
    "effort": "as many as the effort has",
    "score": "colors chosen by the score",
}


def kept_words(reason: str, bytes_in: int | None, bytes_out: int) -> str:
    """Say why the original was kept, and whether all of it was."""
    bare = bytes_in is not None and bytes_out < bytes_in
    return f"original kept{' without its metadata' if bare else ''}: {reason}"


def colors_words(n_colors: int) -> str:
    """Say how many colors there are."""
    return f"{n_colors:,} color{'s' if n_colors != 1 else ''}"


def size_words(bytes_in: int | None, bytes_out: int) -> str:
    """Return sizes before and after and what was saved, in words."""
    if not bytes_in:
        return f"{bytes_out:,} B"
    change = 100 * (1 - bytes_out / bytes_in)
    verb = "saved" if change >= 0 else "more"
    return f"{bytes_in:,} -> {bytes_out:,} B ({abs(change):.1f} % {verb})"
