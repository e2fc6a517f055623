"""WMS sources out of their options: the server, its SRS, its extent and what stands for nothing in its maps."""

from __future__ import annotations

from dataclasses import replace

from tilekeep.application.sources.beyond_projection import BlankBeyondProjection
from tilekeep.application.sources.reprojected_source import ReprojectedSource
from tilekeep.application.sources.without_color import WithoutColor
from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.config.assemble.styles import with_style
from tilekeep.config.mapproxy.meaning_coverage import EffectiveCoverage
from tilekeep.config.mapproxy.meaning_source import NO_LIMITS, EffectiveWmsSource
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.map_query import SourceTraits
from tilekeep.domain.secrets import split_credentials
from tilekeep.domain.srs import Srs
from tilekeep.domain.wms_request import WmsRequestTemplate
from tilekeep.ports.map_source import MapSource


class WmsAssembly:
    """Makes WMS sources that draw maps of any box, size and SRS."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts

    def __call__(self, source: EffectiveWmsSource, gate: StoreGate, grid: TileGrid | None) -> MapSource:
        """The source; ``gate`` checks what its server sends.

        Tiles of a grid that reaches beyond what the server's SRS can show are blank there.
        """
        made = self._any_map(source, gate)
        return BlankBeyondProjection(made) if grid is not None and source.supported_srs else made

    def _any_map(self, source: EffectiveWmsSource, gate: StoreGate) -> MapSource:
        """Draws maps of any box, size and SRS.

        A server that has some SRS only is limited to its extent in the SRS that it is asked in (spec/sources.md, 4).
        """
        parts, limits, source = self._parts, source.limits, styled(source)
        available = parts.grids.srs_list(source.supported_srs, ("sources", _plain_name(source), "supported_srs"))
        made = self._server(source, available)
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
        return parts.limited(made, limits, gate, narrows=not available)

    def _reprojected(
        self, source: EffectiveWmsSource, available: tuple[Srs, ...], made: MapSource, gate: StoreGate
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

    def _server(self, source: EffectiveWmsSource, available: tuple[Srs, ...]) -> MapSource:
        url, credentials = split_credentials(source.url)
        return self._parts.make(
            "wms",
            exchange=self._parts.exchange(source.url, credentials, source.http, source.concurrent_requests),
            request=WmsRequestTemplate.from_options(
                url, dict(source.parameters), version=source.version, media_type=source.request_format
            ),
            traits=SourceTraits(True, declared_format=source.declared_format, declared_mode=source.image.mode),
            supported_srs=available,
            supported_formats=source.supported_formats,
            forwarded_dimensions=source.forward_req_params,
            method=source.http.method,
        )


def styled(source: EffectiveWmsSource) -> EffectiveWmsSource:
    """The source with its style as a parameter, if that lies in a file: it is sent with each request."""
    option = ("sources", _plain_name(source), "req", "sld")
    return replace(source, parameters=with_style(source.parameters, source.style_file, option), style_file=None)


def _plain_name(source: EffectiveWmsSource) -> str:
    return SourceName.parse(source.name).name
