"""Numbers of the rate-aware mapping's twin: copies under way, errors, exact arithmetic."""

from __future__ import annotations

from math import frexp
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress.types import Points

F = np.float32
Row = NDArray[np.float32]

LAST_PRICED: Final = 15
NEVER: Final = F(1e30)


def log2_exact(value: float) -> float:
    """Log2 by plain arithmetic, as the core has it."""
    m, exponent = frexp(value)
    if m < 0.70710678118654752:
        m, exponent = m * 2, exponent - 1
    t = (m - 1) / (m + 1)
    total = 0.0
    for i in range(13, 0, -2):
        total = total * (t * t) + 1.0 / i
    return exponent + 2.8853900817779268 * t * total


class States:
    """Copies that are under way: price relative to the best path, error, length."""

    def __init__(self, n: int, dims: int) -> None:
        self.cost: Row = np.full(n, NEVER, F)
        self.error: Points = np.zeros((n, dims), F)
        self.length: NDArray[np.int64] = np.ones(n, np.int64)

    def step(
        self,
        start: Row,
        best: np.float32,
        grow: Row,
        source: Points,
        node_error: Row,
        target: Row,
        weight: np.float32,
        spread: np.float32,
        outlier: np.float32,
        shortest: int,
        forget: Row,
    ) -> Row:
        """Take one pixel; returns the price where a copy may end here."""
        on = self.cost - best + grow[np.minimum(self.length, LAST_PRICED)]
        fresh = start < on
        self.length = np.where(fresh, 1, self.length + 1)
        before = np.where(fresh[:, None], node_error, self.error)
        carried = spread * before
        felt = np.asarray((target + carried) - source, np.float32)
        self.error = felt - forget * carried
        self.cost = np.where(fresh, start, on) + weight * felt_of(felt, outlier)
        return np.where(self.length >= shortest, self.cost, NEVER)


def sum_of(values: list[float]) -> float:
    """Plain sum in order; Python's own compensates since 3.12."""
    total = 0.0
    for value in values:
        total += value
    return total


def squared(error: Points) -> NDArray[np.float32]:
    total: NDArray[np.float32] = np.zeros(len(error), np.float32)
    for d in range(error.shape[1]):
        total += error[:, d] * error[:, d]
    return total


def felt_of(error: Points, outlier: np.float32) -> NDArray[np.float32]:
    near = squared(error)
    with np.errstate(over="ignore"):  # sources that do not exist
        return near + outlier * (near * near)
