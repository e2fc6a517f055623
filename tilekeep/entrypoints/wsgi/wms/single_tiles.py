"""Which tile a GetMap request with ``tiled=true`` asks for: WMS-C (spec/services.md, 3.7; spec/caches.md, 14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tilekeep.application.catalogue import Catalogue, LayerInGrid
from tilekeep.application.layer_tree import MapLayer
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.application.refused_box import refused_box
from tilekeep.domain.errors import InvalidParameter, RequestError, UnknownLayer, UnsupportedFormat
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import subtype
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.entrypoints.wsgi.tile_route import Located, TileRoute
from tilekeep.entrypoints.wsgi.wms.map_request import MapRequest

#: How far a box may lie off its tile, as a part of a pixel.
_TOLERANCE = 0.1

_MISALIGNED = "query does not align to tile boundaries"


class _Offered(NamedTuple):
    """A layer in a grid, and the name by which the catalogue has it."""

    name: tuple[str, str]
    layer: LayerInGrid


class SingleTiles:
    """Finds tiles by their boxes; of a layer in a grid nothing is set up until a tile of it is found.

    Args:
        catalogue: the layers whose tiles can be delivered.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._routes: OncePerKey[tuple[str, str], TileRoute] = OncePerKey(self._route)

    def find(self, request: MapRequest) -> Located | None:
        """The tile, or None where the request is to be drawn as a map after all.

        That is the case if it shows several caches, or nothing, or lies beside the grid.

        :raises InvalidParameter: box, size or SRS are not those of a tile.
        :raises UnsupportedFormat: the format is not.
        """
        offers = list(self._offers(request.drawn[0])) if len(request.drawn) == 1 else []
        of_srs = [offered for offered in offers if offered.layer.grid.srs == request.srs]
        refusals: list[RequestError] = []
        for offered in of_srs or offers[:1]:
            try:
                coord = _tile_of(offered.layer, request)
            except RequestError as error:
                refusals.append(error)
            else:
                return None if coord is None else self._located(offered, TileKey(coord, request.dimensions))
        if refusals:
            raise refusals[0]
        return None

    def described(self, layer: MapLayer) -> list[LayerInGrid]:
        """A layer in each of its grids; in none unless it shows the tiles of just one cache."""
        return [offered.layer for offered in self._offers(layer)]

    def _offers(self, layer: MapLayer) -> Iterator[_Offered]:
        if layer.name is None:
            return
        try:
            grids = self._catalogue.outline(layer.name).grids
        except UnknownLayer:
            return
        for grid in grids:
            if (grid.cache,) == layer.sources:
                name = (layer.name, grid.name)
                yield _Offered(name, self._catalogue.description(*name))

    def _located(self, offered: _Offered, key: TileKey) -> Located:
        return Located(self._routes(offered.name), key)

    def _route(self, name: tuple[str, str]) -> TileRoute:
        tile_layer = self._catalogue.tile_layer(*name)
        return TileRoute(tile_layer, PublicLevels(tile_layer.grid, TileService.TMS), "wms")


def _tile_of(layer: LayerInGrid, request: MapRequest) -> TileCoord | None:
    """The tile of a grid, or None if there is none at the place."""
    grid, extension = layer.grid, subtype(layer.encoding.public_media_type)
    if subtype(request.format) != extension:
        raise UnsupportedFormat(
            f"Invalid request: invalid tile format, use {extension} (not {request.format})", locator="format"
        )
    if request.size != grid.tile_size:
        use, given = (f"{size.width}x{size.height}" for size in (grid.tile_size, request.size))
        raise InvalidParameter(f"Invalid request: invalid tile size (use {use}, not {given})", locator="width")
    if grid.srs != request.srs:
        raise refused_box(f"{_MISALIGNED}; the tiles are in {grid.srs.code}", request.bbox)
    level = grid.level_for(request.bbox, request.size)
    return None if level is None else _aligned(grid, level, request.bbox, request.size)


def _aligned(grid: TileGrid, level: int, bbox: BBox, size: Size) -> TileCoord | None:
    left, bottom, right, top = bbox
    coord = grid.tile_at((left + right) / 2, (bottom + top) / 2, level)
    tile = grid.tile_bbox(coord)
    across, up = (_TOLERANCE * bbox.width / size.width, _TOLERANCE * bbox.height / size.height)
    if max(abs(left - tile.min_x), abs(right - tile.max_x)) > across:
        raise _misplaced(grid, level, bbox)
    if max(abs(bottom - tile.min_y), abs(top - tile.max_y)) > up:
        raise _misplaced(grid, level, bbox)
    return coord if grid.holds(coord) else None


def _misplaced(grid: TileGrid, level: int, bbox: BBox) -> InvalidParameter:
    return refused_box("not a single tile" if grid.affected(bbox, level).count > 1 else _MISALIGNED, bbox)
