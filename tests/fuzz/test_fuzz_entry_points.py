"""The native entry points, past all that the package sees to before it calls them.

Numbers that are none, sizes that disagree, tables that end too early: refused in a sentence, or
right. ``scripts/fuzz`` runs this with the core under sanitizers.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fuzz.arrays import ANY, FINITE, bytes_of, points, runs
from huepress import _core

# Numbers that may be right, with those that break things among them.
WILD = st.one_of(st.floats(0, 1, width=32), FINITE, ANY)
SMALL = st.integers(0, 40)
GROUPS = st.integers(1, 2)


def shaped(draw, *shape, values=WILD, dtype=np.float32):
    """Draw an array of about this shape."""
    shape = [max(0, n + draw(st.sampled_from([0] * 12 + [-1, 1]))) for n in shape]
    array = draw(arrays(dtype, tuple(shape), elements=values, fill=values))
    return array if draw(st.integers(0, 20)) else array[..., ::-1]


@given(
    data=st.data(),
    height=st.integers(0, 12),
    width=st.integers(0, 60),
    k=st.integers(0, 300),
    dims=st.sampled_from([3, 4]),
    tame=st.booleans(),
)
def test_map_rate_straight(data, height, width, k, dims, tame):
    """Past all that RateMap sees to: refused, or every index in the palette."""
    draw = data.draw
    unit = st.floats(0, 1, width=32) if tame else WILD
    number = st.floats(2.0**-10, 100, width=32) if tame else WILD
    indices = np.zeros((height, width), np.uint8)
    nearest = shaped(draw, height, width, values=st.integers(0, 255), dtype=np.uint8)
    if tame and k:
        nearest = nearest % np.uint8(min(k, 255))
    ran = runs(
        lambda: _core.map_rate(
            shaped(draw, height * width, dims, values=number),
            shaped(draw, height, width, values=number),
            shaped(draw, height, width, values=unit),
            nearest,
            shaped(draw, k, dims, values=number),
            shaped(draw, k, values=st.floats(0, 100) if tame else st.floats(), dtype=np.float64),
            indices,
            draw(number),
            draw(unit),
            draw(unit),
            (draw(unit) / 2, draw(unit) / 2),
            (draw(unit) / 2, draw(unit) / 2),
            draw(unit),
            draw(unit),
            draw(st.booleans()),
            draw(
                st.lists(st.integers(0 if not tame else 1, 2 if tame else 2**31 - 1), max_size=17)
            ),
            draw(st.sampled_from(["png", "webp", "gif"])),
            draw(st.sampled_from([1, 2, 3, 0, 2**40])),
            draw(st.sampled_from([1, 2, 0, 2**40])),
        )
    )
    if ran and indices.size:
        assert indices.max() < k


@given(data=st.data(), height=SMALL, width=SMALL, k=st.integers(0, 300))
def test_webp_bitstream_straight(data, height, width, k):
    indices = shaped(data.draw, height, width, values=st.integers(0, 255), dtype=np.uint8)
    colors = shaped(data.draw, k, values=st.integers(0, 2**32 - 1), dtype=np.uint32)
    rounds = data.draw(st.sampled_from([-1, 0, 1, 2, 2**31 - 1]))
    chain = data.draw(st.sampled_from([0, 1, 40, 2**40]))
    runs(lambda: _core.webp_bitstream(indices, colors, rounds, chain))


@given(data=st.data(), n=st.integers(0, 200), channels=st.sampled_from([2, 3, 4]), k=SMALL)
def test_engine_straight(data, n, channels, k):
    """Any weights, tables, starts and schedules: refused, or finite centers and true indices."""
    draw = data.draw
    pixels = draw(bytes_of(n, channels))
    weights = draw(st.none() | arrays(np.float64, n, elements=st.floats(0, 9) | st.floats()))
    engines = []
    if not runs(lambda: engines.append(_core.Engine(pixels, weights, draw(st.just(2) | SMALL)))):
        return
    engine = engines[0]
    tables = st.floats(-1, 4) | st.floats()
    linear, lms = draw(
        st.just((None, None))
        | st.tuples(
            arrays(np.float64, (3, 256), elements=tables, fill=tables),
            arrays(np.float64, (3, 3), elements=tables),
        )
    )
    space = draw(st.sampled_from(["srgb", "oklab", "lab"]))
    placed = runs(lambda: engine.place(space, draw(st.booleans()), 2, linear, lms))
    centers = np.full((k, channels), np.nan, np.float32)
    start = draw(st.none() | points(draw(SMALL), channels, WILD))
    schedule = [draw(st.sampled_from([-1, 0, 1, 3])) for _ in range(7)]
    found = []
    ran = runs(
        lambda: found.append(
            engine.fit(centers, start, *schedule, draw(st.floats()), draw(st.booleans()), 2)
        )
    )
    assert placed or not ran
    if ran:
        assert 0 < found[0][0] <= k
        assert np.isfinite(centers[: found[0][0]]).all()
    indices, palette = np.zeros(n, np.uint8), draw(bytes_of(k, channels))
    if runs(lambda: engine.map(palette, indices, 2)):
        assert indices.max() < k


@given(data=st.data(), height=SMALL, width=SMALL, k=st.integers(0, 257))
def test_ssimulacra2_straight(data, height, width, k):
    draw = data.draw
    needs = draw(arrays(np.uint8, (draw(st.integers(0, 7)), 3), elements=st.integers(0, 4)))
    sizes = []
    if not runs(lambda: sizes.append(_core.ssimulacra2_cache_size(height, width, needs))):
        sizes.append(100)
    cache = shaped(draw, sizes[0])
    sums = np.empty((len(needs), 3, 6))
    picture = shaped(draw, height, width, 3, values=st.integers(0, 255), dtype=np.uint8)
    indices = shaped(draw, height, width, 1, values=st.integers(0, 255), dtype=np.uint8)
    palette = draw(st.none() | bytes_of(k, draw(st.sampled_from([3, 4]))))
    runs(lambda: _core.ssimulacra2_prepare(picture, 0, needs, np.ascontiguousarray(cache), 2))
    runs(lambda: _core.ssimulacra2_sums(cache, indices, palette, 0, needs, sums, 2))
    runs(lambda: _core.ssimulacra2_sums_streamed(picture, indices, palette, 0, needs, sums, 2))


@given(data=st.data(), height=SMALL, width=SMALL, k=st.integers(0, 257))
def test_cvvdp_straight(data, height, width, k):
    draw = data.draw
    light = draw(arrays(np.float32, (3, 256, 3), elements=WILD, fill=WILD))
    n_bands = draw(st.integers(0, 6))
    table = draw(arrays(np.float32, (n_bands, 3, 32), elements=WILD, fill=WILD))
    sizes = []
    if not runs(lambda: sizes.append(_core.cvvdp_cache_size(height, width, light, table))):
        sizes.append(100)
    cache = shaped(draw, sizes[0])
    sums = np.empty((n_bands, 3))
    picture = shaped(draw, height, width, 3, values=st.integers(0, 255), dtype=np.uint8)
    indices = shaped(draw, height, width, 1, values=st.integers(0, 255), dtype=np.uint8)
    palette = draw(st.none() | bytes_of(k, draw(st.sampled_from([3, 4]))))
    model = (light, table)
    runs(lambda: _core.cvvdp_prepare(picture, 0, *model, np.ascontiguousarray(cache), 2))
    runs(lambda: _core.cvvdp_sums(cache, indices, palette, 0, *model, sums, 2))
    runs(lambda: _core.cvvdp_sums_streamed(picture, indices, palette, 0, *model, sums, 2))


@pytest.mark.parametrize("side", [2**31, 2**32, 2**62, 2**63])
def test_sizes_beyond_31_bits_are_refused(side):
    needs = np.full((1, 3), 3, np.uint8)
    for height, width in ((side, 8), (8, side), (side, side)):
        with pytest.raises((ValueError, TypeError), match=r"pixels|incompatible"):
            _core.ssimulacra2_cache_size(height, width, needs)


@pytest.mark.parametrize("entries", [1, 3, 255])
def test_indices_beyond_a_palette_are_never_looked_up(entries):
    """A sibling of map_rate: colors beyond a palette were read as black."""
    needs = np.full((1, 3), 3, np.uint8)
    picture = np.zeros((9, 9, 3), np.uint8)
    indices = np.full((9, 9, 1), entries, np.uint8)
    palette = np.zeros((entries, 3), np.uint8)
    with pytest.raises(ValueError, match="indices below"):
        _core.ssimulacra2_sums_streamed(picture, indices, palette, 0, needs, np.empty((1, 3, 6)), 1)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, -1.0, 1e300])
def test_weights_of_pixels_that_are_no_numbers_are_refused(bad):
    pixels = np.arange(30, dtype=np.uint8).reshape(10, 3)
    weights = np.ones(10)
    weights[3] = bad
    with pytest.raises(ValueError, match="weights"):
        _core.Engine(pixels, weights, 1)
