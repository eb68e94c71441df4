"""Scores and sizes that are asked for are met, with real mappings of small pictures."""

from __future__ import annotations

import numpy as np
import pytest

import huepress
from huepress import _core
from huepress._native import instruction_set
from huepress.decode import load
from huepress.encode import webp
from huepress.palette import kmeans
from huepress.search import Bench, Setting
from huepress.search import picture as picture_room
from huepress.search import score as score_room
from huepress.search.goals import (
    _no_larger,
    closest_score,
    default,
    for_container,
)
from huepress.search.picture import Picture
from huepress.search.rivals import Rivals
from huepress.search.score import fewest_nearest, reach_score
from images import noise, ramp, soft_disc


def bench_of(pixels, colors=256, n_threads=1, space="oklab"):
    picture = Picture(load(pixels), colors, space, n_threads=n_threads)
    rivals = Rivals(
        picture,
        lambda counted, k, other: kmeans.fit_palette(counted, k, color_space=other or space),
    )
    return Bench(picture, rivals)


def photo(height=96, width=128, seed=0):
    """Smooth shades and texture, with more colors than any palette."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    base = np.stack([80 + x, 60 + y, 200 - (x + y) // 2], -1).astype(np.float64)
    base += (rng.normal(0, 5, (height, width)) * (x > width // 2))[..., None]
    return np.clip(base, 0, 255).astype(np.uint8)


def drawing(height=60, width=90):
    """A disc over a ramp with soft edges: a few hundred colors, half of them rare."""
    pixels = np.repeat(np.repeat(soft_disc(64), 2, 0), 2, 1)[:height, :width]
    return np.ascontiguousarray(pixels)


@pytest.mark.parametrize("below", [1.0, 10.0, 30.0])
@pytest.mark.parametrize("effort", ["fast", "balanced"])
@pytest.mark.parametrize("is_drawn", [False, True], ids=["taken", "drawn"])
def test_a_score_is_reached_and_not_by_far(below, effort, is_drawn, monkeypatch):
    monkeypatch.setattr(picture_room, "is_drawn", lambda _: is_drawn)
    bench = bench_of(photo())
    target = bench.nearest(256).score - below
    found = reach_score(bench, target, effort, None)
    assert found.score >= target
    if effort == "balanced":
        # Of a picture so small the score falls by 2 to 3 points from one mapping to the next.
        assert found.score <= target + 1 + below / 4
        plain = fewest_nearest(bench, target)
        assert plain is None or found.n_bytes <= plain.n_bytes


def gradient(height=96, width=128):
    """A faint ramp: as few colors as a drawing, and nothing but smooth."""
    y, x = np.mgrid[:height, :width]
    return np.stack([90 + x // 3, 60 + y // 3, 200 - (x + y) // 6], -1).astype(np.uint8)


@pytest.mark.parametrize(
    ("picture", "is_drawn", "levels"),
    [
        (photo, False, {0.0, 1.0}),
        (photo, True, {0.0, 0.6, 1.0}),
        (gradient, True, {1.0}),
    ],
    ids=["taken", "drawn", "gradient"],
)
def test_how_much_dither_is_tried(picture, is_drawn, levels, monkeypatch):
    monkeypatch.setattr(picture_room, "is_drawn", lambda _: is_drawn)
    bench = bench_of(picture(), colors=32)
    tried = set()
    plain_map = Bench.map

    def recorded(self, setting, *args):
        tried.add(setting.dither)
        return plain_map(self, setting, *args)

    monkeypatch.setattr(Bench, "map", recorded)
    reach_score(bench, bench.nearest(32).score - 10, "balanced", None)
    assert tried == levels


def chart():
    """Something of a few hundred colors on white paper."""
    pixels = np.full((128, 160, 3), 255, np.uint8)
    pixels[20:60, 30:90] = photo(40, 60)
    return pixels


@pytest.mark.parametrize(
    ("picture", "goal", "kinds_tried"),
    [
        (chart(), 90.0, {True, False}),
        (chart(), 70.0, {False}),
        (drawing(), 90.0, {False}),
        (gradient(), 80.0, {False}),
    ],
    ids=["high", "low", "alpha", "gradient"],
)
def test_lightness_comes_first_in_opaque_drawings_at_high_scores(
    picture, goal, kinds_tried, monkeypatch
):
    bench = bench_of(picture)
    tried = []
    plain_map = Bench.map

    def recorded(self, setting, *args):
        tried.append(setting.lightness)
        return plain_map(self, setting, *args)

    monkeypatch.setattr(Bench, "map", recorded)
    found = reach_score(bench, goal, "balanced", None)
    assert found.score >= goal
    assert set(tried) == kinds_tried
    assert tried == sorted(tried, reverse=True)


@pytest.mark.parametrize("share", [0.0, 10.0])
def test_without_lightness_only_where_it_saves_enough(share, monkeypatch):
    monkeypatch.setattr(score_room, "CLOSER", share)
    bench = bench_of(chart())
    others = []
    plain_trial = score_room._Search.without_lightness

    def recorded(search, smallest):
        others.append(plain_trial(search, smallest))
        return others[-1]

    monkeypatch.setattr(score_room._Search, "without_lightness", recorded)
    found = reach_score(bench, 90.0, "balanced", None)
    assert (found is others[0]) == (share > 1)
    assert others[0].score >= 90


def test_a_score_that_only_full_chroma_reaches_is_reached(monkeypatch):
    plain_run = score_room._Search.run
    monkeypatch.setattr(
        score_room._Search, "run", lambda search: None if search.lightness else plain_run(search)
    )
    found = reach_score(bench_of(chart()), 90.0, "balanced", None)
    assert found is not None
    assert found.score >= 90


def test_what_counts_as_painted():
    """Opaque, drawn, and more colors than a palette holds in most of its pixels."""
    paper = photo(64, 64).repeat(8, axis=0).repeat(8, axis=1)
    assert bench_of(paper).picture.is_painted
    plain = np.full((2048, 2048, 3), 255, np.uint8)
    plain[:512, :512] = paper
    assert not bench_of(plain).picture.is_painted
    soft = np.dstack([paper, np.full(paper.shape[:2], 200, np.uint8)])
    assert not bench_of(soft).picture.is_painted
    assert not bench_of(gradient()).picture.is_painted
    assert not bench_of(noise(40, 30, levels=3)).picture.is_painted


def test_a_score_out_of_reach_is_not_claimed():
    bench = bench_of(photo(), colors=4)
    assert reach_score(bench, 95.0, "balanced", None) is None
    assert closest_score(bench, None).score < 95


def test_an_exact_picture_is_what_a_perfect_score_takes():
    pixels = noise(40, 30, levels=3)
    found = reach_score(bench_of(pixels), 100.0, "balanced", None)
    shown = found.indexed.palette.colors[found.indexed.indices]
    np.testing.assert_array_equal(shown, pixels)


def test_the_fewest_colors_are_found():
    bench = bench_of(drawing())
    goal = bench.nearest(24).score
    found = fewest_nearest(bench, goal)
    assert found.score >= goal
    assert len(found.fit.palette) <= 24


@pytest.mark.parametrize("colors", [256, 32, 8])
def test_the_default_loses_little_and_grows_for_a_better_look_only(colors):
    bench = bench_of(photo(), colors=colors)
    plain = bench.nearest(colors)
    found = default(bench, "balanced", None)
    dithered = bench.priced(Setting(colors, 1.0), 0.5)
    assert found.score >= max(plain.score, dithered.score) - 1.5
    assert found.n_bytes <= 1.05 * plain.n_bytes or found.score > plain.score + 3


def clouds(height, width, seed=0):
    """Noise whose amplitude falls with its frequency, in three related channels."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft2(rng.normal(size=(3, height, width)))
    waves = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]) + 0.01
    planes = np.fft.irfft2(spectrum / waves, (height, width))
    planes = 0.8 * planes[:1] + 0.2 * planes
    return np.clip(128 + 40 * planes / planes.std(), 0, 255).astype(np.uint8).transpose(1, 2, 0)


