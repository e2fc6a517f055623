"""The tile store on CouchDB, put together from its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from tilekeep.adapters.outage import Outages
from tilekeep.adapters.storage.couchdb.database import CouchdbDatabase
from tilekeep.adapters.storage.couchdb.fields import DocumentFields, Point
from tilekeep.adapters.storage.couchdb.ids import DocumentIds
from tilekeep.adapters.storage.couchdb.sparing_client import SparingClient
from tilekeep.adapters.storage.couchdb.store import CouchdbTileStore
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.tile import TileSet
from tilekeep.ports.clock import Clock
from tilekeep.ports.http_client import HttpClient


def couchdb_store(
    *,
    tile_set: TileSet,
    http: HttpClient,
    timeout_seconds: float,
    outages: Outages,
    clock: Clock,
    url: str,
    tile_id: str,
    tile_metadata: Mapping[str, Any],
    grid: TileGrid,
    to_wgs84: Callable[[Point], Point],
    media_type: str | None,
) -> CouchdbTileStore:
    """Documents in the database at ``url``; ``to_wgs84`` turns coordinates of the grid into degrees.

    ``timeout_seconds`` is that of ``http``.
    """
    server = urlsplit(url)
    http = SparingClient(http, outages.of(f"{server.scheme}://{server.netloc}"), clock, timeout_seconds)
    return CouchdbTileStore(
        tile_set,
        CouchdbDatabase(http, url),
        DocumentIds(tile_id, grid.name),
        DocumentFields(tile_metadata, grid.tile_bbox, to_wgs84),
        media_type=media_type,
    )
