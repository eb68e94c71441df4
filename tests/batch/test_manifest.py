"""manifest: what was recorded is found, by other processes too, and damage is told in one line."""

import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest

from huepress.batch import Manifest, place_of
from huepress.batch.manifest_place import state_directory
from huepress.batch.rows import Record
from huepress.batch.targets import Target
from huepress.errors import OutputError
from huepress.options import BatchOptions, WriteOptions


def target(path):
    return Target("in.png", str(path), "png", overwrite=False)


def record(output, **more):
    made = Record(
        input_hash=b"i" * 20,
        input_stamp="1.2.3",
        recipe=b"r" * 20,
        output=str(output),
        output_hash=b"o" * 20,
        output_stamp=None,
        status="compressed",
        figures={"bytes_in": 10, "bytes_out": 5, "score": 87.5, "notes": ["ö"]},
    )
    return replace(made, **more)


def test_what_was_recorded_is_found(tmp_path):
    out = tmp_path / "out" / "a.png"
    with Manifest(tmp_path / "out" / "m.sqlite") as manifest:
        assert manifest.find(target(out)) is None
        manifest.record(target(out), record(out))
        assert manifest.find(target(out)) == record(out)
        manifest.record(target(out), record(out, status="kept"))
        assert len(manifest) == 1
    with Manifest(tmp_path / "out" / "m.sqlite") as manifest:
        assert manifest.find(target(out)) == record(out, status="kept")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["m.sqlite"]


def test_relative_and_absolute_names_are_the_same_file(tmp_path, monkeypatch):
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path)
    with Manifest("out/m.sqlite") as manifest:
        manifest.record(target("out/a.png"), record("out/a.png"))
        assert manifest.find(target(tmp_path / "out" / "a.png")) is not None
        assert manifest.find(target("out/../out/a.png")) is not None


def test_a_tree_may_be_moved_with_its_manifest(tmp_path):
    with Manifest(tmp_path / "old" / "m.sqlite") as manifest:
        manifest.record(target(tmp_path / "old" / "a.png"), record(tmp_path / "old" / "a.png"))
    (tmp_path / "old").rename(tmp_path / "new")
    with Manifest(tmp_path / "new" / "m.sqlite") as manifest:
        found = manifest.find(target(tmp_path / "new" / "a.png"))
    assert found is not None
    assert found.output == str(tmp_path / "new" / "a.png")


def test_stores_are_kept_by_their_address(tmp_path):
    with Manifest(tmp_path / "m.sqlite") as manifest:
        manifest.record(target("s3://b/a.png"), record("s3://b/a.png"))
        found = manifest.find(target("s3://b/a.png"))
    assert found == record("s3://b/a.png")


def test_reading_only_makes_nothing_and_changes_nothing(tmp_path):
    with Manifest(tmp_path / "m.sqlite", read_only=True) as manifest:
        manifest.record(target("a.png"), record("a.png"))
        assert len(manifest) == 0
    assert not list(tmp_path.iterdir())


WRITER = """
import sys
from test_manifest import Manifest, record, target
with Manifest(sys.argv[1]) as manifest:
    for i in range(200):
        manifest.record(target(f"{sys.argv[2]}{i}.png"), record(f"{sys.argv[2]}{i}.png"))
"""


def test_processes_write_at_the_same_time(tmp_path):
    path = tmp_path / "m.sqlite"
    here = str(__import__("pathlib").Path(__file__).parent)
    writers = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                f"import sys; sys.path.insert(0, {here!r})\n{WRITER}",
                path,
                name,
            ]
        )
        for name in "abc"
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    with Manifest(path) as manifest:
        assert len(manifest) == 600


@pytest.mark.parametrize("content", [b"not a database at all, but text", b"\0" * 4096])
def test_something_else_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "m.sqlite"
    path.write_bytes(content)
    with pytest.raises(OutputError, match="--manifest"):
        Manifest(path)
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_refused(tmp_path):
    path = tmp_path / "m.sqlite"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE people (name TEXT)")
    db.commit()
    db.close()
    with pytest.raises(OutputError, match="a database of something else"):
        Manifest(path)


def test_a_later_version_is_refused(tmp_path):
    path = tmp_path / "m.sqlite"
    Manifest(path).close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(OutputError, match="version 99"):
        Manifest(path)