@pytest.mark.parametrize("pixels", [clouds(320, 400), chart()], ids=["photo", "chart"])
def test_all_efforts_have_one_look(pixels):
    found = {
        e: huepress.compress(pixels, effort=e, threads=1) for e in ("fast", "balanced", "best")
    }
    usual = found["balanced"].score
    assert abs(found["best"].score - usual) <= 0.3
    assert found["best"].bytes_out <= found["balanced"].bytes_out
    assert usual - 1 <= found["fast"].score <= usual + 2


def test_the_default_keeps_pictures_exact_that_fit_the_palette():
    pixels = noise(30, 30, levels=2)
    found = default(bench_of(pixels), "balanced", None)
    shown = found.indexed.palette.colors[found.indexed.indices]
    np.testing.assert_array_equal(shown, pixels)


@pytest.mark.parametrize("pixels", [photo(64, 80), drawing(), ramp(48, 64)], ids=["a", "b", "c"])
def test_threads_and_instruction_sets_find_the_same(pixels):
    found = []
    for name in _core.instruction_sets():
        with instruction_set(name):
            for n_threads in (1, 2):
                bench = bench_of(pixels, colors=64, n_threads=n_threads)
                trial = reach_score(bench, 60.0, "balanced", None) or default(
                    bench, "balanced", None
                )
                found.append((trial.indexed.indices.tobytes(), trial.rate_weight))
    assert len(set(found)) == 1


