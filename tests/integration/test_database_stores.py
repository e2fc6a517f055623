"""Tile stores in databases beside MapProxy, GDAL and plain SQL, and what happens to files that are not theirs."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from dependency_injector import providers
from PIL import Image
from werkzeug.test import create_environ

from tests.contract.half_made_change import half_made_change
from tests.contract.processes import become_nobody, forked, signals, wait_for
from tests.contract.sqlite_tile_store_suite import RESOURCES
from tests.fakes.clock import FakeClock
from tests.integration.mapproxy_databases import MapProxyCache, finished
from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import UpstreamServer
from tilekeep import make_wsgi_app
from tilekeep.adapters.storage.sqlite.geopackage_contents import tile_tables
from tilekeep.config.assemble.caches import CacheAssembly
from tilekeep.config.checked_container import checked_container
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.config.problems import ConfigurationProblems
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import NewTile, TileCoord, TileKey, Validators
from tilekeep.ports.tile_store import TileStore

KEY = TileKey(TileCoord(3, 5, 2))
ZERO = TileKey(TileCoord(0, 0, 0))
IN_TIME = KEY._replace(dimensions=(("time", "2024-01-01"),))
LONG_AGO = 1_000_000_000.0
VALIDATORS = Validators('"abc"', None)

KINDS = {
    "sqlite": "{type: sqlite}",
    "mbtiles": "{type: mbtiles}",
    "geopackage": "{type: geopackage}",
    "levels": "{type: geopackage, levels: true}",
}
FILES = {
    "sqlite": "cache_data/a/G/3.mbtiles",
    "mbtiles": "cache_data/a.mbtiles",
    "geopackage": "cache_data/a.gpkg",
    "levels": "cache_data/a/G/3.gpkg",
}


def picture(color: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (256, 256), color).save(out, "PNG")
    return out.getvalue()


RED, BLUE = picture("red"), picture("blue")


def config(folder: Path, cache: str, origin: str = "nw", srs: str = "EPSG:3857") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "mapproxy.yaml"
    path.write_text(f"""
