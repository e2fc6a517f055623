"""The stores of caches in Redis and CouchDB."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tilekeep.application.once_per_key import OncePerKey
from tilekeep.config.assemble.wanted_store import WantedStore
from tilekeep.config.mapproxy.meaning_couchdb import CouchdbStorage
from tilekeep.config.mapproxy.meaning_redis import RedisStorage
from tilekeep.domain.srs import WGS_84_CODE, Srs
from tilekeep.ports.clock import Clock
from tilekeep.ports.projection import Projection
from tilekeep.ports.tile_store import TileStore

if TYPE_CHECKING:
    from tilekeep.adapters.storage.services.exchanges import Exchanges
    from tilekeep.adapters.storage.services.transfers import Transfers

Point = tuple[float, float]


def redis_store(make: Callable[..., TileStore], wanted: WantedStore) -> TileStore:
    """The store that is wanted."""
    storage = wanted.cache.storage
    assert isinstance(storage, RedisStorage), "dispatched by type"
    return make(
        "redis",
        tile_set=wanted.tile_set,
        media_type=wanted.media_type,
        server=storage.server,
        prefix=wanted.place,
        ttl_seconds=storage.ttl_seconds,
    )


def exchanges_with_couchdb(transfers: Transfers, clock: Clock) -> Callable[[object], Exchanges]:
    """Those with each server, the same for all databases on it; what fails there is not tried again."""
    from tilekeep.adapters.storage.services.exchanges import Exchanges

    exchanges: OncePerKey[object, Exchanges] = OncePerKey(lambda _: Exchanges(transfers, clock, transient=()))
    return exchanges


def couchdb_store(make: Callable[..., TileStore], projection: Projection, wanted: WantedStore) -> TileStore:
    """The store that is wanted."""
    storage = wanted.cache.storage
    assert isinstance(storage, CouchdbStorage), "dispatched by type"
    from tilekeep.adapters.storage.couchdb.server import CouchdbServer

    server = CouchdbServer(
        storage.url,
        storage.credentials,
        storage.timeout_seconds,
        ca_certs=storage.ssl_ca_certs,
        verify=not storage.ssl_no_cert_checks,
    )
    return make(
        "couchdb",
        tile_set=wanted.tile_set,
        media_type=wanted.media_type,
        server=server,
        database=storage.database(wanted.place),
        tile_id=storage.tile_id,
        tile_metadata=storage.tile_metadata,
        grid=wanted.grid,
        to_wgs84=partial(_geographic, projection, wanted.grid.srs),
    )


def _geographic(projection: Projection, srs: Srs, point: Point) -> Point:
    """Longitude and latitude of a point in ``srs``."""
    ((longitude, latitude),) = projection.between(srs, projection.srs(WGS_84_CODE)).points([point])
    return longitude, latitude
