"""A size is a bound in every format, and no other option makes a better file within it."""

import re
import sys

import numpy as np
import pytest

import huepress
from huepress.decode import load
from huepress.encode import jxl
from huepress.limits import NEVER
from huepress.options import CompressOptions
from huepress.search.parts import parts_of_given
from huepress.search.setup import bench_of
from images import scene, soft_disc


def sprite(size=24, seed=4):
    """A shaded blob of some thirty colors on transparency."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size] - (size - 1) / 2
    shade = np.rint((x + y + size) / size * 3 + rng.integers(0, 2, x.shape)).astype(int)
    kind = (np.hypot(x, y) > size * 0.25).astype(int)
    base = np.array([[200, 60, 40], [60, 90, 170]])[kind] + 14 * shade[..., None]
    alpha = np.where(np.hypot(x, y) < size * 0.45, 255, 0)
    return np.dstack([np.clip(base, 0, 255), alpha]).astype(np.uint8)


def bars(height=40, width=64):
    """A chart: bars with soft edges over a grid."""
    pixels = np.full((height, width, 3), 255, np.uint8)
    pixels[::8] = (225, 225, 225)
    for i, color in enumerate([(31, 119, 180), (255, 127, 14), (44, 160, 44), (214, 39, 40)]):
        left, top = 4 + 15 * i, 6 + 7 * i
        pixels[top:, left : left + 9] = color
        pixels[top:, left + 9] = (np.array(color) + 255) // 2
    return pixels


PICTURES = {"sprite": sprite(), "bars": bars(), "scene": scene(40, 56), "soft": soft_disc(16)}

OTHERS = [
    {"colors": 2},
    {"colors": 3},
    {"colors": 6},
    {"colors": 24},
    {"colors": 11, "effort": "fast"},
    {"colors": 9, "rate_weight": 0},
    {"colors": 12, "dither": 0.3},
    {"quality": 40},
    {"quality": 75},
    {"quality": 92},
    {"lossless": True},
]


@pytest.mark.parametrize("name", PICTURES)
def test_no_other_option_makes_a_better_file_within_the_bound(name):
    pixels = PICTURES[name]
    files = []
    for options in OTHERS:
        try:
            files.append(huepress.compress(pixels, **options))
        except huepress.QualityError:
            continue
    files.sort(key=lambda result: (result.bytes_out, -result.score))
    for i in (len(files) // 3, 2 * len(files) // 3):
        bound = files[i].bytes_out
        best = max(each.score for each in files[: i + 1])
        found = huepress.compress(pixels, max_size=str(bound))
        assert found.bytes_out <= bound
        assert found.score >= best - 0.5


@pytest.mark.parametrize("format", ["png", "webp", "gif", "tiff", "bmp", "jxl"])
def test_the_bound_holds_and_what_can_be_met_is_met(format):
    if format == "jxl" and not jxl.is_installed():
        pytest.skip("imagecodecs is not installed")
    pixels = scene(24, 32)
    with pytest.raises(huepress.QualityError) as refused:
        huepress.compress(pixels, format=format, max_size="20")
    least = int(re.search(r"([\d,]+) can", str(refused.value))[1].replace(",", ""))
    found = huepress.compress(pixels, format=format, max_size=str(least))
    assert found.format == format
    assert found.bytes_out <= least
    room = huepress.compress(pixels, format=format, max_size=str(least + 250))
    assert room.bytes_out <= least + 250
    assert room.score > found.score


def test_a_bitmap_is_written_a_few_times_only(monkeypatch):
    choose = sys.modules["huepress.search.choose"]  # the package has a function of that name
    written, real = [], choose._encode

    def counting(*args, **more):
        written.append(args)
        return real(*args, **more)

    monkeypatch.setattr(choose, "_encode", counting)
    found = huepress.compress(scene(), format="bmp", max_size="12500")
    assert found.bytes_out <= 12500
    assert len(written) <= 5
    assert found.colors > 8


@pytest.mark.parametrize("colors", [1, 2, 5])
def test_small_palettes_count_within_a_bound_too(colors):
    wanted = huepress.compress(PICTURES["bars"], colors=colors)
    found = huepress.compress(PICTURES["bars"], max_size=str(wanted.bytes_out))
    assert found.bytes_out <= wanted.bytes_out
    assert found.score >= wanted.score - 0.5


@pytest.mark.parametrize("format", ["png", "gif"])
def test_a_part_of_a_given_palette_is_used_where_all_of_it_does_not_fit(format):
    """What one of its colors makes is a file of this palette, too: only the table is longer."""
    pixels, given = scene(24, 32), ["#000000", "#ffffff", "#c83232", "#3264c8", "#888888"]
    one = huepress.compress(pixels, palette="#000", format=format).bytes_out
    how = {"palette": ",".join(given), "format": format}
    found = huepress.compress(pixels, max_size=str(one + 36), **how)
    assert found.bytes_out <= one + 36
    named = {tuple(bytes.fromhex(color[1:])) for color in given}
    assert {tuple(color) for color in found.pixels.reshape(-1, 3).tolist()} <= named
    with pytest.raises(huepress.QualityError, match="20 bytes cannot be met") as refused:
        huepress.compress(pixels, max_size="20", **how)
    least = int(re.search(r"([\d,]+) can", str(refused.value))[1].replace(",", ""))
    assert huepress.compress(pixels, max_size=str(least), **how).bytes_out == least <= one + 36


def test_parts_of_a_given_palette_keep_what_is_clear_and_what_is_opaque():
    bench = bench_of(
        load(soft_disc(16)), CompressOptions(palette="#0000,#c8323240,#fff,#c83232"), NEVER
    )
    parts = list(parts_of_given(bench))
    assert [len(np.unique(part.indexed.indices)) for part in parts] == [2]
    alpha = parts[0].indexed.to_pixels()[..., 3]
    assert (alpha[soft_disc(16)[..., 3] == 255] == 255).all()
    assert (alpha[soft_disc(16)[..., 3] == 0] == 0).all()
    learned = bench_of(load(soft_disc(16)), CompressOptions(colors=4), NEVER)
    assert list(parts_of_given(learned)) == []
