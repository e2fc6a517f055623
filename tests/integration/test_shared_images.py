"""A database in which tiles with the same bytes share them, used by Tilekeep, MapProxy, GDAL and plain SQL."""

from __future__ import annotations

import io
import json
import random
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from tests.contract.sqlite_tile_store_suite import RESOURCES
from tests.integration.mapproxy_databases import MapProxyCache
from tilekeep.config.checked_container import checked_container
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.domain.tile import NewTile, TileCoord, TileKey, Validators
from tilekeep.ports.tile_store import TileStore

CONFIG = """
services: {{tms: }}
layers: [{{name: a, title: A, sources: [a]}}]
caches: {{a: {{grids: [G], sources: [], cache: {{type: {kind}{more}}}}}}}
grids: {{G: {{srs: 'EPSG:3857', origin: sw, num_levels: 12}}}}
"""
LONG_AGO = 1_400_000_000.0


def picture(color: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (256, 256), color).save(out, "PNG")
    return out.getvalue()


SEA, LAND = picture("blue"), picture("green")
KEYS = [TileKey(TileCoord(4, x, y)) for x in range(8) for y in range(8)]


FILES = {"mbtiles": "cache_data/a.mbtiles", "sqlite": "cache_data/a/G/4.mbtiles"}
SHARED = ", share_identical_images: true"


@pytest.fixture(params=FILES)
def kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def file(tmp_path: Path, kind: str) -> Path:
    """Where the tiles of a level lie."""
    return tmp_path / FILES[kind]


@pytest.fixture
def store(tmp_path: Path, kind: str) -> TileStore:
    return store_in(tmp_path, kind, SHARED)


@pytest.fixture
def mapproxy(tmp_path: Path, kind: str) -> MapProxyCache:
    path = tmp_path / "reference.yaml"
    path.write_text(CONFIG.format(kind=kind, more=""))
    return MapProxyCache(path)


def store_in(folder: Path, kind: str, more: str) -> TileStore:
    path = folder / "mapproxy.yaml"
    path.write_text(CONFIG.format(kind=kind, more=more))
    container = checked_container(load_settings(str(path), variables={}))
    RESOURCES.keep(container.adapters.sqlite_connections())
    return next(container.use_cases.caches().stores()).store


def write(store: TileStore, keys: list[TileKey], body: bytes, at: float = LONG_AGO) -> None:
    store.write([NewTile(key, body, "image/png", Validators("x", None)) for key in keys], at)


def images(file: Path) -> int:
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (count,) = database.execute("SELECT count(*) FROM images").fetchone()
    return int(count)


def bodies(store: TileStore) -> list[bytes]:
    found = store.read_many(KEYS)
    return [body for key in KEYS if key in found and isinstance(body := found[key].body, bytes)]


def test_tiles_with_the_same_bytes_share_them(file: Path, store: TileStore) -> None:
    write(store, KEYS, SEA)
    write(store, KEYS[:5], LAND)

    assert bodies(store) == [LAND] * 5 + [SEA] * 59
    assert images(file) == 2


def test_tiles_that_only_end_alike_do_not(file: Path, store: TileStore) -> None:
    one, other = SEA, SEA[:40] + bytes([SEA[40] ^ 1]) + SEA[41:]
    write(store, KEYS[:1], one)
    write(store, KEYS[1:2], other)

    assert bodies(store) == [one, other]
    assert images(file) == 2


def test_an_image_goes_with_the_last_tile_that_has_it(file: Path, store: TileStore) -> None:
    write(store, KEYS[:2], SEA)
    write(store, KEYS[2:3], LAND)
    store.remove(KEYS[:1])
    assert images(file) == 2

    write(store, KEYS[1:2], LAND)
    assert images(file) == 1

    store.remove_level(4)
    assert images(file) == 0


def test_tiles_that_share_an_image_have_times_and_validators_of_their_own(store: TileStore) -> None:
    write(store, KEYS[:2], SEA)

    store.renew(KEYS[:1], LONG_AGO + 100, Validators("y", None))

    infos = store.stat_many(KEYS[:2])
    assert [infos[key].stored_at for key in KEYS[:2]] == [LONG_AGO + 100, LONG_AGO]
    assert [infos[key].validators for key in KEYS[:2]] == [Validators("y", None), Validators("x", None)]


def test_mapproxy_reads_and_replaces_such_tiles_and_shares_images_too(
    file: Path, store: TileStore, mapproxy: MapProxyCache
) -> None:
    write(store, KEYS, SEA)
    begin = int(time.time())

    mapproxy.store([key.coord for key in KEYS[:10]], LAND)

    assert mapproxy.load([key.coord for key in KEYS]) == [LAND] * 10 + [SEA] * 54
    assert bodies(store) == [LAND] * 10 + [SEA] * 54
    assert images(file) == 2
    info = store.stat_many(KEYS[:1])[KEYS[0]]
    assert info.stored_at >= begin
    assert info.validators is None


def test_images_go_with_the_old_tiles_that_mapproxy_removes(tmp_path: Path) -> None:
    store, file = store_in(tmp_path, "sqlite", SHARED), tmp_path / FILES["sqlite"]
    write(store, KEYS[:2], SEA)
    write(store, KEYS[2:4], LAND, at=LONG_AGO + 200)

    with closing(sqlite3.connect(file)) as database, database:
        database.execute(
            "DELETE FROM tiles WHERE (zoom_level = ? AND last_modified < datetime(?, 'unixepoch', 'localtime'))",
            (4, LONG_AGO + 100),
        )

    assert bodies(store) == [LAND] * 2
    assert images(file) == 1


def test_gdal_opens_such_a_file(
    tmp_path: Path, file: Path, store: TileStore, require_program: Callable[[str], Path]
) -> None:
    write(store, KEYS, SEA)
    shown = tmp_path / "shown.png"

    info = json.loads(
        subprocess.run([require_program("gdalinfo"), "-json", file], capture_output=True, check=True).stdout
    )
    subprocess.run([require_program("gdal_translate"), "-q", "-of", "PNG", file, shown], check=True)

    assert info["driverShortName"] == "MBTiles"
    with Image.open(shown) as found:
        assert found.convert("RGB").getpixel((10, found.height - 10)) == (0, 0, 255)


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path, file: Path, kind: str) -> None:
    write(store_in(tmp_path, kind, ""), KEYS[:2], SEA)
    store = store_in(tmp_path, kind, SHARED)

    write(store, KEYS[2:4], SEA)

    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT type FROM sqlite_master WHERE name = 'tiles'").fetchone() == ("table",)
    assert bodies(store) == [SEA] * 4


def test_equal_tiles_take_a_fraction_of_the_room(tmp_path: Path, kind: str) -> None:
    keys = [TileKey(TileCoord(4, x, y)) for x in range(40) for y in range(40)]
    tile = random.Random(1).randbytes(5000)
    sizes = []
    for name, more in (("each", ""), ("shared", SHARED)):
        (tmp_path / name).mkdir()
        write(store_in(tmp_path / name, kind, f", sqlite_wal: false{more}"), keys, b"\x89PNG\r\n\x1a\n" + tile)
        sizes.append((tmp_path / name / FILES[kind]).stat().st_size)

    assert sizes[1] * 20 < sizes[0]
