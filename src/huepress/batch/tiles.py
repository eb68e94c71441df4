"""Map tiles: an MBTiles file with one palette for the whole map; resumable.

An MBTiles file is an SQLite database of tiles (specification 1.3, mapbox/mbtiles-spec). PNG tiles
share one palette, and every color gets the same entry everywhere, without dither: what was equal on
both sides of an edge stays equal. Tiles in other formats are left alone; equal tiles are stored
once. The result is built in a file beside the output, from which a later run can resume.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np

from huepress._compress import compress, finish
from huepress.batch.carry import digest_of
from huepress.batch.job import recipe_of
from huepress.batch.mbtiles import FINAL, WAITING, WANTED, WORK, open_tiles, open_work
from huepress.batch.rows import REASONS, Row
from huepress.batch.shared import fit_palette
from huepress.color.spaces import embed, space_of
from huepress.decode import load_with
from huepress.errors import HuepressError, InputError, OptionError
from huepress.formats.png import SIGNATURE
from huepress.options import CompressOptions
from huepress.result.report import size_words
from huepress.result.write import check_target, write_atomic
from huepress.types import Palette, PaletteFit
from huepress.workers.executor import Executor, Inline, in_order
from huepress.workers.pool import Workers

SUFFIX: Final = ".mbtiles"

SAMPLE: Final = 2000
"""The palette is learned from this many different tiles, spread over the map: about ten seconds."""

FEW: Final = 64
"""Up to this many tiles are done in this process."""

COMMIT_EVERY: Final = 20
"""Tiles between commits: the most that a killed run loses."""


@dataclass(frozen=True, slots=True)
class TileJob:
    """One tile.

    Attributes
    ----------
    name : str
        What messages call it.
    data : bytes
        The file.
    options : CompressOptions
        As for a picture.
    colors : bytes
        The palette, 4 bytes a color; empty: the pixels stay.
    """

    name: str
    data: bytes
    options: CompressOptions
    colors: bytes


@dataclass(frozen=True, slots=True)
class Tile:
    """The outcome for a tile: its file, or why it failed."""

    data: bytes
    fault: str = ""


def compress_tiles(
    source: str,
    output: str,
    options: CompressOptions,
    *,
    force: bool = False,
    write: bool = True,
    advance: Callable[[int], None] = lambda _: None,
) -> Row:
    """Compress the tiles of a map.

    Parameters
    ----------
    source, output : str
        MBTiles files; may be the same, to replace the input.
    options : CompressOptions
        ``colors``, ``lossless`` and those of k-means; a score or a size cannot be asked for.
    force : bool
        Replace an existing output.
    write : bool
        False: only report; the work is done anyway.
    advance : callable
        Called with the number of different tiles done so far.

    Returns
    -------
    Row
        One for the file; ``kept`` when nothing was saved.
    """
    try:
        return _compress_tiles(source, output, options, force, write, advance)
    except HuepressError as error:
        return Row.failed(source, error)
    except sqlite3.Error as error:
        return Row.failed(source, InputError(source, f"a damaged database ({error})", WANTED))


def _compress_tiles(
    source: str,
    output: str,
    options: CompressOptions,
    force: bool,
    write: bool,
    advance: Callable[[int], None],
) -> Row:
    started = perf_counter()
    if output.lower().endswith(".pmtiles"):
        raise OptionError("output", output, f"a name that ends in {SUFFIX}, as the input's")
    for name in ("quality", "max_size"):
        if getattr(options, name) is not None:
            raise OptionError(name, getattr(options, name), "no such bound for map tiles: colors")
    same = os.path.realpath(source) == os.path.realpath(output)
    if write and not same:
        check_target(output, force=force)
    work = Path(output + ".part")
    with contextlib.closing(open_tiles(source)) as old, contextlib.closing(open_work(work)) as new:
        counts = _Work(source, old, new, options).run(advance)
        new.executescript(FINAL)
        new.commit()
        new.execute("VACUUM")
    before, after = Path(source).stat().st_size, work.stat().st_size
    figures = {
        "bytes_in": before,
        "bytes_out": min(before, after),
        "format": "mbtiles",
        "seconds": round(perf_counter() - started, 4),
        "notes": [str(counts)],
    }
    smaller = after < before
    if write and smaller:
        work.chmod(Path(source).stat().st_mode & 0o7777)
        work.replace(os.path.realpath(output))
    else:
        work.unlink()
        if write and not same:
            data = Path(source).read_bytes()
            write_atomic(output, data, force=force)
    words = size_words(before, min(before, after))
    code = "smaller" if smaller else "not_smaller"
    return Row(
        source,
        "compressed" if smaller else "kept",
        code,
        output=output,
        reason=REASONS[code],
        figures=figures,
        summary=f"{words}, {counts}",
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tiles there are, and the outcomes of the different ones."""

    tiles: int
    different: int
    smaller: int
    left: int

    def __str__(self) -> str:
        return (
            f"{self.tiles:,} tiles, {self.different:,} different: {self.smaller:,} smaller,"
            f" {self.left:,} left"
        )


