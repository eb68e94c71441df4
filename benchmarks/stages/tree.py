"""The engine's tree and its filtering, in plain NumPy: how many distances a pass really computes.

A twin of core/src/kernels/{nodes,filter}.cpp for opaque sRGB. It also labels every color, so that
it can be held against brute force.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_BITS = 5  # of cloud.cpp, for the colors themselves
NODE_SIZE = 8  # of cloud.cpp
LANES = 16  # AVX-512
SHORT_LIST = 6  # of filter.cpp
NODE_BYTES = 128
POINT_BYTES = 16


@dataclass(frozen=True)
class Pass:
    """One pass over a tree.

    Attributes
    ----------
    labels : ndarray
        (n,) int64: the nearest center of every color, ties to the lowest.
    distances : int
        Squared distances computed: three a center and node (to the middle of the box, and from
        its corner to both centers), one a center and point in the leaves.
    visited : int
        Nodes looked at.
    points : int
        Points looked at, in the leaves.
    """

    labels: NDArray[np.int64]
    distances: int
    visited: int
    points: int


def cells_of(colors: NDArray[np.uint8], bits: int) -> NDArray[np.int64]:
    """Number the cells of `bits` bits a channel that the colors lie in."""
    top = colors.astype(np.int64) >> (8 - bits)
    return (top[:, 0] << 2 * bits) | (top[:, 1] << bits) | top[:, 2]


def level_bits(colors: NDArray[np.uint8]) -> list[int]:
    """Return the bits a channel of the cells that are nodes, coarse to fine."""
    finest = MOST_BITS
    while finest > 3 and len(np.unique(cells_of(colors, finest))) * NODE_SIZE > len(colors):
        finest -= 1
    return [finest - 2, finest - 1, finest]


def filtering_pass(colors: NDArray[np.uint8], centers: NDArray[np.float32]) -> Pass:
    """Find the nearest center of every color by filtering down the tree.

    Parameters
    ----------
    colors : ndarray
        (n, 3) uint8, distinct.
    centers : ndarray
        (k, 3) float32, in units of 8-bit values.

    Returns
    -------
    Pass
        The labels, and what they cost.
    """
    points = colors.astype(np.float32)
    all_bits = level_bits(colors)
    members = [_groups(cells_of(colors, bits)) for bits in all_bits]
    parents = [None, *(_parents(colors, *all_bits[i : i + 2]) for i in (0, 1))]
    n_children = [Counter(of.values()) for of in parents[1:] if of is not None]
    labels = np.full(len(colors), -1, np.int64)
    distances = visited = looked_at = 0
    lists: dict[int, NDArray[np.int64]] = {}
    everyone = np.arange(len(centers))
    for level, groups in enumerate(members):
        own = parents[level]
        above = lists
        lists = {}
        for cell, group in groups.items():
            if own is None:
                candidates = everyone
            elif own[cell] in above:
                candidates = above[own[cell]]
            else:
                continue  # settled further up
            visited += 1
            is_leaf = len(group) <= LANES and len(candidates) <= SHORT_LIST
            if not is_leaf:
                distances += 3 * len(candidates)
                candidates = _filtered(points[group], centers, candidates)
                if len(candidates) == 1:
                    labels[group] = candidates[0]
                    continue
                is_leaf = level == len(all_bits) - 1 or _is_leaf(
                    len(group), n_children[level][cell], len(candidates)
                )
            if not is_leaf:
                lists[cell] = candidates
                continue
            distances += len(group) * len(candidates)
            looked_at += len(group)
            to_centers = _squared(points[group][:, None] - centers[candidates][None])
            labels[group] = candidates[to_centers.argmin(1)]
    return Pass(labels, distances, visited, looked_at)


def _is_leaf(n_points: int, n_children: int, n_candidates: int) -> bool:
    n_vectors = -(-n_points // LANES)
    return 4 * n_vectors * n_candidates <= n_children * (80 + 3 * n_candidates)


def _squared(differences: NDArray[np.float32]) -> NDArray[np.float32]:
    return (differences**2).sum(-1)


def _filtered(
    points: NDArray[np.float32], centers: NDArray[np.float32], candidates: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Drop every center that loses to the one in the middle at the corner that suits it best."""
    low, high = points.min(0), points.max(0)
    own = centers[candidates]
    reference = own[_squared(own - np.float32(0.5) * (low + high)).argmin()]
    corner = np.where(own > reference, high, low)
    reach = _squared(np.maximum(reference - low, high - reference))
    loses = _squared(corner - own) > _squared(corner - reference) + np.float32(4e-6) * reach
    return candidates[~loses]


def _groups(cells: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    order = np.argsort(cells, kind="stable")
    found, first = np.unique(cells[order], return_index=True)
    return dict(zip(found.tolist(), np.split(order, first[1:]), strict=True))


def _parents(colors: NDArray[np.uint8], above: int, bits: int) -> dict[int, int]:
    cells = cells_of(colors, bits)
    return dict(zip(cells.tolist(), cells_of(colors, above).tolist(), strict=True))
