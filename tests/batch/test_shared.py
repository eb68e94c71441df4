"""shared: one palette for many pictures, the same in any order and by any number of workers."""

import json

import numpy as np
import pytest

from huepress.batch.shared import fit_palette
from huepress.errors import InputError, OptionError
from huepress.palette import histogram, kmeans
from images import as_file, decoded, flat, noise, scene, soft_disc
from trees import compress, contents

SPRITES = [scene(40, 40, seed=i) if i % 3 else soft_disc(30 + i) for i in range(20)]


@pytest.fixture
def sprites(tmp_path):
    folder = tmp_path / "sprites"
    folder.mkdir()
    for i, pixels in enumerate(SPRITES):
        (folder / f"s{i:02d}.png").write_bytes(as_file(pixels))
    return folder


@pytest.mark.parametrize("weighting", ["pixels", "pictures"])
def test_the_order_of_pictures_and_the_number_of_workers_change_no_byte(sprites, weighting):
    names = [str(path) for path in sorted(sprites.iterdir())]
    options = {"colors": 32, "weighting": weighting}
    expected = fit_palette(names, threads=1, **options)
    shuffled = [names[i] for i in np.random.default_rng(1).permutation(len(names))]
    for sources, threads in [(shuffled, 1), (names, 2), (SPRITES, 1)]:
        found = fit_palette(sources, threads=threads, **options)
        assert np.array_equal(found.palette.colors, expected.palette.colors)
        assert found.inertia == expected.inertia


def test_it_is_the_palette_of_the_pictures_laid_side_by_side():
    parts = [scene(40, 40, seed=i) for i in range(5)]
    together = kmeans.fit_palette(histogram.count(np.hstack(parts)), 16, effort="best")
    shared = fit_palette(parts, colors=16)
    assert np.array_equal(shared.palette.colors, together.palette.colors)


def test_small_pictures_count_as_much_as_large_ones_when_asked_to():
    large, small = flat(200, 200, (250, 0, 0)), flat(2, 2, (0, 0, 250))
    by_pixels = fit_palette([large, small], colors=1).palette.colors[0]
    by_pictures = fit_palette([large, small], colors=1, weighting="pictures").palette.colors[0]
    assert by_pixels[2] < 10
    assert by_pictures[2] > 60


def test_every_picture_of_a_run_has_colors_of_the_one_palette(sprites, tmp_path):
    out, saved = tmp_path / "out", tmp_path / "palette.json"
    done = compress(
        *sorted(sprites.iterdir()), "--shared-palette", "--save-palette", saved,
        "--out-dir", out, "-k", 24,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    words = json.loads(saved.read_text())
    palette = {bytes.fromhex(word[1:].ljust(8, "f")) for word in words}
    assert len(palette) <= 24
    for name, data in contents(out).items():
        pixels = decoded(data)
        if pixels.shape[2] == 3:
            pixels = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
        pixels = np.where(pixels[..., 3:] == 0, 0, pixels)
        used = {bytes(color) for color in np.unique(pixels.reshape(-1, 4), axis=0)}
        assert used <= palette, name


@pytest.mark.parametrize(
    ("suffix", "start"), [("gpl", "GIMP Palette\n"), ("hex", "#"), ("json", "[")]
)
def test_saved_palettes(sprites, tmp_path, suffix, start):
    saved = tmp_path / f"p.{suffix}"
    arguments = (sprites, "-r", "--shared-palette", "--save-palette", saved, "--out-dir")
    assert compress(*arguments, tmp_path / "1", "-k", 4).exit_code == 0
    assert saved.read_text().startswith(start)
    assert compress(*arguments, tmp_path / "2", "-k", 4).exit_code == 1
    assert compress(*arguments, tmp_path / "3", "-k", 4, "--force").exit_code == 0


def test_a_palette_file_of_no_known_kind_is_refused_before_the_work(sprites, tmp_path):
    done = compress(
        sprites, "-r", "--shared-palette", "--save-palette", "p.xyz", "--out-dir", tmp_path / "o"
    )
    assert done.exit_code == 2
    assert ".gpl" in done.stderr
    assert not (tmp_path / "o").exists()


def test_a_changed_set_is_mapped_again_and_an_unchanged_one_is_not(sprites, tmp_path):
    arguments = (sprites, "-r", "--shared-palette", "--out-dir", tmp_path / "out", "-k", 8)
    assert "20 compressed" in compress(*arguments).stdout
    assert "20 unchanged" in compress(*arguments).stdout
    (sprites / "s00.png").write_bytes(as_file(noise(60, 60, 4)))
    assert "20 compressed" in compress(*arguments).stdout


def test_bad_pictures_fail_alone(sprites, tmp_path):
    (sprites / "s05.png").write_bytes(b"broken")
    done = compress(*sorted(sprites.iterdir()), "--shared-palette", "--out-dir", tmp_path / "out")
    assert done.exit_code == 1
    assert len(contents(tmp_path / "out")) == 19


def test_refusals(tmp_path):
    (tmp_path / "bad.png").write_bytes(b"broken")
    with pytest.raises(InputError, match=r"bad\.png"):
        fit_palette([scene(), str(tmp_path / "bad.png")])
    with pytest.raises(OptionError, match="at least one"):
        fit_palette([])
    with pytest.raises(OptionError, match="pixels or pictures"):
        fit_palette([scene()], weighting="equal")


def maps(n=4):
    """Green land on every one; a red dot of 20 pixels on the last."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:300, 0:400]
    sheets = []
    for i in range(n):
        planes = [170 + 40 * np.sin(x / 70 + i), 180 + 35 * np.sin(y / 60), 140 + 0 * x]
        noisy = np.dstack(planes) + rng.normal(0, 2, (300, 400, 3))
        sheets.append(np.clip(noisy, 0, 255).astype(np.uint8))
    where = np.zeros((300, 400), bool)
    where[100:104, 50:55] = True
    sheets[-1][where] = (220, 20, 20)
    return sheets, where


@pytest.mark.parametrize("weighting", ["pixels", "pictures"])
def test_a_small_color_of_one_picture_gets_an_entry_of_the_shared_palette(weighting):
    sheets, _ = maps()
    fit = fit_palette(sheets, colors=16, weighting=weighting)
    assert fit.small.tolist() == [[220, 20, 20]]
    assert (fit.palette.colors == (220, 20, 20)).all(axis=1).any()
    assert len(fit.palette) == 16
    without = fit_palette(sheets, colors=16, weighting=weighting, small_colors=0)
    assert without.small is None
    far = np.abs(without.palette.colors.astype(int) - (220, 20, 20)).sum(axis=1)
    assert far.min() > 60
    textbook = fit_palette(sheets, colors=16, weighting=weighting, init="wu")
    assert textbook.small is None


def test_its_pixels_are_mapped_to_it_at_any_rate(tmp_path):
    sheets, where = maps()
    for i, pixels in enumerate(sheets):
        (tmp_path / f"m{i}.png").write_bytes(as_file(pixels))
    out = tmp_path / "out"
    names = sorted(tmp_path.glob("*.png"))
    done = compress(
        *names, "--shared-palette", "--out-dir", out, "-k", 16, "--rate-weight", 200,
        "--effort", "fast",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    (last,) = [data for name, data in contents(out).items() if "m3" in name]
    assert (decoded(last)[where][:, :3] == (220, 20, 20)).all()