def test_colors_of_large_pictures_are_not_weighed_where_each_has_an_entry(monkeypatch):
    """The weights of a flat picture of 225 megapixels took 7 GB."""
    monkeypatch.setattr(picture_room, "LARGE", 100)
    monkeypatch.setattr(picture_room, "weights_of", None)
    bench = bench_of(noise(20, 20, levels=2), colors=8)
    assert bench.picture.counted.weights.sum() == 400
    assert default(bench, "fast", None).score == 100
    monkeypatch.undo()
    monkeypatch.setattr(picture_room, "LARGE", 100)
    assert bench_of(noise(20, 20, levels=2), colors=4).picture.counted.weights.sum() < 400


def test_a_bench_for_webp_counts_the_bytes_of_a_webp():
    plain = bench_of(photo(), 64)
    bench = plain.for_container("webp")
    trial = bench.priced(Setting(64, 1.0), 2.0)
    assert trial.n_bytes == webp.estimate_bytes(trial.indexed)
    assert trial.rough_bytes == webp.estimate_bytes(trial.indexed, rough=True)
    other = plain.priced(Setting(64, 1.0), 2.0)
    assert other.n_bytes != trial.n_bytes
    assert (other.indexed.indices != trial.indexed.indices).any()


def test_another_container_gets_a_mapping_of_its_own_that_scores_no_less():
    bench = bench_of(photo(192, 256), 64)
    trial = bench.priced(Setting(64, 1.0), 2.0)
    other = for_container(bench, trial, "webp", trial.score - 0.2)
    assert other is not None
    assert other.score >= trial.score - 0.2
    assert (other.indexed.indices != trial.indexed.indices).any()
    assert other.container == "webp"
    assert bench.container == "png"
    assert for_container(bench, trial, "webp", 100.0) is None
    assert for_container(bench, bench.nearest(64), "webp", 0.0) is None


def test_the_nearest_map_does_not_depend_on_what_was_asked_before():
    pixels = drawing()
    asked_first = bench_of(pixels, 64).nearest(12)
    bench = bench_of(pixels, 64)
    for colors in (64, 3, 40, 20):
        bench.nearest(colors)
    bench.unscored(Setting(12, 0.0), 1.0)
    asked_last = bench.nearest(12)
    np.testing.assert_array_equal(asked_first.indexed.indices, asked_last.indexed.indices)
    assert bench.fit(12) is asked_last.fit


@pytest.mark.parametrize("colors", [4, 12, 16])
def test_few_colors_take_no_more_bytes_than_twice_as_many(colors):
    bench = bench_of(photo(64, 96), colors)
    above = default(bench_of(photo(64, 96), 2 ** colors.bit_length()), "balanced", None)
    wasteful = bench.priced(Setting(colors, 1.0), 0.02)
    assert wasteful.n_bytes > above.n_bytes
    assert wasteful.score < above.score
    found = _no_larger(bench, wasteful, "balanced", None)
    assert found.n_bytes <= 1.02 * above.n_bytes
    assert len(found.fit.palette) <= colors


def test_two_colors_of_which_one_is_clear_are_told():
    disc = soft_disc()
    assert any("of 2 colors" in note for note in huepress.compress(disc, colors=2).notes)
    assert not any("of 2 colors" in note for note in huepress.compress(disc, colors=4).notes)
    one = np.zeros((9, 9, 4), np.uint8)
    one[3:6, 3:6] = (200, 0, 0, 255)
    assert not huepress.compress(one, colors=2).notes
