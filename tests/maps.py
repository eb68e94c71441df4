"""Files of map tiles for the tests, written by other programs than huepress."""

import sqlite3


def make_mbtiles(path, tiles, **metadata):
    """Write (zoom, column, row from the bottom) -> file as MBTiles."""
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
    more = {"name": "drawn", "format": "png"} | metadata
    db.executemany("INSERT INTO metadata VALUES (?, ?)", more.items())
    db.execute("CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER,"
               " tile_data BLOB)")  # fmt: skip
    db.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", [(*k, v) for k, v in tiles.items()])
    db.commit()
    db.close()


def make_pmtiles(path, tiles):
    """Write (zoom, column, row from the top) -> file as PMTiles; False without the package."""
    try:
        from pmtiles import tile, writer
    except ImportError:
        return False
    header = {
        "tile_type": tile.TileType.PNG, "tile_compression": tile.Compression.NONE,
        "min_lon_e7": -1800000000, "max_lon_e7": 1800000000, "center_zoom": 1,
        "min_lat_e7": -850000000, "max_lat_e7": 850000000, "center_lon_e7": 5, "center_lat_e7": 7,
    }  # fmt: skip
    with writer.write(str(path)) as made:
        for key in sorted(tiles, key=lambda key: tile.zxy_to_tileid(*key)):
            made.write_tile(tile.zxy_to_tileid(*key), tiles[key])
        made.finalize(header, {"name": "drawn", "attribution": "nobody"})
    return True
