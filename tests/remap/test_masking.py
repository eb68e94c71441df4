"""Errors in texture count little: cases by hand, and the kernel against its NumPy twin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huepress import _core
from huepress.remap import masking


@given(
    st.integers(1, 140),
    st.integers(1, 70),
    st.integers(1, 4),
    st.sampled_from([1, 2, 7]),
    st.integers(0, 2**32 - 1),
)
def test_the_kernel_gives_what_numpy_gives(height, width, dims, n_threads, seed):
    rng = np.random.default_rng(seed)
    points = (rng.random((height * width, dims)) * 255).astype(np.float32)
    lightness = np.ascontiguousarray(points[:, 0].reshape(height, width))
    found = masking.importance(points, height, width, n_threads=n_threads)
    np.testing.assert_array_equal(found, masking.plain_importance(lightness))


# Around the 64 rows that are done at a time, and the 8 beside them that are looked at.
@pytest.mark.parametrize("height", [1, 2, 63, 64, 65, 71, 72, 73, 128, 129, 200])
def test_bands_of_rows_meet_without_a_seam(height):
    lightness = np.random.default_rng(height).integers(0, 256, (height, 13)).astype(np.float32)
    found = masking.importance(lightness.reshape(-1, 1), height, 13)
    np.testing.assert_array_equal(found, masking.plain_importance(lightness))


@pytest.mark.parametrize("level", [0, 77, 255])
def test_flat_areas_count_whole(level):
    found = masking.importance(np.full((40 * 30, 3), level, np.float32), 40, 30)
    np.testing.assert_allclose(found, 1, atol=0.01)
    assert (found <= 1).all()


def test_a_deviation_of_six_counts_half():
    # Stripes of one row, 6 above and below their mean: a deviation of 6 once they are blurred away.
    stripes = np.tile(np.array([-6.0, 6.0], np.float32), 40)[:, None] * np.ones((1, 40), np.float32)
    found = masking.importance(stripes.reshape(-1, 1), 80, 40)
    assert found[40, 20] == pytest.approx(0.5, abs=0.01)


def test_only_lightness_is_looked_at():
    points = np.zeros((20 * 20, 4), np.float32)
    points[:, 1:] = np.random.default_rng(0).normal(0, 50, (400, 3))
    assert (masking.importance(points, 20, 20) == 1).all()


@pytest.mark.parametrize(
    ("points", "taps", "half", "words"),
    [
        (np.zeros((5, 3), np.float32), 3, 6.0, "one point per pixel"),
        (np.zeros((6, 3), np.float32), 17, 6.0, "1 to 16 taps"),
        (np.zeros((6, 3), np.float32), 3, 0.0, "positive"),
    ],
)
def test_what_makes_no_sense_is_refused(points, taps, half, words):
    some = np.ones(taps, np.float32)
    with pytest.raises(ValueError, match=words):
        _core.importance(points, some, some, half, np.empty((2, 3), np.float32), 1)
