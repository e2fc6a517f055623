"""What databases look like on the disk: logs, permissions, sizes, and the tables that describe them."""

from __future__ import annotations

import json
import multiprocessing
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.test_database_stores import (
    FILES,
    KEY,
    KINDS,
    LONG_AGO,
    ZERO,
    _run,
    assembled,
    config,
    new,
    picture,
    store_of,
)
from tilekeep.adapters.storage.sqlite.connections import MOST_IDLE
from tilekeep.domain.tile import TileCoord, TileKey

RED = picture("red")


def query(file: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute(statement).fetchall()


@pytest.mark.parametrize(
    ("option", "journal"),
    [
        pytest.param("", "wal", id="on-a-local-disk"),
        pytest.param(", sqlite_wal: true", "wal", id="on"),
        pytest.param(", sqlite_wal: false", "delete", id="off"),
    ],
)
def test_new_databases_get_a_log_as_the_option_says(tmp_path: Path, option: str, journal: str) -> None:
    store_of(config(tmp_path, f"{{type: mbtiles{option}}}")).write([new(KEY)], LONG_AGO)

    assert query(tmp_path / FILES["mbtiles"], "PRAGMA journal_mode") == [(journal,)]


def test_a_file_has_all_tiles_when_the_processes_that_wrote_it_have_ended(tmp_path: Path) -> None:
    kept = []

    def write() -> None:
        container, store = assembled(config(tmp_path, "{type: mbtiles}"))
        kept.append(container)
        store.write([new(KEY)], LONG_AGO)

    process = multiprocessing.get_context("fork").Process(target=write)
    process.start()
    process.join()

    file = tmp_path / FILES["mbtiles"]
    assert process.exitcode == 0
    assert not [beside.name for beside in file.parent.glob(f"{file.name}-*")]
    assert query(file, "SELECT count(*) FROM tiles") == [(1,)]


def open_below(directory: Path) -> int:
    """How many files below ``directory`` this process holds open."""
    held = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
    return sum(path.startswith(f"{directory}/") for path in held)


def test_only_so_many_databases_stay_open(tmp_path: Path) -> None:
    container, store = assembled(config(tmp_path, "{type: mbtiles, sqlite_wal: false}"))
    container.adapters.sqlite_connections().close()
    days = [KEY._replace(dimensions=(("time", f"day {number}"),)) for number in range(MOST_IDLE + 20)]

    store.write([new(key) for key in days], LONG_AGO)
    assert store.read_many(days).keys() == set(days)

    assert 0 < open_below(tmp_path) <= MOST_IDLE
    container.adapters.sqlite_connections().close()
    assert open_below(tmp_path) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_made_by_reading(tmp_path: Path, kind: str) -> None:
    store = store_of(config(tmp_path, KINDS[kind]))

    assert store.read(KEY) is None
    assert store.read_many([KEY]) == {}
    assert list(store.list(3)) == []
    store.remove([KEY])
    store.remove_level(3)
    store.renew([KEY], LONG_AGO, None)

    assert not (tmp_path / "cache_data").exists()


def test_new_files_and_directories_have_the_permissions_of_the_configuration(tmp_path: Path) -> None:
    path = config(tmp_path, "{type: sqlite, directory_permissions: '750', file_permissions: '640'}")

    store_of(path).write([new(KEY)], LONG_AGO)

    file = tmp_path / FILES["sqlite"]
    assert [stat.S_IMODE(os.stat(each).st_mode) for each in (file.parent, file)] == [0o750, 0o640]


def test_a_removed_level_gives_its_room_back(tmp_path: Path) -> None:
    container, store = assembled(config(tmp_path, KINDS["sqlite"]))
    store.write([new(TileKey(TileCoord(3, x, y)), RED * 20) for x in range(8) for y in range(8)], LONG_AGO)

    store.remove_level(3)

    container.adapters.sqlite_connections().close()
    assert (tmp_path / FILES["sqlite"]).stat().st_size < 100_000
    assert list(store.list(3)) == []


def test_a_geopackage_with_a_coverage_has_its_tiles_where_they_are(tmp_path: Path) -> None:
    cache = "{type: geopackage, coverage: {bbox: [5, 50, 10, 55], srs: 'EPSG:4326'}}"
    store_of(config(tmp_path, cache)).write([new(ZERO)], LONG_AGO)
    file = tmp_path / FILES["geopackage"]

    info = json.loads(_run("gdalinfo", "-json", "-oo", "USE_TILE_EXTENT=YES", str(file)))

    assert info["cornerCoordinates"]["upperLeft"] == pytest.approx([-20037508.34, 20037508.34], abs=1)
    assert query(file, "SELECT round(min_x), round(max_x) FROM gpkg_contents") == [(556597.0, 1113195.0)]


def test_all_levels_of_a_geopackage_are_described(tmp_path: Path) -> None:
    path = config(tmp_path, KINDS["geopackage"])
    path.write_text(path.read_text().replace("num_levels: 12", "num_levels: 23"))

    store_of(path).write([new(ZERO)], LONG_AGO)

    assert query(tmp_path / FILES["geopackage"], "SELECT count(*), max(zoom_level) FROM gpkg_tile_matrix") == [(23, 22)]


def test_levels_that_a_table_lacks_are_described(tmp_path: Path) -> None:
    path = config(tmp_path, KINDS["geopackage"])
    store_of(path).write([new(ZERO)], LONG_AGO)
    file = tmp_path / FILES["geopackage"]
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("DELETE FROM gpkg_tile_matrix")
        database.execute('DROP TABLE "tilekeep_a_G"')

    store_of(path).write([new(KEY)], LONG_AGO)

    assert query(file, "SELECT count(*) FROM gpkg_tile_matrix") == [(12,)]


@pytest.mark.parametrize("kind", ["geopackage", "levels"])
def test_the_tables_of_a_geopackage_are_those_of_the_standard(tmp_path: Path, kind: str) -> None:
    store_of(config(tmp_path, KINDS[kind])).write([new(KEY)], LONG_AGO)
    file = tmp_path / FILES[kind]

    assert query(file, "PRAGMA application_id") == [(1196437808,)]
    assert query(file, "PRAGMA foreign_key_check") == []
    assert query(file, "SELECT table_name, data_type, srs_id FROM gpkg_contents") == [("a_G", "tiles", 3857)]
    assert {name for (name,) in query(file, "SELECT srs_id FROM gpkg_spatial_ref_sys")} == {-1, 0, 3857, 4326}