_ALL_TILES: Final = "SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles"


class _Work:
    """One run over the tiles of a map, from one database into another."""

    def __init__(
        self,
        source: str,
        old: sqlite3.Connection,
        new: sqlite3.Connection,
        options: CompressOptions,
    ) -> None:
        # Equal colors must stay equal on both sides of an edge: no rate, no dither.
        flat = {} if options.lossless else {"rate_weight": 0.0, "dither": 0.0}
        self._source = source
        self._old = old
        self._new = new
        self._options = options.changed(format="png", icc="srgb", **flat)

    def run(self, advance: Callable[[int], None]) -> Counts:
        """Do everything that is not done yet."""
        self._begin()
        colors = b"" if self._options.lossless else self._palette()
        n_workers = self._options.threads or os.cpu_count() or 1
        waiting = {row[0] for row in self._new.execute(WAITING)}
        executor: Executor[TileJob, Tile] = Inline(run_tile)
        if len(waiting) > FEW:
            executor = Workers(run_tile, _lost, n_workers)
        try:
            for n, (key, tile) in enumerate(self._tiles(executor, waiting, colors)):
                if tile.fault:
                    raise InputError(self._source, tile.fault, "undamaged tiles are needed")
                self._new.execute("INSERT OR REPLACE INTO images VALUES (?, ?)", (key, tile.data))
                if n % COMMIT_EVERY == COMMIT_EVERY - 1:
                    self._new.commit()
                advance(n + 1)
        finally:
            executor.close()
            self._new.commit()
        return self._counts()

    def _tiles(
        self, executor: Executor[TileJob, Tile], keys: set[int], colors: bytes
    ) -> Iterator[tuple[int, Tile]]:
        options = self._options.changed(threads=1)
        begun: deque[int] = deque()

        def jobs() -> Iterator[TileJob]:
            for key, place, data in self._each():
                if key in keys:
                    begun.append(key)
                    yield TileJob("tile {}/{}/{}".format(*place), data, options, colors)

        for tile in in_order(executor, jobs(), lambda _, tile: tile, _never):
            yield begun.popleft(), tile

    def _each(self) -> Iterator[tuple[int, tuple[int, int, int], bytes]]:
        """Iterate over the different tiles: number, position of the first, file.

        One pass over the table, which may have no index; numbers are the same each time.
        """
        numbers: dict[bytes, int] = {}
        for *place, data in self._old.execute(_ALL_TILES):
            content = bytes(data or b"")
            key = digest_of(content)
            if key not in numbers:
                numbers[key] = len(numbers) + 1
                yield numbers[key], (place[0], place[1], place[2]), content

    def _begin(self) -> None:
        """Copy everything but the tiles, and list the tiles, unless an earlier run did so."""
        stamp = Path(self._source).stat()
        mark = recipe_of(self._options, str(stamp.st_size), str(stamp.st_mtime_ns))
        there = self._new.execute(f"SELECT value FROM {WORK} WHERE name = 'mark'").fetchone()
        if there is not None and bytes(there[0]) == mark:
            return
        for table in ("map", "images", WORK):
            self._new.execute(f"DELETE FROM {table}")
        self._copy_rest()
        keys: dict[bytes, int] = {}
        for *place, data in self._old.execute(_ALL_TILES):
            key = keys.setdefault(digest_of(bytes(data or b"")), len(keys) + 1)
            self._new.execute("INSERT INTO map VALUES (?, ?, ?, ?)", (*place, key))
        self._new.execute(f"INSERT INTO {WORK} VALUES ('mark', ?)", (mark,))
        self._new.commit()

    def _copy_rest(self) -> None:
        """Copy metadata, grids and everything else that is not a tile."""
        tables = self._old.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for name, sql in tables:
            if name in ("tiles", "map", "images"):
                continue
            quoted = '"' + name.replace('"', '""') + '"'
            self._new.execute(f"DROP TABLE IF EXISTS {quoted}")
            self._new.execute(sql)
            for row in self._old.execute(f"SELECT * FROM {quoted}"):
                marks = ",".join("?" * len(row))
                self._new.execute(f"INSERT INTO {quoted} VALUES ({marks})", row)

    def _palette(self) -> bytes:
        """Learn the palette, or take the one that an earlier run learned."""
        there = self._new.execute(f"SELECT value FROM {WORK} WHERE name = 'palette'").fetchone()
        if there is not None:
            return bytes(there[0])
        (count,) = self._new.execute("SELECT count(DISTINCT tile_id) FROM map").fetchone()
        step = -(-count // SAMPLE)
        pictures = [data for n, _, data in self._each() if n % step == 0 and _is_png(data)]
        colors = b""
        if pictures:
            found = fit_palette(pictures, self._options.changed(rate_weight=None), skip_bad=True)
            shown = found.palette.colors
            opaque = np.full((len(shown), 4), 255, np.uint8)
            opaque[:, : shown.shape[1]] = shown
            colors = opaque.tobytes()
        self._new.execute(f"INSERT INTO {WORK} VALUES ('palette', ?)", (colors,))
        self._new.commit()
        return colors

    def _counts(self) -> Counts:
        (tiles,) = self._new.execute("SELECT count(*) FROM map").fetchone()
        sizes = dict(self._new.execute("SELECT tile_id, length(tile_data) FROM images"))
        smaller = left = 0
        for key, _, data in self._each():
            smaller += sizes[key] < len(data)
            left += not _is_png(data)
        return Counts(tiles, len(sizes), smaller, left)


def run_tile(job: TileJob) -> Tile:
    """Compress one tile; if it is not a PNG, or gets no smaller, it stays as it is."""
    if not _is_png(job.data) or not (job.colors or job.options.lossless):
        return Tile(job.data)
    try:
        if job.options.lossless:
            made = compress(job.data, job.options).data
        else:
            image = load_with(job.data, job.options, name=job.name)
            made = finish(image, _fit(job.colors, job.options), job.options, perf_counter()).data
    except HuepressError as error:
        return Tile(b"", str(error))
    return Tile(made if len(made) < len(job.data) else job.data)


def _fit(colors: bytes, options: CompressOptions) -> PaletteFit:
    """Return a palette as the fit that `compress` takes."""
    rgba = np.frombuffer(colors, np.uint8).reshape(-1, 4)
    shown = rgba if (rgba[:, 3] < 255).any() else np.ascontiguousarray(rgba[:, :3])
    centers = embed(shown, space_of(options.color_space, None))
    return PaletteFit(Palette(shown), centers, 0.0, 0, "tolerance")


def _is_png(data: bytes) -> bool:
    return data.startswith(SIGNATURE)


def _lost(job: TileJob, words: str) -> Tile:
    return Tile(b"", f"{job.name}: its worker was lost, twice ({words})")


def _never(place: int) -> Tile:
    raise AssertionError(place)
