"""What containers spend on indices, in plain Python: the twin of core/src/rate/model.cpp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# RFC 1951, section 3.2.5.
LENGTH_BASE: Final = (
    *range(3, 11),
    *(11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99),
    *(115, 131, 163, 195, 227, 258),
)
LENGTH_EXTRA: Final = (0,) * 8 + tuple(i for i in range(1, 6) for _ in range(4)) + (0,)
NEAR: Final = 120
"""Distances of WebP that are places nearby (RFC 9649, section 4.2.2 of its bitstream)."""


@dataclass(frozen=True)
class Model:
    """See `core::RateModel`; of PNG, and what both have in common.

    Attributes
    ----------
    width : int
        Pixels of a row.
    """

    width: int

    shortest = 3
    longest = 258
    window = 32768
    separator = 1
    n_lengths = 29
    n_distances = 30

    def length(self, length: int) -> tuple[int, int]:
        """Code and plain bits of a length."""
        code = max(code for code in range(29) if LENGTH_BASE[code] <= length)
        return code, LENGTH_EXTRA[code]

    def distance(self, distance: int) -> tuple[int, int]:
        """Code and plain bits of a distance, 1 or more."""
        return prefix(distance)

    def usual_length(self) -> list[float]:
        """Shares of the lengths before any were counted."""
        return [0.5 / (code + 2.0) / 2.6 for code in range(self.n_lengths)]

    def usual_distance(self) -> list[float]:
        """Shares of the distances before any were counted."""
        shares = [0.4 / 30] * 30
        shares[0] += 0.3
        shares[self.distance(min(self.width + 1, self.window))[0]] += 0.3
        return shares


class WebpModel(Model):
    """WebP's lossless bitstream."""

    longest = 4096
    window = (1 << 20) - NEAR
    separator = 0
    n_lengths = 24
    n_distances = 40

    def length(self, length: int) -> tuple[int, int]:
        """Code and plain bits of a length."""
        return prefix(length)

    def distance(self, distance: int) -> tuple[int, int]:
        """Code and plain bits of a distance, 1 or more."""
        row, left = divmod(distance, self.width)
        if left <= 8 and row < 8:
            return prefix(PLACES.index((left, row)) + 1)
        if left + 8 > self.width and row < 7:
            return prefix(PLACES.index((left - self.width, row + 1)) + 1)
        return prefix(distance + NEAR)

    def usual_distance(self) -> list[float]:
        """Shares of the distances before any were counted."""
        shares = [0.4 / 40] * 40
        shares[self.distance(1)[0]] += 0.25
        shares[self.distance(self.width)[0]] += 0.1
        shares[prefix(self.width + NEAR)[0]] += 0.25
        return shares


MODELS: Final[dict[str, type[Model]]] = {"png": Model, "webp": WebpModel}


def prefix(number: int) -> tuple[int, int]:
    """Code of a number, 1 or more, and how many plain bits follow it: two codes an octave."""
    if number <= 4:
        return number - 1, 0
    bit = (number - 1).bit_length() - 1
    return 2 * bit + (((number - 1) >> (bit - 1)) & 1), bit - 1


def _places() -> list[tuple[int, int]]:
    """Places nearby (columns to the left, rows above) in the order of their numbers.

    By distance; of equals the ones with more rows above first, then those to the left.
    """
    known = [(x, y) for y in range(8) for x in range(-7, 9) if y > 0 or x > 0]
    return sorted(known, key=lambda p: (p[0] ** 2 + p[1] ** 2, -p[1], -p[0]))


PLACES: Final = _places()
