"""The memory of a batch: which output was made from which input, in one SQLite file.

It is kept between runs, so a killed run resumes where it stopped, and an unchanged tree costs one
look at each file. A record is made right after its file is written; if the record is lost, the file
is recognized as the one that would be written (job.py). Several runs may share a manifest.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from huepress.batch.rows import Record
from huepress.batch.store import is_remote
from huepress.batch.targets import Target
from huepress.errors import OutputError

_VERSION: Final = 2
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS files (
    target TEXT PRIMARY KEY,  -- where the output was planned, below the manifest's directory
    input_hash BLOB NOT NULL,
    input_stamp TEXT,         -- NULL: look at the content
    recipe BLOB NOT NULL,     -- hash of options and version
    output TEXT NOT NULL,     -- where the output is
    output_hash BLOB NOT NULL,
    output_stamp TEXT,
    status TEXT NOT NULL,
    bytes_in INTEGER,
    bytes_out INTEGER,
    score REAL,
    figures TEXT NOT NULL,    -- JSON: all that is told of the file
    source TEXT               -- the input; NULL from version 1
) WITHOUT ROWID
"""
_COLUMNS: Final = (
    "input_hash, input_stamp, recipe, output, output_hash, output_stamp, status, figures, source"
)
_HAS_SOURCE: Final = "SELECT count(*) FROM pragma_table_info('files') WHERE name = 'source'"
_WAIT_SECONDS: Final = 60.0


class Manifest:
    """An open manifest.

    Parameters
    ----------
    path : path
        The SQLite file; made when missing, with its directories.
    read_only : bool
        Nothing is recorded, and a missing file is an empty manifest.
    home : path or None
        Addresses below this directory are stored relative to it; None: the file's own directory.

    Raises
    ------
    OutputError
        Not a manifest, or of a later version, or it cannot be opened.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        read_only: bool = False,
        home: str | os.PathLike[str] | None = None,
    ) -> None:
        self._path = Path(path)
        self._home = os.path.realpath(self._path.parent if home is None else home)
        self._read_only = read_only
        self._lock = threading.Lock()
        self._real: dict[str, str] = {}
        with self._explained():
            self._db = self._open()

    def find(self, target: Target) -> Record | None:
        """Return the record of a target's output; None when there is none."""
        key = _kept(self._key(target.output))
        with self._explained(), self._lock:
            row = self._db.execute(
                f"SELECT {_COLUMNS} FROM files WHERE target = ?", (key,)
            ).fetchone()
        if row is None:
            return None
        return self._record(row, target.output if row[3] == key else self._address(row[3]))

    def all(self) -> list[Record]:
        """Return all records, sorted by output."""
        with self._explained(), self._lock:
            rows = self._db.execute(f"SELECT {_COLUMNS} FROM files ORDER BY target").fetchall()
        return [self._record(row, self._address(row[3])) for row in rows]

    def forget(self, output: str) -> None:
        """Forget what was written to an address."""
        with self._explained(), self._lock:
            self._db.execute("DELETE FROM files WHERE output = ?", (_kept(self._key(output)),))

    def _record(self, row: tuple[Any, ...], output: str) -> Record:
        input_hash, input_stamp, recipe, _, output_hash, output_stamp, status, figures, source = row
        return Record(
            input_hash,
            input_stamp,
            recipe,
            output,
            output_hash,
            output_stamp,
            status,
            json.loads(figures),
            None if source is None else self._address(source),
        )

    def record(self, target: Target, record: Record) -> None:
        """Record a finished file. The record survives a killed process from then on."""
        if self._read_only:
            return
        figures: Mapping[str, Any] = record.figures
        values = (
            _kept(self._key(target.output)),
            record.input_hash,
            record.input_stamp,
            record.recipe,
            _kept(self._key(record.output)),
            record.output_hash,
            record.output_stamp,
            record.status,
            figures.get("bytes_in"),
            figures.get("bytes_out"),
            figures.get("score"),
            json.dumps(figures),
            None if record.source is None else _kept(self._key(record.source)),
        )
        with self._explained(), self._lock:
            self._db.execute(f"INSERT OR REPLACE INTO files VALUES ({','.join('?' * 13)})", values)

    def __len__(self) -> int:
        with self._explained(), self._lock:
            return int(self._db.execute("SELECT count(*) FROM files").fetchone()[0])

    def close(self) -> None:
        """Close it; the last one to close removes SQLite's side files."""
        with self._lock:
            self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> sqlite3.Connection:
        if self._read_only and not self._path.exists():
            return _empty()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(
            self._path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > _VERSION:
                found = f"a manifest of version {version}, {_VERSION} is known here"
                raise OutputError(str(self._path), found, "a newer huepress, or another --manifest")
            if version == 0:
                self._create(db)
            elif version < _VERSION and not self._read_only:
                db.execute("BEGIN IMMEDIATE")
                if not db.execute(_HAS_SOURCE).fetchone()[0]:  # another run was faster
                    db.execute("ALTER TABLE files ADD COLUMN source TEXT")
                    db.execute(f"PRAGMA user_version = {_VERSION}")
                db.execute("COMMIT")
            elif version < _VERSION:
                db.close()
                return _empty()
            # Normal: a commit survives a killed process, and the database a crash of the machine;
            # records lost in a crash are replaced when outputs are recognized by content.
            db.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            db.close()
            raise
        return db

    def _create(self, db: sqlite3.Connection) -> None:
        if db.execute("SELECT count(*) FROM sqlite_master WHERE name <> 'files'").fetchone()[0]:
            raise OutputError(
                str(self._path), "a database of something else", "another file for --manifest"
            )
        _switch_to_wal(db)
        db.execute("BEGIN IMMEDIATE")
        db.execute(_SCHEMA)
        db.execute(f"PRAGMA user_version = {_VERSION}")
        db.execute("COMMIT")

    def _key(self, address: str) -> str:
        """Return an address as it is stored: relative if below the manifest's directory.

        So a tree can be moved together with its manifest.
        """
        if is_remote(address):
            return address
        directory, name = os.path.split(address)
        if directory not in self._real:
            self._real[directory] = os.path.realpath(directory or ".")
        path = os.path.join(self._real[directory], name)  # noqa: PTH118
        if path.startswith(self._home + os.sep):
            return path[len(self._home) + 1 :].replace(os.sep, "/")
        return path

    def _address(self, kept: str | bytes) -> str:
        key = os.fsdecode(kept)
        return key if is_remote(key) else os.path.join(self._home, key)  # noqa: PTH118

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise OutputError(
                str(self._path), f"manifest: {error}", "remove it, or name another with --manifest"
            ) from error
        except OSError as error:
            raise OutputError(
                str(self._path), error.strerror or str(error), "a place for the manifest"
            ) from error


def _switch_to_wal(db: sqlite3.Connection) -> None:
    """Switch the journal; here SQLite does not wait for another process that does the same."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _empty() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", check_same_thread=False)
    db.execute(_SCHEMA)
    return db


def _kept(key: str) -> str | bytes:
    """Return an address as stored: text, or bytes if it is not UTF-8."""
    try:
        key.encode()
    except UnicodeEncodeError:
        return os.fsencode(key)
    return key
