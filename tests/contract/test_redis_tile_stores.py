"""The store of Redis keeps what tile stores promise: on one server, by sentinels, and in a cluster."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.contract.networked_tile_store_suite import NetworkedTileStoreSuite
from tests.contract.tile_store_suite import AT, IN_TIME, KEY, new, png
from tests.integration.services.process import HOST
from tests.integration.services.redis import MASTER, RedisCluster, RedisProcess, SentinelProcess, numbers
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.redis.clients import RedisClients
from tilekeep.adapters.redis.server import RedisServer
from tilekeep.adapters.storage.redis.store import RedisTileStore
from tilekeep.domain.tile import TileKey, TileSet

TILE_SET = TileSet("osm", "webmercator", "png")
TEN_YEARS = 10 * 365 * 86400


class RedisTileStoreSuite(NetworkedTileStoreSuite):
    """The medium is a prefix; odd signs in it mean nothing but themselves."""

    format_has_times = False
    ttl_seconds = 0
    server: RedisServer
    client: Any

    def medium(self, folder: Path) -> str:
        return f"o[s]m*-{os.getpid()}-{numbers()}"

    def make_store(self, medium: str) -> RedisTileStore:
        clock = SystemClock()
        return RedisTileStore(
            TILE_SET,
            RedisClients(clock),
            self.server,
            clock,
            prefix=medium,
            ttl_seconds=self.ttl_seconds,
            media_type="image/png",
        )

    def name(self, medium: str, key: TileKey) -> str:
        assert not key.dimensions
        return "{}-{}-{}-{}".format(medium, *key.coord)

    def put(self, medium: str, key: TileKey, body: bytes, at: float) -> None:
        self.client.set(self.name(medium, key), body)

    def get(self, medium: str, key: TileKey) -> bytes | None:
        body: bytes | None = self.client.get(self.name(medium, key))
        return body

    def leftovers(self, medium: str) -> list[str]:
        """Records without tile, and names that are neither."""
        mine = [name for name in map(bytes.decode, self.all_names()) if medium in name]
        records = {name for name in mine if name.startswith("tilekeep:")}
        tiles = {name for name in mine if re.match(re.escape(medium) + r"-\d+-\d+-\d+($|/)", name)}
        own = {f"tilekeep:{{{name}}}" for name in tiles}
        return sorted((records - own) | (set(mine) - records - tiles))

    def all_names(self) -> list[bytes]:
        return list(self.client.scan_iter(count=10_000))


class TestRedisStore(RedisTileStoreSuite):
    @pytest.fixture(autouse=True)
    def _server(self, redis_server: RedisProcess) -> None:
        self.server = RedisServer(HOST, redis_server.port)
        self.client = redis_server.client
        self.client.flushdb()

    def test_a_batch_is_stored_as_a_whole_or_not_at_all(self, shared: str) -> None:
        store = self.make_store(shared)
        self.client.execute_command("CONFIG", "SET", "proto-max-bulk-len", 1_048_576)
        try:
            with pytest.raises(Exception, match="cannot store tiles"):
                store.write([new(KEY, png()), new(IN_TIME, png(size=2_000_000))], AT)
        finally:
            self.client.execute_command("CONFIG", "SET", "proto-max-bulk-len", 536_870_912)

        assert store.read(KEY) is None
        assert self.leftovers(shared) == []

    def test_a_tile_and_its_time_come_in_one_command(self, store: RedisTileStore) -> None:
        store.write([new(KEY, png())], AT)
        store.read(KEY)
        before = self.client.info("commandstats")

        store.read(KEY)

        after = self.client.info("commandstats")
        asked = {name: after[name]["calls"] - before.get(name, {"calls": 0})["calls"] for name in after}
        assert {name for name, calls in asked.items() if calls} == {"cmdstat_mget", "cmdstat_info"}
        assert asked["cmdstat_mget"] == 1


class TestRedisStoreThatForgets(RedisTileStoreSuite):
    """Tiles of other programs are as old as their lifetime has run."""

    examples = 10
    killed_writers = 3
    format_has_times = True
    time_resolution_seconds = 0.5
    ttl_seconds = TEN_YEARS

    @pytest.fixture(autouse=True)
    def _server(self, redis_server: RedisProcess) -> None:
        self.server = RedisServer(unix_socket=str(redis_server.socket), db=1)
        self.client = redis_server.client_of(1)
        self.client.flushdb()

    def put(self, medium: str, key: TileKey, body: bytes, at: float) -> None:
        self.client.set(self.name(medium, key), body, px=round((at + TEN_YEARS - time.time()) * 1000))


class TestRedisStoreBySentinels(RedisTileStoreSuite):
    examples = 10
    killed_writers = 3

    @pytest.fixture(autouse=True)
    def _server(self, redis_server: RedisProcess, redis_sentinel: SentinelProcess) -> None:
        self.server = RedisServer(sentinels=((HOST, redis_sentinel.port),), master_name=MASTER, db=2)
        self.client = redis_server.client_of(2)
        self.client.flushdb()


class TestRedisStoreInCluster(RedisTileStoreSuite):
    examples = 10
    killed_writers = 3

    @pytest.fixture(autouse=True)
    def _server(self, redis_cluster: RedisCluster) -> None:
        self.server = RedisServer(nodes=redis_cluster.addresses[:1])
        self.client = redis_cluster.client
        self.client.flushdb(target_nodes=redis.RedisCluster.PRIMARIES)

    def test_tiles_lie_on_all_nodes(self, store: RedisTileStore, redis_cluster: RedisCluster) -> None:
        keys = [KEY._replace(coord=KEY.coord._replace(x=x)) for x in range(40)]

        store.write([new(key, png(key)) for key in keys], AT)

        assert all(node.client.dbsize() > 0 for node in redis_cluster.nodes)
        assert store.stat_many(keys).keys() == set(keys)
