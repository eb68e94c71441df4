"""The mapping by GIF's LZW: the core against its plain twin, and what every decoder makes of it."""

import numpy as np
import pytest

from animation.lzw_twin import FREE, FREE_OR_KEPT, KEPT, OR_KEPT, Twin
from huepress import _core
from huepress.animation.gif_read import GifFrame, indices_of

OPTIONS = {
    "rate_weight": 4.0,
    "outlier": 1 / 625,
    "spread_right": (0.28, 0.72),
    "spread_down": (0.5, 0.15),
    "slack": 4.0,
    "memory": 500.0,
    "patience": 0.0,
    "most_visits": 64,
    "rivals": 1,
}


def rectangle(height, width, k, seed, rules):
    """Points of a gradient with noise, what is shown, weights, smoothness and rules; a palette."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    base = (40 + 150 * x / width + 50 * y / height)[..., None] + rng.normal(
        0, 6, (height, width, 3)
    )
    points = base.reshape(-1, 3).astype(np.float32)
    shown = (points + rng.normal(0, 8, points.shape)).astype(np.float32)
    weights = rng.uniform(0.2, 1, (height, width)).astype(np.float32)
    smoothness = rng.uniform(0, 1, (height, width)).astype(np.float32)
    chosen = rng.choice(rules, (height, width)).astype(np.int16)
    palette = (40 + 200 * rng.random((k, 1)) + rng.normal(0, 5, (k, 3))).astype(np.float32)
    return (points, shown, weights, smoothness, chosen), palette


def by_core(wanted, palette, options, mean_cost=0.0):
    indices = np.empty(wanted[4].shape, np.uint8)
    found = _core.map_lzw(*wanted, palette, indices, **options, mean_cost=mean_cost)
    return indices, found


@pytest.mark.parametrize(
    ("k", "rules", "changes"),
    [
        (12, [FREE], {}),
        (5, [FREE, FREE_OR_KEPT], {"rivals": 3}),
        (7, [FREE_OR_KEPT, KEPT, 2, OR_KEPT + 3], {"patience": 1.0}),
        (256, [FREE], {"spread_down": (0.0, 0.0), "rate_weight": 0.5}),
        (1, [FREE_OR_KEPT, KEPT], {"rate_weight": 50.0, "slack": 1.0}),
    ],
)
def test_the_core_chooses_as_the_plain_twin(k, rules, changes):
    options = OPTIONS | changes
    wanted, palette = rectangle(14, 23, k, k, rules)
    mean_cost = 3.0 * (k % 2)
    indices, found = by_core(wanted, palette, options, mean_cost=mean_cost)
    plain = np.empty_like(indices)
    expected = Twin(wanted, palette, plain, options, mean_cost).run()
    assert np.array_equal(indices, plain)
    assert found[:2] == expected[:2]
    assert found[2] == pytest.approx(expected[2], rel=1e-12)
    assert found[3] == expected[3]


@pytest.mark.parametrize("patience", [0.0, 1.0, 4.0])
@pytest.mark.parametrize("k", [2, 60, 255])
def test_a_decoder_reads_the_indices_that_were_chosen_through_full_dictionaries(k, patience):
    wanted, palette = rectangle(150, 160, k, 1, [FREE, FREE_OR_KEPT])
    options = OPTIONS | {"rate_weight": 0.05, "patience": patience}
    indices, (codes, code_size, _, _) = by_core(wanted, palette, options)
    frame = GifFrame(
        0,
        0,
        160,
        150,
        np.zeros((256, 3), np.uint8),
        256,
        False,
        None,
        0,
        0,
        False,
        code_size,
        codes,
    )
    assert np.array_equal(indices_of("a", frame, allow_truncated=False), indices)


def test_rules_hold_and_a_higher_rate_weight_never_costs_bytes():
    wanted, palette = rectangle(60, 80, 30, 3, [FREE, KEPT, 4, OR_KEPT + 9])
    sizes = []
    for weight in (0.1, 1.0, 10.0, 100.0):
        indices, (codes, _, _, _) = by_core(wanted, palette, OPTIONS | {"rate_weight": weight})
        sizes.append(len(codes))
        rules = wanted[4]
        assert (indices[rules == KEPT] == 30).all()
        assert (indices[rules == 4] == 4).all()
        assert np.isin(indices[rules == OR_KEPT + 9], [9, 30]).all()
        assert (indices[rules == FREE] < 30).all()
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(
    ("rules", "k", "words"),
    [
        ([300], 10, "entries of the palette"),
        ([FREE_OR_KEPT], 256, "255 colors"),
        ([-4], 4, "rules from"),
    ],
)
def test_the_binding_refuses_what_means_nothing(rules, k, words):
    wanted, palette = rectangle(4, 4, k, 0, rules)
    with pytest.raises(ValueError, match=words):
        by_core(wanted, palette, OPTIONS)


def test_no_mean_pays_for_what_a_rule_forbids():
    n = 64
    zeros = np.zeros((n, 3), np.float32)
    rules = np.full((1, n), FREE, np.int16)
    rules[0, 40:] = np.arange(24) % 2
    weights, palette = np.ones((1, n), np.float32), np.zeros((2, 3), np.float32)
    wanted = (zeros, zeros, weights, 0 * weights, rules)
    for mean_cost in (0.0, 1e29, 1e30):
        indices = by_core(wanted, palette, OPTIONS, mean_cost)[0]
        assert indices[0, 40:].tolist() == rules[0, 40:].tolist()
