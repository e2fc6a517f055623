"""The store of CouchDB keeps what tile stores promise."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.contract.networked_tile_store_suite import NetworkedTileStoreSuite
from tests.contract.tile_store_suite import KEY
from tests.integration.services.couchdb import CouchDb
from tests.integration.services.redis import numbers
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.storage.couchdb.database import CouchdbDatabase
from tilekeep.adapters.storage.couchdb.fields import DocumentFields
from tilekeep.adapters.storage.couchdb.ids import DocumentIds
from tilekeep.adapters.storage.couchdb.server import CouchdbServer
from tilekeep.adapters.storage.couchdb.store import CouchdbTileStore
from tilekeep.adapters.storage.services.exchanges import Exchanges
from tilekeep.adapters.storage.services.transfers import Transfers
from tilekeep.config.process_resources import ProcessResources
from tilekeep.domain.geometry import BBox
from tilekeep.domain.tile import TileKey, TileSet

TILE_SET = TileSet("osm", "webmercator", "png")
RESOURCES = ProcessResources()


class TestCouchdbStore(NetworkedTileStoreSuite):
    """The medium is a database; ids are those of MapProxy."""

    examples = 8
    killed_writers = 5

    @pytest.fixture(autouse=True)
    def _server(self, couchdb: CouchDb) -> None:
        self.server = couchdb

    def medium(self, folder: Path) -> str:
        return f"osm_{os.getpid()}_{numbers()}"

    def make_store(self, medium: str) -> CouchdbTileStore:
        clock = SystemClock()
        transfers = Transfers(clock)
        RESOURCES.keep(transfers)
        return CouchdbTileStore(
            TILE_SET,
            CouchdbDatabase(Exchanges(transfers, clock, transient=()), CouchdbServer(self.server.url), medium),
            DocumentIds("%(couch_url)s/%(grid_name)s-%(z)s-%(x)s-%(y)s", "webmercator"),
            DocumentFields({"kind": "tile", "level": "{{z}}"}, lambda coord: BBox(0, 0, 1, 1), lambda point: point),
            media_type="image/png",
        )

    def name(self, key: TileKey) -> str:
        assert not key.dimensions
        return "webmercator-{}-{}-{}".format(*key.coord)

    def put(self, medium: str, key: TileKey, body: bytes, at: float) -> None:
        self.server.put(medium, self.name(key), body, {"timestamp": at})

    def get(self, medium: str, key: TileKey) -> bytes | None:
        return self.server.get(medium, self.name(key))

    def leftovers(self, medium: str) -> list[str]:
        return [name for name in self.server.names(medium) if not re.match(r"webmercator-\d+-\d+-\d+(/|$)", name)]

    def test_reading_makes_no_database(self, shared: str) -> None:
        store = self.make_store(shared)

        assert store.read(KEY) is None
        assert (dict(store.stat_many([KEY])), list(store.list(4))) == ({}, [])

        assert self.server.ask("GET", f"/{shared}") is None
