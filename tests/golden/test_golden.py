"""No change of a constant goes unseen: bytes and scores of drawn pictures, as they were."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import drawn
import measuring

FIGURES = measuring.written()


@pytest.mark.parametrize("setting", measuring.SETTINGS)
def test_no_file_is_larger_or_looks_worse_than_it_did(setting):
    """Renew the figures knowingly: see measuring.py."""
    before, now = FIGURES[setting], measuring.measured(setting)
    assert before.keys() == now.keys()
    assert not measuring.worse(before, now), "see tests/golden/measuring.py"


def test_the_figures_are_those_of_all_pictures_and_settings():
    assert FIGURES.keys() == measuring.SETTINGS.keys()
    assert len(drawn.ALL) >= 20


@pytest.mark.parametrize("picture", drawn.ALL)
def test_the_pictures_are_drawn_alike_each_time(picture):
    pixels = drawn.ALL[picture]()
    assert pixels.dtype == np.uint8
    assert pixels.shape[2] in (3, 4)
    np.testing.assert_array_equal(pixels, drawn.ALL[picture]())


@pytest.mark.parametrize(
    ("now", "n_found"),
    [
        ({"a": [1000, 80.0], "b": [500, 60.0]}, 0),
        ({"a": [900, 85.0], "b": [500, 60.0]}, 0),
        ({"a": [1005, 80.0], "b": [495, 60.0]}, 0),
        ({"a": [1006, 80.0], "b": [495, 60.0]}, 1),
        ({"a": [1000, 79.8], "b": [500, 60.2]}, 0),
        ({"a": [1000, 79.7], "b": [500, 60.3]}, 1),
        ({"a": [1004, 80.0], "b": [500, 60.0]}, 1),
        ({"a": [1000, 79.85], "b": [500, 60.0]}, 1),
        ({"a": [1006, 79.7], "b": [503, 59.7]}, 3),
    ],
)
def test_what_is_worse_is_found(now, n_found):
    assert len(measuring.worse({"a": [1000, 80.0], "b": [500, 60.0]}, now)) == n_found
