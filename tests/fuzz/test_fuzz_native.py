"""Every native entry point with arrays of any size and any value.

``scripts/fuzz`` runs this with the core under the address and undefined-behavior sanitizers.
"""

import inspect
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fuzz.arrays import ANY, FINITE, bytes_of, points, runs
from huepress import _core
from huepress.color import spaces
from huepress.decode.color import CICP_PRIMARIES
from huepress.formats import profiles
from huepress.palette.engine import fit
from huepress.remap.rate import RateMap
from huepress.types import Palette

WIDE = spaces.space_of(
    "oklab",
    profiles.make("P3", profiles.xyz_from_primaries(CICP_PRIMARIES[12]), profiles.SRGB_CURVE),
)
WEIGHTS = st.floats(2.0**-10, 1, width=32)
SIZES = st.integers(0, 70)
THREADS = st.sampled_from([1, 2, 3, 7])


@pytest.fixture(params=_core.instruction_sets(), autouse=True)
def _each_instruction_set(request):
    before = _core.instruction_set()
    _core.set_instruction_set(request.param)
    yield
    _core.set_instruction_set(before)


def test_every_entry_point_is_here():
    """A function that comes new is to be fuzzed, too."""
    source = inspect.getsource(inspect.getmodule(test_every_entry_point_is_here))
    tellers = {"version", "compiler", "instruction_sets", "instruction_set", "give_back_memory"}
    for name in {name for name in dir(_core) if not name.startswith("_")} - tellers:
        assert f"_core.{name}(" in source, name
    for name in {name for name in dir(_core.Engine) if not name.startswith("_")}:
        assert f"engine.{name}" in source, name


@given(n=st.integers(0, 2**64 - 1))
def test_room_for_threads(n):
    _core.prepare_to_throw()
    has_room = _core.has_room_for_threads(n)
    assert has_room if n <= 2 else not has_room or n <= 1024


@given(data=st.data(), n=SIZES, k=st.integers(1, 256), dims=st.sampled_from([3, 4]), t=THREADS)
def test_assign(data, n, k, dims, t):
    for dtype in (np.float32, np.float64):
        indices, distances = np.empty(n, np.uint8), np.empty(n, dtype)
        p = data.draw(points(n, dims, ANY)).astype(dtype)
        c = data.draw(points(k, dims, ANY)).astype(dtype)
        if not runs(lambda p=p, c=c, i=indices, d=distances: _core.assign(p, c, i, d, t)):
            assert (
                not (np.isfinite(p).all() and np.isfinite(c).all())
                or max(np.abs(p).max(initial=0), np.abs(c).max()) > 1e18
            )
            continue
        _core.assign(p, c, indices, None, t)
        if n:
            assert indices.max() < k
            assert np.isfinite(distances).all()


@given(data=st.data(), n=SIZES, k=st.integers(1, 20), dims=st.integers(1, 4), t=THREADS)
def test_mixable(data, n, k, dims, t):
    p, entries = (data.draw(points(size, dims, ANY)) for size in (n, k))
    given = p.copy()
    if runs(lambda: _core.mixable(p, entries, t)):
        assert np.isfinite(p).all()
    else:
        assert not (np.abs(given) <= 32768).all() or not (np.abs(entries) <= 32768).all()


@given(data=st.data(), n=SIZES, channels=st.sampled_from([3, 4]))
def test_embed(data, n, channels):
    colors, out = data.draw(bytes_of(n, channels)), np.empty((n, channels), np.float32)
    for space in ("oklab", "srgb"):
        _core.embed(colors, space, out)
        assert np.isfinite(out).all()
    _core.embed(colors, "oklab", out, WIDE.linear_of_byte, WIDE.lms)
    assert np.isfinite(out).all()


@given(data=st.data(), height=st.integers(0, 80), width=st.integers(0, 20), t=THREADS)
def test_importance(data, height, width, t):
    p = data.draw(points(height * width, 3, ANY))
    taps = data.draw(arrays(np.float32, st.integers(1, 16), elements=st.floats(0, 1, width=32)))
    found = np.empty((height, width), np.float32)
    if runs(lambda: _core.importance(p, taps, taps[::-1].copy(), 6.0, found, t)):
        assert ((found >= 0) & (found <= 1)).all()
    else:
        assert not (np.abs(p) <= 32768).all()


