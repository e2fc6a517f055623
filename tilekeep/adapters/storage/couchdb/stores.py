"""The tile store on CouchDB, put together from its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tilekeep.adapters.storage.couchdb.database import CouchdbDatabase
from tilekeep.adapters.storage.couchdb.fields import DocumentFields, Point
from tilekeep.adapters.storage.couchdb.ids import DocumentIds
from tilekeep.adapters.storage.couchdb.server import CouchdbServer
from tilekeep.adapters.storage.couchdb.store import CouchdbTileStore
from tilekeep.adapters.storage.services.exchanges import Exchanges
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.tile import TileSet


def couchdb_store(
    *,
    tile_set: TileSet,
    exchanges: Callable[[object], Exchanges],
    server: CouchdbServer,
    database: str,
    tile_id: str,
    tile_metadata: Mapping[str, Any],
    grid: TileGrid,
    to_wgs84: Callable[[Point], Point],
    media_type: str | None,
) -> CouchdbTileStore:
    """Documents in a ``database``; ``to_wgs84`` turns coordinates of the grid into degrees.

    ``exchanges`` gives those with a service, the same to all who ask.
    """
    return CouchdbTileStore(
        tile_set,
        CouchdbDatabase(exchanges(server.address()), server, database),
        DocumentIds(tile_id, grid.name),
        DocumentFields(tile_metadata, grid.tile_bbox, to_wgs84),
        media_type=media_type,
    )