services: {{tms: }}
layers: [{{name: a, title: A, sources: [a]}}]
caches: {{a: {{grids: [G], sources: [], cache: {cache}, ledger: false}}}}
grids: {{G: {{srs: '{srs}', origin: {origin}, num_levels: 12}}}}
""")
    return path


def assembled(path: Path, clock: FakeClock | None = None) -> tuple[TilekeepContainer, TileStore]:
    container = checked_container(load_settings(str(path), variables={}))
    if clock is not None:
        container.adapters.clock.override(providers.Object(clock))
        container.use_cases.reset_singletons()
    assembly: CacheAssembly = container.use_cases.caches()
    return container, next(assembly.stores()).store


def store_of(path: Path) -> TileStore:
    container, store = assembled(path)
    RESOURCES.keep(container.adapters.sqlite_connections())
    return store


def new(key: TileKey, body: bytes = RED) -> NewTile:
    return NewTile(key, body, "image/png", VALIDATORS, "12ab")


@pytest.mark.parametrize("kind", KINDS)
def test_a_tile_that_mapproxy_replaces_has_a_new_time_and_no_record_of_the_old_one(tmp_path: Path, kind: str) -> None:
    path = config(tmp_path, KINDS[kind])
    store = store_of(path)
    store.write([new(KEY)], LONG_AGO)

    begin = int(time.time())
    MapProxyCache(path).store([KEY.coord], BLUE)

    info = store.stat_many([KEY])[KEY]
    tile = store.read(KEY)
    assert tile is not None
    assert tile.body == BLUE
    assert (info.validators, info.checksum) == (None, None)
    assert begin <= info.stored_at == tile.info.stored_at <= time.time()


@pytest.mark.parametrize("kind", ["mbtiles", "geopackage"])
def test_tiles_of_a_file_that_only_mapproxy_knows_are_old_but_not_stale(tmp_path: Path, kind: str) -> None:
    path = config(tmp_path, KINDS[kind])
    MapProxyCache(path).store([KEY.coord, ZERO.coord], RED)
    store = store_of(path)

    tile = store.read(KEY)
    assert tile is not None
    assert 0 < tile.info.stored_at < LONG_AGO

    store.renew([KEY], LONG_AGO, VALIDATORS)

    assert store.stat_many([KEY])[KEY][::2] == (LONG_AGO, VALIDATORS)
    assert MapProxyCache(path).load([KEY.coord]) == [RED]
    tile = store.read(KEY)
    assert tile is not None
    assert tile.info.stored_at == LONG_AGO


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_sees_what_mapproxy_changes_while_it_has_the_file_open(tmp_path: Path, kind: str) -> None:
    path = config(tmp_path, KINDS[kind])
    MapProxyCache(path).store([ZERO.coord], RED)
    store = store_of(path)
    assert store.read(ZERO) is not None
    assert store.read(KEY) is None

    MapProxyCache(path).store([KEY.coord], BLUE)

    tile = store.read(KEY)
    assert tile is not None
    assert tile.body == BLUE


def test_a_file_that_is_removed_and_made_anew_is_read_and_written_anew(tmp_path: Path) -> None:
    path = config(tmp_path, KINDS["sqlite"])
    store = store_of(path)
    store.write([new(KEY)], LONG_AGO)
    file = tmp_path / FILES["sqlite"]

    for each in file.parent.glob("3.mbtiles*"):
        each.unlink()
    assert store.read(KEY) is None
    MapProxyCache(path).store([KEY.coord], BLUE)
    tile = store.read(KEY)
    assert tile is not None
    assert tile.body == BLUE

    for each in file.parent.glob("3.mbtiles*"):
        each.unlink()
    store.write([new(KEY, RED)], LONG_AGO)
    assert MapProxyCache(path).load([KEY.coord]) == [RED]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_locked_while_both_programs_write_and_read(tmp_path: Path, kind: str) -> None:
    path = config(tmp_path, KINDS[kind])
    coords = {writer: [TileCoord(9, x, writer) for x in range(160)] for writer in range(4)}
    store = store_of(path)

    def write(writer: int) -> None:
        for start in range(0, 160, 16):
            own.write([new(TileKey(coord)) for coord in coords[writer][start : start + 16]], LONG_AGO)

    processes = [MapProxyCache(path).storing(coords[writer], RED) for writer in (0, 1)]
    own = store_of(path)
    children = [forked(lambda writer=writer: write(writer)) for writer in (2, 3)]  # type: ignore[misc]
    while any(process.poll() is None for process in processes):
        store.read_many([TileKey(coords[writer][0]) for writer in coords])
    for process in processes:
        finished(process)
    wait_for(*children)

    assert {key.coord for key, _ in store.list(9)} == {coord for some in coords.values() for coord in some}
    with closing(sqlite3.connect(tmp_path / FILES[kind].replace("3.", "9."))) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("kind", KINDS)
def test_locks_have_the_names_of_mapproxy(tmp_path: Path, kind: str) -> None:
    path = config(tmp_path, KINDS[kind])

    cache = checked_container(load_settings(str(path), variables={})).use_cases.caches().effective("a")

    assert cache.storage.lock_id(cache.directories["G"]) == MapProxyCache(path).lock_id()


@pytest.mark.parametrize("kind", KINDS)
def test_level_0_is_read_in_bulk(tmp_path: Path, kind: str) -> None:
    path = config(tmp_path, KINDS[kind])
    MapProxyCache(path).store([ZERO.coord], RED)

    assert [tile.body for tile in store_of(path).read_many([ZERO]).values()] == [RED]


@pytest.mark.parametrize("kind", KINDS)
def test_tiles_with_dimensions_lie_in_databases_that_mapproxy_does_not_read(tmp_path: Path, kind: str) -> None:
    path = config(tmp_path, KINDS[kind])
    store = store_of(path)
    store.write([new(KEY, RED), new(IN_TIME, BLUE)], LONG_AGO)

    assert MapProxyCache(path).load([KEY.coord]) == [RED]
    where = {
        "sqlite": "cache_data/a/G/time-2024-01-01/3.mbtiles",
        "mbtiles": "cache_data/a.dimensions/time-2024-01-01.mbtiles",
        "geopackage": "cache_data/a.dimensions/time-2024-01-01.gpkg",
        "levels": "cache_data/a/G/time-2024-01-01/3.gpkg",
    }
    assert (tmp_path / where[kind]).is_file()


def test_tiles_older_than_ttl_are_missing_but_stay_in_the_file(tmp_path: Path) -> None:
    clock = FakeClock()
    _, store = assembled(config(tmp_path, "{type: sqlite, ttl: 60}"), clock)
    store.write([new(KEY)], clock.now() - 30)
    store.write([new(ZERO)], clock.now() - 90)

    assert store.read_many([KEY, ZERO]).keys() == {KEY}
    assert store.stat_many([KEY, ZERO]).keys() == {KEY}
    assert store.read(ZERO) is None
    assert [key for key, _ in store.list(0)] == [ZERO]


def test_an_mbtiles_file_says_of_itself_what_the_standard_wants(tmp_path: Path) -> None:
    store = store_of(config(tmp_path, "{type: mbtiles, coverage: {bbox: [5, 50, 10, 55], srs: 'EPSG:4326'}}"))

    store.write([new(KEY)], LONG_AGO)
    store.write([new(TileKey(TileCoord(5, 17, 10)))], LONG_AGO)

    metadata = metadata_of(tmp_path)
    bounds = [float(degrees) for degrees in metadata.pop("bounds").split(",")]
    assert bounds == pytest.approx([5, 50, 10, 55])
    assert metadata.pop("description")
    assert metadata == {
        "name": "a",
        "format": "png",
        "type": "overlay",
        "version": "1",
        "minzoom": "3",
        "maxzoom": "5",
    }


def test_metadata_is_added_to_a_file_of_mapproxy_and_what_is_there_stays(tmp_path: Path) -> None:
    path = config(tmp_path, KINDS["mbtiles"])
    MapProxyCache(path).store([KEY.coord], RED)
    with closing(sqlite3.connect(tmp_path / FILES["mbtiles"])) as database, database:
        database.execute("INSERT INTO metadata VALUES ('name', 'Mine')")

    store_of(path).write([new(ZERO)], LONG_AGO)

    metadata = metadata_of(tmp_path)
    assert [metadata[name] for name in ("name", "minzoom", "maxzoom")] == ["Mine", "0", "3"]


def metadata_of(folder: Path) -> dict[str, str]:
    with closing(sqlite3.connect(folder / FILES["mbtiles"])) as database:
        return dict(database.execute("SELECT name, value FROM metadata"))


@pytest.mark.parametrize(
    ("cache", "origin", "file"),
    [
        pytest.param("{type: mbtiles}", "sw", "cache_data/a.mbtiles", id="mbtiles"),
        pytest.param("{type: mbtiles, row_order: standard}", "nw", "cache_data/a.mbtiles", id="mbtiles-standard"),
        pytest.param("{type: geopackage}", "nw", "cache_data/a.gpkg", id="geopackage"),
        pytest.param("{type: geopackage, row_order: standard}", "sw", "cache_data/a.gpkg", id="geopackage-standard"),
        pytest.param("{type: geopackage, levels: true}", "nw", "cache_data/a/G/1.gpkg", id="geopackage-level"),
    ],
)
def test_gdal_sees_tiles_where_they_are(tmp_path: Path, cache: str, origin: str, file: str) -> None:
    north = 0 if origin == "nw" else 1
    store = store_of(config(tmp_path, cache, origin))
    tiles = [new(TileKey(TileCoord(1, x, y)), RED if y == north else BLUE) for x in (0, 1) for y in (0, 1)]
    store.write(tiles, LONG_AGO)

    info = json.loads(_run("gdalinfo", "-json", str(tmp_path / file)))
    shown = tmp_path / "shown.png"
    _run("gdal_translate", "-q", "-of", "PNG", "-b", "1", "-b", "2", "-b", "3", str(tmp_path / file), str(shown))

    assert info["size"] == [512, 512]
    assert info["cornerCoordinates"]["upperLeft"] == pytest.approx([-20037508.34, 20037508.34], abs=1)
    assert "3857" in json.dumps(info["coordinateSystem"])
    with Image.open(shown) as image:
        assert [image.getpixel((100, y)) for y in (10, 500)] == [(255, 0, 0), (0, 0, 255)]


def test_a_geopackage_in_another_srs_has_its_definition(tmp_path: Path) -> None:
    path = config(tmp_path, KINDS["geopackage"], srs="EPSG:25832")
    path.write_text(path.read_text().replace("origin: nw", "origin: nw, bbox: [200000, 5200000, 900000, 6100000]"))
    store = store_of(path)
    store.write([new(ZERO)], LONG_AGO)

    info = json.loads(_run("gdalinfo", "-json", str(tmp_path / FILES["geopackage"])))

    assert "25832" in info["coordinateSystem"]["wkt"]
    assert MapProxyCache(path).load([ZERO.coord]) == [RED]


def test_tilekeep_reads_a_geopackage_that_gdal_has_made(tmp_path: Path) -> None:
    source = tmp_path / "source.png"
    Image.new("RGB", (256, 256), "red").save(source)
    half = "20037508.342789244"
    (tmp_path / "cache_data").mkdir()
    _run(
        "gdal_translate", "-q", "-of", "GPKG", "-a_srs", "EPSG:3857", "-a_ullr", f"-{half}", half, half, f"-{half}",
        "-co", "RASTER_TABLE=a_G", "-co", "TILE_FORMAT=PNG", "-co", "TILING_SCHEME=GoogleMapsCompatible",
        str(source), str(tmp_path / FILES["geopackage"]),
    )  # fmt: skip
    path = config(tmp_path, KINDS["geopackage"])
    path.write_text(path.read_text().replace("num_levels: 12", "num_levels: 20"))
    store = store_of(path)

    tile = store.read(ZERO)
    assert tile is not None
    assert tile.media_type == "image/png"
    store.write([new(KEY)], LONG_AGO)
    assert store.read(KEY) is not None


def test_grids_of_a_cache_cannot_share_an_mbtiles_file_but_a_geopackage(tmp_path: Path) -> None:
    def load(kind: str) -> None:
        path = config(tmp_path, KINDS[kind])
        path.write_text(path.read_text().replace("grids: [G]", "grids: [G, GLOBAL_MERCATOR]"))
        checked_container(load_settings(str(path), variables={}))

    load("geopackage")
    load("sqlite")
    with pytest.raises(ConfigurationProblems, match="would overwrite those of 'G'"):
        load("mbtiles")


def test_images_that_a_file_of_another_program_shares_are_read_and_not_written(tmp_path: Path) -> None:
    file = tmp_path / FILES["mbtiles"]
    file.parent.mkdir(parents=True)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE map (zoom_level integer, tile_column integer, tile_row integer, tile_id text)")
        database.execute("CREATE TABLE images (tile_id text, tile_data blob)")
        database.execute("CREATE TABLE metadata (name text, value text)")
        database.execute(
            "CREATE VIEW tiles AS SELECT zoom_level, tile_column, tile_row, tile_data"
            " FROM map JOIN images USING (tile_id)"
        )
        database.execute("INSERT INTO images VALUES ('red', ?)", (RED,))
        database.executemany("INSERT INTO map VALUES (3, 5, ?, 'red')", [(2,), (3,)])
    store = store_of(config(tmp_path, KINDS["mbtiles"]))

    assert [tile.body for tile in store.read_many([KEY, ZERO]).values()] == [RED]
    assert len(list(store.list(3))) == 2
    with pytest.raises(StoreError, match="it is a view"):
        store.write([new(KEY, BLUE)], LONG_AGO)
    tile = store.read(KEY)
    assert tile is not None
    assert tile.body == RED


@pytest.mark.parametrize("kind", KINDS)
def test_stale_tiles_are_fetched_once_and_are_fresh_then(tmp_path: Path, kind: str) -> None:
    """MapProxy fetches tiles of all but sqlite caches on every request once there is a refresh_before."""
    with UpstreamServer() as upstream:
        upstream.on("/wms", draw_wms)
        path = config(tmp_path, KINDS[kind])
        text = path.read_text().replace("sources: [], cache", "sources: [w], refresh_before: {hours: 1}, cache")
        path.write_text(f"{text}sources: {{w: {{type: wms, req: {{url: '{upstream.url}/wms', layers: a}}}}}}\n")
        application = make_wsgi_app(str(path))

        def requests_for_a_tile() -> int:
            upstream.forget()
            assert called(application, "/tms/1.0.0/a/EPSG3857/2/5/2.png") == "200 OK"
            return len(upstream.requests)

        assert [requests_for_a_tile() for _ in range(3)] == [1, 0, 0]
        store_of(path).renew([TileKey(TileCoord(3, 5, 5))], time.time() - 3700, None)
        assert [requests_for_a_tile() for _ in range(3)] == [1, 0, 0]


def called(application: Any, path: str) -> str:
    """The status of an answer."""
    statuses: list[str] = []
    environ = create_environ(path)
    for _ in application(environ, lambda status, headers: statuses.append(status)):
        pass
    return statuses[-1]


def fill(path: Path) -> None:
    """Stores a tile and closes the file, which has all that is in it then."""
    container, store = assembled(path)
    store.write([new(KEY)], LONG_AGO)
    container.adapters.sqlite_connections().close()


@pytest.mark.parametrize("wal", ["true", "false"])
def test_a_file_on_a_disk_that_cannot_be_written_is_read(open_folder: Path, wal: str) -> None:
    path = config(open_folder, f"{{type: mbtiles, sqlite_wal: {wal}}}")
    fill(path)
    assert sorted(each.name for each in (open_folder / "cache_data").iterdir()) == ["a.mbtiles"]
    (open_folder / FILES["mbtiles"]).chmod(0o444)
    (open_folder / "cache_data").chmod(0o555)

    def work() -> None:
        become_nobody()
        store = store_of(path)
        for _ in range(2):
            tile = store.read(KEY)
            assert tile is not None
            assert (tile.body, tile.info.stored_at) == (RED, LONG_AGO)
        with pytest.raises(StoreError, match="Permission denied"):
            store.write([new(ZERO)], LONG_AGO)

    wait_for(forked(work))


def new_tiles(table: str) -> list[str]:
    """Statements that store many."""
    columns = "zoom_level, tile_column, tile_row, tile_data"
    return [f"INSERT INTO {table} ({columns}) VALUES (9, {number}, 0, x'{BLUE.hex() * 9}')" for number in range(999)]


@pytest.mark.parametrize(
    ("killed", "said"), [(True, "was killed has left a change half made"), (False, "another program keeps it locked")]
)
def test_who_may_not_write_never_reads_the_half_of_a_change(open_folder: Path, *, killed: bool, said: str) -> None:
    path = config(open_folder, "{type: mbtiles, sqlite_wal: false, sqlite_timeout: 0.1}")

    store = store_of(path)

    def read_as_nobody() -> None:
        become_nobody()
        with pytest.raises(StoreError, match=said):
            store.read(KEY)

    fill(path)
    with half_made_change(open_folder / FILES["mbtiles"], *new_tiles("tiles")):
        if not killed:
            wait_for(forked(read_as_nobody))
    if killed:
        wait_for(forked(read_as_nobody))

    tile = store.read(KEY)
    assert tile is not None
    assert tile.body == RED


def test_tables_are_found_in_a_geopackage_whose_writer_was_killed(tmp_path: Path) -> None:
    fill(config(tmp_path, "{type: geopackage, table_name: a}"))
    database = tmp_path / FILES["geopackage"]
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    before = tile_tables(str(database))

    with half_made_change(database, *new_tiles("a")):
        pass

    assert tile_tables(str(database)) == before
    assert [table.name for table in before] == ["a"]


def test_who_may_not_write_sees_what_another_user_stores_in_a_log(open_folder: Path) -> None:
    path = config(open_folder, "{type: mbtiles, sqlite_wal: true}")
    store = store_of(path)
    fill(path)

    with signals() as (tell, await_), signals() as (tell_reader, await_writer):

        def read_as_nobody() -> None:
            become_nobody()
            assert store.read(ZERO) is None
            tell()
            await_writer()
            assert store.read(ZERO) is not None

        reader = forked(read_as_nobody)
        await_()
        store.write([new(ZERO)], LONG_AGO)
        tell_reader()
        wait_for(reader)


@pytest.mark.parametrize("kind", ["mbtiles", "geopackage"])
def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path, kind: str) -> None:
    store = store_of(config(tmp_path, KINDS[kind]))
    file = tmp_path / FILES[kind]
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no database at all" * 1000)

    for attempt in (lambda: store.read(KEY), lambda: store.write([new(KEY)], LONG_AGO), lambda: store.stat_many([KEY])):
        with pytest.raises(StoreError, match="no SQLite database") as caught:
            attempt()
        assert str(file.relative_to(tmp_path)) in str(caught.value)

    assert file.read_bytes() == b"no database at all" * 1000


def test_a_database_of_something_else_is_named_and_left_alone(tmp_path: Path) -> None:
    store = store_of(config(tmp_path, KINDS["mbtiles"]))
    file = tmp_path / FILES["mbtiles"]
    file.parent.mkdir(parents=True)
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE addresses (name text)")

    for attempt in (lambda: store.read(KEY), lambda: store.write([new(KEY)], LONG_AGO)):
        with pytest.raises(StoreError, match="no table 'tiles'"):
            attempt()

    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("addresses",)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE gpkg_contents SET data_type = 'features'", "it holds features"),
        ("UPDATE gpkg_contents SET srs_id = 4326", "its SRS has the number 4326, that of the grid 3857"),
        ("UPDATE gpkg_tile_matrix SET tile_width = 512", "512x256 pixels, those of the grid 256x256"),
        ("UPDATE gpkg_tile_matrix SET pixel_x_size = 1.5", "level 0 has the resolution 1.5"),
    ],
)
def test_a_table_of_another_grid_is_not_written(tmp_path: Path, change: str, said: str) -> None:
    path = config(tmp_path, KINDS["geopackage"])
    MapProxyCache(path).store([ZERO.coord], RED)
    with closing(sqlite3.connect(tmp_path / FILES["geopackage"])) as database, database:
        database.execute(change)

    with pytest.raises(StoreError, match=said):
        store_of(path).write([new(KEY)], LONG_AGO)

    with closing(sqlite3.connect(tmp_path / FILES["geopackage"])) as database:
        assert database.execute('SELECT count(*) FROM "a_G"').fetchone() == (1,)


def test_a_damaged_database_is_a_store_error(tmp_path: Path) -> None:
    path = config(tmp_path, "{type: mbtiles, sqlite_wal: false}")
    container, store = assembled(path)
    store.write([new(TileKey(TileCoord(7, x, 3))) for x in range(100)], LONG_AGO)
    container.adapters.sqlite_connections().close()
    file = tmp_path / FILES["mbtiles"]
    body = file.read_bytes()
    file.write_bytes(body[:8192] + os.urandom(len(body) - 8192))

    with pytest.raises(StoreError, match=r"damaged|no SQLite database"):
        store_of(path).read_many([TileKey(TileCoord(7, x, 3)) for x in range(100)])


@pytest.mark.parametrize("kind", ["mbtiles", "sqlite"])
def test_a_database_whose_tables_have_damaged_names_is_a_store_error(tmp_path: Path, kind: str) -> None:
    """SQLite cites them in a message that is no text any more."""
    path = config(tmp_path, KINDS[kind])
    fill(path)
    file = tmp_path / FILES[kind]
    file.write_bytes(file.read_bytes().replace(b"CREATE TABLE metadata", b"CREATE\xffTABLE metadata"))
    store = store_of(path)

    for attempt in (
        lambda: store.read(KEY),
        lambda: store.read_many([KEY, ZERO]),
        lambda: store.stat_many([KEY]),
        lambda: store.write([new(KEY)], LONG_AGO),
        lambda: store.remove([KEY]),
    ):
        with pytest.raises(StoreError, match="the database is damaged"):
            attempt()


def test_a_forked_child_holds_locks_of_its_own(tmp_path: Path) -> None:
    """SQLite counts locks per process: an inherited connection would make it believe that the child has them.

    Then nothing would stop another program from taking the log away under the child, and what the child writes would
    be lost.
    """
    path = config(tmp_path, "{type: mbtiles, sqlite_wal: true}")
    container, store = assembled(path)
    store.write([new(ZERO)], LONG_AGO)
    log = tmp_path / f"{FILES['mbtiles']}-wal"

    with signals() as (child_reads, await_child), signals() as (go_on, await_parent):

        def work() -> None:
            assert store.read(ZERO) is not None
            child_reads()
            await_parent()
            assert log.exists(), "another program has removed the log that this process is using"
            store.write([new(KEY)], LONG_AGO)

        child = forked(work)
        await_child()
        container.adapters.sqlite_connections().close()
        _run("sqlite3", str(tmp_path / FILES["mbtiles"]), "SELECT count(*) FROM tiles")
        go_on()
        wait_for(child)

    assert store_of(path).read(KEY) is not None


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr
    return done.stdout
