"""Leaving colors out by the score, on scores that are made up and on real ones."""

from __future__ import annotations

import numpy as np

from huepress import compress
from huepress.color.spaces import embed
from huepress.search.eliminate import Elimination


def squares(colors, size=6):
    """Squares of these colors side by side."""
    return np.repeat(np.arange(len(colors), dtype=np.uint8), size)[None].repeat(size, axis=0)


COLORS = np.array(
    [[0, 0, 0], [10, 10, 10], [120, 120, 120], [124, 124, 124], [255, 255, 255]], np.uint8
)


def closeness(indices, palette, _=0.0):
    """A made-up score for squares of COLORS: less the sum of differences."""
    shown = palette[indices].astype(int)
    return -float(np.abs(shown - COLORS[squares(COLORS)]).sum())


def eliminated(n_colors, stays=()):
    kept = np.isin(np.arange(len(COLORS)), stays)
    points = embed(COLORS, "srgb")
    return Elimination(squares(COLORS), COLORS, points, closeness, kept).down_to(n_colors)


def test_the_two_that_are_alike_become_one():
    left = eliminated(4)
    assert left[:, 0].tolist() == [0, 10, 120, 255]


def test_the_next_two_follow():
    assert eliminated(3)[:, 0].tolist() == [0, 120, 255]


def test_what_must_stay_stays():
    assert eliminated(3, stays=(0, 1, 3))[:, 0].tolist() == [0, 10, 124]


def test_the_mean_is_taken_where_it_scores_higher():
    def squared(indices, palette, _):
        shown = palette[indices].astype(int)
        return -float(((shown - COLORS[squares(COLORS)]) ** 2).sum())

    points = embed(COLORS, "srgb")
    none = np.zeros(5, bool)
    left = Elimination(squares(COLORS), COLORS, points, squared, none).down_to(4)
    assert left[:, 0].tolist() == [0, 10, 122, 255]


def test_fewer_go_on_from_more():
    asked = []

    def counted(indices, palette, _):
        asked.append(len(palette))
        return closeness(indices, palette)

    points = embed(COLORS, "srgb")
    chain = Elimination(squares(COLORS), COLORS, points, counted, np.zeros(5, bool))
    assert chain.down_to(3)[:, 0].tolist() == [0, 120, 255]
    assert asked.count(4) == 5
    assert asked.count(3) == 4 + 1 + 2  # what is left, and the means of two that took others over
    n_asked = len(asked)
    assert chain.down_to(4)[:, 0].tolist() == [0, 10, 120, 255]
    assert len(asked) == n_asked + 2
    assert chain.down_to(2)[:, 0].tolist() == eliminated(2)[:, 0].tolist()


def picture_of(n_colors, n_pixels):
    """An elimination of so many colors, in a picture of so many pixels."""
    colors = np.arange(n_colors * 3).reshape(-1, 3).astype(np.uint8)
    indices = np.resize(np.arange(n_colors, dtype=np.uint8), (1, n_pixels))
    none = np.zeros(n_colors, bool)
    return Elimination(indices, colors, embed(colors, "srgb"), lambda *_: 0.0, none)


def test_only_what_takes_little_is_done():
    assert picture_of(19, 400_000).is_affordable(16)
    assert not picture_of(19, 4_000_000).is_affordable(16)
    assert not picture_of(200, 400_000).is_affordable(16)
    assert not picture_of(16, 400).is_affordable(16)
    assert not picture_of(16, 400).is_affordable(1)


def test_what_is_affordable_does_not_depend_on_what_was_asked_before():
    chain = picture_of(20, 600_000)
    before = [chain.is_affordable(n_colors) for n_colors in range(20)]
    assert True in before[2:]
    assert False in before[2:]
    chain.down_to(before.index(True))
    assert [chain.is_affordable(n_colors) for n_colors in range(20)] == before


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
