"""PMTiles archives, written and read by Tilekeep and by the package of their makers."""

from __future__ import annotations

import gzip
import json
import os
import random
import resource
import signal
import socket
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest
from pmtiles.reader import MemorySource, Reader, all_tiles
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from tests.contract.processes import forked, wait_for
from tests.contract.tile_store_suite import png
from tilekeep.adapters.storage.pmtiles.store import PmtilesTileStore, pmtiles_file
from tilekeep.adapters.storage.pmtiles.writing import ArchiveDescription, write_archive
from tilekeep.domain.errors import StoreError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import PNG
from tilekeep.domain.tile import NewTile, TileCoord, TileKey, TileSet
from tilekeep.domain.xyz import XyzLevels
from tilekeep.ports.tile_store import TileWindow

MVT = "application/vnd.mapbox-vector-tile"
PICTURES = ArchiveDescription(PNG)
LEVELS = XyzLevels(tuple(TileCoord(z, 0, 0) for z in range(20)), downwards=True)
FROM_THE_SOUTH = XyzLevels(tuple(TileCoord(z, 0, (1 << z) - 1) for z in range(20)), downwards=False)


def store_of(path: Path, levels: XyzLevels = LEVELS) -> PmtilesTileStore:
    return pmtiles_file(tile_set=TileSet("c", "g", "png"), path=str(path), levels=levels)


def some_tiles(count: int, seed: int = 1) -> dict[TileCoord, bytes]:
    """Different tiles, equal tiles here and there, and large areas of one."""
    chance = random.Random(seed)
    found = {TileCoord(0, 0, 0): png("world")}
    for number in range(count):
        z = chance.choice((5, 9, 14))
        coord = TileCoord(z, chance.randrange(1 << z), chance.randrange(1 << z))
        found[coord] = png(number % 7 if number % 3 else number, number % 50)
    return found | {TileCoord(4, x, y): png("ocean") for x in range(16) for y in range(8)}


def written(path: Path, tiles: dict[TileCoord, bytes], description: ArchiveDescription = PICTURES) -> Reader:
    order = list(tiles.items())
    random.Random(2).shuffle(order)
    write_archive(str(path), order, description)
    return Reader(MemorySource(path.read_bytes()))


def written_by_the_package(path: Path, tiles: dict[TileCoord, bytes], **header: object) -> None:
    with path.open("wb") as file:
        writer = Writer(file)
        for coord, body in sorted(tiles.items(), key=lambda item: zxy_to_tileid(*item[0])):
            writer.write_tile(zxy_to_tileid(*coord), body)
        writer.finalize({"tile_type": TileType.PNG, "tile_compression": Compression.NONE, **header}, {"name": "theirs"})


@pytest.mark.parametrize("count", [0, 300, 12_000], ids=["one-root", "still-one-root", "leaves"])
def test_what_tilekeep_writes_the_package_reads(tmp_path: Path, count: int) -> None:
    tiles = some_tiles(count)

    reader = written(tmp_path / "a.pmtiles", tiles)

    assert {TileCoord(*coord): body for coord, body in all_tiles(reader.get_bytes)} == tiles
    for coord in list(tiles)[:200]:
        assert reader.get(*coord) == tiles[coord]
    header = reader.header()
    assert (header["leaf_directory_length"] > 0) == (count > 1000)
    assert header["addressed_tiles_count"] == len(tiles)
    assert header["tile_contents_count"] == len(set(tiles.values()))
    assert (header["min_zoom"], header["max_zoom"]) == (min(tiles).z, max(tiles).z)


@pytest.mark.parametrize("count", [0, 300, 12_000], ids=["one-root", "still-one-root", "leaves"])
def test_what_the_package_writes_tilekeep_reads(tmp_path: Path, count: int) -> None:
    tiles = some_tiles(count)
    written_by_the_package(tmp_path / "a.pmtiles", tiles)
    store = store_of(tmp_path / "a.pmtiles")

    found = store.read_many([TileKey(coord) for coord in tiles])

    assert {key.coord: tile.body for key, tile in found.items()} == tiles
    assert {tile.media_type for tile in found.values()} == {PNG}
    assert store.stat_many(list(found)) == {key: tile.info for key, tile in found.items()}


