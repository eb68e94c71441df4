"""Icons are taken apart at the places that their list names."""

import struct

import pytest

from huepress.batch.icons import _take_apart_ico
from huepress.errors import DecodeError


def ico(*places, body):
    heads = [struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, size, at) for size, at in places]
    return struct.pack("<HHH", 0, 1, len(heads)) + b"".join(heads) + body


def test_pictures_lie_where_the_list_says_in_any_order():
    start = 6 + 2 * 16
    icon = _take_apart_ico("a.ico", ico((3, start + 4), (4, start), body=b"FOURtwo"))
    assert icon.pictures == (b"two", b"FOUR")


@pytest.mark.parametrize("size", [0, 8])
def test_a_picture_beyond_the_end_is_refused(size):
    with pytest.raises(DecodeError, match="picture 1 is cut short"):
        _take_apart_ico("a.ico", ico((size, 6 + 16), body=b"FOURtwo"))
