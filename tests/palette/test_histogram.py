import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from huepress._quantize import quantize
from huepress.errors import OptionError
from huepress.palette import histogram


def plain_count(pixels, weights=None):
    """Count with a dictionary: slow and plain."""
    totals = {}
    flat = pixels.reshape(-1, pixels.shape[-1])
    each = np.ones(len(flat)) if weights is None else weights.reshape(-1)
    for color, weight in zip(flat.tolist(), each.tolist(), strict=True):
        key = tuple(color) if len(color) == 3 or color[3] else (0, 0, 0, 0)
        totals[key] = totals.get(key, 0.0) + weight

    def number(color):
        red, green, blue, *alpha = color
        return sum(alpha) * 2**24 + red * 2**16 + green * 2**8 + blue

    return [(c, totals[c]) for c in sorted(totals, key=number) if totals[c] > 0]


def as_pairs(counted):
    return [(tuple(c), w) for c, w in zip(counted.colors.tolist(), counted.weights, strict=True)]


few_colors = hnp.arrays(
    np.uint8,
    st.tuples(st.integers(1, 17), st.integers(1, 31), st.sampled_from([3, 4])),
    elements=st.sampled_from([0, 1, 127, 128, 255]),
)


@given(few_colors, st.integers(0, 2**32 - 1))
def test_counts_what_a_dictionary_counts(pixels, seed):
    assert as_pairs(histogram.count(pixels)) == plain_count(pixels)
    weights = np.random.default_rng(seed).random(pixels.shape[:2])
    weights.flat[0] = 1.0
    weights.flat[1::5] = 0.0
    assert as_pairs(histogram.count(pixels, weights)) == plain_count(pixels, weights)


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("n_threads", [1, 2])
def test_pictures_of_several_strips(channels, n_threads):
    """A strip is 2^20 pixels; opaque, clear and soft pixels go different ways."""
    rng = np.random.default_rng(channels)
    colors = rng.integers(0, 256, (240, channels), np.uint8)
    if channels == 4:
        colors[:, 3] = rng.choice([0, 1, 77, 254, 255, 255], len(colors))
        colors[colors[:, 3] == 0] = 0
    colors = np.unique(colors, axis=0)
    owners = rng.integers(0, len(colors), (1049, 1003)) * rng.integers(0, 2, (1049, 1))
    pixels = colors[owners]
    counted = histogram.count(pixels, n_threads=n_threads)
    order = np.lexsort((colors[:, 2], colors[:, 1], colors[:, 0], colors[:, -1] * (channels == 4)))
    np.testing.assert_array_equal(counted.colors, colors[order])
    np.testing.assert_array_equal(counted.weights, np.bincount(owners.reshape(-1))[order])
    found = quantize(pixels, 256, n_threads=n_threads)
    np.testing.assert_array_equal(found.palette[found.indices], pixels)


@given(few_colors, few_colors, st.integers(0, 1000))
def test_merged_counts_are_the_count_of_both(a, b, seed):
    if a.shape[2] != b.shape[2]:
        b = b[..., [0] * a.shape[2]]
    merged = histogram.merge([histogram.count(a), histogram.count(b)])
    swapped = histogram.merge([histogram.count(b), histogram.count(a)])
    both = np.concatenate([a.reshape(-1, a.shape[2]), b.reshape(-1, a.shape[2])])
    shuffled = np.random.default_rng(seed).permutation(both)
    assert as_pairs(merged) == as_pairs(swapped) == as_pairs(histogram.count(shuffled))


def test_merging_with_alpha_makes_opaque_colors_opaque():
    opaque = histogram.count(np.array([[[1, 2, 3]]], np.uint8))
    clear = histogram.count(np.array([[[9, 9, 9, 0], [1, 2, 3, 255]]], np.uint8))
    merged = histogram.merge([opaque, clear])
    assert as_pairs(merged) == [((0, 0, 0, 0), 1.0), ((1, 2, 3, 255), 2.0)]


@pytest.mark.parametrize(
    "weights",
    [np.ones((3, 2)), np.zeros((2, 3)), np.full((2, 3), -1.0), np.full((2, 3), np.nan)],
)
def test_refuses_weights_that_mean_nothing(weights):
    with pytest.raises(OptionError, match="weights"):
        histogram.count(np.zeros((2, 3, 3), np.uint8), weights)
