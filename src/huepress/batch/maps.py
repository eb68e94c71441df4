"""Files of map tiles, by their names: which they are, where their outputs go, and who does them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from huepress.batch import pmtiles, tiles
from huepress.batch.rows import Row
from huepress.options import CompressOptions, WriteOptions


def is_map(source: str) -> bool:
    """Whether an input is a file of tiles."""
    return source.lower().endswith((tiles.SUFFIX, pmtiles.SUFFIX))


def compress_map(
    source: str,
    output: str,
    options: CompressOptions,
    *,
    force: bool = False,
    write: bool = True,
    advance: Callable[[int], None] = lambda _: None,
) -> Row:
    """Compress the tiles of a map, as `tiles.compress_tiles` says."""
    packed = source.lower().endswith(pmtiles.SUFFIX)
    function = pmtiles.compress_pmtiles if packed else tiles.compress_tiles
    return function(source, output, options, force=force, write=write, advance=advance)


def output_of(source: str, write: WriteOptions) -> str:
    """Return where the tiles of a map go."""
    path = Path(source)
    if write.in_place:
        return source
    if write.output is not None:
        return write.output
    if write.out_dir is not None:
        Path(write.out_dir).mkdir(parents=True, exist_ok=True)
        return str(Path(write.out_dir, path.name))
    return str(path.with_name(path.stem + write.suffix + path.suffix))
