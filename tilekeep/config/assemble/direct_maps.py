"""Sources that layers ask for each map, and caches that are passed by in fine resolutions."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from tilekeep.application.layer_tree import LaidSource
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.application.sources.cache_or_direct import CacheOrDirect
from tilekeep.application.sources.direct_map import DirectMap
from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.cached_maps import CachedMaps
from tilekeep.config.assemble.grids import GridAssembly
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.config.assemble.sources import SourceAssembly
from tilekeep.config.assemble.wms_sources import styled
from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.grids import DEFAULT_GRID
from tilekeep.config.mapproxy.meaning_source import EffectiveMapServer, EffectiveWmsSource, SourceLimits
from tilekeep.config.mapproxy.meaning_sources import direct_source
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.region import Relation
from tilekeep.domain.resolution_range import EVERY_RESOLUTION
from tilekeep.ports.map_source import MapSource

#: From this opacity on a layer counts as hiding what is below it (spec/sources.md, 3.8).
_AS_GOOD_AS_OPAQUE = 0.99

#: What combined requests take from the first source whatever the others say; the rest must be equal.
_OF_THE_FIRST = frozenset({"layers", "transparent", "format", "bgcolor"})


class DirectMaps:
    """Makes what layers are drawn from, on first use.

    Args:
        settings: the whole configuration.
        base_dir: absolute directory of the configuration.
        parts: what sources are made with.
        sources: makes sources.
        maps: draws caches as maps.
        grids: makes grids.
        gate: checks what servers send.
    """

    def __init__(
        self,
        settings: Settings,
        base_dir: str,
        *,
        parts: SourceParts,
        sources: SourceAssembly,
        maps: CachedMaps,
        grids: GridAssembly,
        gate: StoreGate,
    ) -> None:
        self._settings = settings
        self._base_dir = base_dir
        self._parts = parts
        self._sources = sources
        self._maps = maps
        self._grids = grids
        self._gate = gate
        self.laid: OncePerKey[str, LaidSource] = OncePerKey(self._laid)

    def _laid(self, name: str) -> LaidSource:
        """The cache or source that a layer calls ``name``, as part of a map."""
        cache = self._settings.caches.get(name)
        if cache is not None:
            return LaidSource(self._cached(name, cache), self._maps.opacity(name))
        source = direct_source(self._settings, name, self._base_dir)
        if isinstance(source, EffectiveWmsSource):
            return LaidSource(self._direct(source), source.image.opacity)
        if isinstance(source, EffectiveMapServer):
            return LaidSource(self._by_itself(source), source.image.opacity)
        return LaidSource(self._sources.direct(source, self._gate), source.image.opacity)

    def _cached(self, name: str, cache: Cache) -> MapSource:
        cached = self._maps.for_clients(name)
        grid = self._grids.grid((cache.grids or (DEFAULT_GRID,))[0])
        resolution = cache.use_direct_from_res
        if cache.use_direct_from_level is not None:
            resolution = grid.resolutions[cache.use_direct_from_level]
        if resolution is None:
            return cached
        (only,) = cache.sources
        source = direct_source(self._settings, only, self._base_dir)
        direct = self._sources.direct(source, self._gate)
        return CacheOrDirect(cached, direct, resolution=resolution, srs=grid.srs, projection=self._parts.projection)

    def _direct(self, source: EffectiveWmsSource) -> DirectMap:
        source, limits = styled(source), source.limits
        in_any_resolution = replace(limits, resolutions=EVERY_RESOLUTION)
        own = _layers(source)

        def of_layers(layers: tuple[str, ...]) -> MapSource:
            if layers == own:
                return self._sources.direct(source, self._gate)
            return self._sources.direct(replace(_with_layers(source, layers), limits=in_any_resolution), self._gate)

        return DirectMap(
            of_layers,
            own,
            alike=_alike(source),
            forwarded=source.forward_req_params,
            shows=lambda query: limits.resolutions.holds(query.bbox, query.size, query.srs),
            hides=lambda query: _is_opaque(source) and self._covers(limits, query),
        )

    def _by_itself(self, source: EffectiveMapServer) -> DirectMap:
        """A server that is asked for no more than one source at a time."""
        return DirectMap(
            lambda _: self._sources.direct(source, self._gate),
            (),
            alike=None,
            hides=lambda query: _is_opaque(source) and self._covers(source.limits, query),
        )

    def _covers(self, limits: SourceLimits, query: MapQuery) -> bool:
        """Whether the source has something everywhere in the map."""
        if limits.seed_only or not limits.resolutions.holds(query.bbox, query.size, query.srs):
            return False
        if limits.coverage is None:
            return True
        region = self._parts.coverages.regions(limits.coverage)
        try:
            found = None if region is None else region(query.srs)
        except ProjectionError:
            return False
        return found is None or found.relate(query.bbox) is Relation.CONTAINS


def _is_opaque(source: EffectiveMapServer) -> bool:
    opacity = source.image.opacity
    return not source.image.transparent and not (opacity is not None and 0.0 < opacity < _AS_GOOD_AS_OPAQUE)


def _layers(source: EffectiveWmsSource) -> tuple[str, ...]:
    named = [value for name, value in source.parameters if name.lower() == "layers"]
    return tuple(str(named[-1]).split(",")) if named and named[-1] else ()


def _with_layers(source: EffectiveWmsSource, layers: tuple[str, ...]) -> EffectiveWmsSource:
    parameters = [(name, ",".join(layers) if name.lower() == "layers" else value) for name, value in source.parameters]
    return replace(source, parameters=tuple(parameters))


def _alike(source: EffectiveWmsSource) -> Hashable | None:
    """What must be equal for two sources to be asked together (spec/sources.md, 3.7); None for one by itself.

    Parameters that are sent for both must be those of both: styles, or the map file of another map.
    """
    if source.limits.seed_only or not _layers(source):
        return None
    others = frozenset((name.lower(), str(value)) for name, value in source.parameters)
    return (
        source.url,
        source.mirrors,
        source.http,
        source.stand_ins,
        source.supported_srs,
        source.supported_formats,
        source.transparent_color,
        source.transparent_color_tolerance,
        source.limits.coverage,
        frozenset(pair for pair in others if pair[0] not in _OF_THE_FIRST),
    )
