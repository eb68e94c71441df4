"""compress: the promises of the road, for any picture."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

import huepress
from huepress._native import instruction_set
from huepress.encode import encode
from huepress.errors import DecodeError, LimitError, OptionError, QualityError
from images import as_file, decoded, flat, noise, ramp, scene, soft_disc

pictures = st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([3, 4])).flatmap(
    lambda shape: arrays(np.uint8, shape)
)


@given(pixels=pictures, colors=st.integers(1, 256))
def test_any_picture_comes_out_with_at_most_k_colors(pixels, colors):
    result = huepress.compress(pixels, colors=colors)
    shown = decoded(result.data)
    assert shown.shape[:2] == pixels.shape[:2]
    assert len(np.unique(shown.reshape(-1, shown.shape[2]), axis=0)) <= colors


@given(pixels=pictures)
def test_pictures_of_few_colors_come_out_exact(pixels):
    result = huepress.compress(pixels, colors=256)
    shown = decoded(result.data)
    if pixels.shape[2] == 4:
        pixels = np.where(pixels[..., 3:] == 0, 0, pixels)  # nothing is seen there
        if shown.shape[2] == 3:
            shown = np.dstack([shown, np.full(shown.shape[:2], 255, np.uint8)])
    np.testing.assert_array_equal(shown, pixels)
    assert result.fit.stop_reason == "exact"
    assert result.mse == 0


@pytest.mark.parametrize(
    "pixels",
    [flat(1, 1), flat(), flat(color=(1, 2, 3, 0)), flat(color=(9, 9, 9, 128)), ramp(1, 300)],
    ids=["one pixel", "one color", "clear", "half clear", "one row"],
)
@pytest.mark.parametrize("colors", [1, 2, 256])
def test_odd_pictures(pixels, colors):
    result = huepress.compress(pixels, colors=colors)
    assert decoded(result.data).shape[:2] == pixels.shape[:2]


def test_partial_alpha_is_kept_and_clear_stays_clear():
    pixels = soft_disc()
    shown = decoded(huepress.compress(pixels, colors=32).data).astype(int)
    assert shown.shape[2] == 4
    assert not shown[..., 3][pixels[..., 3] == 0].any()
    assert np.abs(shown[..., 3] - pixels[..., 3]).mean() < 6
    assert len(np.unique(shown[..., 3])) > 4


@pytest.mark.parametrize("colors", [2, 3, 8])
def test_clear_stays_clear_however_few_the_colors(colors):
    pixels = soft_disc()
    shown = decoded(huepress.compress(pixels, colors=colors).data)
    assert not shown[pixels[..., 3] == 0].any()
    assert shown[pixels[..., 3] > 0][:, 3].all()


@pytest.mark.parametrize("format", ["png", "webp", "gif"])
def test_never_larger_than_the_input_in_its_own_format(format):
    first = huepress.compress(scene(), format=format).data
    again = huepress.compress(first, format=format)
    assert len(again.data) <= len(first)
    tiny = as_file(flat(1, 1), format, **({"lossless": True} if format == "webp" else {}))
    assert len(huepress.compress(tiny, format=format).data) <= len(tiny)


def test_the_original_is_kept_whole():
    best = huepress.compress(noise(levels=2), effort="best").data
    result = huepress.compress(best, colors=256)
    if result.status == "kept":
        assert result.data == best
        assert result.psnr == float("inf")
        assert result.report()["psnr"] is None
    assert len(result.data) <= len(best)


def test_the_same_bytes_for_any_thread_count_and_instruction_set():
    pixels = scene(160, 211)
    expected = huepress.compress(pixels, colors=64, threads=1).data
    for threads in (2, 7):
        assert huepress.compress(pixels, colors=64, threads=threads).data == expected
    for name in huepress.build_info()["instruction_sets"]:
        with instruction_set(name):
            assert huepress.compress(pixels, colors=64, threads=1).data == expected


def test_a_second_run_gives_the_same_bytes():
    first = huepress.compress(scene(), colors=20, init="random", seed=5, n_init=3)
    second = huepress.compress(scene(), colors=20, init="random", seed=5, n_init=3)
    assert first.data == second.data


def test_what_went_wrong_is_said():
    with pytest.raises(DecodeError, match="<bytes>"):
        huepress.compress(b"not a picture")
    with pytest.raises(LimitError, match="--max-pixels") as caught:
        huepress.compress(as_file(ramp()), max_pixels=100)
    assert caught.value.limit == 100
    with pytest.raises(OptionError, match="colors is 300"):
        huepress.compress(ramp(), colors=300)


def test_the_report_is_ready_for_json():
    import json

    report = huepress.compress(as_file(scene()), colors=8).report()
    assert json.loads(json.dumps(report)) == report
    assert report["colors"] == 8
    assert report["bytes_out"] < report["bytes_in"]
    assert report["score"] < 100
    assert report["psnr"] == pytest.approx(10 * np.log10(255**2 / report["mse"]), abs=0.01)


def test_a_result_says_what_it_is():
    result = huepress.compress(as_file(scene()), colors=8)
    words = repr(result)
    for part in ("png", "8 colors", "PSNR", "iteration", "saved"):
        assert part in words


def test_no_more_seconds_than_allowed():
    with pytest.raises(LimitError, match="--timeout") as caught:
        huepress.compress(noise(600, 600), timeout=0.01)
    assert caught.value.what == "seconds"


def test_a_size_holds_with_every_effort():
    for effort in ("fast", "balanced", "best"):
        found = huepress.compress(scene(24, 32), max_size="400", effort=effort)
        assert found.bytes_out <= 400


@pytest.mark.parametrize("format", ["png", "webp", "gif", "tiff", "jxl", "smallest"])
def test_a_size_holds_in_every_format(format):
    if format == "jxl":
        pytest.importorskip("imagecodecs", reason="writes JPEG XL")
    picture = scene(32, 40)
    share = 0.95 if format == "tiff" else 0.7  # most of a small TIFF is its table of colors
    limit = int(share * huepress.compress(picture, colors=64, format=format).bytes_out)
    result = huepress.compress(picture, max_size=str(limit), format=format)
    assert 0.8 * limit < result.bytes_out <= limit


def test_the_smallest_format_is_mapped_for_webp_too():
    found = huepress.compress(scene(), quality=70, format="smallest")
    png = huepress.compress(scene(), quality=70)
    assert found.format == "webp"
    assert found.bytes_out <= len(encode(png.indexed, "webp").data) < png.bytes_out
    assert huepress.metrics.ssimulacra2(scene(), found.indexed.to_pixels()) >= 69.9


def test_a_size_that_a_format_cannot_have_is_told_in_its_own_bytes():
    with pytest.raises(QualityError, match="1,500 bytes cannot be met, 12,346 can"):
        huepress.compress(scene(), max_size="1500", format="bmp")
    nearest = huepress.compress(scene(), max_size="1500", format="bmp", best_effort=True)
    assert nearest.bytes_out == 12346
    data = as_file(scene(24, 32), dpi=(300, 300))
    with pytest.raises(QualityError):
        huepress.compress(data, max_size="20")


def test_a_file_that_grew_says_so_and_what_would_be_smaller():
    waves = np.sin(np.mgrid[:120, :160].sum(axis=0) / 9)[..., None] * [60, 50, 40] + 120
    file = io.BytesIO()
    Image.fromarray(waves.astype(np.uint8)).save(file, "JPEG", quality=20)
    grown = huepress.compress(file.getvalue(), effort="fast")
    assert grown.bytes_out > grown.bytes_in
    assert any("larger than the JPEG" in note and "-k 32" in note for note in grown.notes)
    small = huepress.compress(file.getvalue(), colors=2, effort="fast")
    assert small.bytes_out <= small.bytes_in
    assert not any("larger than" in note for note in small.notes)
