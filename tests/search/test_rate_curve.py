"""Following one setting to a score, on a bench whose scores are made up."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huepress.search.rate_curve import HIGHEST, LOWEST, Curve, Slopes
from huepress.search.trial import Setting

SETTING = Setting(256, 1.0)


@dataclass
class MadeUp:
    """A trial whose score and bytes are functions of the rate weight."""

    rate_weight: float
    score: float
    rough_bytes: float


@dataclass
class MadeUpBench:
    """Scores fall from `top`, the faster the higher the rate weight."""

    top: float
    fall: float
    tried: int = 0

    def priced(self, setting, rate_weight):
        self.tried += 1
        octaves = log2(rate_weight / LOWEST)
        score = self.top - self.fall * octaves**1.5
        return MadeUp(rate_weight, score, 1e6 * 2.0 ** (-0.3 * octaves))

    def priced_all(self, wanted):
        return [self.priced(*each) for each in wanted]


def curve_of(bench, goal, at=0.0):
    curve = Curve(bench, SETTING, goal, Slopes.usual(goal))
    curve.take(bench.priced(SETTING, 2.0**at))
    return curve


@given(
    top=st.floats(70, 99), fall=st.floats(0.2, 2), share=st.floats(0.05, 0.95), at=st.floats(-6, 9)
)
def test_the_goal_is_met_from_above_in_a_few_rounds(top, fall, share, at):
    bench = MadeUpBench(top, fall)
    lowest = bench.priced(SETTING, HIGHEST).score
    goal = lowest + share * (top - lowest)
    bench.tried = 0
    found = curve_of(bench, goal, at).follow(7, slack=0.2)
    assert found is not None
    assert goal <= found.score <= goal + 0.2
    assert bench.tried <= 15


def test_a_goal_above_the_top_is_not_reached():
    bench = MadeUpBench(80, 1)
    curve = curve_of(bench, 85)
    assert curve.follow(6, slack=0.1) is None
    assert curve.is_hopeless
    assert curve.expected_size == float("inf")


def test_a_goal_below_everything_takes_the_highest_weight():
    bench = MadeUpBench(90, 0.1)
    found = curve_of(bench, 1.0).follow(6, slack=0.1)
    assert found.rate_weight == HIGHEST


def test_the_size_at_the_goal_is_estimated_between_two_points():
    bench = MadeUpBench(90, 0.5)
    curve = curve_of(bench, 80, at=-1.0)
    curve.take(bench.priced(SETTING, 4.0))
    exact = next(
        t.rough_bytes
        for t in (bench.priced(SETTING, 2.0 ** (-6 + i / 100)) for i in range(1600))
        if t.score < 80
    )
    assert 2**curve.expected_size == pytest.approx(exact, rel=0.03)
    assert curve.is_near
