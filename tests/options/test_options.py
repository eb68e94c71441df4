"""options: every row of the table checks itself; sizes are read as people write them."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huepress.errors import OptionError
from huepress.options import CompressOptions, WriteOptions, parse_size, spec_of, table


@pytest.mark.parametrize("group", [CompressOptions, WriteOptions])
def test_defaults_are_allowed_and_rows_are_complete(group):
    group()
    flags = [flag for spec, _ in table(group).values() for flag in spec.flag.split(", ")]
    assert len(flags) == len(set(flags))
    for spec, _ in table(group).values():
        assert spec.help.endswith(".")
        assert spec.help[0].isupper()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("colors", 0),
        ("colors", 257),
        ("colors", 2.5),
        ("colors", "16"),
        ("colors", True),
        ("colors", float("nan")),
        ("colors", None),
        ("effort", "extreme"),
        ("tol", -1),
        ("tol", float("nan")),
        ("seed", -1),
        ("seed", 2**32),
        ("color_space", "lab"),
        ("max_pixels", 0),
    ],
)
def test_values_out_of_range_are_refused_with_what_is_allowed(name, value):
    with pytest.raises(OptionError) as caught:
        CompressOptions(**{name: value})
    row = next(row for row in dataclasses.fields(CompressOptions) if row.name == name)
    assert caught.value.name == name
    assert spec_of(row).allowed in str(caught.value)


def test_whole_numbers_come_in_any_type():
    import numpy as np

    assert CompressOptions(colors=np.int64(7)).colors == 7
    assert type(CompressOptions(colors=7.0).colors) is int


def test_unknown_options_are_refused_by_name():
    with pytest.raises(OptionError, match=r"colours is 3; allowed: one of .*colors"):
        CompressOptions().changed(colours=3)


def test_two_places_for_the_output_are_refused():
    with pytest.raises(OptionError, match="only one of output and in_place"):
        WriteOptions(output="a.png", in_place=True)


@pytest.mark.parametrize(
    ("text", "n_bytes"),
    [
        ("5000", 5000),
        (5000, 5000),
        ("100KB", 100_000),
        ("100 kB", 100_000),
        ("90k", 90_000),
        ("64KiB", 65_536),
        ("1.5MB", 1_500_000),
        ("2MiB", 2 << 20),
        ("30%", 300),
        ("0.05%", 1),
    ],
)
def test_sizes(text, n_bytes):
    assert parse_size(text, whole=1000) == n_bytes


@pytest.mark.parametrize("text", ["", "0", "-5", "KB", "5 TB", "1e3", "0%", "12,5", "0.4", True])
def test_what_is_not_a_size(text):
    with pytest.raises((ValueError, TypeError)):
        parse_size(text)


@given(st.integers(1, 10**12))
def test_whole_bytes_are_kept(n):
    assert parse_size(n) == parse_size(f"{n}") == parse_size(f"{n} B") == n
