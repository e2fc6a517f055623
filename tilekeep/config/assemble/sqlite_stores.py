"""The stores of caches in databases of SQLite."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from tilekeep.adapters.storage.sqlite.row_order import RowOrder
from tilekeep.config.assemble.wanted_store import WantedStore
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache
from tilekeep.config.mapproxy.meaning_sqlite import SqliteStorage, standard_origin
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import JPEG, MIXED, PNG, subtype
from tilekeep.domain.opaque_format import opaque_format
from tilekeep.domain.srs import WGS_84_CODE
from tilekeep.ports.projection import Projection
from tilekeep.ports.tile_store import TileStore

#: Where web mercator and with it the bounds of MBTiles end.
_NORTHERNMOST = 85.0511287798066


def sqlite_store(make: Callable[..., TileStore], projection: Projection, wanted: WantedStore) -> TileStore:
    """The store that is wanted; ``make`` is told its kind and what all stores of its kind are told."""
    options, cache, grid, place, extent = wanted.cache.storage, wanted.cache, wanted.grid, wanted.place, wanted.extent()
    assert isinstance(options, SqliteStorage), "asked for caches in databases only"
    shared = {"timeout_seconds": options.timeout_seconds, "wal": options.wal}
    if options.kind == "sqlite":
        sharing, ttl = options.shares_images, options.ttl_seconds
        return make("sqlite", directory=place, ttl_seconds=ttl, shares_images=sharing, **shared)
    order = _row_order(options, grid)
    if options.kind == "mbtiles":
        metadata = partial(_metadata, projection, cache, grid, extent)
        sharing = options.shares_images
        return make("mbtiles", path=place, metadata=metadata, row_order=order, shares_images=sharing, **shared)
    return make(
        "geopackage",
        path=place,
        per_level=options.kind == "geopackage-levels",
        table=options.table_of(cache.name, grid.name),
        grid=grid,
        bbox=extent,
        srs_id=int(grid.srs.code.rpartition(":")[2]),
        wkt=partial(projection.wkt, grid.srs),
        row_order=order,
        **shared,
    )


def _row_order(options: SqliteStorage, grid: TileGrid) -> RowOrder | None:
    """From the other side, where the standard is wanted and the grid counts differently."""
    if options.row_order == "grid" or grid.origin == standard_origin(options.kind):
        return None
    return RowOrder(tuple(size.height for size in grid.matrix_sizes))


def _metadata(projection: Projection, cache: EffectiveCache, grid: TileGrid, extent: BBox) -> Mapping[str, str]:
    """What MBTiles 1.3 wants to know of a file, besides its levels."""
    known: dict[str, Any] = {
        "name": cache.name,
        "format": _format(cache.encoding.format),
        "type": "overlay" if cache.encoding.transparent else "baselayer",
        "version": "1",
        "description": f"Tiles of the cache {cache.name} in the grid {grid.name}",
    }
    opaque = cache.encoding.opaque
    if opaque is not None and opaque.is_vector_tile:
        known["json"] = json.dumps({"vector_layers": [layer.described() for layer in cache.vector_layers]})
    try:
        box = projection.between(grid.srs, projection.srs(WGS_84_CODE)).bbox(extent)
    except ProjectionError:
        return known
    west, south, east, north = box
    bounds = max(west, -180.0), max(south, -_NORTHERNMOST), min(east, 180.0), min(north, _NORTHERNMOST)
    return {**known, "bounds": ",".join(f"{degrees:.7g}" for degrees in bounds)}


def _format(image_format: str) -> str:
    """The name of MBTiles for a format; tiles of ``mixed`` may be JPEG, but the file has to state one."""
    opaque = opaque_format(image_format)
    if opaque is not None:
        return "pbf" if opaque.is_vector_tile else opaque.media_type  # MBTiles 1.3: others by their media type
    if image_format == MIXED:
        return subtype(PNG)
    return "jpg" if image_format == JPEG else subtype(image_format)
