"""The store in memory keeps what real ones promise, as long as there is room."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from tests.contract.processes import forked, wait_for
from tests.contract.tile_store_suite import AT, KEY, OTHER, VALIDATORS, TileStoreSuite, new, png
from tilekeep.adapters.storage.memory.store import MemoryTileStore, memory_store
from tilekeep.adapters.storage.memory.tile_memory import TileMemory
from tilekeep.config.process_resources import ProcessResources
from tilekeep.domain.image import PNG
from tilekeep.domain.tile import NewTile, StoredTile, TileCoord, TileInfo, TileKey, TileSet, Validators

TILES = TileSet("c", "g", "png")
MIB = 1 << 20


def tile_at(number: int) -> TileKey:
    return TileKey(TileCoord(12, number % 1000, number // 1000))


class TestMemoryTileStore(TileStoreSuite):
    removes_levels_at_once = True

    def medium(self, folder: Path) -> TileMemory:
        return TileMemory(64 * MIB)

    def make_store(self, medium: TileMemory) -> MemoryTileStore:
        return MemoryTileStore(TILES, medium)

    def put(self, medium: TileMemory, key: TileKey, body: bytes, at: float) -> None:
        self.make_store(medium).write([new(key, body)], at)

    def get(self, medium: TileMemory, key: TileKey) -> bytes | None:
        entry = medium.peek(key)
        if entry is None:
            return None
        assert isinstance(entry.tile.body, bytes)
        return entry.tile.body

    def leftovers(self, medium: TileMemory) -> list[str]:
        counted = sum(entry.cost for _, entry in medium.entries())
        return [] if medium.bytes == counted else [f"{medium.bytes} bytes are counted, {counted} are taken"]

    def test_the_tile_that_nobody_read_for_longest_makes_room(self) -> None:
        memory = TileMemory(50_000)
        store = self.make_store(memory)
        store.write([new(tile_at(number), png(number, 9_000)) for number in range(5)], AT)
        store.read(tile_at(0))

        store.write([new(tile_at(5), png(5, 9_000))], AT)

        assert [key.coord.x for key, _ in store.list(12)] == [2, 3, 4, 0, 5]
        assert memory.bytes <= 50_000

    def test_looking_up_or_listing_a_tile_is_no_use_of_it(self) -> None:
        store = self.make_store(TileMemory(50_000))
        store.write([new(tile_at(number), png(number, 9_000)) for number in range(5)], AT)
        store.stat_many([tile_at(0)])
        list(store.list(12))

        store.write([new(tile_at(5), png(5, 9_000))], AT)

        assert store.read(tile_at(0)) is None

    def test_a_tile_larger_than_the_memory_is_not_kept_and_drives_nothing_out(self) -> None:
        store = self.make_store(TileMemory(50_000))
        store.write([new(KEY, png("old")), new(OTHER, png("stays"))], AT)

        (info,) = store.write([new(KEY, png("large", 60_000))], AT)

        assert info.size == 60_008
        assert store.read(KEY) is None
        assert self.read_body(store, OTHER) == png("stays")

    def test_the_bytes_counted_are_about_those_that_the_process_takes(self) -> None:
        memory = TileMemory(64 * MIB)
        store = self.make_store(memory)
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()

        for number in range(20_000):
            store.write([_small_tile(number)], AT + number)

        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert 0.8 < memory.bytes / (after - before) < 1.5

    def test_a_forked_child_begins_empty_and_leaves_the_tiles_of_its_parent(self) -> None:
        resources = ProcessResources()
        store = memory_store(tile_set=TILES, max_bytes=MIB, keep=resources.keep)
        self.write(store, KEY, png("of the parent"))

        def work() -> None:
            assert store.read(KEY) is None
            self.write(store, KEY, png("of the child"))
            assert self.read_body(store, KEY) == png("of the child")

        wait_for(forked(work))
        assert self.read_body(store, KEY) == png("of the parent")


def _small_tile(number: int) -> NewTile:
    key = TileKey(TileCoord(12, number + 1000, number + 2000), (("time", f"at {number}"),))
    return new(key, bytes([*png(number, 200)]), validators=Validators(f'"{number}"', f"Sat, {number}"))


def test_what_is_read_is_what_is_kept_without_a_copy() -> None:
    store = MemoryTileStore(TILES, TileMemory(MIB))
    body = png("x")
    store.write([new(KEY, body, validators=VALIDATORS)], AT)

    tile = store.read(KEY)

    assert tile == StoredTile(body, PNG, TileInfo(AT, len(body)))
    assert tile is not None
    assert tile.body is body
