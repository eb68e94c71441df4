"""Figures say what is in the data: values are read back from what was drawn."""

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from PIL import Image

import huepress
from huepress import OptionError, OutputError
from huepress.study import plots
from huepress.study.sweep import Law, Timing, sweep
from images import noise, ramp, soft_disc


@pytest.fixture(scope="module")
def picture():
    return ramp(40, 60)


@pytest.fixture(scope="module")
def swept(picture):
    found = sweep(picture, (2, 4, 8), effort="fast")
    timings = [
        Timing(w, 10, w * 10, 500, k, 1e-4 * w * k, 2e-4 * w * k) for w in (10, 20) for k in (4, 8)
    ]
    laws = [Law(what, 1e-5, 1, 1, 1.0, 4) for what in ("k-means", "whole")]
    return found.with_scaling(timings, laws)


def lines(axes):
    return {line.get_label(): line.get_xydata() for line in axes.get_lines()}


def titled(figure, start):
    return next(a for a in figure.axes if a.get_title(loc="left").startswith(start))


def test_sweep_figure_draws_the_points(swept):
    figure = plots.sweep_figure(swept)
    size = next(iter(lines(titled(figure, "size")).values()))
    np.testing.assert_allclose(size[:, 0], [2, 4, 8])
    np.testing.assert_allclose(size[:, 1], [p.n_bytes / 1000 for p in swept.points])
    score = next(iter(lines(titled(figure, "score against k")).values()))
    np.testing.assert_allclose(score[:, 1], [p.score for p in swept.points])
    seconds = lines(titled(figure, "seconds against k"))
    np.testing.assert_allclose(seconds["all"][:, 1], [p.seconds for p in swept.points])
    inertia = lines(titled(figure, "inertia"))
    assert len(inertia["k = 8"]) == swept.at(8).fit.n_iter + 1
    assert inertia["k = 8"][-1, 1] == 1
    assert f"suggested k = {swept.suggestion.k}" in figure.get_suptitle()
    times = lines(titled(figure, "seconds against pixels"))
    np.testing.assert_allclose(times["k = 4"], [[100, 4e-3], [200, 8e-3]])


def test_scaling_figure_draws_law_and_dots(swept):
    figure = plots.scaling_figure(swept.timings, swept.laws)
    law = titled(figure, "seconds against pixels: counting and k-means").get_lines()[1].get_xydata()
    np.testing.assert_allclose(law, [[100, 4e-3], [200, 8e-3]])
    assert len(plots.scaling_figure(swept.timings, ()).axes) == 2


def test_palette_figure_shows_every_color_with_its_share():
    pixels = np.zeros((10, 10, 3), np.uint8)
    pixels[:3] = (255, 0, 0)
    figure = plots.palette_figure(huepress.quantize(pixels, 4))
    words = [text.get_text() for text in figure.axes[0].texts]
    assert words == ["#000000\n70.0 %", "#ff0000\n30.0 %"]
    strip = figure.axes[0].patches[0]
    assert strip.get_width() == pytest.approx(0.7 * 2)


@pytest.mark.parametrize("k", [1, 3, 64, 256])
def test_palette_figure_of_any_length(k):
    colors = np.random.default_rng(0).integers(0, 256, (k, 4), dtype=np.uint8)
    figure = plots.palette_figure(colors)
    assert len(figure.axes[0].patches) == 2 * k + 1
    assert bool(figure.axes[0].texts) == (k <= 64)


def test_clusters_are_drawn_in_the_color_of_their_center():
    pixels = noise(20, 30)
    q = huepress.quantize(pixels, 5, color_space="srgb")
    figure = plots.clusters_figure(pixels, q, color_space="srgb")
    assert [axes.get_title() for axes in figure.axes] == ["RGB", "Oklab"]
    for axes in figure.axes:
        cloud, centers = [c for c in axes.collections if isinstance(c, PathCollection)]
        drawn = np.unique(np.rint(255 * cloud.get_facecolors()[:, :3]), axis=0)
        np.testing.assert_array_equal(drawn, np.unique(q.palette, axis=0))
        assert len(centers.get_offsets()) == 5


