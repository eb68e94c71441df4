"""Map tiles: the same tiles with one palette, in about half the bytes; a killed run goes on."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from huepress.batch import tiles as room
from images import as_file, scene
from maps import make_mbtiles, make_pmtiles
from trees import compress

SIZE = 64


def map_tiles(zoom, seed=0):
    """(column, row) -> pixels: pieces of one drawn map, with roads and shaded land."""
    n = 2**zoom
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : n * SIZE, 0 : n * SIZE]
    land = np.dstack([200 + 20 * np.sin(x / 90), 210 + 20 * np.cos(y / 70), 170 + 0 * x])
    land += rng.normal(0, 2, (n * SIZE, n * SIZE, 1))
    land[(x + y) % 97 < 3] = (255, 250, 240)
    land[(x - 2 * y) % 211 < 5] = (240, 180, 90)
    land[:, : n * SIZE // 4] = (170, 211, 223)  # water: equal tiles
    whole = np.clip(land, 0, 255).astype(np.uint8)
    return {
        (c, r): whole[r * SIZE : (r + 1) * SIZE, c * SIZE : (c + 1) * SIZE]
        for c in range(n)
        for r in range(n)
    }


def make_map(path, zooms=(1, 2, 3), format="png", flat=True):
    """Write an MBTiles file; returns (zoom, column, row) -> file."""
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
    db.executemany("INSERT INTO metadata VALUES (?, ?)", [("name", "drawn"), ("format", format)])
    db.execute("CREATE TABLE grids (zoom_level INTEGER, grid BLOB)")
    db.execute("INSERT INTO grids VALUES (1, x'00ff')")
    made = {}
    for zoom in zooms:
        for (c, r), pixels in map_tiles(zoom).items():
            made[zoom, c, r] = as_file(pixels, format)
    place = "zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER"
    if flat:
        db.execute(f"CREATE TABLE tiles ({place}, tile_data BLOB)")
        db.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", [(*k, v) for k, v in made.items()])
    else:
        db.execute(f"CREATE TABLE map ({place}, tile_id TEXT)")
        db.execute("CREATE TABLE images (tile_data BLOB, tile_id TEXT)")
        for i, (key, data) in enumerate(made.items()):
            db.execute("INSERT INTO map VALUES (?, ?, ?, ?)", (*key, str(i)))
            db.execute("INSERT INTO images VALUES (?, ?)", (data, str(i)))
        db.execute("CREATE VIEW tiles AS SELECT zoom_level, tile_column, tile_row, tile_data"
                   " FROM map JOIN images USING (tile_id)")  # fmt: skip
    db.commit()
    db.close()
    return made


def tiles_of(path):
    db = sqlite3.connect(path)
    rows = db.execute("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles").fetchall()
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    return {tuple(row[:3]): row[3] for row in rows}


def shown(data):
    return np.asarray(Image.open(BytesIO(data)).convert("RGB"))


@pytest.mark.parametrize("flat", [True, False], ids=["table", "view"])
def test_the_same_tiles_in_half_the_bytes(tmp_path, flat):
    source, output = tmp_path / "world.mbtiles", tmp_path / "small.mbtiles"
    given = make_map(source, flat=flat)
    before = source.read_bytes()
    done = compress(source, "-o", output, "--json")
    assert done.exit_code == 0, done.stderr
    row = json.loads(done.stdout)
    assert (row["status"], row["code"], row["format"]) == ("compressed", "smaller", "mbtiles")
    assert "84 tiles" in row["notes"][0]
    assert source.read_bytes() == before
    assert output.stat().st_size < 0.5 * source.stat().st_size
    made = tiles_of(output)
    assert made.keys() == given.keys()
    palettes = set()
    for key, data in made.items():
        assert len(data) <= len(given[key])
        image = Image.open(BytesIO(data))
        assert image.size == (SIZE, SIZE)
        assert image.mode in ("P", "L", "1")
        palettes |= {tuple(color) for color in shown(data).reshape(-1, 3).tolist()}
        assert np.abs(shown(data).astype(int) - shown(given[key])).mean() < 4
    assert len(palettes) <= 256
    db = sqlite3.connect(output)
    metadata = dict(db.execute("SELECT name, value FROM metadata"))
    assert metadata == {"name": "drawn", "format": "png"}
    assert db.execute("SELECT grid FROM grids").fetchone() == (b"\x00\xff",)
    (n_images,) = db.execute("SELECT count(*) FROM images").fetchone()
    db.close()
    assert n_images < len(given)  # water once
    assert not (tmp_path / "small.mbtiles.part").exists()


def test_equal_colors_stay_equal_wherever_they_stand(tmp_path):
    source, output = tmp_path / "world.mbtiles", tmp_path / "small.mbtiles"
    given = make_map(source, zooms=(2,))
    assert compress(source, "-o", output, "-k", 32).exit_code == 0
    made = tiles_of(output)
    became = {}
    for key, data in made.items():
        pairs = zip(shown(given[key]).reshape(-1, 3).tolist(),
                    shown(data).reshape(-1, 3).tolist(), strict=True)  # fmt: skip
        for old, new in pairs:
            assert became.setdefault(tuple(old), new) == new
    assert len(set(map(tuple, became.values()))) <= 32


def test_other_formats_are_left_and_lossless_is(tmp_path):
    source, output = tmp_path / "photo.mbtiles", tmp_path / "out" / "photo.mbtiles"
    given = make_map(source, zooms=(1,), format="jpeg")
    done = compress(source, "--out-dir", tmp_path / "out", "--json")
    assert done.exit_code == 0, done.stderr
    assert tiles_of(output) == given
    source = tmp_path / "world.mbtiles"
    given = make_map(source, zooms=(1, 2))
    assert compress(source, "--lossless", "--in-place").exit_code == 0
    made = tiles_of(source)
    assert all(np.array_equal(shown(made[key]), shown(given[key])) for key in given)
    assert sum(map(len, made.values())) < sum(map(len, given.values()))


def test_a_killed_run_goes_on(tmp_path):
    source, output = tmp_path / "world.mbtiles", tmp_path / "small.mbtiles"
    make_map(source, zooms=(1, 2, 3))
    whole = tmp_path / "whole.mbtiles"
    assert compress(source, "-o", whole, "-k", 16).exit_code == 0
    words = [sys.executable, "-m", "huepress", "compress", str(source), "-o", str(output),
             "-k", "16", "--effort", "fast"]  # fmt: skip
    part = tmp_path / "small.mbtiles.part"
    process = subprocess.Popen(words, env=os.environ | {"HUEPRESS_TEST": "1"})
    while process.poll() is None:
        if part.exists() and _done(part) > 0:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.01)
    process.wait()
    assert not output.exists()
    before = _done(part)
    assert before > 0
    told = []
    row = room.compress_tiles(
        str(source), str(output), room.CompressOptions(colors=16, effort="fast"),
        advance=told.append,
    )  # fmt: skip
    assert row.status == "compressed"
    assert tiles_of(output) == tiles_of(whole)
    db = sqlite3.connect(output)
    (different,) = db.execute("SELECT count(*) FROM images").fetchone()
    db.close()
    assert len(told) == different - before


def _done(part):
    try:
        db = sqlite3.connect(f"file:{part}?mode=ro", uri=True)
        try:
            return db.execute("SELECT count(*) FROM images").fetchone()[0]
        finally:
            db.close()
    except sqlite3.Error:
        return 0


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"no database", "is not an SQLite database"), (b"", "is not an SQLite database")],
)
def test_what_is_no_map_is_refused(tmp_path, data, words):
    path = tmp_path / "x.mbtiles"
    path.write_bytes(data)
    done = compress(path, "-o", tmp_path / "y.mbtiles")
    assert done.exit_code == 1
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["x.mbtiles"]


def test_damaged_tiles_and_bounds_are_refused(tmp_path):
    path = tmp_path / "x.mbtiles"
    make_map(path, zooms=(1,))
    assert "quality" in compress(path, "-o", tmp_path / "y.mbtiles", "-q", 80).stderr
    db = sqlite3.connect(path)
    db.execute("UPDATE tiles SET tile_data = substr(tile_data, 1, 100) WHERE rowid = 1")
    db.commit()
    db.close()
    done = compress(path, "-o", tmp_path / "y.mbtiles")
    assert done.exit_code == 1
    assert "tile 1/" in done.stderr
    assert not (tmp_path / "y.mbtiles").exists()
    (tmp_path / "a.png").write_bytes(as_file(scene(9, 9)))
    assert compress(path, tmp_path / "a.png", "--out-dir", tmp_path / "o").exit_code == 2


def read_pmtiles(path):
    from pmtiles.reader import MmapSource, Reader, all_tiles

    with path.open("rb") as file:
        reader = Reader(MmapSource(file))
        return dict(all_tiles(reader.get_bytes)), reader.header(), reader.metadata()


def test_pmtiles_keep_their_places_and_their_header(tmp_path):
    given = {
        (zoom, c, r): as_file(pixels)
        for zoom in (0, 2)
        for (c, r), pixels in map_tiles(zoom).items()
    }
    source, output = tmp_path / "world.PMTiles", tmp_path / "small.pmtiles"
    if not make_pmtiles(source, given):
        pytest.skip("pmtiles is not installed")
    before = source.read_bytes()
    done = compress(source, "-o", output, "--json")
    assert done.exit_code == 0, done.stderr
    row = json.loads(done.stdout)
    assert (row["input"], row["output"]) == (str(source), str(output))
    assert (row["status"], row["code"], row["format"]) == ("compressed", "smaller", "pmtiles")
    assert "17 tiles" in row["notes"][0]
    assert output.stat().st_size == row["bytes_out"] < 0.6 * row["bytes_in"]
    made, header, metadata = read_pmtiles(output)
    _, old_header, old_metadata = read_pmtiles(source)
    assert made.keys() == given.keys()
    assert all(np.abs(shown(made[k]).astype(int) - shown(given[k])).mean() < 4 for k in given)
    assert metadata == old_metadata
    same = ("tile_type", "tile_compression", "min_zoom", "max_zoom", "max_lat_e7", "center_lat_e7")
    assert {k: header[k] for k in same} == {k: old_header[k] for k in same}
    assert source.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["small.pmtiles", "world.PMTiles"]
    refused = compress(output, "-o", tmp_path / "small.mbtiles")
    assert "ends in .pmtiles" in refused.stderr
    assert refused.exit_code == 1
    assert compress(output, "--in-place", "--json").exit_code == 0
    again = read_pmtiles(output)[0]
    assert all(np.array_equal(shown(again[key]), shown(made[key])) for key in given)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data: data[:0], "damaged"),
        (lambda data: data[:100], "cut short"),
        (lambda data: b"no map" + data[6:], "does not begin as PMTiles do"),
        (lambda data: data[:7] + b"\2" + data[8:], "another version than 3"),
        (lambda data: data[:-2000], "cut short"),
        (lambda data: data[:127] + bytes(40) + data[167:], "damaged"),
        (lambda data: data[:8] + b"\xff" * 8 + data[16:], "cut short"),
    ],
    ids=["empty", "short", "magic", "version", "tail", "directory", "far"],
)
def test_damaged_pmtiles_are_refused(tmp_path, damage, words):
    pytest.importorskip("pmtiles")
    source = tmp_path / "x.pmtiles"
    make_pmtiles(source, {(1, c, r): as_file(p) for (c, r), p in map_tiles(1).items()})
    source.write_bytes(damage(source.read_bytes()))
    done = compress(source, "-o", tmp_path / "y.pmtiles")
    assert done.exit_code == 1
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["x.pmtiles"]


def test_more_tiles_than_any_map_has_are_refused(tmp_path):
    """A directory of one entry that stands for 2**40 tiles."""
    tile = pytest.importorskip("pmtiles.tile")
    source = tmp_path / "x.pmtiles"
    make_pmtiles(source, {(0, 0, 0): as_file(scene(9, 9))})
    data = source.read_bytes()
    header = tile.deserialize_header(data[:127])
    entries = tile.deserialize_directory(data[127 : 127 + header["root_length"]])
    entries[0].run_length = 1 << 40
    root = tile.serialize_directory(entries)
    rest = data[127 + header["root_length"] :]
    for name in ("metadata_offset", "leaf_directory_offset", "tile_data_offset"):
        header[name] += len(root) - header["root_length"]
    header["root_length"] = len(root)
    source.write_bytes(tile.serialize_header(header) + root + rest)
    done = compress(source, "-o", tmp_path / "y.pmtiles")
    assert "more than" in done.stderr
    assert done.exit_code == 1


@pytest.mark.skipif(shutil.which("gdalinfo") is None, reason="no GDAL on this machine")
def test_gdal_shows_the_same_map(tmp_path):
    """A viewer's decoder: the whole map as GDAL puts it together, before and after."""
    source, output = tmp_path / "world.mbtiles", tmp_path / "small.mbtiles"
    tiles = {(2, c, r): as_file(pixels) for (c, r), pixels in map_tiles(2).items()}
    more = {"minzoom": "2", "maxzoom": "2", "bounds": "-180,-85.0511,180,85.0511"}
    make_mbtiles(source, tiles, **more, version="1", type="baselayer", description="drawn")
    assert compress(source, "-o", output).exit_code == 0
    both = []
    for path in (source, output):
        words = ["gdal_translate", "-q", "-of", "PNG", str(path), str(path) + ".png"]
        subprocess.run(words, check=True, capture_output=True)
        both.append(np.asarray(Image.open(str(path) + ".png").convert("RGB")).astype(int))
    assert both[0].shape == both[1].shape
    assert both[0].std() > 10
    assert np.abs(both[0] - both[1]).mean() < 4
