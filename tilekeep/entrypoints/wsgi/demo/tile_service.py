"""The maps of services of tiles: TMS and WMTS."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tilekeep.application.catalogue import Catalogue, GridOutline, LayerInGrid, LayerOutline
from tilekeep.domain.errors import UnknownLayer
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.domain.xyz_tiles import xyz_levels
from tilekeep.entrypoints.wsgi.demo.layer_map import (
    Example,
    Field,
    LayerMap,
    OfferedLayer,
    ServiceDocument,
    TileAddressing,
    Wanted,
    field_of,
)
from tilekeep.entrypoints.wsgi.demo.tile_data import TileForm, tile_data


class ShownTiles(ABC):
    """Implements :class:`~tilekeep.entrypoints.wsgi.demo.layer_map.ShownService` but for how tiles are addressed.

    Args:
        catalogue: the layers.
    """

    parameter: str
    title: str
    documents: Sequence[ServiceDocument]

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def layers(self) -> Sequence[OfferedLayer]:
        """See :class:`~tilekeep.entrypoints.wsgi.demo.layer_map.ShownService`."""
        offered = ((layer, self._grids(layer)) for layer in self._catalogue.layers)
        return [
            OfferedLayer(layer.name, layer.title, layer.abstract, where=tuple(grid.name for grid in grids))
            for layer, grids in offered
            if grids
        ]

    def layer_map(self, wanted: Wanted, base: str) -> LayerMap:
        """See :class:`~tilekeep.entrypoints.wsgi.demo.layer_map.ShownService`."""
        outline = self._catalogue.outline(wanted.layer)
        grids = self._grids(outline)
        if not grids:
            raise UnknownLayer(f"the layer {outline.name} has no tiles here", locator="layer")
        grid = _wanted_grid(wanted, grids)
        layer = self._catalogue.description(outline.name, grid.name)
        form = self._form(layer, grid)
        return LayerMap(
            service=self.parameter,
            service_title=self.title,
            name=outline.name,
            title=outline.title,
            abstract=outline.abstract,
            srs=layer.grid.srs.code,
            fields=self._fields(outline, grids, layer),
            data=tile_data(layer, form),
            bounds=layer.geographic_extent,
            capabilities=self._capabilities(base),
            examples=(*self._examples(layer, grid, base), *self._other_formats(layer, grid, base)),
            addressing=_addressing(layer, form, base, self._xyz(layer, grid, base)),
            attribution="" if outline.attribution is None else outline.attribution.title or "",
        )

    def _other_formats(self, layer: LayerInGrid, grid: GridOutline, base: str) -> Iterator[Example]:
        """Addresses that name another format than that of the layer, where they can."""
        usual = self._form(layer, grid).form
        for encoding in layer.variants.encodings:
            form = self._form(replace(layer, encoding=encoding), grid).form
            if form != usual:
                yield Example(f"Tiles as {encoding.public_media_type}", base + form.removeprefix(".."))

    def _fields(self, outline: LayerOutline, grids: Sequence[GridOutline], layer: LayerInGrid) -> tuple[Field, ...]:
        names = [(grid.name, f"{grid.name} ({self._srs(outline, grid)})") for grid in grids]
        extension = layer.encoding.public_extension
        return (
            field_of("grid", "Grid", names, layer.grid.name),
            field_of("format", "Format", [(extension, layer.encoding.public_media_type)], extension),
        )

    def _srs(self, outline: LayerOutline, grid: GridOutline) -> str:
        return self._catalogue.description(outline.name, grid.name).grid.srs.code

    @abstractmethod
    def _grids(self, layer: LayerOutline) -> Sequence[GridOutline]:
        """The grids in which the service has tiles of a layer."""

    @abstractmethod
    def _form(self, layer: LayerInGrid, grid: GridOutline) -> TileForm:
        """How the page gets its tiles; the address is relative to the page."""

    @abstractmethod
    def _capabilities(self, base: str) -> str:
        """The address of the document that programs read."""

    @abstractmethod
    def _examples(self, layer: LayerInGrid, grid: GridOutline, base: str) -> tuple[Example, ...]:
        """Addresses that people may want to copy."""

    @abstractmethod
    def _xyz(self, layer: LayerInGrid, grid: GridOutline, base: str) -> str:
        """The form of addresses whose rows count from the north."""


def _wanted_grid(wanted: Wanted, grids: Sequence[GridOutline]) -> GridOutline:
    """The grid that is asked for, by its name or by the code of its SRS; else the first."""
    name = wanted.given.get("grid")
    token = wanted.given.get("srs", "").replace(":", "").upper()
    by_name = (grid for grid in grids if grid.name == name)
    by_srs = (grid for grid in grids if grid.srs_token.upper() == token)
    return next(by_name, None) or next(by_srs, None) or grids[0]


def _addressing(layer: LayerInGrid, form: TileForm, base: str, xyz: str) -> TileAddressing:
    grid, opaque = layer.grid, layer.encoding.opaque
    levels = PublicLevels(grid, form.service)
    fitting = xyz_levels(PublicLevels(grid, TileService.TILES))
    return TileAddressing(
        form=base + form.form.removeprefix(".."),
        origin=form.origin,
        grid_bbox=grid.bbox,
        tile_size=grid.tile_size,
        resolutions=tuple(level.resolution for level in levels.orders),
        xyz=xyz if fitting else None,
        xyz_levels=fitting,
        is_vector=opaque is not None and opaque.is_vector_tile,
        doubled=layer.variants.doubled,
    )
