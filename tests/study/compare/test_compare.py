"""Everybody at one score or one size: settings that are minimal, figures that files bear out."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from ssimulacra2 import compute_ssimulacra2

import huepress
from huepress import OptionError, OutputError
from huepress.cli import cli
from huepress.metrics import Verdict, cvvdp, score_of_jod
from huepress.study.compare import advise, compare, contenders, sheet
from huepress.study.compare.contenders import Contender
from huepress.study.compare.entry import Entry
from huepress.study.compare.sheet import CROP, find_places
from images import noise, ramp, soft_disc


@pytest.fixture(scope="module")
def picture():
    pixels = ramp(64, 80)
    pixels[20:44, 20:60] = np.clip(pixels[20:44, 20:60].astype(int) + noise(24, 40) // 8, 0, 255)
    pixels[50:, :30] = (200, 30, 60)
    return pixels


def chosen(*names):
    return [c for c in contenders() if c.name in names]


def way_of(contender, entry):
    """Tell which way of a contender an entry was written, and at what setting."""
    value, *note = entry.setting.split()[2:]
    ways = (contender, *contender.others)
    return next(way for way in ways if way.note == "".join(note)), int(value)


QUICK = ("huepress PNG", "lossless PNG", "JPEG", "WebP", "Pillow median cut", "Pillow octree")


def test_everybody_is_listed():
    names = [contender.name for contender in contenders()]
    assert names[:2] == ["huepress PNG", "huepress WebP"]
    assert set(QUICK) <= set(names)
    assert len(set(names)) == len(names)


def test_settings_are_the_lowest_that_reach_the_score(picture, tmp_path):
    found = compare(picture, score=25, only=chosen(*QUICK))
    assert [entry.name for entry in found.entries] == list(QUICK)
    reference = tmp_path / "reference.png"
    Image.fromarray(picture).save(reference)

    def score_of(data):
        with Image.open(io.BytesIO(data)) as shown:
            shown.convert("RGB").save(tmp_path / "shown.png")
            jod = cvvdp(picture, np.asarray(shown.convert("RGB")))
        structure = compute_ssimulacra2(reference, tmp_path / "shown.png")
        return min(structure, score_of_jod(jod))

    for contender, entry in zip(chosen(*QUICK), found.entries, strict=True):
        again = score_of(entry.data)
        assert entry.score == pytest.approx(again, abs=0.05)
        with Image.open(io.BytesIO(entry.data)) as shown:
            after = np.asarray(shown.convert("RGB"))
        np.testing.assert_array_equal(entry.pixels, after)
        assert entry.exact == pytest.approx((after == picture).all(-1).mean())
        if entry.kind == "lossless":
            assert entry.score == 100
            continue
        if contender.aim is not None:
            assert entry.reached
            assert entry.score >= 25
            colors = np.unique(after.reshape(-1, 3), axis=0)
            assert entry.setting == f"k = {len(colors)}"
            continue
        way, value = way_of(contender, entry)
        place = way.ladder.index(value)
        if entry.reached:
            assert entry.score >= 25
            assert score_of(way.write(picture, way.ladder[place - 1])) < 25.05
        else:
            assert entry.score < 25
            assert place == len(contender.ladder) - 1


def test_the_default_target_is_what_compress_reaches(picture):
    found = compare(picture, only=chosen("lossless PNG"))
    assert found.target_score == pytest.approx(huepress.compress(picture).score)


def test_sizes_are_the_largest_within_the_budget(picture):
    whole = len(chosen("JPEG")[0].write(picture, 90))
    found = compare(picture, n_bytes=whole, only=chosen("JPEG", "Pillow octree", "lossless PNG"))
    for entry in found.entries:
        assert entry.reached == (entry.n_bytes <= whole)
    jpeg = next(e for e in found.entries if e.name == "JPEG")
    assert jpeg.reached
    way, value = way_of(chosen("JPEG")[0], jpeg)
    assert value >= 90 or way.note == "4:4:4"
    assert len(way.write(picture, value + 1)) > whole


def test_lossy_formats_stand_for_the_better_of_their_ways(picture):
    jpeg = chosen("JPEG")[0]
    assert [way.note for way in (jpeg, *jpeg.others)] == ["4:2:0", "4:4:4"]
    alone = [replace(way, others=()) for way in (jpeg, *jpeg.others)]
    for aim in ({"score": 25}, {"score": 96}, {"n_bytes": 2500}, {"n_bytes": 10}):
        apart = [compare(picture, only=[way], **aim).entries[0] for way in alone]
        both = compare(picture, only=[jpeg], **aim).entries[0]
        assert both.data in [entry.data for entry in apart]
        reached = [entry for entry in apart if entry.reached]
        assert both.reached == bool(reached)
        if "score" in aim and reached:
            assert both.n_bytes == min(entry.n_bytes for entry in reached)
        elif "n_bytes" in aim and not reached:
            assert both.n_bytes == min(entry.n_bytes for entry in apart)
        else:
            assert both.score == max(entry.score for entry in reached or apart)


def test_who_cannot_write_transparency_is_left_out():
    found = compare(soft_disc(), score=60, only=chosen("huepress PNG", "JPEG", "Pillow median cut"))
    assert [entry.name for entry in found.entries] == ["huepress PNG"]
    assert [name for name, _ in found.left_out] == ["JPEG", "Pillow median cut"]
    assert found.entries[0].pixels.shape[2] == 4


def test_refusals(picture):
    with pytest.raises(OptionError, match="either a score or a size"):
        compare(picture, score=50, n_bytes=1000)
    with pytest.raises(OptionError, match="score"):
        compare(picture, score=101)
    with pytest.raises(OptionError, match="30% of an input file"):
        compare(picture, n_bytes="30%")


def made(name, kind, n_bytes, score, exact=0.5, reached=True):
    nothing = np.zeros((1, 1, 3), np.uint8)
    return Entry(
        name,
        kind,
        "k = 9",
        b"x" * n_bytes,
        nothing,
        Verdict(score, 10.0),
        30.0,
        exact,
        0.1,
        reached,
    )


def test_advice_names_the_smallest_whoever_made_it():
    ours, avif = (
        made("huepress PNG", "palette", 1000, 80, 0.4),
        made("AVIF", "lossy", 400, 80, 0.02),
    )
    lossless = made("lossless PNG", "lossless", 2000, 100, 1.0)
    words = advise([ours, lossless, avif])
    assert words.startswith("AVIF is the smallest, 60 % below huepress PNG.")
    assert "leaves 40 % of the pixels exactly as they were (AVIF: 2.0 %)" in words
    worse = made("huepress PNG", "palette", 1000, 80, 0.03)
    assert advise([worse, avif]).endswith(
        "Take AVIF where everything that shows it reads AVIF."
        " huepress PNG can be saved again without losing more."
    )
    words = advise([ours, lossless])
    assert words == "huepress PNG is the smallest, 50 % below lossless PNG."
    webp = made("huepress WebP", "palette", 900, 80)
    assert advise([ours, webp, lossless]).endswith(
        "As PNG, which everything reads, it takes 1,000 B."
    )
    pngquant = made("pngquant", "palette", 1500, 80)
    assert advise([ours, lossless, pngquant]).endswith("33 % below pngquant.")
    assert advise([lossless, pngquant]).endswith("25 % below lossless PNG.")
    lossless = made("lossless PNG", "lossless", 300, 100, 1.0)
    assert "huepress compress --lossless" in advise([ours, lossless, avif])


def test_advice_at_one_size_names_the_best_score():
    ours, jpeg = made("huepress PNG", "palette", 990, 71), made("JPEG", "lossy", 900, 83.5)
    assert advise([ours, jpeg], same_bytes=True).startswith(
        "JPEG has the best score, 12.5 points above huepress PNG."
    )


def test_advice_when_nobody_gets_there():
    entries = [
        made("JPEG", "lossy", 900, 60, reached=False),
        made("P", "palette", 700, 65, reached=False),
    ]
    assert advise(entries) == "None meets the target; P comes nearest, with a score of 65.0."
    assert advise(entries, same_bytes=True).endswith("P comes nearest, with 700 B.")


def test_the_sheet_has_a_tile_for_everybody(picture):
    found = compare(picture, score=50, only=chosen("huepress PNG", "JPEG"))
    drawn = sheet(found)
    assert drawn.dtype == np.uint8
    assert drawn.shape[2] == 3
    # The picture is smaller than a crop: each tile shows it whole, at twice its size.
    tile = np.repeat(np.repeat(picture, 2, axis=0), 2, axis=1)
    top, left = 14 + 44, 14
    np.testing.assert_array_equal(drawn[top : top + 128, left : left + 160], tile)


def test_crops_are_where_the_error_is():
    y, x = np.mgrid[0:400, 0:500]
    original = np.repeat(((x + y) // 8 + 60).astype(np.uint8)[..., np.newaxis], 3, axis=2)
    other = original.copy()
    other[300:330, 400:440] = 255  # a blunder
    other[40:60, 50:200] += 6  # a band in a smooth place
    first, second = find_places(original, [other])
    height, width = CROP
    assert first[0] <= 300
    assert first[0] + height >= 330
    assert first[1] <= 400
    assert first[1] + width >= 440
    assert second[0] <= 40
    assert second[0] + height >= 60
    assert abs(first[0] - second[0]) >= height or abs(first[1] - second[1]) >= width


def test_a_failing_program_says_so(picture):
    from huepress.study.compare.contenders import run_on_png

    with pytest.raises(huepress.EncodeError, match="exit code 3"):
        run_on_png(["sh", "-c", "exit 3"], picture)


def test_command(picture, tmp_path):
    path = tmp_path / "picture.png"
    Image.fromarray(picture).save(path)
    arguments = ["compare", str(path), "--score", "60", "--only", "huepress,jpeg,lossless png"]
    table = CliRunner().invoke(cli, arguments)
    assert table.exit_code == 0, table.output
    more = ["--out-dir", str(tmp_path / "all"), "--sheet", str(tmp_path / "sheet.png"), "--json"]
    done = CliRunner().invoke(cli, [*arguments, *more])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    for entry in told["entries"]:
        assert f"{entry['bytes']:,}" in table.stdout
    files = {p.name: p.stat().st_size for p in (tmp_path / "all").iterdir()}
    assert files == {
        "huepress-png.png": told["entries"][0]["bytes"],
        "huepress-webp.webp": told["entries"][1]["bytes"],
        "lossless-png.png": told["entries"][2]["bytes"],
        "jpeg.jpg": told["entries"][3]["bytes"],
    }
    assert told["advice"] in table.stdout
    again = CliRunner().invoke(cli, [*arguments, *more])
    assert isinstance(again.exception, OutputError)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "heif"], "is not a contender"),
        (["--only", ","], "names no contender"),
        (["--score", "60", "--size", "5KB"], "cannot both be the target"),
    ],
)
def test_usage(tmp_path, arguments, words):
    path = tmp_path / "picture.png"
    Image.fromarray(ramp()).save(path)
    done = CliRunner().invoke(cli, ["compare", str(path), *arguments])
    assert done.exit_code == 2
    assert words in done.stderr


def test_a_ladder_of_one_rung_is_climbed():
    one = Contender(
        "one", "palette", "k", (2,), lambda pixels, k: chosen("Pillow octree")[0].write(pixels, k)
    )
    found = compare(ramp(), score=99, only=[one])
    assert not found.entries[0].reached
    assert "None meets the target" in found.advice


def test_labels_are_not_said_to_look_identical(tmp_path):
    """300 labels of 16 bits are two grays at 8, and a score of 100 says nothing of that."""
    labels = np.arange(300, dtype=np.uint16).repeat(8).reshape(40, 60)
    Image.fromarray(labels).save(tmp_path / "labels.png")
    done = CliRunner().invoke(cli, ["compare", str(tmp_path / "labels.png"), "--effort", "fast"])
    assert "values cut to 8 bits" in done.stdout
    assert "identical" not in done.stdout
