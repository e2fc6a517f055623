"""The fake tile store keeps what real ones promise."""

from __future__ import annotations

from pathlib import Path

from tests.contract.tile_store_suite import TileStoreSuite
from tests.fakes.tile_store import FakeTileStore
from tilekeep.domain.image import PNG
from tilekeep.domain.tile import StoredTile, TileInfo, TileKey

Medium = dict[TileKey, StoredTile]


class TestFakeTileStore(TileStoreSuite):
    def medium(self, folder: Path) -> Medium:
        return {}

    def make_store(self, medium: Medium) -> FakeTileStore:
        return FakeTileStore(medium)

    def put(self, medium: Medium, key: TileKey, body: bytes, at: float) -> None:
        medium[key] = StoredTile(body, PNG, TileInfo(at, len(body)))

    def get(self, medium: Medium, key: TileKey) -> bytes | None:
        tile = medium.get(key)
        assert tile is None or isinstance(tile.body, bytes)
        return tile.body if tile else None

    def leftovers(self, medium: Medium) -> list[str]:
        return []