def test_many_colors_are_sampled():
    pixels = noise(120, 120)
    figure = plots.clusters_figure(pixels, np.zeros((2, 3), np.uint8))
    assert len(figure.axes[0].collections[0].get_offsets()) == 6000


def test_error_figure_measures_in_oklab(picture):
    gray = np.full((4, 4, 3), 128, np.uint8)
    figure = plots.error_figure(gray, np.full((4, 4, 3), 255, np.uint8))
    error = figure.axes[2].images[0].get_array()
    # The cube root of linear light with XYB's bias, from 0 to 1; sRGB 128 is 0.21586.
    roots = [(light + 0.0037930732552754493) ** (1 / 3) for light in (0, 0.21586, 1)]
    expected = 100 * (roots[2] - roots[1]) / (roots[2] - roots[0])
    np.testing.assert_allclose(error, expected, atol=0.01)
    same = plots.error_figure(picture, picture)
    assert same.axes[2].images[0].get_array().max() == 0
    with pytest.raises(OptionError, match="the size of the original"):
        plots.error_figure(picture, gray)


def test_error_figure_with_alpha_counts_nothing_under_full_transparency():
    disc = soft_disc()
    hidden = disc.copy()
    hidden[hidden[..., 3] == 0, :3] = 255
    assert plots.error_figure(disc, hidden).axes[2].images[0].get_array().max() == 0
    assert plots.error_figure(disc, disc[..., :3]).axes[2].images[0].get_array().max() > 10


def test_inertia_figure(picture):
    runs = {
        name: huepress.quantize(picture, 6, init=name, return_history=True)
        for name in ("random", "wu")
    }
    drawn = lines(plots.inertia_figure(runs).axes[0])
    for name, run in runs.items():
        np.testing.assert_allclose(drawn[name][:, 1], [step.inertia for step in run.history])
    with pytest.raises(OptionError, match="return_history=True"):
        plots.inertia_figure({"wu": huepress.quantize(picture, 6, init="wu")})
    with pytest.raises(OptionError):
        plots.inertia_figure({})


def test_rate_distortion_figure():
    figure = plots.rate_distortion_figure(
        {"a": [(1000, 10), (2000, 50)]}, marks={"jpeg": (1500, 40)}
    )
    drawn = lines(figure.axes[0])
    np.testing.assert_allclose(drawn["a"], [[1000, 10], [2000, 50]])
    np.testing.assert_allclose(drawn["jpeg"], [[1500, 40]])
    with pytest.raises(OptionError):
        plots.rate_distortion_figure({})


@pytest.mark.parametrize(
    ("suffix", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_files(tmp_path, suffix, magic):
    path = tmp_path / f"palette.{suffix}"
    figure = plots.palette_figure(np.zeros((2, 3), np.uint8))
    assert plots.save(figure, path) == path
    assert path.read_bytes().startswith(magic)
    with pytest.raises(OutputError, match="exists already"):
        plots.save(figure, path, force=False)


def test_a_name_that_is_no_figure_is_refused(tmp_path):
    with pytest.raises(OutputError, match=r"a name ending in \.png"):
        plots.check_target(tmp_path / "curve.txt")


def test_a_sweep_of_few_colors_is_drawn_too(tmp_path):
    pixels = np.repeat(np.arange(2, dtype=np.uint8) * 200, 60).reshape(10, 12)
    figure = plots.sweep_figure(sweep(pixels))
    plots.save(figure, tmp_path / "few.png")
    with Image.open(tmp_path / "few.png") as drawn:
        assert drawn.width == 11 * 120


def test_without_matplotlib_one_sentence_says_what_to_do():
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from huepress import MissingExtraError\n"
        "try: import huepress.study.plots\n"
        "except MissingExtraError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (
        done.stdout.strip()
        == "huepress.study.plots needs matplotlib: pip install 'huepress[plots]'"
    )
