"""A lesson tells the real k-means: each step is checked against scikit-learn and by hand."""

import base64
import warnings
from itertools import pairwise

import numpy as np
import pytest
from sklearn.cluster import KMeans

from huepress import OptionError, quantize
from huepress.color import spaces
from huepress.decode import load_with
from huepress.options import CompressOptions
from huepress.study.lesson import PARTS, cloud_of, settings_of
from huepress.study.lesson.run import Settings, watch
from web_pictures import png


def told(part, image, options, centers=None):
    events = []
    PARTS[part](image, options, settings_of(options, centers), events.append)
    return events


def loaded(data=None):
    return load_with(data or png(), CompressOptions())


def labels_of(events):
    before, found = 0, []
    for event in events:
        if event["event"] == "step":
            before = before + np.frombuffer(base64.b64decode(event["labels"]), np.uint8)
            found.append(before)
    return found


def test_every_step_is_one_of_lloyds_checked_against_scikit_learn():
    image = loaded()
    options = CompressOptions(colors=5, init="random", color_space="srgb", tol=0)
    events = told("steps", image, options)
    steps = [event for event in events if event["event"] == "step"]
    stopped = events[-1]
    start = np.array(steps[0]["centers"]["srgb"])
    pixels = image.pixels.reshape(-1, 3).astype(float)
    for n in (1, 3):
        theirs = KMeans(5, init=start, n_init=1, max_iter=n, tol=0, algorithm="lloyd")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it has not converged is what is wanted here
            theirs.fit(pixels)
        assert np.allclose(steps[n]["centers"]["srgb"], theirs.cluster_centers_, atol=2e-3)
        assert steps[n]["inertia"] == pytest.approx(theirs.inertia_, rel=1e-4)
    assert stopped["reason"] == "converged"
    assert stopped["n_iter"] == len(steps) - 1
    assert stopped["pixels"] == image.width * image.height
    values = [step["inertia"] for step in steps]
    assert all(later <= earlier for earlier, later in pairwise(values))


def test_labels_of_a_step_are_the_nearest_of_its_centers():
    image = loaded()
    for space in ("srgb", "oklab"):
        options = CompressOptions(colors=7, init="wu", color_space=space)
        events = told("steps", image, options)
        cloud = cloud_of(image)
        points = spaces.embed(cloud.colors, space).astype(float)
        steps = [event for event in events if event["event"] == "step"]
        found = labels_of(events)
        assert len(found) == len(steps)
        for step, labels in zip(steps, found, strict=True):
            centers = np.array(step["centers"][space])
            distances = ((points[:, None] - centers) ** 2).sum(axis=2)
            chosen = distances[np.arange(len(points)), labels]
            assert np.allclose(chosen, distances.min(axis=1), atol=0.5)
        changed = [s["changed"] for s in steps[1:]]
        expected = [cloud.counts[a != b].sum() for a, b in pairwise(found)]
        assert changed == expected


def test_the_history_of_quantize_has_the_centers():
    pixels = loaded().pixels
    found = quantize(pixels, 4, init="random", color_space="srgb", return_history=True)
    events = told("steps", loaded(), CompressOptions(colors=4, init="random", color_space="srgb"))
    steps = [event for event in events if event["event"] == "step"]
    assert len(found.history) == len(steps) - 1
    for step, told_step in zip(found.history, steps, strict=False):
        assert np.allclose(step.centers, told_step["centers"]["srgb"], atol=2e-3)
        assert step.inertia == told_step["inertia"]


def test_a_start_of_ones_own_begins_there_and_says_how_many():
    events = told("steps", loaded(), CompressOptions(color_space="srgb"), "#ff0000, 00ff00,#0000ff")
    first = next(event for event in events if event["event"] == "step")
    assert first["centers"]["hex"] == ["#ff0000", "#00ff00", "#0000ff"]


@pytest.mark.parametrize("centers", ["red", "#12345", "#ff0000,", ",".join(["#ffffff"] * 257)])
def test_starts_that_are_none_are_refused(centers):
    with pytest.raises(OptionError, match="centers"):
        settings_of(CompressOptions(), centers)


def test_few_colors_are_exact_at_once():
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[:4] = (200, 10, 10)
    events = told("steps", load_with(pixels, CompressOptions()), CompressOptions(colors=4))
    assert events[-1]["reason"] == "exact"
    assert events[-1]["inertia"] == 0


def test_pixels_shown_are_pixels_of_the_picture_and_alpha_lies_over_white():
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (300, 500, 4), np.uint8)
    pixels[0, 0] = (10, 20, 30, 0)
    cloud = cloud_of(load_with(pixels, CompressOptions()), 1000)
    assert cloud.picture.size <= 1000
    assert (cloud.pixels[0, 0] == 255).all()
    shown = cloud.colors[cloud.picture]
    step = 500 // shown.shape[1]
    assert (shown == cloud.pixels[step // 2 :: step, step // 2 :: step][: shown.shape[0]]).all()
    assert cloud.counts.sum() == cloud.picture.size


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (3, 2)])
def test_pictures_of_any_shape(shape):
    pixels = np.full((*shape, 3), 77, np.uint8)
    assert cloud_of(load_with(pixels, CompressOptions()), 100).picture.size >= 1


def test_the_arithmetic_of_the_file():
    data = png(40, 60)
    options = CompressOptions(colors=6, init="kmeans++", color_space="srgb")
    [facts] = told("file", loaded(data), options)
    assert facts["raw"] == 40 * 60 * 3
    assert (facts["k"], facts["bits"], facts["palette"]) == (6, 4, 18)
    assert facts["indices"] == 40 * 30
    assert facts["original"] == len(data)
    found = quantize(loaded(data).pixels, 6, init="kmeans++", color_space="srgb")
    counts = np.bincount(found.indices.ravel()) / found.indices.size
    entropy = -(counts[counts > 0] * np.log2(counts[counts > 0])).sum()
    assert facts["entropy"] == pytest.approx(entropy, abs=2e-3)
    assert 0 < facts["plain_png"] < facts["recolored_png"]


def test_sizes_starts_and_times_are_measured():
    image = loaded()
    options = CompressOptions(colors=4, color_space="srgb")
    sizes = told("sizes", image, options)
    assert [e["point"]["k"] for e in sizes[:-1]] == [2, 4, 8, 16, 32, 64, 128, 256]
    assert sizes[-1]["k"] in [e["point"]["k"] for e in sizes[:-1]]
    starts = told("starts", image, options)
    assert len({tuple(e["inertias"]) for e in starts}) > 1
    assert all(e["inertias"][-1] <= e["inertias"][0] for e in starts)
    times = told("times", image, options)
    assert {e["k"] for e in times if e["event"] == "timing"} == {4, 16, 64, 256}
    assert {e["what"] for e in times if e["event"] == "law"} == {"k-means", "whole"}


def test_the_same_steps_for_any_number_of_threads():
    image = loaded(png(90, 90))
    one, three = [], []
    for threads, events in ((1, one), (3, three)):
        watch(cloud_of(image), Settings(k=9, n_threads=threads), events.append)
    assert one == three
