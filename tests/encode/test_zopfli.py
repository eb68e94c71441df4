"""Zopfli over finished files: the same pixels, the same row filters, fewer bytes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huepress.decode import load
from huepress.encode import encode, oxipng
from huepress.encode.carried import NOTHING, Carried
from huepress.encode.lossless import encode_lossless
from huepress.encode.png import raw_image
from huepress.encode.zopfli import _filters_in, squeeze
from huepress.formats.png import chunks_of
from huepress.types import IndexedImage, Palette
from images import decoded, scene


def chart(n_colors, height=160, width=320, seed=0):
    """Lines, bars and specks on paper."""
    rng = np.random.default_rng(seed)
    indices = np.zeros((height, width), np.uint8)
    indices[20::40] = 1 % n_colors
    for i in range(12):
        top = int(rng.integers(30, height - 10))
        indices[top:, 10 + 25 * i : 24 + 25 * i] = i % n_colors
    y, x = rng.integers(0, height, 300), rng.integers(0, width, 300)
    indices[y, x] = rng.integers(0, n_colors, 300)
    colors = rng.integers(0, 256, (n_colors, 3)).astype(np.uint8)
    return IndexedImage(indices, Palette(colors))


@pytest.mark.parametrize("n_colors", [4, 16, 40, 200])
def test_charts_become_smaller(n_colors):
    plain = encode(chart(n_colors)).data
    smaller = squeeze(plain, "best")
    assert len(smaller) < len(plain)
    assert _filters_in(smaller) == _filters_in(plain) == {0}
    np.testing.assert_array_equal(decoded(smaller), decoded(plain))


def test_rows_keep_the_one_filter_that_they_have():
    steps = np.arange(200, dtype=np.uint8)
    gradient = IndexedImage(
        (steps[:, None] // 2 + steps[None] // 2).astype(np.uint8),
        Palette(np.column_stack([steps, np.full(200, 9, np.uint8), 255 - steps])),
    )
    raw = raw_image(gradient, NOTHING)
    quick = oxipng.Deflaters.libdeflater(1)
    for number, each in enumerate((oxipng.RowFilter.NoOp, oxipng.RowFilter.Sub)):
        data = raw.create_optimized_png(filter=[each], deflate=quick)
        assert _filters_in(data) == {number}
        smaller = squeeze(data, "balanced")
        assert len(smaller) < len(data)
        assert _filters_in(smaller) == {number}
        np.testing.assert_array_equal(decoded(smaller), decoded(data))


@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from([1, 2, 5, 17]),
    st.sampled_from(["balanced", "best"]),
    st.randoms(use_true_random=False),
)
@settings(max_examples=25)
def test_any_picture_survives(height, width, n_colors, effort, random):
    rng = np.random.default_rng(random.randrange(2**32))
    indices = rng.integers(0, n_colors, (height, width)).astype(np.uint8)
    colors = rng.integers(0, 256, (n_colors, 4)).astype(np.uint8)
    plain = encode(IndexedImage(indices, Palette(colors))).data
    done = squeeze(plain, effort)
    assert len(done) <= len(plain)
    np.testing.assert_array_equal(decoded(done), decoded(plain))


def test_rows_of_different_filters_are_chosen_anew():
    data = encode_lossless(load(scene()), effort="fast").data
    assert len(_filters_in(data)) > 1
    done = squeeze(data, "best")
    assert len(done) <= len(data)
    np.testing.assert_array_equal(decoded(done), decoded(data))


def test_metadata_and_a_fixed_palette_stay():
    carried = Carried(png_chunks=((b"tEXt", b"Title\0a chart"),))
    plain = encode(chart(40), carried=carried, n_fixed=40).data
    done = squeeze(plain, "best")
    assert len(done) < len(plain)
    outside = [
        [chunk for name, chunk in chunks_of(data) if name != b"IDAT"] for data in (plain, done)
    ]
    assert outside[0] == outside[1]
    assert b"a chart" in b"".join(outside[0])


def test_drawn_pictures_are_squeezed_at_balanced_too():
    drawn, other, best = (
        len(encode(chart(40), effort=effort, drawn=is_drawn).data)
        for effort, is_drawn in (("balanced", True), ("balanced", False), ("best", False))
    )
    assert best <= drawn < other
    fast = [encode(chart(40), effort="fast", drawn=is_drawn).data for is_drawn in (True, False)]
    assert fast[0] == fast[1]


def test_large_pictures_are_left_alone_at_balanced():
    large = encode(chart(40, height=1025, width=1024)).data
    assert squeeze(large, "balanced") is large