def test_every_level_is_listed_whole_and_by_windows(tmp_path: Path) -> None:
    tiles = some_tiles(8_000)
    written(tmp_path / "a.pmtiles", tiles)
    store = store_of(tmp_path / "a.pmtiles")
    window = TileWindow(2000, 3000, 9000, 9999)

    listed = [key.coord for z in range(20) for key, _ in store.list(z)]
    inside = [key.coord for key, _ in store.list(14, window)]

    assert sorted(listed) == sorted(tiles)
    assert sorted(inside) == sorted(coord for coord in tiles if coord.z == 14 and window.holds(coord.x, coord.y))
    assert all(info.size == len(tiles[key.coord]) for key, info in store.list(9))


def test_rows_of_a_grid_from_the_south_are_turned(tmp_path: Path) -> None:
    written(tmp_path / "a.pmtiles", {TileCoord(3, 1, 2): png("a")})
    store = store_of(tmp_path / "a.pmtiles", FROM_THE_SOUTH)

    assert [key.coord for key, _ in store.list(3)] == [TileCoord(3, 1, 5)]
    assert store.read(TileKey(TileCoord(3, 1, 5))) is not None
    assert store.read(TileKey(TileCoord(3, 1, 2))) is None
    assert store.locate(TileKey(TileCoord(3, 1, 5))) == f"{tmp_path / 'a.pmtiles'}: 3/1/2"


def test_equal_tiles_are_stored_once_and_neighbours_share_an_entry(tmp_path: Path) -> None:
    ocean = {TileCoord(7, x, y): png("ocean", 5000) for x in range(128) for y in range(128)}

    reader = written(tmp_path / "a.pmtiles", ocean | {TileCoord(7, 77, 77): png("island")})

    header = reader.header()
    assert (header["addressed_tiles_count"], header["tile_contents_count"]) == (16_384, 2)
    assert header["tile_entries_count"] == 3
    assert (tmp_path / "a.pmtiles").stat().st_size < 6000


def test_tiles_lie_in_the_order_of_the_directory(tmp_path: Path) -> None:
    reader = written(tmp_path / "a.pmtiles", some_tiles(3000))
    seen: dict[bytes, None] = dict.fromkeys(body for _, body in all_tiles(reader.get_bytes))

    header = reader.header()
    data = reader.get_bytes(header["tile_data_offset"], header["tile_data_length"])

    assert header["clustered"]
    assert data == b"".join(seen)


