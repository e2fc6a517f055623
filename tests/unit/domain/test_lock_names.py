"""Tile locks are named as MapProxy names them (spec/caches.md, 5)."""

from __future__ import annotations

from tilekeep.domain.lock_names import file_lock_id, tile_lock_name
from tilekeep.domain.tile import TileCoord


def test_the_id_of_a_file_cache_is_the_md5_of_its_directory_as_it_is_spelled() -> None:
    assert file_lock_id("/var/cache/osm_EPSG3857") == "7f8f635dbcb0abba612e134673348253"
    assert file_lock_id("/var/cache/./osm_EPSG3857") != file_lock_id("/var/cache/osm_EPSG3857")


def test_the_lock_of_a_tile_ends_with_column_row_and_level() -> None:
    assert tile_lock_name("0123", TileCoord(z=4, x=9, y=6)) == "0123-9-6-4.lck"
