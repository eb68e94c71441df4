"""PMTiles (version 3, protomaps/PMTiles): unpacked, compressed like an MBTiles file, packed again.

The unpacked tiles lie beside the output until all is done, so that a killed run is gone on with.
Reading and writing directories is left to the package pmtiles.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import sqlite3
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from gzip import BadGzipFile
from pathlib import Path
from typing import Any, BinaryIO, Final

from huepress.batch.rows import REASONS, Row
from huepress.batch.tiles import compress_tiles
from huepress.errors import HuepressError, InputError, MissingExtraError, OptionError, OutputError
from huepress.options import CompressOptions
from huepress.result.report import size_words
from huepress.result.write import check_target, write_atomic

SUFFIX: Final = ".pmtiles"

HEADER_BYTES: Final = 127
"""Length of the header (specification 3, section 3)."""

DEEPEST: Final = 4
"""Directories on the way to a tile: the specification recommends two, and readers go to four."""

MOST_TILES: Final = 1 << 27
"""More than OpenStreetMap's raster maps have at zoom 13; a directory of some bytes may claim any
number."""

WRITABLE: Final = "a directory that may be written to, with room for the map"
WANTED: Final = "an undamaged PMTiles file of version 3 is needed"

_FAULTS: Final = (
    BadGzipFile,
    struct.error,
    zlib.error,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    ValueError,
)
"""What the package, or a place outside of the file, makes of damage."""


def compress_pmtiles(
    source: str,
    output: str,
    options: CompressOptions,
    *,
    force: bool = False,
    write: bool = True,
    advance: Callable[[int], None] = lambda _: None,
) -> Row:
    """Compress the tiles of a map; as `tiles.compress_tiles`, for PMTiles."""
    try:
        _require_package()
        if not output.lower().endswith(SUFFIX):
            raise OptionError("output", output, f"a name that ends in {SUFFIX}, as the input's")
        same = os.path.realpath(source) == os.path.realpath(output)
        if write and not same:
            check_target(output, force=force)
        return _compress(source, output, options, write, advance)
    except HuepressError as error:
        return Row.failed(source, error)


def _compress(
    source: str,
    output: str,
    options: CompressOptions,
    write: bool,
    advance: Callable[[int], None],
) -> Row:
    unpacked, smaller = Path(f"{output}.unpacked"), Path(f"{output}.smaller")
    _unpack(source, unpacked)
    row = compress_tiles(str(unpacked), str(smaller), options, force=True, advance=advance)
    if row.failure is not None:
        words = row.failure.message.replace(str(unpacked), source)
        return replace(row, source=source, failure=replace(row.failure, message=words))
    packed = Path(f"{output}.packed")
    try:
        try:
            _pack(source, smaller, packed)
        except (OSError, sqlite3.Error) as error:
            raise OutputError(str(packed), str(error), WRITABLE) from error
        before, after = Path(source).stat().st_size, packed.stat().st_size
        gained = after < before
        if write and gained:
            packed.chmod(Path(source).stat().st_mode & 0o7777)
            packed.replace(os.path.realpath(output))
        elif write and os.path.realpath(source) != os.path.realpath(output):
            write_atomic(output, Path(source).read_bytes(), force=True)
    finally:
        for path in (unpacked, smaller, packed):
            path.unlink(missing_ok=True)
    code = "smaller" if gained else "not_smaller"
    sizes = {"bytes_in": before, "bytes_out": min(before, after), "format": "pmtiles"}
    return replace(
        row,
        source=source,
        status="compressed" if gained else "kept",
        code=code,
        output=output,
        reason=REASONS[code],
        figures={**row.figures, **sizes},
        summary=f"{size_words(before, min(before, after))}, {', '.join(row.notes)}",
    )


def _require_package() -> None:
    try:
        import pmtiles  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("a .pmtiles file", "pmtiles", "maps") from error


def _unpack(source: str, place: Path) -> None:
    """Make an MBTiles file of it; one that an earlier run made is taken as it is."""
    try:
        stamp = Path(source).stat().st_mtime_ns
        if place.exists() and place.stat().st_mtime_ns == stamp:
            return
        with open(source, "rb") as file:  # noqa: PTH123
            _fill(file, place)
    except (_Damaged, *_FAULTS) as error:
        place.unlink(missing_ok=True)
        words = str(error) or type(error).__name__
        raise InputError(source, f"is damaged ({words})", WANTED) from error
    except sqlite3.Error as error:
        raise OutputError(str(place), str(error), WRITABLE) from error
    except OSError as error:
        place.unlink(missing_ok=True)
        raise InputError(source, error.strerror or str(error), WANTED) from error
    os.utime(place, ns=(stamp, stamp))


class _Damaged(Exception):
    """A file that contradicts itself."""


def _fill(file: BinaryIO, place: Path) -> None:
    place.unlink(missing_ok=True)
    with (
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        contextlib.closing(sqlite3.connect(place)) as db,
    ):
        _reader(data).metadata()  # what is damaged there is told before the work is done
        db.executescript(
            "CREATE TABLE metadata (name TEXT, value TEXT);"
            "INSERT INTO metadata VALUES ('format', 'png');"
            "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER,"
            " tile_data BLOB);"
        )
        rows = ((z, x, (1 << z) - 1 - y, tile) for (z, x, y), tile in _tiles(data))
        db.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
        db.commit()


def _tiles(data: mmap.mmap) -> Iterator[tuple[tuple[int, int, int], bytes]]:
    """Walk over the tiles of a file."""
    from pmtiles.tile import tileid_to_zxy

    header = _header(data)
    count = 0
    for entry in _entries(data, header, header["root_offset"], header["root_length"], DEEPEST):
        count += entry.run_length
        if count > MOST_TILES:
            raise _Damaged(f"more than {MOST_TILES:,} tiles")
        tile = _part(data, header["tile_data_offset"] + entry.offset, entry.length)
        for i in range(entry.run_length):
            yield tileid_to_zxy(entry.tile_id + i), tile


def _entries(
    data: mmap.mmap, header: dict[str, Any], at: int, length: int, depth: int
) -> Iterator[Any]:
    """Walk over the entries that name tiles, those of directories below it too."""
    from pmtiles.tile import deserialize_directory

    if not depth:
        raise _Damaged("directories within directories")
    for entry in deserialize_directory(_part(data, at, length)):
        if entry.run_length:
            yield entry
        else:
            below = header["leaf_directory_offset"] + entry.offset
            yield from _entries(data, header, below, entry.length, depth - 1)


def _header(data: mmap.mmap) -> dict[str, Any]:
    from pmtiles.tile import MagicNumberNotFound, SpecVersionUnsupported, deserialize_header

    try:
        return dict(deserialize_header(_part(data, 0, HEADER_BYTES)))
    except MagicNumberNotFound as error:
        raise _Damaged("it does not begin as PMTiles do") from error
    except SpecVersionUnsupported as error:
        raise _Damaged("another version than 3") from error


def _reader(data: mmap.mmap) -> Any:
    from pmtiles.reader import Reader

    _header(data)
    return Reader(lambda at, length: _part(data, at, length))


def _part(data: mmap.mmap, at: int, length: int) -> bytes:
    if at + length > len(data):
        raise _Damaged("cut short")
    return data[at : at + length]


def _pack(source: str, tiles: Path, place: Path) -> None:
    """Write the tiles with the header and the metadata of the source."""
    from pmtiles.tile import zxy_to_tileid
    from pmtiles.writer import Writer

    with (
        open(source, "rb") as file,  # noqa: PTH123
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        contextlib.closing(sqlite3.connect(tiles)) as db,
        place.open("wb") as made,
    ):
        reader = _reader(data)
        header, metadata = dict(reader.header()), reader.metadata()
        keys = {}
        for z, x, row in db.execute("SELECT zoom_level, tile_column, tile_row FROM tiles"):
            keys[zxy_to_tileid(z, x, (1 << z) - 1 - row)] = (z, x, row)
        writer = Writer(made)
        wanted = (
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
        )
        for key in sorted(keys):
            ((tile,),) = db.execute(wanted, keys[key])
            writer.write_tile(key, bytes(tile))
        writer.finalize(header, metadata)
