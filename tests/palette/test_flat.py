"""Areas keep their color exactly."""

import numpy as np
import pytest

from huepress import compress
from huepress.color.spaces import embed
from huepress.palette.flat import settle
from huepress.types import Histogram, Palette, PaletteFit

WHITE, NEARLY, BLACK = (255, 255, 255), (251, 252, 250), (0, 0, 0)


def fit_of(*colors, stop_reason="converged"):
    palette = np.array(colors, np.uint8)
    return PaletteFit(Palette(palette), embed(palette, "srgb"), 7.0, 3, stop_reason)


def counted(*pairs):
    colors = np.array([color for color, _ in pairs], np.uint8)
    return Histogram(colors, np.array([n for _, n in pairs], np.float64))


def settled(pixels, fit, **how):
    return settle(pixels, pixels, fit, "srgb", n_threads=1, **how)


def test_the_mean_of_a_page_and_its_edges_becomes_the_page():
    pixels = counted((BLACK, 20), (NEARLY, 30), (WHITE, 50))
    found = settled(pixels, fit_of((0, 0, 0), (254, 254, 253)))
    assert found.palette.colors.tolist() == [list(BLACK), list(WHITE)]
    assert np.array_equal(found.centers, embed(found.palette.colors, "srgb"))
    assert found.inertia == 30 * (4**2 + 3**2 + 5**2)  # NEARLY is what is off now


@pytest.mark.parametrize(
    "pairs",
    [((BLACK, 91), (WHITE, 9)), ((WHITE, 49), (NEARLY, 49), ((250, 250, 250), 2))],
    ids=["a tenth of the picture is not reached", "half of the entry is not reached"],
)
def test_what_is_small_or_no_median_stays_a_mean(pairs):
    fit = fit_of(BLACK, (254, 254, 253))
    assert settled(counted(*pairs), fit) is fit


def test_both_limits_are_met_at_exactly_a_tenth_and_a_half():
    pixels = counted((BLACK, 80), (NEARLY, 10), (WHITE, 10))
    # Two that have half each: the last of the histogram is taken.
    found = settled(pixels, fit_of(BLACK, (253, 253, 252)))
    assert found.palette.colors[1].tolist() == list(WHITE)


@pytest.mark.parametrize(
    "how", [{"n_fixed": 2}, {"stop_reason": "given"}, {"stop_reason": "exact"}]
)
def test_what_is_fixed_stays(how):
    fit = fit_of(BLACK, (254, 254, 253), stop_reason=how.get("stop_reason", "converged"))
    pixels = counted((BLACK, 50), (WHITE, 50))
    assert settled(pixels, fit, n_fixed=how.get("n_fixed", 0)) is fit


def test_only_what_is_clear_gets_the_clear_entry():
    clear, faint = (0, 0, 0, 0), (0, 0, 0, 2)
    pixels = counted((clear, 40), (faint, 60))
    for entry in (clear, (0, 0, 0, 1)):
        fit = fit_of(entry, (255, 255, 255, 255))
        found = settled(pixels, fit).palette.colors[0].tolist()
        assert found == (list(clear) if entry == clear else list(faint))


@pytest.mark.parametrize("how", [{}, {"quality": 2}, {"rate_weight": 0}, {"effort": "fast"}])
def test_paper_stays_white_under_a_drawing(how):
    rng = np.random.default_rng(5)
    pixels = np.full((96, 120, 3), 255, np.uint8)
    pixels[:, :40] = 255 - rng.integers(0, 12, (96, 40, 3), np.uint8)  # paper with a grain
    pixels[20:80, 60:110] = rng.integers(90, 200, (60, 50, 3), np.uint8)
    plain = compress(pixels, colors=8, rate_weight=0, init="random").pixels
    assert not (plain == 255).all(axis=2).any()  # what the mean makes of it
    result = compress(pixels, colors=8, **how)
    white = (pixels == 255).all(axis=2)
    assert (result.pixels[white] == 255).all(axis=1).mean() > 0.95


@pytest.mark.parametrize("n_entries", [63, 64])
def test_from_64_entries_on_an_entry_may_move_farther_to_become_black(n_entries):
    others = [(40 + i, 200, 3 * i) for i in range(n_entries - 1)]
    pixels = counted((BLACK, 8), ((14, 14, 14), 30), *[(color, 10) for color in others])
    fit = fit_of((5, 5, 5), *others)
    found = settled(pixels, fit).palette.colors[0].tolist()
    assert found == (list(BLACK) if n_entries == 64 else [5, 5, 5])
