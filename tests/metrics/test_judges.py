"""One score from two judges."""

import numpy as np
import pytest

from huepress import metrics

from .pairs import damaged, pairs, picture


def test_the_lower_of_both_counts():
    for _, _, original, test in list(pairs())[:24]:
        verdict = metrics.judge(original, test)
        assert verdict.ssimulacra2 == metrics.ssimulacra2(original, test)
        assert verdict.jod == metrics.cvvdp(original, test)
        assert verdict.score == min(verdict.ssimulacra2, metrics.score_of_jod(verdict.jod))


def test_each_judge_counts_somewhere():
    structure = [v.ssimulacra2 < metrics.score_of_jod(v.jod) for v in verdicts()]
    assert 5 < sum(structure) < len(structure) - 5


def verdicts():
    return [metrics.judge(a, b) for _, _, a, b in pairs() if len(a) < 200]


def test_a_reference_kept_ready_says_the_same():
    original = picture(0)
    test = damaged(original, 0) // 64 * 60
    judges = metrics.Judges(original)
    colors, indices = np.unique(test.reshape(-1, 3), axis=0, return_inverse=True)
    indices = indices.reshape(test.shape[:2]).astype(np.uint8)
    assert judges.judge(test) == metrics.judge(original, test)
    assert judges.judge_indexed(indices, colors) == metrics.judge(original, test)


def test_jod_rises_with_the_scale():
    jods = np.linspace(10, -5, 400)
    scores = [metrics.score_of_jod(jod) for jod in jods]
    assert scores[0] == 100
    assert (np.diff(scores) < 0).all()


@pytest.mark.parametrize(
    ("jod", "score"),
    [(9.947, 90), (9.782, 80), (9.575, 70), (9.345, 60), (9.095, 50), (8.842, 40), (8.33, 20)],
)
def test_what_codecs_have_is_met(jod, score):
    assert metrics.score_of_jod(jod) == pytest.approx(score, abs=1.2)


def test_words():
    assert metrics.judge(picture(1), picture(1)).words == "looks identical"
    assert [metrics.look_of(s) for s in (80, 79.9, 65, 64.9)] == [
        "looks identical",
        "visible on a second look",
        "visible on a second look",
        "visible",
    ]
