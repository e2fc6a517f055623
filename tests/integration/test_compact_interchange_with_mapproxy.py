"""Tilekeep reads the bundles that MapProxy 7.0.0 has written and adds to them, and the other way round."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.compact_stores import compact_store
from tests.contract.processes import forked, wait_for
from tests.integration.mapproxy_cache import held_by_mapproxy, try_tile_lock
from tests.integration.mapproxy_compact import MapProxyCompactCache
from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.domain.errors import StoreError
from tilekeep.domain.lock_names import compact_lock_id, tile_lock_name
from tilekeep.domain.tile import NewTile, TileCoord, TileKey, Validators

AT = 1_700_000_000.25
LATER = AT + 3600.0

COORDS = [
    TileCoord(0, 0, 0),
    TileCoord(2, 3, 1),
    TileCoord(12, 2137, 1410),
    TileCoord(12, 2138, 1410),
    TileCoord(12, 2176, 1410),
    TileCoord(22, 1_234_567, 3_999_999),
]
KEY, NEIGHBOUR = TileKey(COORDS[2]), TileKey(COORDS[3])

pytestmark = pytest.mark.parametrize("version", [1, 2])


def tiles() -> dict[TileKey, bytes]:
    return {TileKey(coord): png(coord) for coord in COORDS}


def png(text: object, size: int = 0) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + str(text).encode().ljust(size, b".")


def new(stored: dict[TileKey, bytes]) -> list[NewTile]:
    return [NewTile(key, body, "image/png", Validators('"x"', None)) for key, body in stored.items()]


def files_of(directory: Path) -> set[str]:
    return {str(path.relative_to(directory)) for path in directory.rglob("*.bundl*")}


def test_tiles_of_mapproxy_are_read_listed_and_removed(tmp_path: Path, version: int) -> None:
    MapProxyCompactCache(tmp_path, version).store(tiles())

    store = compact_store(tmp_path, version)

    assert {key: tile.body for key, tile in store.read_many(list(tiles())).items()} == tiles()
    listed = dict(entry for z in range(23) for entry in store.list(z))
    assert {key: info.size for key, info in listed.items()} == {key: len(body) for key, body in tiles().items()}
    for z in range(23):
        store.remove_level(z)
    assert list(tmp_path.iterdir()) == []


def test_tiles_of_tilekeep_are_read_by_mapproxy_from_files_of_the_same_names(tmp_path: Path, version: int) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    MapProxyCompactCache(theirs, version).store(tiles())

    compact_store(ours, version).write(new(tiles()), AT)

    assert MapProxyCompactCache(ours, version).load(list(tiles())) == tiles()
    assert files_of(ours) == files_of(theirs)


def test_each_replaces_and_removes_the_tiles_of_the_other(tmp_path: Path, version: int) -> None:
    store, reference = compact_store(tmp_path, version), MapProxyCompactCache(tmp_path, version)

    reference.store({KEY: png("old"), NEIGHBOUR: png("stays")})
    store.write(new({KEY: png("new")}), AT)
    assert reference.load([KEY, NEIGHBOUR]) == {KEY: png("new"), NEIGHBOUR: png("stays")}

    reference.store({KEY: png("newest")})
    found = store.read_many([KEY, NEIGHBOUR])
    assert {key: tile.body for key, tile in found.items()} == {KEY: png("newest"), NEIGHBOUR: png("stays")}
    assert store.stat_many([KEY])[KEY].validators is None

    store.remove([KEY])
    assert reference.load([KEY, NEIGHBOUR]) == {NEIGHBOUR: png("stays")}
    reference.remove([NEIGHBOUR])
    assert store.read(NEIGHBOUR) is None


def test_renewed_tiles_are_still_read_by_mapproxy(tmp_path: Path, version: int) -> None:
    store, reference = compact_store(tmp_path, version), MapProxyCompactCache(tmp_path, version)
    reference.store({KEY: png("theirs")})
    store.write(new({NEIGHBOUR: png("ours")}), AT)

    store.renew([KEY, NEIGHBOUR], LATER, Validators('"y"', None))

    assert reference.load([KEY, NEIGHBOUR]) == {KEY: png("theirs"), NEIGHBOUR: png("ours")}
    assert {info.stored_at for info in store.stat_many([KEY, NEIGHBOUR]).values()} == {LATER}


def test_headers_and_indexes_are_those_of_mapproxy(tmp_path: Path, version: int) -> None:
    """The same work on both: a batch, a larger tile in an old place, a smaller one, a removal, a tile once more."""
    ours, theirs = compact_store(tmp_path / "ours", version), MapProxyCompactCache(tmp_path / "theirs", version)
    steps = [
        {KEY: png("a"), NEIGHBOUR: png("b")},
        {KEY: png("larger", size=500)},
        {KEY: png("smaller")},
        {NEIGHBOUR: png("again")},
    ]

    for number, step in enumerate(steps):
        if number == len(steps) - 1:
            ours.remove([NEIGHBOUR])
            theirs.remove([NEIGHBOUR])
        ours.write([NewTile(key, body, "image/png") for key, body in step.items()], AT)
        theirs.store(step)

    (our_file,), (their_file,) = ((tmp_path / name).rglob("*.bundle") for name in ("ours", "theirs"))
    assert our_file.relative_to(tmp_path / "ours") == their_file.relative_to(tmp_path / "theirs")
    assert facts_of(our_file, version) == facts_of(their_file, version)


def facts_of(data_file: Path, version: int) -> tuple[object, ...]:
    """Header without the file size, which is checked, and the size of each tile in the order of the index."""
    data = data_file.read_bytes()
    if version == 2:
        fields = struct.unpack_from("<4I3Q6I", data)
        assert fields[5] == len(data)
        entries = struct.unpack_from("<16384Q", data, 64)
        return (*fields[:5], *fields[6:], *(entry >> 40 or entry for entry in entries))
    fields = struct.unpack_from("<4I3Q5I", data)
    assert fields[5] == len(data)
    index = data_file.with_suffix(".bundlx").read_bytes()
    offsets = [int.from_bytes(index[start : start + 5], "little") for start in range(16, 16 + 16384 * 5, 5)]
    sizes = [data[offset : offset + 4] if offset > 65596 else offset for offset in offsets]
    return (*fields[:5], *fields[6:], index[:16], index[-16:], len(index), *sizes)


def test_locks_for_making_tiles_have_the_names_of_mapproxy(tmp_path: Path, version: int) -> None:
    name = tile_lock_name(compact_lock_id(str(tmp_path)), KEY.coord)

    assert name == MapProxyCompactCache(tmp_path, version).lock_name(KEY)


def test_a_bundle_that_mapproxy_has_locked_is_not_changed(tmp_path: Path, version: int) -> None:
    store = compact_store(tmp_path, version, lock_seconds=0.0)
    store.write(new({KEY: png("old")}), AT)
    (bundle,) = tmp_path.rglob("*.bundle")

    with held_by_mapproxy(bundle.with_suffix(".lck")):
        for attempt in (
            lambda: store.write(new({KEY: png("new")}), AT),
            lambda: store.renew([KEY], LATER, None),
            lambda: store.remove([KEY]),
            lambda: store.remove_level(KEY.coord.z),
        ):
            with pytest.raises(StoreError, match="still held"):
                attempt()

    tile = store.read(KEY)
    assert tile is not None
    assert (tile.body, tile.info.stored_at) == (png("old"), AT)


def test_a_bundle_that_is_being_changed_is_locked_for_mapproxy(tmp_path: Path, version: int) -> None:
    store = compact_store(tmp_path, version)
    store.write(new({KEY: png("old")}), AT)
    (bundle,) = tmp_path.rglob("*.bundle")
    path = str(bundle)

    with store._bundles.locks.hold(path, NO_DEADLINE):
        assert not try_tile_lock(bundle.with_suffix(".lck"))

    assert try_tile_lock(bundle.with_suffix(".lck"))


def test_both_write_into_one_bundle_at_the_same_time(
    tmp_path: Path, version: int, rounds: Callable[[int, int], int]
) -> None:
    count = rounds(400, 5000)
    theirs = {TileKey(TileCoord(12, number % 64, number // 64 % 128)): png(("m", number)) for number in range(count)}
    ours = [
        {
            TileKey(TileCoord(12, 64 + part * 32 + number % 32, number // 32 % 128)): png((part, number))
            for number in range(count)
        }
        for part in range(2)
    ]

    def write(stored: dict[TileKey, bytes]) -> None:
        own = compact_store(tmp_path, version)
        for tile in new(stored):
            own.write([tile], AT)

    with MapProxyCompactCache(tmp_path, version).storing(theirs) as process:
        wait_for(*[forked(lambda stored=stored: write(stored)) for stored in ours])  # type: ignore[misc]
        assert process.stdout is not None
        process.stdout.read()

    everything = theirs | ours[0] | ours[1]
    assert process.returncode == 0
    found = compact_store(tmp_path, version).read_many(list(everything))
    assert {key: tile.body for key, tile in found.items()} == everything
    assert MapProxyCompactCache(tmp_path, version).load(list(everything)) == everything
