"""What the demo page knows of the layers: a JSON document inside the page."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from tilekeep._version import __version__
from tilekeep.application.catalogue import Catalogue, GridOutline, LayerInGrid, LayerOutline
from tilekeep.domain.origin import Origin
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.entrypoints.wsgi.base_url import path_quoted
from tilekeep.entrypoints.wsgi.options import DemoOptions, TmsOptions, WmtsOptions
from tilekeep.entrypoints.wsgi.wmts.rest import CAPABILITIES
from tilekeep.entrypoints.wsgi.wmts.rest_template import compiled

#: Characters that could end the script element, or a line of a script, inside a JSON string.
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


#: A request for a tile by parameters, up to what differs between layers.
_GET_TILE = "../service?service=WMTS&request=GetTile&version=1.0.0&style=default"

#: The variables of WMTS templates as the page calls them.
_PLACES = {"TileMatrix": "{z}", "TileCol": "{x}", "TileRow": "{y}"}


class TileForm(NamedTuple):
    """The form of tile addresses with ``{z}``, ``{x}`` and ``{y}``, and how its service counts levels and rows."""

    form: str
    service: TileService
    origin: Origin


class PageData:
    """Describes the layers for the page.

    Addresses are relative to the page, so that they hold behind any proxy.  Boxes are ``[min_x, min_y, max_x,
    max_y]`` in units of the grid's SRS, resolutions in SRS units per pixel, sizes ``[width, height]``; ``origin`` is
    the corner from which the addresses of the tiles count rows.

    Args:
        catalogue: the layers.
        tms: options of the tiles service; None if it is not offered.
        wmts: options of WMTS; None if it is not offered.
        options: options of the demo.
    """

    def __init__(
        self, catalogue: Catalogue, tms: TmsOptions | None, wmts: WmtsOptions | None, options: DemoOptions
    ) -> None:
        self._catalogue = catalogue
        self._tms = tms
        self._wmts = wmts
        self._options = options

    def as_json(self) -> str:
        """The document, fit for a script element of type ``application/json``."""
        data = {
            "version": __version__,
            "background": self._options.background_url,
            "services": self._services(),
            "layers": [self._layer(layer) for layer in self._catalogue.layers if layer.grids],
        }
        return json.dumps(data, ensure_ascii=False).translate(_ESCAPES)

    def _services(self) -> list[dict[str, str]]:
        services = []
        if self._wmts is not None and self._wmts.restful:
            services.append({"title": "WMTS (RESTful)", "url": f"../wmts{CAPABILITIES}"})
        if self._wmts is not None and self._wmts.kvp:
            services.append({"title": "WMTS (KVP)", "url": "../service?service=WMTS&request=GetCapabilities"})
        if self._tms is not None:
            services.append({"title": "TMS", "url": "../tms/1.0.0/"})
        return services

    def _layer(self, outline: LayerOutline) -> dict[str, Any]:
        grids = [self._grid(outline, grid) for grid in outline.grids]
        return {"name": outline.name, "title": outline.title, "abstract": outline.abstract, "grids": grids}

    def _grid(self, outline: LayerOutline, grid_outline: GridOutline) -> dict[str, Any]:
        layer = self._catalogue.description(outline.name, grid_outline.name)
        grid = layer.grid
        tiles = self._tiles(grid_outline, layer)
        levels = PublicLevels(grid, TileService.TILES if tiles is None else tiles.service)
        return {
            "name": grid.name,
            "srs": grid.srs.code,
            "unit": "degrees" if grid.srs.geographic else "metres",
            "bbox": list(grid.bbox),
            "extent": list(layer.extent),
            "origin": grid.origin if tiles is None else tiles.origin,
            "tileSize": list(grid.tile_size),
            "resolutions": [level.resolution for level in levels.orders],
            "matrixSizes": [list(levels.matrix_size(level.order)) for level in levels.orders],
            "mediaType": layer.encoding.public_media_type,
            "tiles": None if tiles is None else tiles.form,
        }

    def _tiles(self, outline: GridOutline, layer: LayerInGrid) -> TileForm | None:
        """Where the page gets the tiles from: the tiles service, else WMTS, if it offers the grid."""
        if layer.encoding.opaque is not None:
            return None  # the page shows images
        name, grid = path_quoted(layer.outline.name), path_quoted(layer.grid.name)
        extension = layer.encoding.public_extension
        if self._tms is not None:
            second = grid if self._tms.use_grid_names else path_quoted(outline.srs_token)
            form = f"../tiles/{name}/{second}/{{z}}/{{x}}/{{y}}.{extension}?origin={layer.grid.origin}"
            return TileForm(form, TileService.TILES, layer.grid.origin)
        if self._wmts is None or not layer.grid.supports_origin("nw"):
            return None
        if self._wmts.kvp:
            where = "tilematrix={z}&tilecol={x}&tilerow={y}&format="
            form = f"{_GET_TILE}&layer={name}&tilematrixset={grid}&{where}{layer.encoding.public_media_type}"
        else:
            fixed = {"Layer": name, "TileMatrixSet": grid, "Format": extension} | _PLACES
            form = "../wmts" + compiled(self._wmts.restful_template).filled(fixed, others="default")
        return TileForm(form, TileService.WMTS, "nw")