@given(
    data=st.data(),
    height=st.integers(1, 12),
    width=st.integers(1, 90),
    k=st.integers(1, 256),
    channels=st.sampled_from([3, 4]),
    rate=st.floats(2.0**-10, 1e6),
    dither=st.floats(0, 1),
    space=st.sampled_from(["oklab", "srgb", WIDE]),
    find=st.booleans(),
    container=st.sampled_from(["png", "webp"]),
)
def test_map_rate(data, height, width, k, channels, rate, dither, space, find, container):
    pixels = data.draw(bytes_of(height, width, channels))
    palette = Palette(data.draw(bytes_of(k, channels)))
    weights = data.draw(
        st.none() | arrays(np.float32, (height, width), elements=WEIGHTS, fill=WEIGHTS)
    )
    mapper = RateMap(pixels, palette, color_space=space, weights=weights)
    mapped = mapper.map(rate, dither=dither, find=find, container=container)  # _core.map_rate(...)
    assert mapped.indices.max() < k


@given(
    data=st.data(),
    height=st.integers(1, 9),
    width=st.integers(1, 40),
    cut=st.integers(0, 9),
    k=st.integers(1, 256),
    dims=st.sampled_from([3, 4]),
    values=st.sampled_from([ANY, FINITE]),
    rate=st.floats(2.0**-10, 1e6),
)
def test_rows_in_strips(data, height, width, cut, k, dims, values, rate):
    spread = (0.3, 0.9), (0.5, 0.1)
    terms = (rate, 0.01, 0.3, *spread, 0.2, 0.5, True, [9, 4, 2], "png")
    palette, counts = data.draw(points(k, dims, FINITE)), np.ones(k)
    p = data.draw(points(height * width, dims, values))
    plane = data.draw(arrays(np.float32, (height, width), elements=WEIGHTS, fill=WEIGHTS))
    nearest, whole = np.zeros((height, width), np.uint8), np.empty((height, width), np.uint8)
    if not runs(lambda: _core.RateMapper(width, palette, counts, *terms)):
        assert np.abs(palette).max() > 32768
        return
    mapper, parts = _core.RateMapper(width, palette, counts, *terms), np.zeros_like(whole)
    done = True
    for rows in (slice(0, min(cut, height)), slice(min(cut, height), height)):
        strip = p.reshape(height, width, dims)[rows].reshape(-1, dims)
        arguments = strip, plane[rows], plane[rows], nearest[rows], parts[rows]
        done = done and runs(lambda given=arguments: mapper.map_rows(*given))
    if not done:
        assert not (np.abs(p) <= 32768).all()
        with pytest.raises(ValueError, match="make a new one"):
            mapper.map_rows(*arguments)
        return
    assert parts.max() < k
    assert mapper.bits >= 0
    _core.RateMapper(width, palette, counts, *terms).map_rows(p, plane, plane, nearest, whole)
    assert (parts == whole).all()


