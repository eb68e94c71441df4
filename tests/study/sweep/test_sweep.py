"""The sweep: figures that the written files bear out, a knee by hand, a law by construction."""

import csv
import io
import json
from dataclasses import dataclass

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from scipy import stats
from ssimulacra2 import compute_ssimulacra2

import huepress
from huepress import OptionError
from huepress.cli import cli
from huepress.color.spaces import embed
from huepress.study.sweep import fit_law, scaling, suggest, sweep
from huepress.study.sweep.scaling import downscale
from images import noise, ramp, soft_disc


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    """A picture with gradients, edges and texture, as a PNG file."""
    y, x = np.mgrid[0:96, 0:128]
    pixels = ramp(96, 128)
    pixels[(x - 60) ** 2 + (y - 40) ** 2 < 900] = (210, 40, 60)
    pixels[60:] = np.clip(pixels[60:].astype(int) + noise(36, 128, levels=8) // 6 - 16, 0, 255)
    path = tmp_path_factory.mktemp("sweep") / "picture.png"
    Image.fromarray(pixels).save(path)
    return path


@pytest.mark.parametrize("format", ["png", "webp"])
def test_the_written_files_bear_the_figures_out(picture, tmp_path, format):
    """Everything is measured again from the files, with other programs."""
    arguments = ["sweep", str(picture), "--colors", "2,5,16,64,256", "--out-dir", str(tmp_path)]
    done = CliRunner().invoke(cli, [*arguments, "--json", "-f", format])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    before = np.asarray(Image.open(picture).convert("RGB"))
    assert (told["width"], told["height"]) == (128, 96)
    assert told["bytes_in"] == picture.stat().st_size
    assert [point["k"] for point in told["points"]] == [2, 5, 16, 64, 256]
    for point in told["points"]:
        path = tmp_path / f"k{point['k']:03d}.{format}"
        after = np.asarray(Image.open(path).convert("RGB"))
        assert point["bytes"] == path.stat().st_size
        assert point["bits_per_pixel"] == pytest.approx(
            8 * path.stat().st_size / (96 * 128), abs=1e-4
        )
        colors, counts = np.unique(after.reshape(-1, 3), axis=0, return_counts=True)
        assert point["colors"] == len(colors) <= point["k"]
        assert point["entropy"] == pytest.approx(stats.entropy(counts, base=2), abs=1e-3)
        mse = ((before.astype(float) - after) ** 2).mean()
        assert point["mse"] == pytest.approx(mse, abs=1e-3)
        assert point["psnr"] == pytest.approx(10 * np.log10(255**2 / mse), abs=1e-3)
        plain = tmp_path / "plain.png"
        Image.fromarray(after).save(plain)
        assert point["ssimulacra2"] == pytest.approx(compute_ssimulacra2(picture, plain), abs=0.05)
        assert point["score"] <= point["ssimulacra2"]


def test_only_k_varies(picture):
    """Without a search every pixel takes its nearest color, as compress does at weight 0."""
    found = sweep(picture, (3, 16, 40), effort="fast")
    for point in found.points:
        alone = huepress.compress(
            picture, colors=point.k, effort="fast", rate_weight=0, dither=0, small_colors=0
        )
        np.testing.assert_array_equal(point.result.pixels, alone.pixels)
        assert point.score == pytest.approx(alone.score)
        assert point.n_bytes < 1.5 * alone.bytes_out  # deflated lightly
    alone = huepress.compress(
        picture, colors=16, format="webp", effort="fast", rate_weight=0, dither=0, small_colors=0
    )
    assert sweep(picture, (16,), format="webp", effort="fast").at(16).result.data == alone.data


@pytest.mark.parametrize("channels", [3, 4])
def test_inertia_is_the_squared_distance_to_the_nearest_center(picture, channels):
    """By hand, in sRGB: every pixel to its nearest center; the file is that but for rounding."""
    pixels = np.asarray(Image.open(picture).convert("RGB"))
    if channels == 4:
        pixels = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
        pixels[20:40, 20:60, 3] = np.linspace(1, 254, 40).astype(np.uint8)
    for point in sweep(pixels, (5, 40), color_space="srgb").points:
        rows = embed(pixels.reshape(-1, channels), "srgb").astype(float)
        squares = ((rows[:, None] - point.fit.centers[None]) ** 2).sum(axis=2).min(axis=1)
        # What is told is from before the last move of the centers, which only lowers it.
        assert squares.sum() == pytest.approx(point.fit.inertia, rel=2e-3)
        assert squares.sum() <= point.fit.inertia * (1 + 1e-6)
        error = 3 * len(rows) * point.result.mse
        if channels == 3:
            assert error == pytest.approx(point.fit.inertia, rel=2e-2)
        else:  # opaque pixels take opaque entries only, be another one nearer
            assert error >= point.fit.inertia * (1 - 2e-2)


def test_a_mapping_that_is_asked_for(picture):
    """With the palette that k-means learned: compress alone looks after single colors."""
    asked = {"effort": "fast", "rate_weight": 2.0, "dither": 0.5}
    alone = huepress.compress(picture, colors=16, small_colors=0, **asked)
    mapped = sweep(picture, (16,), **asked).at(16)
    np.testing.assert_array_equal(mapped.result.pixels, alone.pixels)
    diffused = sweep(picture, (16,), effort="fast", dither=1).at(16)
    alone = huepress.compress(
        picture, colors=16, effort="fast", rate_weight=0, dither=1, small_colors=0
    )
    np.testing.assert_array_equal(diffused.result.pixels, alone.pixels)


def test_the_suggested_k_is_searched(picture):
    found = sweep(picture, (4, 16, 64), search_suggested=True)
    alone = huepress.compress(picture, colors=found.suggestion.k)
    assert found.searched.data == alone.data
    told = found.to_json()["searched"]
    assert told["bytes"] == len(alone.data)
    assert told["score"] == pytest.approx(alone.score, abs=1e-3)
    assert sweep(picture, (4,)).to_json()["searched"] is None


def test_every_point_searched_is_compress_at_that_k(picture):
    found = sweep(picture, (3, 16, 40), search_all=True, search_suggested=True)
    assert found.searched is found.at(found.suggestion.k).result
    for point in found.points:
        alone = huepress.compress(picture, colors=point.k)
        assert point.result.data == alone.data
        assert point.score == pytest.approx(alone.score)


def test_more_colors_never_have_more_inertia(picture):
    inertias = [point.fit.inertia for point in sweep(picture).points]
    assert inertias == sorted(inertias, reverse=True)


def test_the_same_files_for_any_number_of_threads(picture, n_threads):
    found = sweep(picture, (4, 32), threads=n_threads)
    expected = sweep(picture, (4, 32), threads=1)
    assert [p.result.data for p in found.points] == [p.result.data for p in expected.points]


def test_a_named_start_is_kept_for_every_k(picture):
    found = sweep(picture, (4, 8), init="random", seed=3)
    expected = huepress.compress(picture, colors=4, init="random", seed=3)
    np.testing.assert_array_equal(found.at(4).fit.centers, expected.fit.centers)


def test_k_beyond_the_distinct_colors_is_tried_once():
    pixels = np.repeat(np.arange(10, dtype=np.uint8) * 25, 60).reshape(20, 30)
    found = sweep(pixels)
    assert [point.k for point in found.points] == [2, 4, 8, 16]
    last = found.points[-1]
    assert last.is_lossless
    assert last.score == 100
    assert last.to_json()["psnr"] is None
    assert found.suggestion.k == 16
    assert "every color of the picture fits into 10" in found.suggestion.reason


def test_alpha(tmp_path):
    found = sweep(soft_disc(), (2, 16, 64))
    assert found.points[-1].score > found.points[0].score
    assert found.points[-1].result.indexed.palette.colors.shape[1] == 4


def test_colors_that_stay(picture):
    found = sweep(picture, (2, 8), keep_color=("#12fe34",))
    for point in found.points:
        shown = Image.open(io.BytesIO(point.result.data))
        assert bytes(shown.getpalette()[:3]).hex() == "12fe34"
    (point,) = sweep(picture, (8,), keep_color=("#12fe3480",)).points
    assert point.result.indexed.palette.colors[0].tolist() == [0x12, 0xFE, 0x34, 0x80]
    with pytest.raises(OptionError, match="keep_color"):
        sweep(picture, (1, 8), keep_color=("#12fe34", "#fff"))


def test_a_given_palette_leaves_nothing_to_sweep(picture):
    with pytest.raises(OptionError, match="palette"):
        sweep(picture, palette="#fff,#000")


def test_refusals():
    with pytest.raises(OptionError, match="at least one k"):
        sweep(ramp(), ())
    with pytest.raises(OptionError, match="colors"):
        sweep(ramp(), (2, 300))


@dataclass
class FakePoint:
    k: int
    n_bytes: int
    score: float
    is_lossless: bool = False
    colors: int | None = None


def test_the_knee_by_hand():
    # On a scale of 0-1: (0, 0), (.1, .5), (.3, .9), (1, 1); above the diagonal: 0, .4, .6, 0.
    points = [FakePoint(*row) for row in [(2, 100, 0), (4, 200, 45), (8, 400, 81), (16, 1100, 90)]]
    found = suggest(points)
    assert found.k == 8
    assert (
        "the knee of score against bytes: 4 -> 8 colors is +200 B for +36.0 points" in found.reason
    )
    assert "8 -> 16 colors is +700 B for +9.0 points" in found.reason
    # Scores below 0 are all as bad: the knee does not move when they get worse.
    points[0].score = -200
    assert suggest(points).k == 8


def test_every_color_is_suggested_when_it_costs_little_more():
    points = [FakePoint(8, 400, 81), FakePoint(16, 590, 100, True, 12)]
    points.insert(0, FakePoint(2, 100, 0))
    found = suggest(points)
    assert found.k == 16
    assert found.reason.endswith("k = 8 would save 32 % of that, at a score of 81.0.")
    points[-1].n_bytes = 2000
    assert suggest(points).k == 8


def test_one_point_is_its_own_suggestion():
    assert suggest([FakePoint(16, 1000, 60.0)]).k == 16


def test_where_score_only_starts_late_there_is_no_knee():
    points = [FakePoint(*row) for row in [(2, 100, 10), (4, 900, 60), (8, 1000, 55), (16, 950, 80)]]
    found = suggest(points)
    assert found.k == 16
    assert found.reason.startswith("the best score, and no knee before it")


def test_a_law_is_found_again():
    pixels, ks = [1000, 2000, 4000, 1000, 4000], [4, 16, 64, 256, 4]
    seconds = [3e-6 * p**0.9 * k**0.3 for p, k in zip(pixels, ks, strict=True)]
    law = fit_law("whole", pixels, ks, seconds)
    assert (law.pixel_power, law.k_power) == pytest.approx((0.9, 0.3))
    assert law.scale == pytest.approx(3e-6)
    assert law.r_squared == pytest.approx(1)
    assert law.seconds(500, 8) == pytest.approx(3e-6 * 500**0.9 * 8**0.3)
    assert "pixels^0.90 x k^0.30" in str(law)


def test_scaling_times_every_size_and_k(picture):
    image = huepress.load(picture)
    timings, laws = scaling(
        image, huepress.CompressOptions(effort="fast"), colors=(2, 8), shares=(1, 0.25)
    )
    assert [(t.width, t.height, t.k) for t in timings] == [
        (128, 96, 2), (128, 96, 8), (64, 48, 2), (64, 48, 8),
    ]  # fmt: skip
    assert all(t.fit_seconds > 0 and t.seconds > 0 for t in timings)
    assert [law.what for law in laws] == ["k-means", "whole"]
    assert laws[0].n_runs == 4


def test_downscaling_keeps_transparent_colors_out():
    pixels = np.zeros((16, 16, 4), np.uint8)
    pixels[:, 8:] = (200, 100, 50, 255)
    small = downscale(huepress.load(pixels), 0.25).pixels
    assert small.shape == (8, 8, 4)
    seen = small[small[..., 3] > 30]
    assert np.abs(seen[:, :3].astype(int) - (200, 100, 50)).max() <= 8


def test_csv_and_table_tell_the_same(picture):
    runner = CliRunner()
    done = runner.invoke(cli, ["sweep", str(picture), "-k", "4,8-9", "--csv"])
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["k"] for row in rows] == ["4", "8", "9"]
    table = runner.invoke(cli, ["sweep", str(picture), "-k", "4,8-9"]).stdout
    for row in rows:
        assert f"{int(row['bytes']):,}" in table
        assert f"{float(row['psnr']):.1f} dB" in table
    assert "fast curve: nearest colors, light deflate" in table
    assert "knee of the fast curve: k = " in table
    assert "suggested: k" not in table
    assert "--search suggested shows" in table


