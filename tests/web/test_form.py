"""form: the table of options as a form; values of strangers are checked."""

import pytest

from huepress.errors import OptionError
from huepress.options import CompressOptions
from huepress.web import form


def test_every_row_has_a_place_and_a_widget():
    sections = form.sections()
    shown = [row.name for rows in sections.values() for row in rows]
    assert sorted(shown) == sorted(form.rows())
    assert shown[0] == "colors"
    for row in form.rows().values():
        assert row.label
        assert row.flag.startswith("--")
        assert row.widget in {
            *("colors", "slider", "choice", "menu", "number", "size", "switch", "swatches", "text")
        }
        if row.widget == "slider":
            assert row.spec.minimum <= row.start <= row.end


def test_only_what_concerns_one_picture_is_taken():
    names = set(form.rows())
    assert not names & {"threads", "max_pixels", "output", "in_place"}
    assert {"colors", "effort", "format", "color_space", "seed"} <= names


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {}),
        ({"colors": "16"}, {"colors": 16}),
        ({"colors": 16}, {"colors": 16}),
        ({"tol": "0.5", "seed": "7"}, {"tol": 0.5, "seed": 7}),
        ({"effort": "best"}, {"effort": "best"}),
    ],
)
def test_values_as_text_and_as_json(values, expected):
    assert form.options_of(values, 1000) == CompressOptions(**expected, max_pixels=1000)


@pytest.mark.parametrize(
    "values",
    [
        {"colors": "many"},
        {"colors": 0},
        {"colors": None},
        {"colors": "1e2"},
        {"colors": [1]},
        {"effort": "none"},
        {"effort": {"a": 1}},
        {"threads": 4},
        {"max_pixels": 10**12},
        {"output": "/etc/passwd"},
        {"nonsense": 1},
        {"tol": "nan"},
    ],
)
def test_values_that_are_refused(values):
    with pytest.raises(OptionError):
        form.options_of(values, 1000)


@pytest.mark.parametrize("name", ["palette", "keep_color"])
@pytest.mark.parametrize("value", ["/etc/passwd", "palette.gpl", "#12345", "red", [3], [], "#fff;"])
def test_colors_are_hex_and_never_a_file(name, value):
    with pytest.raises(OptionError):
        form.options_of({name: value}, 1000)


def test_a_worker_reads_the_picture_as_the_options_have_it(tmp_path):
    """A picture in memory is not taken for another reading of the same file."""
    from huepress.decode.color import CICP_PRIMARIES
    from huepress.formats import profiles
    from huepress.web.tasks import Desk
    from images import as_file, scene

    wide = profiles.make("P3", profiles.xyz_from_primaries(CICP_PRIMARIES[12]), (2.2,))
    path = tmp_path / "wide.png"
    path.write_bytes(as_file(scene(), icc_profile=wide))
    desk = Desk(lambda _: False)
    task = {"id": "x", "kind": "compress", "path": str(path), "name": "wide.png"}
    task |= {"folder": str(tmp_path), "max_pixels": 10**6, "score": False}
    notes = []
    for options in ({"effort": "fast"}, {"effort": "fast", "icc": "srgb"}, {"effort": "fast"}):
        events = []
        desk.run(task | {"options": options}, events.append)
        notes.append(events[-1]["report"]["notes"])
    assert [bool(words) for words in notes] == [False, True, False]