@given(content=st.binary(max_size=400), level=st.integers(0, 9), flip=st.integers(0, 3000))
def test_open_end(content, level, flip):
    raw = zlib.compressobj(level, wbits=-15)
    whole = raw.compress(content) + raw.flush()
    opened = _core.open_end(whole)
    assert zlib.decompress(opened + whole, wbits=-15) == content + content
    damaged = bytearray(whole)
    damaged[flip // 8 % len(damaged)] ^= 1 << flip % 8
    for stream in (bytes(damaged), whole[: flip % len(whole)], content, whole + content[:3]):
        runs(lambda stream=stream: _core.open_end(stream))


@given(
    data=st.data(),
    height=st.integers(1, 12),
    width=st.integers(1, 30),
    k=st.integers(1, 255),
    values=st.sampled_from([ANY, FINITE]),
    rate=st.floats(2.0**-10, 1e6),
    patience=st.floats(0, 2),
    rivals=st.integers(1, 4),
)
def test_map_lzw(data, height, width, k, values, rate, patience, rivals):
    n = height * width
    rules = data.draw(arrays(np.int16, (height, width), elements=st.integers(-3, k - 1)))
    planes = [data.draw(arrays(np.float32, (height, width), elements=values)) for _ in range(2)]
    indices = np.empty((height, width), np.uint8)
    codes, size, _, _ = _core.map_lzw(
        *(data.draw(points(n, 3, values)) for _ in range(2)),
        *planes,
        rules,
        data.draw(points(k, 3, values)),
        indices,
        *(rate, 0.01, (0.3, 0.9), (0.5, 0.1), 4.0, 100.0, patience, 30, rivals, 0.0),
    )
    assert codes
    assert 2 <= size <= 8
    assert indices.max() <= k
    assert (indices[rules >= 0] == rules[rules >= 0]).all()


@given(
    data=st.data(),
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    k=st.integers(1, 256),
    rounds=st.integers(1, 3),
    chain=st.integers(0, 40),
)
def test_webp_bitstream(data, height, width, k, rounds, chain):
    indices = data.draw(bytes_of(height, width)) % np.uint8(min(k, 255))
    colors = data.draw(arrays(np.uint32, k, elements=st.integers(0, 2**32 - 1)))
    assert len(_core.webp_bitstream(indices, colors, rounds, chain)) > 8


@given(
    data=st.data(),
    n=st.integers(1, 300),
    channels=st.sampled_from([3, 4]),
    k=st.integers(1, 256),
    effort=st.sampled_from(["fast", "balanced", "best"]),
    space=st.sampled_from(["oklab", "srgb", WIDE]),
    t=THREADS,
)
def test_engine(data, n, channels, k, effort, space, t):
    pixels = data.draw(bytes_of(n, channels))
    weights = data.draw(
        st.none() | arrays(np.float64, n, elements=st.floats(0, 2.0**40), fill=st.just(1.0))
    )
    engine = _core.Engine(pixels, weights, t)
    assert 0 < engine.n_colors <= n
    assert engine.channels == channels
    keys, totals = np.empty(engine.n_colors, np.uint32), np.empty(engine.n_colors)
    engine.histogram(keys, totals)
    assert (np.diff(keys.astype(np.int64)) > 0).all()
    spaces.place(engine, space, False, t)  # engine.place
    if engine.n_colors - engine.has_clear > k:
        start = data.draw(st.none() | points(min(k, 5), channels))
        found = fit(engine, k, color_space=space, effort=effort, start=start, n_threads=t)
        assert 0 < len(found.centers) <= k  # engine.fit
        assert np.isfinite(found.centers).all()
    indices = np.empty(n, np.uint8)
    engine.map(data.draw(bytes_of(k, channels)), indices, t)
    assert indices.max() < k


@given(
    data=st.data(),
    height=st.integers(8, 40),
    width=st.integers(8, 40),
    channels=st.sampled_from([3, 4]),
    background=st.integers(0, 255),
    t=THREADS,
)
def test_ssimulacra2(data, height, width, channels, background, t):
    from huepress.metrics import Ssimulacra2

    reference = data.draw(bytes_of(height, width, channels))
    test = data.draw(bytes_of(height, width, channels))
    palette = data.draw(bytes_of(256, 4))
    needs = Ssimulacra2(reference)._needs
    cache = np.empty(_core.ssimulacra2_cache_size(height, width, needs), np.float32)
    _core.ssimulacra2_prepare(reference, background, needs, cache, t)
    warm, cold = (np.empty((len(needs), 3, 6)) for _ in range(2))
    _core.ssimulacra2_sums(cache, test, None, background, needs, warm, t)
    _core.ssimulacra2_sums_streamed(reference, test, None, background, needs, cold, t)
    assert np.array_equal(warm, cold)
    indices = np.ascontiguousarray(test[..., :1])
    _core.ssimulacra2_sums(cache, indices, palette, background, needs, warm, t)
    _core.ssimulacra2_sums_streamed(reference, indices, palette, background, needs, cold, t)
    assert np.array_equal(warm, cold)


@given(
    data=st.data(),
    height=st.integers(8, 40),
    width=st.integers(8, 40),
    channels=st.sampled_from([3, 4]),
    background=st.integers(0, 255),
    t=THREADS,
)
def test_cvvdp(data, height, width, channels, background, t):
    from huepress.metrics import Cvvdp

    reference = data.draw(bytes_of(height, width, channels))
    test = data.draw(bytes_of(height, width, channels))
    palette = data.draw(bytes_of(256, 4))
    model = Cvvdp(reference)._model
    cache = np.empty(_core.cvvdp_cache_size(height, width, *model), np.float32)
    _core.cvvdp_prepare(reference, background, *model, cache, t)
    warm, cold = (np.empty((len(model[1]), 3)) for _ in range(2))
    _core.cvvdp_sums(cache, test, None, background, *model, warm, t)
    _core.cvvdp_sums_streamed(reference, test, None, background, *model, cold, t)
    assert np.array_equal(warm, cold)
    indices = np.ascontiguousarray(test[..., :1])
    _core.cvvdp_sums(cache, indices, palette, background, *model, warm, t)
    _core.cvvdp_sums_streamed(reference, indices, palette, background, *model, cold, t)
    assert np.array_equal(warm, cold)


@pytest.mark.parametrize("weight", [0.0, 1e-30, np.nan, np.inf])
def test_weights_that_would_lead_beyond_the_tables_are_refused(weight):
    """Found by test_map_rate: what does not exist is 1e15 away, times 0 is no distance at all."""
    mapper = RateMap(
        np.zeros((4, 5, 3), np.uint8),
        Palette(np.zeros((2, 3), np.uint8)),
        weights=np.full((4, 5), weight, np.float32),
    )
    with pytest.raises(ValueError, match="weights"):
        mapper.map(1.0)


def test_entries_beyond_the_palette_are_refused():
    mapper = RateMap(np.zeros((4, 5, 3), np.uint8), Palette(np.zeros((2, 3), np.uint8)))
    mapper.nearest[2, 2] = 2
    with pytest.raises(ValueError, match="nearest"):
        mapper.map(1.0)


def test_arrays_that_do_not_fit_are_refused():
    """Sizes that disagree never reach the core."""
    three, four = np.zeros((5, 3), np.float32), np.zeros((5, 4), np.float32)
    short = np.empty(4, np.uint8)
    right = np.zeros(5, np.uint8)
    with pytest.raises((TypeError, ValueError)):
        _core.assign(three, four, right, None, 1)
    with pytest.raises((TypeError, ValueError)):
        _core.assign(three, three, short, None, 1)
    with pytest.raises((TypeError, ValueError)):
        _core.assign(three, np.zeros((257, 3), np.float32), right, None, 1)
    with pytest.raises((TypeError, ValueError)):
        _core.assign(three, three[:0], right, None, 1)
    with pytest.raises((TypeError, ValueError)):
        _core.embed(np.zeros((5, 3), np.uint8), "oklab", four)
    with pytest.raises((TypeError, ValueError)):
        _core.embed(np.zeros((5, 3), np.uint8), "lab", three)
    with pytest.raises((TypeError, ValueError)):
        _core.Engine(np.zeros((5, 2), np.uint8), None, 1)
    with pytest.raises((TypeError, ValueError)):
        _core.Engine(np.zeros((5, 3), np.uint8), np.ones(4), 1)
    with pytest.raises((TypeError, ValueError)):
        _core.Engine(np.zeros((0, 3), np.uint8), None, 1)
    engine = _core.Engine(np.zeros((5, 3), np.uint8), None, 1)
    engine.place("oklab", False, 1)
    with pytest.raises((TypeError, ValueError)):
        engine.map(np.zeros((1, 3), np.uint8), short, 1)
    with pytest.raises((TypeError, ValueError)):
        engine.map(np.zeros((1, 4), np.uint8), right, 1)
    with pytest.raises((TypeError, ValueError)):
        engine.histogram(np.empty(0, np.uint32), np.empty(0))
