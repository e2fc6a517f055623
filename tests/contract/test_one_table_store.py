"""The store of the example of plugins keeps what every store promises."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from tilekeep_example_plugin.one_table import OneTableOptions, OneTableStore

from tests.contract.tile_store_suite import AT, KEY, TileStoreSuite, new
from tests.fakes.clock import FakeClock
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import TileKey, TileSet
from tilekeep.plugins import StoreContext


class TestOneTableStore(TileStoreSuite):
    # Each call opens the file.
    large_batch = (10, 12)
    examples = 20

    def make_store(self, medium: Path) -> OneTableStore:
        context = StoreContext(
            tile_set=TileSet("c", "g", "png"),
            place=str(medium),
            base_dir=str(medium.parent),
            media_type="image/png",
            dimension_names=(),
            directory_permissions=None,
            file_permissions=None,
            clock=FakeClock(),
        )
        return OneTableStore(OneTableOptions(type="one_table"), context)

    def put(self, medium: Path, key: TileKey, body: bytes, at: float) -> None:
        self.make_store(medium).write([new(key, body)], at)

    def get(self, medium: Path, key: TileKey) -> bytes | None:
        if not (medium / "tiles.db").exists():
            return None
        database = sqlite3.connect(medium / "tiles.db")
        try:
            found = database.execute(
                "SELECT body FROM tiles WHERE (z, x, y) = (?, ?, ?) AND variant = ? AND dimensions = '[]'",
                (*key.coord, key.variant),
            ).fetchone()
        finally:
            database.close()
        return None if found is None else found[0]

    def leftovers(self, medium: Path) -> list[str]:
        return sorted(set(os.listdir(medium)) - {"tiles.db"}) if medium.exists() else []

    def test_a_damaged_file_is_an_error_of_the_store(self, shared: Path) -> None:
        store = self.make_store(shared)
        store.write([new(KEY, b"\x89PNG\r\n\x1a\n")], AT)
        (shared / "tiles.db").write_bytes(b"no database" * 1000)

        with pytest.raises(StoreError, match=r"tiles\.db"):
            store.read(KEY)
