"""The SQLite side of map tiles: the input file, and the file being built."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from huepress.errors import InputError, OutputError

WANTED: Final = "an MBTiles file is needed"


MAGIC: Final = b"SQLite format 3\0"
WORK: Final = "huepress_work"
SCHEMA: Final = f"""
PRAGMA page_size = 1024;
CREATE TABLE map (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_id INTEGER);
CREATE TABLE images (tile_id INTEGER PRIMARY KEY, tile_data BLOB);
CREATE TABLE {WORK} (name TEXT PRIMARY KEY, value BLOB);
"""
FINAL: Final = f"""
DROP TABLE {WORK};
CREATE UNIQUE INDEX map_index ON map (zoom_level, tile_column, tile_row);
CREATE VIEW tiles AS SELECT map.zoom_level AS zoom_level, map.tile_column AS tile_column,
    map.tile_row AS tile_row, images.tile_data AS tile_data
    FROM map JOIN images ON images.tile_id = map.tile_id;
"""


WAITING: Final = """
SELECT DISTINCT tile_id FROM map WHERE tile_id NOT IN (SELECT tile_id FROM images)
"""


def open_tiles(source: str) -> sqlite3.Connection:
    """Open a file of tiles for reading (raises InputError)."""
    path = Path(source)
    try:
        with path.open("rb") as file:
            head = file.read(len(MAGIC))
    except OSError as error:
        words = error.strerror or str(error)
        raise InputError(source, words, WANTED) from error
    if head != MAGIC:
        raise InputError(source, "is not an SQLite database", WANTED)
    db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    names = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
    if not {"tiles", "metadata"} <= names:
        db.close()
        raise InputError(source, "has no tiles and metadata", WANTED)
    return db


def open_work(path: Path) -> sqlite3.Connection:
    """Open the file being built; start over if an existing one belongs to something else."""
    try:
        db = sqlite3.connect(path)
        names = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
        if WORK not in names:
            db.close()
            path.unlink()
            db = sqlite3.connect(path)
            db.executescript(SCHEMA)
    except (sqlite3.Error, OSError) as error:
        raise OutputError(str(path), str(error), "a directory that may be written to") from error
    return db