def test_a_place_that_cannot_be(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match=r"--manifest|a place for"):
        Manifest(tmp_path / "file" / "m.sqlite")


@pytest.mark.parametrize(
    ("sources", "write", "batch", "expected"),
    [
        (("a",), {"out_dir": "o"}, {}, None),
        (("a",), {"out_dir": "o"}, {"recursive": True}, "state/huepress/a-"),
        (("a", "b"), {"out_dir": "o"}, {"recursive": True}, "state/huepress/a-"),
        (("a",), {"out_dir": "o"}, {"recursive": True, "no_manifest": True}, None),
        (("a",), {"out_dir": "o"}, {"manifest": "m"}, "m"),
        (("tree",), {"in_place": True}, {"recursive": True}, "state/huepress/tree-"),
        (("tree", "tree"), {"in_place": True}, {"recursive": True}, None),
        (("a.png",), {}, {"recursive": True}, None),
        (("a",), {"out_dir": "s3://b/o"}, {"recursive": True}, "state/huepress/"),
    ],
)
def test_where_it_lies(tmp_path, monkeypatch, sources, write, batch, expected):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", "state")
    (tmp_path / "tree").mkdir()
    found = place_of(sources, WriteOptions(**write), BatchOptions(**batch))
    assert (found is None) == (expected is None)
    if found is not None:
        assert str(found.path).startswith(expected)


def test_every_pair_of_roots_has_a_manifest_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", "state")
    (tmp_path / "link").symlink_to("a")
    batch = BatchOptions(recursive=True)
    pairs = [("a", "o"), ("a", "p"), ("b", "o"), ("x/a", "o"), ("./a/", "q/../o"), ("link", "o")]
    paths = [place_of((one,), WriteOptions(out_dir=out), batch).path for one, out in pairs]
    assert len(set(paths)) == 4
    assert paths[0] == paths[4] == paths[5]


def test_one_of_an_earlier_version_is_moved_and_still_known(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    home = tmp_path / "out"
    home.mkdir()
    old = home / ".huepress.sqlite"
    db = sqlite3.connect(old)
    db.executescript(VERSION_1)
    db.close()
    place = place_of(("src",), WriteOptions(out_dir=str(home)), BatchOptions(recursive=True))
    with Manifest(place.found, read_only=True, home=place.home) as manifest:
        assert len(manifest) == 0  # a check changes nothing, and begins anew
    assert old.exists()
    assert place.settle()
    assert not place.settle()
    assert not list(home.iterdir())
    with Manifest(place.path, home=place.home) as manifest:
        found = manifest.find(target(home / "a.png"))
        assert found == record(home / "a.png", source=None)
        manifest.record(target(home / "a.png"), record(home / "a.png", source="src/a.png"))
    with Manifest(place.path, home=place.home) as manifest:
        assert manifest.find(target(home / "a.png")).source.endswith("src/a.png")
        assert [one.output for one in manifest.all()] == [str(home / "a.png")]
        manifest.forget(str(home / "a.png"))
        assert len(manifest) == 0


VERSION_1 = """
PRAGMA journal_mode = WAL;
CREATE TABLE files (target TEXT PRIMARY KEY, input_hash BLOB NOT NULL, input_stamp TEXT,
    recipe BLOB NOT NULL, output TEXT NOT NULL, output_hash BLOB NOT NULL, output_stamp TEXT,
    status TEXT NOT NULL, bytes_in INTEGER, bytes_out INTEGER, score REAL, figures TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO files VALUES ('a.png', CAST('iiiiiiiiiiiiiiiiiiii' AS BLOB), '1.2.3',
    CAST('rrrrrrrrrrrrrrrrrrrr' AS BLOB), 'a.png', CAST('oooooooooooooooooooo' AS BLOB), NULL,
    'compressed', 10, 5, 87.5, '{"bytes_in": 10, "bytes_out": 5, "score": 87.5, "notes": ["ö"]}');
PRAGMA user_version = 1;
"""


def test_the_manifest_is_below_the_home_of_the_user_unless_told(monkeypatch):
    monkeypatch.setenv("HOME", "/home/of/someone")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    assert str(state_directory()) == "/home/of/someone/.local/state/huepress"
    monkeypatch.setenv("XDG_STATE_HOME", "/elsewhere")
    assert str(state_directory()) == "/elsewhere/huepress"