def test_description_and_bounds_are_in_the_archive(tmp_path: Path) -> None:
    description = ArchiveDescription(PNG, BBox(5.5, 47.25, 15.0, 55.0), metadata={"name": "Länder"})

    reader = written(tmp_path / "a.pmtiles", some_tiles(10), description)

    header = reader.header()
    bounds = [header[name] / 1e7 for name in ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")]
    assert bounds == [5.5, 47.25, 15.0, 55.0]
    assert reader.metadata() == {"name": "Länder"}
    assert header["tile_type"] is TileType.PNG


def test_of_two_tiles_for_one_place_the_later_stays(tmp_path: Path) -> None:
    write_archive(str(tmp_path / "a"), [(TileCoord(1, 0, 0), png("old")), (TileCoord(1, 0, 0), png("new"))], PICTURES)

    reader = Reader(MemorySource((tmp_path / "a").read_bytes()))

    assert reader.get(1, 0, 0) == png("new")
    assert reader.header()["tile_data_length"] == len(png("new"))


def test_compressed_tiles_are_delivered_as_they_were_before(tmp_path: Path) -> None:
    body = b"\x1a\x05vector" * 100

    reader = written(tmp_path / "a.pmtiles", {TileCoord(2, 1, 1): body}, ArchiveDescription(MVT, compress=True))

    assert gzip.decompress(reader.get(2, 1, 1)) == body
    store = store_of(tmp_path / "a.pmtiles")
    tile = store.read(TileKey(TileCoord(2, 1, 1)))
    assert tile is not None
    assert (tile.body, tile.media_type, tile.info.size) == (body, MVT, len(body))
    assert store.stat_many([TileKey(TileCoord(2, 1, 1))])[TileKey(TileCoord(2, 1, 1))] == tile.info


def test_memory_does_not_grow_with_the_tiles(tmp_path: Path) -> None:
    def many() -> Iterable[tuple[TileCoord, bytes]]:
        for number in range(5_000):
            yield TileCoord(14, number % 200, number // 200), png(number, 8_000)

    tracemalloc.start()
    write_archive(str(tmp_path / "a"), many(), PICTURES)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (tmp_path / "a").stat().st_size > 40_000_000
    assert peak < 4_000_000


def test_an_archive_that_cannot_be_finished_leaves_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "a.pmtiles"
    written(path, some_tiles(10))
    before = path.read_bytes()

    def failing() -> Iterable[tuple[TileCoord, bytes]]:
        yield TileCoord(0, 0, 0), png("new")
        raise StoreError("the source of tiles failed")

    with pytest.raises(StoreError, match="the source of tiles failed"):
        write_archive(str(path), failing(), PICTURES)
    with pytest.raises(StoreError, match="no tile"):
        write_archive(str(path), [], PICTURES)

    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["a.pmtiles"]


@pytest.mark.parametrize("when", ["spooling", "writing"])
def test_what_a_killed_writer_leaves_is_gone_with_the_next_archive(tmp_path: Path, when: str) -> None:
    path = tmp_path / "a.pmtiles"

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def work() -> None:
        def tiles() -> Iterable[tuple[TileCoord, bytes]]:
            yield from some_tiles(100).items()
            if when == "spooling":
                die()

        os.fsync = die
        write_archive(str(path), tiles(), PICTURES)

    os.waitpid(forked(work), 0)
    assert len(os.listdir(tmp_path)) == (0 if when == "spooling" else 1)

    written(path, some_tiles(10))

    assert os.listdir(tmp_path) == ["a.pmtiles"]


def test_a_disk_without_any_room_is_a_store_error(tmp_path: Path) -> None:
    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        with pytest.raises(StoreError, match="cannot spool tiles"):
            write_archive(str(tmp_path / "a.pmtiles"), some_tiles(10).items(), PICTURES)

    wait_for(forked(work))

    assert os.listdir(tmp_path) == []


def test_who_writes_the_same_archive_at_the_same_time_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.pmtiles"
    fsync = os.fsync

    def write_another_one_meanwhile(descriptor: int) -> None:
        monkeypatch.setattr("os.fsync", fsync)
        written(path, some_tiles(10))
        fsync(descriptor)

    monkeypatch.setattr("os.fsync", write_another_one_meanwhile)
    tiles = some_tiles(100)

    assert {TileCoord(*coord) for coord, _ in all_tiles(written(path, tiles).get_bytes)} == set(tiles)
    assert os.listdir(tmp_path) == ["a.pmtiles"]


def test_an_archive_that_cannot_be_opened_is_a_store_error_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.pmtiles"
    with socket.socket(socket.AF_UNIX) as in_the_way:
        in_the_way.bind(str(path))

        with pytest.raises(StoreError, match="No such device"):
            store_of(path).read(TileKey(TileCoord(0, 0, 0)))


def test_an_archive_that_is_replaced_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.pmtiles"
    written(path, some_tiles(7_000, seed=1) | {TileCoord(1, 0, 0): png("old")})
    store = store_of(path)
    key = TileKey(TileCoord(1, 0, 0))
    old = store.read(key)

    written(path, some_tiles(7_000, seed=3) | {TileCoord(1, 0, 0): png("new")})
    new = store.read(key)
    path.unlink()

    assert [tile and tile.body for tile in (old, new)] == [png("old"), png("new")]
    assert store.read(key) is None
    assert list(store.list(1)) == []


def test_a_forked_child_reads_too(tmp_path: Path) -> None:
    written(tmp_path / "a.pmtiles", {TileCoord(1, 0, 0): png("a")})
    store = store_of(tmp_path / "a.pmtiles")
    assert store.read(TileKey(TileCoord(1, 0, 0))) is not None

    def work() -> None:
        assert store.read(TileKey(TileCoord(1, 0, 0))) is not None

    wait_for(forked(work))


def test_what_is_in_no_archive_is_missing(tmp_path: Path) -> None:
    written(tmp_path / "a.pmtiles", {TileCoord(1, 0, 0): png("a")})
    store = store_of(tmp_path / "a.pmtiles")
    missing = [
        TileKey(TileCoord(1, 0, 1)),
        TileKey(TileCoord(1, 0, 0), (("time", "1"),)),
        TileKey(TileCoord(1, 0, 0), variant="2x"),
        TileKey(TileCoord(0, 0, 0)),
        TileKey(TileCoord(25, 0, 0)),
        TileKey(TileCoord(1, 5, 0)),
    ]

    assert [store.read(key) for key in missing] == [None] * len(missing)
    assert store.stat_many(missing) == {}


def test_changes_are_refused(tmp_path: Path) -> None:
    written(tmp_path / "a.pmtiles", {TileCoord(1, 0, 0): png("a")})
    store = store_of(tmp_path / "a.pmtiles")
    key = TileKey(TileCoord(1, 0, 0))

    for change in (
        lambda: store.write([NewTile(key, png("b"), PNG)], 1.0),
        lambda: store.renew([key], 1.0, None),
        lambda: store.mark_stale([key]),
        lambda: store.remove([key]),
        lambda: store.remove_level(1),
    ):
        with pytest.raises(StoreError, match="only read"):
            change()


DAMAGE = {
    "no-archive": (lambda body: b"<html>", "no PMTiles archive"),
    "empty": (lambda body: b"", "no PMTiles archive"),
    "cut-header": (lambda body: body[:50], "ends within its header"),
    "version-2": (lambda body: body[:7] + b"\2" + body[8:], "of version 2, not 3"),
    "cut-data": (lambda body: body[:-5], "ends before byte"),
    "brotli-tiles": (lambda body: body[:98] + b"\3" + body[99:], "compressed by brotli"),
    "zstd-directories": (lambda body: body[:97] + b"\4" + body[98:], "compressed by zstd"),
    "damaged-directory": (lambda body: body[:140] + b"\0\0\0\0" + body[144:], "damaged"),
    "huge-root": (lambda body: body[:16] + b"\xff" * 8 + body[24:], "would have"),
    "far-tiles": (lambda body: body[:56] + b"\xff" * 8 + body[64:], "would lie at byte"),
    "not-compressed": (lambda body: body[:97] + b"\1" + body[98:], "damaged"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_archive_is_a_store_error_that_names_it(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "a.pmtiles"
    written(path, {TileCoord(1, 0, 0): png("a"), TileCoord(1, 1, 1): png("b", 100)})
    change, said = DAMAGE[damage]
    path.write_bytes(change(path.read_bytes()))

    with pytest.raises(StoreError, match=said) as caught:
        store_of(path).read(TileKey(TileCoord(1, 1, 1)))

    assert str(path) in str(caught.value)


def test_a_directory_that_leads_to_itself_is_an_error(tmp_path: Path) -> None:
    from tilekeep.adapters.storage.pmtiles.directory import Entry, encoded_directory
    from tilekeep.adapters.storage.pmtiles.header import parsed_header

    path = tmp_path / "a.pmtiles"
    written(path, {TileCoord(1, 0, 0): png("a")})
    circle = encoded_directory([Entry(0, 0, 31, 0)])
    header = parsed_header(path.read_bytes())._replace(
        root_length=len(circle), leaves_offset=127, leaves_length=len(circle), metadata_length=0
    )
    circle = encoded_directory([Entry(0, 0, len(circle), 0)])
    path.write_bytes(header.encoded() + circle)

    with pytest.raises(StoreError, match="too deep"):
        store_of(path).read(TileKey(TileCoord(1, 0, 0)))
    with pytest.raises(StoreError, match="too deep"):
        list(store_of(path).list(1))


def test_metadata_is_json(tmp_path: Path) -> None:
    reader = written(tmp_path / "a.pmtiles", some_tiles(1))
    header = reader.header()

    metadata = gzip.decompress(reader.get_bytes(header["metadata_offset"], header["metadata_length"]))

    assert json.loads(metadata) == {}
