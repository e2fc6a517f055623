"""What the demo page knows of the layers: a JSON document inside the page."""

from __future__ import annotations

import json
from typing import Any

from tilekeep._version import __version__
from tilekeep.application.catalogue import Catalogue, GridOutline, LayerOutline, TileLayer
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import subtype
from tilekeep.entrypoints.wsgi.base_url import path_quoted
from tilekeep.entrypoints.wsgi.options import DemoOptions, TmsOptions, WmtsOptions
from tilekeep.entrypoints.wsgi.wmts.rest import CAPABILITIES

#: Characters that could end the script element, or a line of a script, inside a JSON string.
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


class PageData:
    """Describes the layers for the page.

    Addresses are relative to the page, so that they hold behind any proxy.  Boxes are ``[min_x, min_y, max_x,
    max_y]`` in units of the grid's SRS, resolutions in SRS units per pixel, sizes ``[width, height]``.

    Args:
        catalogue: the layers.
        tms: options of the tiles service, whose tiles the page shows; None if it is not offered.
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
        layer = self._catalogue.tile_layer(outline.name, grid_outline.name)
        grid = layer.grid
        return {
            "name": grid.name,
            "srs": grid.srs.code,
            "unit": "degrees" if grid.srs.geographic else "metres",
            "bbox": _finite(grid.bbox),
            "extent": _finite(layer.extent),
            "origin": grid.origin,
            "tileSize": list(grid.tile_size),
            "resolutions": list(grid.resolutions),
            "matrixSizes": [list(grid.matrix_size(z)) for z in range(grid.levels)],
            "mediaType": layer.encoding.public_media_type,
            "tiles": self._tiles(outline, grid_outline, layer),
        }

    def _tiles(self, outline: LayerOutline, grid: GridOutline, layer: TileLayer) -> str | None:
        """The form of tile addresses, with rows counted from the grid's own origin."""
        if self._tms is None:
            return None
        second = grid.name if self._tms.use_grid_names else grid.srs_token
        parts = f"{path_quoted(outline.name)}/{path_quoted(second)}"
        extension = subtype(layer.encoding.public_media_type)
        return f"../tiles/{parts}/{{z}}/{{x}}/{{y}}.{extension}?origin={layer.grid.origin}"


def _finite(bbox: BBox) -> list[float]:
    return [round(edge, 9) for edge in bbox]
