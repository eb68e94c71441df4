"""targets: one output an input, refusals before any picture is read."""

import pytest

from huepress.batch.planning import plan
from huepress.batch.targets import check
from huepress.errors import OptionError, OutputError
from huepress.formats.names import format_of_name
from huepress.options import WriteOptions


def only(source, format="auto", **write):
    (target,) = plan((source,), WriteOptions(**write), format)
    return target


@pytest.mark.parametrize(
    ("source", "format", "write", "expected"),
    [
        ("a/photo.jpg", "auto", {}, "a/photo-hp.png"),
        ("a/photo.png", "webp", {}, "a/photo-hp.webp"),
        ("a/photo", "auto", {}, "a/photo-hp.png"),
        ("a/photo.tar.png", "auto", {"suffix": ".min"}, "a/photo.tar.min.png"),
        ("a/photo.jpg", "auto", {"out_dir": "out"}, "out/photo.png"),
        ("a/PHOTO.PNG", "auto", {"out_dir": "out"}, "out/PHOTO.PNG"),
        ("a/photo.TIF", "tiff", {"out_dir": "out"}, "out/photo.TIF"),
        ("a/photo.TIF", "webp", {"out_dir": "out"}, "out/photo.webp"),
        ("a/photo.jpg", "auto", {"in_place": True}, "a/photo.jpg"),
        ("a/photo.png", "auto", {"in_place": True}, "a/photo.png"),
        ("a/photo.webp", "auto", {"in_place": True}, "a/photo.webp"),
        ("a/photo.png", "auto", {"output": "b.gif"}, "b.gif"),
        ("a/photo.png", "auto", {"output": "b"}, "b"),
        ("a/bubble.9.png", "auto", {}, "a/bubble-hp.9.png"),
    ],
)
def test_names(source, format, write, expected):
    assert only(source, format, **write).output == expected


def test_formats_follow_the_suffix():
    assert only("a.png", output="b.gif").format == "gif"
    assert only("a.png", output="b").format == "png"
    assert only("a.png", "webp", output="b.dat").format == "webp"
    assert only("a.webp", in_place=True).format == "own"
    assert format_of_name("x.PNG") == "png"
    assert format_of_name("x") is None


def test_standard_input_goes_to_standard_output():
    assert only("-").output == "-"
    assert only("-", output="x.webp").format == "webp"


@pytest.mark.parametrize(
    ("sources", "format", "write", "words"),
    [
        (("a.png", "b.png"), "auto", {"output": "c.png"}, "one input with -o"),
        (("-",), "auto", {"in_place": True}, "-o PATH"),
        (("-",), "auto", {"out_dir": "x"}, "-o PATH"),
        (("a.jpg",), "png", {"in_place": True}, "ends in .png"),
        (("a.png",), "webp", {"in_place": True}, "ends in .webp"),
        (("a.png", "a.jpg"), "auto", {}, "a name of its own"),
        (("x/a.png", "y/a.png"), "auto", {"out_dir": "o"}, "a name of its own"),
    ],
)
def test_conflicts_are_refused(sources, format, write, words):
    with pytest.raises(OptionError, match=words):
        plan(sources, WriteOptions(**write), format)


def test_what_stands_in_the_way(tmp_path):
    picture, other = tmp_path / "a.png", tmp_path / "b.png"
    picture.write_bytes(b"1")
    other.write_bytes(b"2")
    with pytest.raises(OutputError, match="exists already; use --force"):
        check(only(str(picture), output=str(other)))
    check(only(str(picture), output=str(other), force=True))
    with pytest.raises(OutputError, match="is the input itself; use --in-place"):
        check(only(str(picture), output=str(picture), force=True))
    with pytest.raises(OutputError, match="is a directory"):
        check(only(str(picture), output=str(tmp_path), force=True))
    check(only(str(picture), in_place=True))
    check(only(str(picture), output=str(tmp_path / "new.png")))
