"""What capabilities documents say of tiles: the profile WMS-C (spec/services.md, 3.7)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from tilekeep.application.catalogue import LayerInGrid
from tilekeep.application.layer_tree import MapLayer
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.entrypoints.wsgi.options import WmsOptions
from tilekeep.entrypoints.wsgi.wms.single_tiles import SingleTiles


class ShownTileSet(NamedTuple):
    """The tiles of a layer in one grid; ``resolutions`` in units of the SRS per pixel, separated by spaces."""

    layer: str
    srs_code: str
    bbox: BBox
    resolutions: str
    tile_size: Size
    media_type: str


def shown_tile_sets(layers: Iterable[MapLayer], tiles: SingleTiles, options: WmsOptions) -> list[ShownTileSet]:
    """The tiles of ``layers`` that GetMap delivers, in their order."""
    codes = {srs.code for srs in options.srs}
    return list(_tile_sets(layers, tiles, codes, options.formats))


def _tile_sets(
    layers: Iterable[MapLayer], tiles: SingleTiles, srs_codes: Collection[str], media_types: Collection[str]
) -> Iterator[ShownTileSet]:
    for layer in layers:
        for described in tiles.described(layer):
            shown = _tile_set(described)
            if shown.srs_code in srs_codes and shown.media_type in media_types:
                yield shown


def _tile_set(layer: LayerInGrid) -> ShownTileSet:
    grid = layer.grid
    return ShownTileSet(
        layer=layer.outline.name,
        srs_code=grid.srs.code,
        bbox=layer.extent,
        resolutions=" ".join(str(level.resolution) for level in PublicLevels(grid, TileService.TMS).orders),
        tile_size=grid.tile_size,
        media_type=layer.encoding.public_media_type,
    )
