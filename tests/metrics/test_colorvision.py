"""The native ColorVideoVDP against the package's values, against its twin, and against itself."""

import csv
from pathlib import Path

import numpy as np
import pytest

from huepress import metrics
from huepress._native import build_info, instruction_set
from huepress.errors import OptionError
from huepress.metrics.inputs import flatten
from twins.cvvdp import cvvdp as plain

from .pairs import damaged, pairs, picture


def stored():
    lines = Path(__file__).with_name("cvvdp_pairs.csv").read_text().splitlines()[1:]
    return {(int(r["picture"]), int(r["way"])): float(r["jod"]) for r in csv.DictReader(lines)}


def test_sixty_pairs_have_the_package_s_value():
    wanted = stored()
    found = {(n, w): metrics.cvvdp(a, b) for n, w, a, b in pairs()}
    assert len(wanted) == 60
    assert found == pytest.approx(wanted, abs=0.0005)  # 0.005 is promised


@pytest.mark.parametrize("number", range(9))
def test_twin_agrees(number):
    original = picture(number)
    for way in (1, 4):
        test = damaged(original, way)
        assert metrics.cvvdp(original, test) == pytest.approx(plain(original, test), abs=2e-4)


def test_other_displays_have_their_own_values():
    near = metrics.Display(400.0, 1000.0, 50.0, 25.0)
    original = picture(5)
    test = damaged(original, 2)
    seen = metrics.cvvdp(original, test, display=near)
    assert seen == pytest.approx(plain(original, test, near), abs=2e-4)
    assert seen < metrics.cvvdp(original, test)


def test_identical_pictures_have_ten():
    assert metrics.cvvdp(picture(3), picture(3)) == 10.0


@pytest.mark.parametrize("name", build_info()["instruction_sets"])
def test_instruction_sets_threads_and_warmth_change_nothing(name):
    original = picture(9)
    test = damaged(original, 1)
    wanted = metrics.cvvdp(original, test)
    with instruction_set(name):
        for n_threads in (1, 2, 3):
            assert metrics.cvvdp(original, test, n_threads=n_threads) == wanted
            warm = metrics.Cvvdp(original, n_threads=n_threads)
            assert [warm.score(test), warm.score(test)] == [wanted, wanted]


def test_indices_are_the_pixels_they_stand_for():
    original = picture(2)
    palette, indices = np.unique(original.reshape(-1, 3), axis=0, return_inverse=True)
    indices = indices.reshape(original.shape[:2]).astype(np.uint8)
    other = palette // 2 + 40
    warm = metrics.Cvvdp(original)
    assert warm.score_indexed(indices, other) == warm.score(other[indices])
    assert warm.score_indexed(indices, palette) == 10.0


def test_alpha_is_seen_over_dark_and_over_light():
    rgb = picture(0)
    alpha = picture(6)[: rgb.shape[0], :32, 1].repeat(4, axis=1)
    original = np.dstack([rgb, alpha])
    test = np.dstack([damaged(rgb, 0), alpha // 2])
    over = [metrics.cvvdp(flatten(original, b), flatten(test, b)) for b in (26, 230)]
    assert metrics.cvvdp(original, test) == min(over)
    hidden = original.copy()
    hidden[..., :3][alpha == 0] = 99
    assert metrics.cvvdp(original, hidden) == 10.0


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (5, 7), (8, 1000)])
def test_small_pictures_have_a_value(size):
    pixels = np.random.default_rng(1).integers(0, 256, (*size, 3), dtype=np.uint8)
    assert metrics.cvvdp(pixels, pixels // 2) < metrics.cvvdp(pixels, pixels) == 10.0


def test_other_sizes_are_refused():
    with pytest.raises(OptionError, match="129x96 pixels"):
        metrics.cvvdp(picture(0), picture(2))
