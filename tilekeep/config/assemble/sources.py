"""Map sources out of their options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tilekeep.application.once_per_key import OncePerKey
from tilekeep.application.sources.merged_bands import MergedBands
from tilekeep.application.sources.merged_sources import MergedSources
from tilekeep.application.sources.mirrored_source import MirrorHealth
from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.mirrors import mirrored
from tilekeep.config.assemble.source_makers import MakeSource, maker_of
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.config.mapproxy.meaning_source import EffectiveCacheSource, EffectiveSource, SourceLimits
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.domain.bands import BandMix
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.region import Region
from tilekeep.ports.map_source import MapSource


class SourceAssembly:
    """Makes the source of a cache in one of its grids, and those that layers ask for each map."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts
        self._health: OncePerKey[tuple[str, ...], MirrorHealth] = OncePerKey(
            lambda addresses: MirrorHealth(len(addresses), parts.clock)
        )
        self._maker: OncePerKey[str, MakeSource] = OncePerKey(lambda kind: maker_of(kind, parts))

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
            else self._in_grid(source, grid, gate)
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

    def direct(self, source: EffectiveSource, gate: StoreGate) -> MapSource:
        """A source of maps of any box, size and SRS."""
        return self._made(source, gate, None)

    def region(self, limits: SourceLimits, grid: TileGrid, name: str) -> Region | None:
        """The coverage of a source in the SRS of ``grid``."""
        option = ("sources", SourceName.parse(name).name, "coverage")
        return self._parts.coverages.region(limits.coverage, grid.srs, option)

    def _in_grid(self, source: EffectiveSource, grid: TileGrid, gate: StoreGate) -> MapSource:
        self.region(source.limits, grid, source.name)  # what is wrong with it is said when the cache is put together
        return self._made(source, gate, grid)

    def _made(self, source: EffectiveSource, gate: StoreGate, grid: TileGrid | None) -> MapSource:
        """The source, or one for each of its servers as one."""
        make = self._maker(source.kind)
        if not source.mirrors:
            return make(source, gate, grid)
        return mirrored(source, self._parts, self._health, gate, lambda alone: make(alone, gate, grid))


def _without_clip(source: EffectiveSource) -> EffectiveSource:
    """A source whose bands are merged with others is not cut at its coverage (spec/caches.md, 11)."""
    coverage = source.limits.coverage
    if coverage is None or not coverage.clip:
        return source
    return replace(source, limits=replace(source.limits, coverage=replace(coverage, clip=False)))