def test_the_table_tells_what_compress_makes_of_the_suggested_k(picture):
    arguments = ["sweep", str(picture), "-k", "4,16", "--search"]
    told = CliRunner().invoke(cli, [*arguments, "suggested"]).stdout
    k = told.partition("knee of the fast curve: k = ")[2].split(",")[0]
    alone = huepress.compress(picture, colors=int(k))
    assert f"huepress compress -k {k} then searches further: {alone.bytes_out:,} B" in told
    told = CliRunner().invoke(cli, [*arguments, "all"]).stdout
    assert f"{alone.bytes_out:,}" in told
    assert "--search suggested" not in told


@pytest.mark.parametrize("colors", ["", "0", "300", "4,x", "9-3"])
def test_a_list_that_is_none_is_a_usage_error(picture, colors):
    done = CliRunner().invoke(cli, ["sweep", str(picture), "-k", colors])
    assert done.exit_code == 2
    assert "is not a k from 1 to 256" in done.stderr


def test_existing_files_are_kept(picture, tmp_path):
    (tmp_path / "k004.png").write_bytes(b"mine")
    arguments = ["sweep", str(picture), "-k", "4", "--out-dir", str(tmp_path)]
    done = CliRunner().invoke(cli, arguments)
    assert isinstance(done.exception, huepress.OutputError)
    assert (tmp_path / "k004.png").read_bytes() == b"mine"
    assert CliRunner().invoke(cli, [*arguments, "--force"]).exit_code == 0
