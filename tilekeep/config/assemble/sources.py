"""Map sources out of their options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tilekeep.application.sources.beyond_projection import BlankBeyondProjection
from tilekeep.application.sources.merged_bands import MergedBands
from tilekeep.application.sources.merged_sources import MergedSources
from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.config.assemble.wms_sources import WmsAssembly
from tilekeep.config.mapproxy.meaning_source import (
    EffectiveCacheSource,
    EffectiveSource,
    EffectiveTileSource,
    EffectiveWmsSource,
    EffectiveWorldSource,
    SourceLimits,
)
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.domain.bands import BandMix
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.map_query import SourceTraits
from tilekeep.domain.region import Region
from tilekeep.domain.secrets import split_credentials
from tilekeep.domain.tile_url import TileUrlTemplate
from tilekeep.ports.map_source import MapSource

#: Sources that are no caches.
UpstreamSource = EffectiveWmsSource | EffectiveTileSource | EffectiveWorldSource


class SourceAssembly:
    """Makes the source of a cache in one of its grids, and those that layers ask for each map."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts
        self._wms = WmsAssembly(parts)

    def source(
        self,
        sources: Sequence[EffectiveSource],
        grid: TileGrid,
        gate: StoreGate,
        *,
        transparent: bool,
        bands: BandMix | None = None,
        cache_as_source: Callable[[str], MapSource],
    ) -> MapSource | None:
        """All ``sources`` as one, bottom first; None if there are none.

        ``transparent`` is the ground on which several sources are laid; ``bands`` puts their bands together instead;
        ``cache_as_source`` makes the source that stands for another cache.
        """
        if bands is not None:
            sources = list(map(_without_clip, sources))
        made = [
            cache_as_source(source.name)
            if isinstance(source, EffectiveCacheSource)
            else self._limited(source, grid, gate)
            for source in sources
        ]
        if not made:
            return None
        parts = self._parts
        if bands is not None:
            return MergedBands(made, bands, parts.imaging, gate, parts.parallel, transparent=transparent)
        if len(made) == 1:
            return made[0]
        laid = [(source, options.image.opacity) for source, options in zip(made, sources, strict=True)]
        return MergedSources(laid, parts.imaging, gate, parts.parallel, transparent=transparent)

    def direct(self, source: EffectiveWmsSource | EffectiveWorldSource, gate: StoreGate) -> MapSource:
        """A source of maps of any box, size and SRS."""
        if isinstance(source, EffectiveWmsSource):
            return self._wms(source, gate)
        return self._parts.limited(self._parts.make("world"), source.limits, gate)

    def region(self, limits: SourceLimits, grid: TileGrid, name: str) -> Region | None:
        """The coverage of a source in the SRS of ``grid``."""
        option = ("sources", SourceName.parse(name).name, "coverage")
        return self._parts.coverages.region(limits.coverage, grid.srs, option)

    def _limited(self, source: UpstreamSource, grid: TileGrid, gate: StoreGate) -> MapSource:
        self.region(source.limits, grid, source.name)  # what is wrong with it is said when the cache is put together
        if isinstance(source, EffectiveTileSource):
            return self._parts.limited(self._tile(source, grid), source.limits, gate)
        made = self.direct(source, gate)
        return BlankBeyondProjection(made) if isinstance(source, EffectiveWmsSource) and source.supported_srs else made

    def _tile(self, source: EffectiveTileSource, grid: TileGrid) -> MapSource:
        source_grid = self._parts.grids.grid(source.grid)
        if source_grid.srs != grid.srs or source_grid.tile_size != grid.tile_size:
            raise ConfigurationError(
                f"SRS and tile size of {source.grid} differ from those of the grid {grid.name} of the cache; "
                "tiles cannot be transformed, use grids that match",
                option=("sources", source.name, "grid"),
            )
        url, credentials = split_credentials(source.url)
        return self._parts.make(
            "tile",
            exchange=self._parts.exchange(source.url, credentials, source.http),
            template=_template(source, url),
            grid=source_grid,
            traits=SourceTraits(False, accepts_integer_multiples=True),
        )


def _without_clip(source: EffectiveSource) -> EffectiveSource:
    """A source whose bands are merged with others is not cut at its coverage (spec/caches.md, 11)."""
    coverage = source.limits.coverage
    if coverage is None or not coverage.clip:
        return source
    return replace(source, limits=replace(source.limits, coverage=replace(coverage, clip=False)))


def _template(source: EffectiveTileSource, url: str) -> TileUrlTemplate:
    try:
        return TileUrlTemplate(url)
    except ConfigurationError as error:
        raise ConfigurationError(error.message, option=("sources", source.name, "url")) from error
