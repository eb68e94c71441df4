"""Damaged files: a picture or one line, and nothing else ever comes out.

Thirty examples of each by default; ``HYPOTHESIS_PROFILE=thorough`` or ``scripts/fuzz`` for more.
"""

import json
import struct

import numpy as np
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from fuzz.damage import SEEDS, damaged
from huepress import compress
from huepress.decode import load
from huepress.errors import HuepressError, InputError
from huepress.palette.files import read_palette, write_palette
from huepress.types import Palette
from images import noise

LIMITS = {"max_pixels": 1 << 20, "max_metadata": 1 << 20, "max_frames": 100}


def require_one_line(error):
    words = str(error)
    note(words)
    assert "\n" not in words
    assert len(words) < 400


@pytest.mark.parametrize("name", SEEDS)
def test_seeds_are_whole(name):
    pages = any(word in name for word in ("animation", "apng", "pages"))
    assert load(SEEDS[name], frame=1 if pages else None).pixels.size > 0


@pytest.mark.parametrize("name", SEEDS)
@given(data=st.data())
def test_a_damaged_file_is_a_picture_or_refused_in_one_line(name, data):
    file = data.draw(damaged(SEEDS[name]))
    more = data.draw(
        st.fixed_dictionaries(
            {
                "allow_truncated": st.booleans(),
                "frame": st.sampled_from([None, 0, 1, 5]),
                "icc": st.sampled_from(["keep", "srgb"]),
            }
        )
    )
    try:
        image = load(file, **LIMITS, **more)
    except InputError as error:
        require_one_line(error)
    else:
        assert 0 < image.pixels.size <= 4 << 20


@pytest.mark.parametrize(
    "name", ["png with chunks", "png of a palette", "jpeg", "webp", "webp lossless", "gif", "avif"]
)
@given(data=st.data())
def test_a_damaged_file_goes_the_whole_road_or_is_refused(name, data):
    """Metadata is taken apart and put together again: EXIF, XMP, icc, containers."""
    file = data.draw(damaged(SEEDS[name]))
    options = data.draw(
        st.fixed_dictionaries(
            {
                "strip": st.sampled_from(["all", "safe", "none"]),
                "format": st.sampled_from(["png", "webp", "gif", "tiff"]),
                "lossless": st.booleans(),
            }
        )
    )
    try:
        result = compress(file, colors=8, effort="fast", **LIMITS, **options)
    except HuepressError as error:
        require_one_line(error)
    else:
        assert load(result.data).pixels.shape[:2] == result.image.pixels.shape[:2]


FOUR = Palette(noise(4, 1, 4)[:, 0])


@pytest.mark.parametrize("format", ["hex", "css", "gpl", "act", "ase", "pal", "json"])
@given(data=st.data())
def test_a_damaged_palette_is_a_palette_or_refused(tmp_path_factory, format, data):
    path = tmp_path_factory.mktemp("palettes") / f"a.{format}"
    path.write_bytes(data.draw(damaged(write_palette(FOUR, format))))
    try:
        palette = read_palette(path)
    except HuepressError as error:
        require_one_line(error)
    else:
        assert 1 <= len(palette) <= 256


PLAIN = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9)
KEYS = st.sampled_from(["colors", "palette", "hex"])


@given(st.recursive(PLAIN, lambda v: st.lists(v, max_size=5) | st.dictionaries(KEYS, v)))
def test_any_json_is_a_palette_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("palettes") / "a.json"
    path.write_text(json.dumps(content))
    try:
        palette = read_palette(path)
    except HuepressError as error:
        require_one_line(error)
    else:
        assert 1 <= len(palette) <= 256


@given(st.binary(max_size=300), st.sampled_from([b"", b"Exif\0\0", b"II*\0", b"MM\0*"]))
def test_any_exif_block(body, head):
    from huepress.encode.carried import carry
    from huepress.formats.exif import orientation_of
    from huepress.types import Source

    assert 1 <= orientation_of(head + body) <= 8
    carried = carry(Source("x", "jpeg", b"", metadata={"exif": head + body}), "none")
    assert carried.exif is None or orientation_of(carried.exif) == 1


@given(st.binary(max_size=600), st.integers(0, 2**32 - 1))
def test_any_profile(body, count):
    from huepress.formats import profiles

    header = bytearray(profiles.srgb())
    data = bytes(header[:128]) + struct.pack(">I", count) + body
    found = profiles.parse(data)
    assert found is None or np.isfinite(found.curves).all()
