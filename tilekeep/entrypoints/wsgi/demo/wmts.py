"""The maps of WMTS, by path or by parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tilekeep.application.catalogue import Catalogue, GridOutline, LayerInGrid, LayerOutline
from tilekeep.domain.public_levels import TileService
from tilekeep.entrypoints.wsgi.base_url import path_quoted
from tilekeep.entrypoints.wsgi.demo.layer_map import Example, ServiceDocument
from tilekeep.entrypoints.wsgi.demo.tile_data import TileForm
from tilekeep.entrypoints.wsgi.demo.tile_service import ShownTiles
from tilekeep.entrypoints.wsgi.options import WmtsOptions
from tilekeep.entrypoints.wsgi.wmts.matrix_sets import MatrixSets
from tilekeep.entrypoints.wsgi.wmts.rest import CAPABILITIES
from tilekeep.entrypoints.wsgi.wmts.rest_template import compiled

_BY_PARAMETERS = "/service?service=WMTS&request=GetCapabilities"

#: A request for a tile by parameters, up to what differs between layers.
_GET_TILE = "/service?service=WMTS&request=GetTile&version=1.0.0&style=default"

#: The variables of templates as map clients call them.
_PLACES = {"TileMatrix": "{z}", "TileCol": "{x}", "TileRow": "{y}"}


class ShownWmts(ShownTiles):
    """Implements :class:`~tilekeep.entrypoints.wsgi.demo.layer_map.ShownService`.

    Args:
        catalogue: the layers.
        sets: knows the grids in which they are offered.
        options: of the service.
    """

    parameter = "wmts_layer"
    title = "WMTS"

    def __init__(self, catalogue: Catalogue, sets: MatrixSets, options: WmtsOptions) -> None:
        super().__init__(catalogue)
        self._sets = sets
        self._options = options
        self._template = compiled(options.restful_template)
        by_path = ServiceDocument("WMTS (RESTful)", f"../wmts{CAPABILITIES}", "?wmts_capabilities")
        by_parameters = ServiceDocument("WMTS (KVP)", f"..{_BY_PARAMETERS}", "?wmts_capabilities_kvp")
        self.documents = ((by_path,) if options.restful else ()) + ((by_parameters,) if options.kvp else ())

    def _grids(self, layer: LayerOutline) -> Sequence[GridOutline]:
        offered = {description.grid.name for description in self._sets.of_layer(layer)}
        return [grid for grid in layer.grids if grid.name in offered]

    def _form(self, layer: LayerInGrid, grid: GridOutline) -> TileForm:
        return TileForm(f"..{self._tiles(layer)}", TileService.WMTS, "nw")

    def _tiles(self, layer: LayerInGrid) -> str:
        return self._by_path(layer, _PLACES) if self._options.restful else self._by_parameters(layer, _PLACES)

    def _by_path(self, layer: LayerInGrid, places: Mapping[str, str]) -> str:
        name, grid = path_quoted(layer.outline.name), path_quoted(layer.grid.name)
        fixed = {"Layer": name, "TileMatrixSet": grid, "Format": layer.encoding.public_extension, **places}
        return "/wmts" + self._template.filled(fixed, others="default")

    def _by_parameters(self, layer: LayerInGrid, places: Mapping[str, str]) -> str:
        name, grid = path_quoted(layer.outline.name), path_quoted(layer.grid.name)
        where = "&".join(f"{key.lower()}={place}" for key, place in places.items())
        media_type = layer.encoding.public_media_type
        return f"{_GET_TILE}&layer={name}&tilematrixset={grid}&{where}&format={media_type}"

    def _xyz(self, layer: LayerInGrid, grid: GridOutline, base: str) -> str:
        return base + self._tiles(layer)

    def _capabilities(self, base: str) -> str:
        return base + (f"/wmts{CAPABILITIES}" if self._options.restful else _BY_PARAMETERS)

    def _examples(self, layer: LayerInGrid, grid: GridOutline, base: str) -> tuple[Example, ...]:
        first = {"TileMatrix": layer.grid.level_name(0), "TileCol": "0", "TileRow": "0"}
        examples = []
        if self._options.restful:
            examples += [
                Example("RESTful, template", base + self._by_path(layer, _PLACES)),
                Example("RESTful, first tile", base + self._by_path(layer, first), is_link=True),
            ]
        if self._options.kvp:
            examples += [
                Example("KVP, template", base + self._by_parameters(layer, _PLACES)),
                Example("KVP, first tile", base + self._by_parameters(layer, first), is_link=True),
            ]
        return tuple(examples)
