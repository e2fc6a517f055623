"""The maps of TMS and of ``/tiles``."""

from __future__ import annotations

from collections.abc import Sequence

from tilekeep.application.catalogue import Catalogue, GridOutline, LayerInGrid, LayerOutline
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.domain.tile_variant import DOUBLE
from tilekeep.domain.xyz_tiles import xyz_levels
from tilekeep.entrypoints.wsgi.base_url import path_quoted
from tilekeep.entrypoints.wsgi.demo.layer_map import Example, ServiceDocument
from tilekeep.entrypoints.wsgi.demo.tile_data import TileForm
from tilekeep.entrypoints.wsgi.demo.tile_service import ShownTiles
from tilekeep.entrypoints.wsgi.tms.names import TmsNames


class ShownTms(ShownTiles):
    """Implements :class:`~tilekeep.entrypoints.wsgi.demo.layer_map.ShownService`.

    Args:
        catalogue: the layers.
        names: how addresses call them.
    """

    parameter = "tms_layer"
    title = "TMS"
    documents = (ServiceDocument("TMS", "../tms/1.0.0/", "?tms_capabilities"),)

    def __init__(self, catalogue: Catalogue, names: TmsNames) -> None:
        super().__init__(catalogue)
        self._names = names

    def _grids(self, layer: LayerOutline) -> Sequence[GridOutline]:
        """Of two grids with one SRS addresses may know only one."""
        return [grid for grid in layer.grids if self._is_addressed(layer, grid)]

    def _is_addressed(self, layer: LayerOutline, grid: GridOutline) -> bool:
        named = self._names.find(layer.name, self._spec(grid))
        return named is not None and named.grid == grid.name

    def _spec(self, grid: GridOutline) -> str:
        return grid.name if self._names.use_grid_names else grid.srs_token

    def _path(self, layer: LayerInGrid, grid: GridOutline) -> str:
        return f"{path_quoted(layer.outline.name)}/{path_quoted(self._spec(grid))}"

    def _tiles(self, layer: LayerInGrid, grid: GridOutline) -> str:
        return f"/tiles/{self._path(layer, grid)}/{{z}}/{{x}}/{{y}}.{layer.encoding.public_extension}"

    def _form(self, layer: LayerInGrid, grid: GridOutline) -> TileForm:
        origin = layer.grid.origin
        return TileForm(f"..{self._tiles(layer, grid)}?origin={origin}", TileService.TILES, origin)

    def _xyz(self, layer: LayerInGrid, grid: GridOutline, base: str) -> str:
        return f"{base}{self._tiles(layer, grid)}?origin=nw"

    def _capabilities(self, base: str) -> str:
        return f"{base}/tms/1.0.0/"

    def _examples(self, layer: LayerInGrid, grid: GridOutline, base: str) -> tuple[Example, ...]:
        extension = layer.encoding.public_extension
        path = self._path(layer, grid)
        examples = [
            Example("TMS 1.0.0, rows from the south", f"{base}/tms/1.0.0/{path}/{{z}}/{{x}}/{{y}}.{extension}"),
            Example("Description of the layer", f"{base}/tms/1.0.0/{path}", is_link=True),
        ]
        if layer.grid.supports_origin("nw"):
            examples.insert(0, Example("Tiles, rows from the north (XYZ)", self._xyz(layer, grid, base)))
        if xyz_levels(PublicLevels(layer.grid, TileService.TILES)):
            examples.append(Example("TileJSON", f"{base}/tilejson/{path}.json", is_link=True))
            if layer.variants.doubled:
                address = f"{base}/tilejson/{path}{DOUBLE}.json"
                examples.append(Example("TileJSON of tiles with twice the pixels", address, is_link=True))
        return tuple(examples)
