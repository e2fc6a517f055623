"""What is around every server that draws maps: its SRS, its extent, what means nothing in its maps, its failures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tilekeep.application.sources.beyond_projection import BlankBeyondProjection
from tilekeep.application.sources.reprojected_source import ReprojectedSource
from tilekeep.application.sources.without_color import WithoutColor
from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.config.mapproxy.meaning_coverage import EffectiveCoverage
from tilekeep.config.mapproxy.meaning_source import NO_LIMITS, EffectiveMapServer
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.srs import Srs
from tilekeep.ports.map_source import MapSource


class ServerMaps:
    """Makes sources of maps of any box, size and SRS out of those that ask a server in an SRS that it has."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts

    def __call__(
        self,
        source: EffectiveMapServer,
        gate: StoreGate,
        grid: TileGrid | None,
        server: Callable[[tuple[Srs, ...]], MapSource],
    ) -> MapSource:
        """The source; ``gate`` checks what its server sends, ``server`` makes what asks it for one of some SRS, or any.

        Tiles of a ``grid`` that reaches beyond what the server's SRS can show are blank there.
        """
        made = self._any_map(source, gate, server)
        return BlankBeyondProjection(made) if grid is not None and source.supported_srs else made

    def _any_map(
        self, source: EffectiveMapServer, gate: StoreGate, server: Callable[[tuple[Srs, ...]], MapSource]
    ) -> MapSource:
        """Draws maps of any box, size and SRS.

        A server that has some SRS only is limited to its extent in the SRS that it is asked in (spec/sources.md, 4).
        """
        parts, limits = self._parts, source.limits
        available = parts.grids.srs_list(source.supported_srs, ("sources", source.plain_name, "supported_srs"))
        made = server(available)
        if available:
            made = self._reprojected(source, available, made, gate)
        if source.transparent_color is not None:
            made = WithoutColor(
                made,
                parts.imaging,
                gate,
                color=source.transparent_color,
                tolerance=source.transparent_color_tolerance,
            )
        limited = parts.limited(made, limits, gate, narrows=not available)
        return parts.with_stand_ins(limited, source.name, source.stand_ins, limits, gate)

    def _reprojected(
        self, source: EffectiveMapServer, available: tuple[Srs, ...], made: MapSource, gate: StoreGate
    ) -> MapSource:
        parts, coverage = self._parts, source.limits.coverage
        extent = None if coverage is None else EffectiveCoverage(coverage.area)
        return ReprojectedSource(
            parts.limited(made, replace(NO_LIMITS, coverage=extent), gate),
            available=available,
            preferred=parts.grids.preferred_srs(),
            projection=parts.projection,
            imaging=parts.imaging,
            gate=gate,
            transparent=bool(source.image.transparent),
            resampling=source.image.resampling,
        )
