"""The servers that adapters under test talk to: one of each kind for the whole run, started on first use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.services.couchdb import CouchDb
from tests.integration.services.redis import RedisCluster, RedisProcess, SentinelProcess


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisProcess]:
    """One Redis; each test has a prefix of its own."""
    with RedisProcess(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def redis_sentinel(redis_server: RedisProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SentinelProcess]:
    """A sentinel that watches over it."""
    with SentinelProcess(tmp_path_factory.mktemp("sentinel"), redis_server) as sentinel:
        yield sentinel


@pytest.fixture(scope="session")
def redis_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    """Three masters; each test has a prefix of its own."""
    cluster = RedisCluster(tmp_path_factory.mktemp("cluster"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def couchdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CouchDb]:
    """One server; each test has a database of its own."""
    with CouchDb(tmp_path_factory.mktemp("couchdb")) as server:
        yield server
