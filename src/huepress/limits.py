"""Limits on a picture: bounds that are checked before memory is taken, and a time limit."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Final

from huepress.errors import DecodeError, LimitError

MOST_PIXELS: Final = (1 << 31) - 1
"""Pixels are numbered in 31 bits, whatever the limit is set to."""


LARGE: Final = 3_900_000
"""With at least this many pixels, only the pixels and their indices are held for the whole picture;
everything else is computed strip by strip (docs/scaling.md)."""

STRIP: Final = 1 << 17
LEAST_ROWS: Final = 48
"""About how many pixels make a strip, and its fewest rows: 8 rows above and 8 below each strip are
computed twice."""


def strips(height: int, width: int) -> list[slice]:
    """Cut the rows of a picture into strips, from the top; the same ones on every machine."""
    rows = max(LEAST_ROWS, STRIP // width)
    return [slice(top, min(top + rows, height)) for top in range(0, height, rows)]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what a file may ask for.

    Attributes
    ----------
    max_pixels : int
        Width times height of one frame.
    max_bytes : int
        Size of the compressed file.
    max_metadata : int
        Bytes of everything in the file that is not the picture: profiles, EXIF, XMP, text.
    max_frames : int
        Most frames or pages to go through to find the one asked for.
    allow_truncated : bool
        Accept a file that ends too early.
    """

    max_pixels: int = 256_000_000
    max_bytes: int = 1 << 30
    max_metadata: int = 64 << 20
    max_frames: int = 10_000
    allow_truncated: bool = False

    def check_size(self, name: str, width: int, height: int) -> None:
        """Refuse a picture without pixels, or with too many.

        Raises
        ------
        DecodeError
            Width or height below 1.
        LimitError
            More than ``max_pixels``.
        """
        if width < 1 or height < 1:
            raise DecodeError(name, f"is {width}x{height} pixels", "at least 1x1 is needed")
        if width * height > MOST_PIXELS:
            raise LimitError(name, "pixels", width * height, MOST_PIXELS, "")
        if width * height > self.max_pixels:
            raise LimitError(name, "pixels", width * height, self.max_pixels, "--max-pixels")

    def check_metadata(self, name: str, n_bytes: int) -> None:
        """Refuse a file whose metadata is too large (LimitError)."""
        if n_bytes > self.max_metadata:
            raise LimitError(
                name, "bytes of metadata", n_bytes, self.max_metadata, "--max-metadata"
            )


@dataclass(frozen=True, slots=True)
class Deadline:
    """When the work on one picture must be done.

    Attributes
    ----------
    name : str
        The picture, as errors call it.
    seconds : float
        How long the work may take.
    started : float
        When it began (`time.perf_counter`).
    """

    name: str
    seconds: float
    started: float

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return perf_counter() - self.started

    def check(self) -> None:
        """Raise LimitError when the time is up; called between steps."""
        spent = self.spent
        if spent > self.seconds:
            raise LimitError(self.name, "seconds", round(spent, 2), self.seconds, "--timeout")


NEVER: Final = Deadline("", float("inf"), 0.0)
"""For work without a time limit."""
