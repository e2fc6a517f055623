"""Tiers keep what single stores promise; how they go together is a matter of tests/unit/adapters."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tests.contract.tile_store_suite import TileStoreSuite
from tests.fakes.clock import FakeClock
from tests.fakes.tile_store import FakeTileStore
from tilekeep.adapters.storage.file_slice import read_slice
from tilekeep.adapters.storage.memory.store import MemoryTileStore
from tilekeep.adapters.storage.memory.tile_memory import TileMemory
from tilekeep.adapters.storage.tiers.known_infos import KnownInfos
from tilekeep.adapters.storage.tiers.store import FastStore, TieredTileStore
from tilekeep.domain.image import PNG
from tilekeep.domain.tile import StoredTile, TileInfo, TileKey, TileSet

TILES = TileSet("c", "g", "png")


class Medium(NamedTuple):
    memory: TileMemory
    tiles: dict[TileKey, StoredTile]


class TestTieredTileStore(TileStoreSuite):
    #: How long copies are good without a look at the last tier.
    max_age_seconds = 60.0

    def medium(self, folder: Path) -> Medium:
        return Medium(TileMemory(1 << 26), {})

    def make_store(self, medium: Medium) -> TieredTileStore:
        fast = FastStore(MemoryTileStore(TILES, medium.memory), self.max_age_seconds)
        return TieredTileStore(TILES, [fast], FakeTileStore(medium.tiles), KnownInfos(), FakeClock(), read_slice)

    def put(self, medium: Medium, key: TileKey, body: bytes, at: float) -> None:
        medium.tiles[key] = StoredTile(body, PNG, TileInfo(at, len(body)))

    def get(self, medium: Medium, key: TileKey) -> bytes | None:
        tile = medium.tiles.get(key)
        assert tile is None or isinstance(tile.body, bytes)
        return tile.body if tile else None

    def leftovers(self, medium: Medium) -> list[str]:
        return [f"copy of {key}" for key, _ in medium.memory.entries() if key not in medium.tiles]


class TestTieredTileStoreThatAlwaysLooks(TestTieredTileStore):
    max_age_seconds = 0.0


class TestTieredTileStoreWithoutRoom(TestTieredTileStore):
    def medium(self, folder: Path) -> Medium:
        return Medium(TileMemory(1), {})
