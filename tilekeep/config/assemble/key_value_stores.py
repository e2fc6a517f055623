"""The stores of caches in Redis and CouchDB."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tilekeep.adapters.http.options import HttpOptions
from tilekeep.config.assemble.wanted_store import WantedStore
from tilekeep.config.mapproxy.meaning_couchdb import CouchdbStorage
from tilekeep.config.mapproxy.meaning_redis import RedisStorage
from tilekeep.domain.srs import WGS_84_CODE, Srs
from tilekeep.ports.http_client import HttpClient
from tilekeep.ports.projection import Projection
from tilekeep.ports.tile_store import TileStore

Point = tuple[float, float]

#: Connections of one process to one server; further requests wait for one of them.
_POOL_SIZE = 16


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


def couchdb_store(
    make: Callable[..., TileStore],
    http_client: Callable[[HttpOptions], HttpClient],
    projection: Projection,
    wanted: WantedStore,
) -> TileStore:
    """The store that is wanted."""
    storage = wanted.cache.storage
    assert isinstance(storage, CouchdbStorage), "dispatched by type"
    options = HttpOptions(
        timeout_seconds=storage.timeout_seconds,
        ssl_ca_certs=storage.ssl_ca_certs,
        verify=not storage.ssl_no_cert_checks,
        credentials=storage.credentials,
        pool_size=_POOL_SIZE,
        hide_error_details=False,
    )
    return make(
        "couchdb",
        tile_set=wanted.tile_set,
        media_type=wanted.media_type,
        http=http_client(options),
        timeout_seconds=storage.timeout_seconds,
        url=storage.database_url(wanted.place),
        tile_id=storage.tile_id,
        tile_metadata=storage.tile_metadata,
        grid=wanted.grid,
        to_wgs84=partial(_geographic, projection, wanted.grid.srs),
    )


def _geographic(projection: Projection, srs: Srs, point: Point) -> Point:
    """Longitude and latitude of a point in ``srs``."""
    ((longitude, latitude),) = projection.between(srs, projection.srs(WGS_84_CODE)).points([point])
    return longitude, latitude
