"""Sources that draw on this machine, out of their options."""

from __future__ import annotations

from collections.abc import Callable

from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.config.mapproxy.meaning_drawn import (
    LEVEL_VARIABLE,
    EffectiveDebugSource,
    EffectiveGeojsonSource,
    EffectiveGeotiffSource,
    EffectiveMapnikSource,
)
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import subtype
from tilekeep.domain.map_query import MapQuery, SourceTraits, Upstream
from tilekeep.domain.srs import WEB_MERCATOR_HALF_WIDTH
from tilekeep.ports.map_source import MapSource

#: Levels of the grid by which mapfiles are chosen.
_LEVELS = 20


class DebugAssembly:
    """Makes sources that show what they are asked for."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts

    def __call__(self, source: EffectiveDebugSource, gate: StoreGate, grid: TileGrid | None) -> MapSource:
        """The source; ``gate`` checks what is put on a canvas."""
        return self._parts.limited(self._parts.make("debug"), source.limits, gate)


class GeojsonAssembly:
    """Makes sources of files with features, which draw maps of any box, size and SRS."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts

    def __call__(self, source: EffectiveGeojsonSource, gate: StoreGate, grid: TileGrid | None) -> MapSource:
        """The source; ``gate`` checks what is put on a canvas."""
        from tilekeep.adapters.sources.geojson import GeojsonLook

        made = self._parts.make(
            "geojson",
            path=source.path,
            srs=self._parts.projection.srs(source.srs),
            look=GeojsonLook(
                fill=source.fill,
                stroke=source.stroke,
                stroke_width=source.stroke_width,
                point_radius=source.point_radius,
                background=source.background,
            ),
        )
        return self._parts.limited(made, source.limits, gate)


class GeotiffAssembly:
    """Makes sources of raster files, which draw maps of any box, size and SRS."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts

    def __call__(self, source: EffectiveGeotiffSource, gate: StoreGate, grid: TileGrid | None) -> MapSource:
        """The source; ``gate`` checks what is put on a canvas."""
        made = self._parts.make(
            "geotiff",
            path=source.path,
            bands=source.bands,
            nodata=source.nodata,
            resampling=source.image.resampling,
        )
        return self._parts.limited(made, source.limits, gate)


class MapnikAssembly:
    """Makes sources of Mapnik styles, which draw maps of any box, size and SRS."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts

    def __call__(self, source: EffectiveMapnikSource, gate: StoreGate, grid: TileGrid | None) -> MapSource:
        """The source; it draws whole maps, whatever part of them its coverage meets."""
        declared = None if source.image.format is None else subtype(source.image.format)
        made = self._parts.make(
            "mapnik",
            mapfile=self._mapfile(source.mapfile),
            layers=source.layers,
            keeps_maps=source.keeps_maps,
            scale_factor=source.scale_factor,
            upstream=Upstream(source.gate_name, source.concurrent_requests),
            traits=SourceTraits(True, declared_format=declared, declared_mode=source.image.mode),
        )
        return self._parts.limited(made, source.limits, gate, narrows=False)

    def _mapfile(self, path: str) -> Callable[[MapQuery], str]:
        """The path of the mapfile for a query."""
        if LEVEL_VARIABLE not in path:
            return lambda _: path
        grid = self._web_mercator()
        projection = self._parts.projection

        def of_level(query: MapQuery) -> str:
            box = query.bbox if query.srs == grid.srs else projection.between(query.srs, grid.srs).bbox(query.bbox)
            level = grid.level_for(box, query.size)
            return path.replace(LEVEL_VARIABLE, str(0 if level is None else level))

        return of_level

    def _web_mercator(self) -> TileGrid:
        half, size = WEB_MERCATOR_HALF_WIDTH, Size(256, 256)
        resolutions = tuple(2 * half / size.width / 2**level for level in range(_LEVELS))
        return TileGrid(
            "levels of mapfiles",
            self._parts.projection.srs("EPSG:3857"),
            BBox(-half, -half, half, half),
            size,
            resolutions,
            "sw",
        )
