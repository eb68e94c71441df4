"""Leaving colors out by the score, on scores that are made up and on real ones."""

from __future__ import annotations

import numpy as np

from huepress import compress
from huepress.colorspace import embed
from huepress.search.eliminate import eliminate, is_affordable


def squares(colors, size=6):
    """Squares of these colors side by side."""
    return np.repeat(np.arange(len(colors), dtype=np.uint8), size)[None].repeat(size, axis=0)


COLORS = np.array(
    [[0, 0, 0], [10, 10, 10], [120, 120, 120], [124, 124, 124], [255, 255, 255]], np.uint8
)


def closeness(indices, palette):
    """A made-up score for squares of COLORS: less the sum of differences."""
    shown = palette[indices].astype(int)
    return -float(np.abs(shown - COLORS[squares(COLORS)]).sum())


def eliminated(n_colors, stays=()):
    kept = np.isin(np.arange(len(COLORS)), stays)
    points = embed(COLORS, "srgb")
    return eliminate(squares(COLORS), COLORS, points, n_colors, closeness, kept)


def test_the_two_that_are_alike_become_one():
    left = eliminated(4)
    assert left[:, 0].tolist() == [0, 10, 120, 255]


def test_the_next_two_follow():
    assert eliminated(3)[:, 0].tolist() == [0, 120, 255]


def test_what_must_stay_stays():
    assert eliminated(3, stays=(0, 1, 3))[:, 0].tolist() == [0, 10, 124]


def test_the_mean_is_taken_where_it_scores_higher():
    def squared(indices, palette):
        shown = palette[indices].astype(int)
        return -float(((shown - COLORS[squares(COLORS)]) ** 2).sum())

    points = embed(COLORS, "srgb")
    left = eliminate(squares(COLORS), COLORS, points, 4, squared, np.zeros(5, bool))
    assert left[:, 0].tolist() == [0, 10, 122, 255]


def test_only_what_takes_little_is_done():
    assert is_affordable(19, 16, 400_000)
    assert not is_affordable(19, 16, 4_000_000)
    assert not is_affordable(200, 16, 400_000)
    assert not is_affordable(16, 16, 1)


def test_a_sprite_of_a_few_colors_too_many_scores_no_worse_than_by_k_means_alone():
    rng = np.random.default_rng(4)
    colors = rng.integers(0, 256, (19, 3)).astype(np.uint8)
    pixels = colors[np.repeat(np.repeat(rng.integers(0, 19, (12, 12)), 5, axis=0), 5, axis=1)]
    by_score = compress(pixels, colors=16)
    by_error = compress(pixels, colors=16, rate_weight=0)
    assert by_score.colors <= 16
    assert by_score.score >= by_error.score


def test_colors_that_are_kept_are_kept():
    pixels = COLORS[squares(COLORS)]
    result = compress(pixels, colors=3, keep_color=("#0a0a0a",))
    assert result.indexed.palette.colors[0].tolist() == [10, 10, 10]
