"""What it costs to evict tiles from Redis and CouchDB, which find those of an area by going through all of them."""

from __future__ import annotations

from collections.abc import Callable

from tests.contract.tile_store_suite import new, png
from tests.integration.services.couchdb import CouchDb
from tests.integration.services.process import HOST
from tests.integration.services.redis import RedisProcess, numbers
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.redis.clients import RedisClients
from tilekeep.adapters.redis.server import RedisServer
from tilekeep.adapters.storage.couchdb.database import CouchdbDatabase
from tilekeep.adapters.storage.couchdb.fields import DocumentFields
from tilekeep.adapters.storage.couchdb.ids import DocumentIds
from tilekeep.adapters.storage.couchdb.server import CouchdbServer
from tilekeep.adapters.storage.couchdb.store import CouchdbTileStore
from tilekeep.adapters.storage.redis.store import RedisTileStore
from tilekeep.adapters.storage.services.exchanges import Exchanges
from tilekeep.adapters.storage.services.pools import Address
from tilekeep.adapters.storage.services.transfers import Answer, Message, Transfers
from tilekeep.application.remove_cells import RemoveCells
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.geometry import BBox
from tilekeep.domain.ledger import CELL_SIDE, Cell
from tilekeep.domain.tile import TileCoord, TileKey, TileSet
from tilekeep.ports.tile_store import TileStore

TILE_SET = TileSet("osm", "webmercator", "png")
CELLS = 60
BODY = png("x")


def fill(store: TileStore) -> None:
    """Ten tiles in each of so many cells of two levels."""
    for z in (9, 10):
        keys = [TileKey(TileCoord(z, cell * CELL_SIDE + x, 7)) for cell in range(CELLS) for x in range(10)]
        for start in range(0, len(keys), 100):
            store.write([new(key, BODY) for key in keys[start : start + 100]], 1000.0 + start)


def cost_of_listing_and_of_evicting(store: TileStore, requests: Callable[[], int]) -> tuple[int, int]:
    """How often the server is asked for names, for a listing of two levels, and for half of what they hold to go."""
    before = requests()
    assert sum(1 for z in (9, 10) for _ in store.list(z)) == 20 * CELLS
    listed = requests()
    cells = [Cell(z, column, 0) for column in range(CELLS // 2) for z in (9, 10)]

    removed = RemoveCells(store, lists_windows=False)(cells, CELLS * 10 * len(BODY), 100)

    evicted = requests()
    assert removed.amount == (CELLS * 10, CELLS * 10 * len(BODY))
    assert not removed.more
    assert sum(1 for z in (9, 10) for _ in store.list(z)) == 10 * CELLS
    return listed - before, evicted - listed


def test_redis_is_asked_for_the_names_of_each_level_once(redis_server: RedisProcess) -> None:
    redis_server.client.flushdb()
    clock = SystemClock()
    store = RedisTileStore(
        TILE_SET,
        RedisClients(clock),
        RedisServer(HOST, redis_server.port),
        clock,
        prefix=f"quota{numbers()}",
        ttl_seconds=0,
        media_type="image/png",
    )
    fill(store)

    def scans() -> int:
        return int(redis_server.client.info("commandstats").get("cmdstat_scan", {"calls": 0})["calls"])

    listing, evicting = cost_of_listing_and_of_evicting(store, scans)

    assert listing > 2
    assert evicting <= listing


def test_couchdb_is_asked_for_the_names_of_each_level_once(couchdb: CouchDb) -> None:
    asked: list[str] = []

    class Counting(Transfers):
        def send(self, address: Address, message: Message, deadline: Deadline) -> Answer:
            if message.method == "GET" and "_all_docs" in message.target:
                asked.append(message.target)
            return super().send(address, message, deadline)

    clock = SystemClock()
    exchanges = Exchanges(Counting(clock), clock)
    store = CouchdbTileStore(
        TILE_SET,
        CouchdbDatabase(exchanges, CouchdbServer(couchdb.url), f"quota{numbers()}"),
        DocumentIds("%(couch_url)s/%(grid_name)s-%(z)s-%(x)s-%(y)s", "webmercator"),
        DocumentFields({}, lambda coord: BBox(0, 0, 1, 1), lambda point: point),
        media_type="image/png",
    )
    fill(store)

    listing, evicting = cost_of_listing_and_of_evicting(store, lambda: len(asked))

    assert listing > 2
    assert evicting <= listing
