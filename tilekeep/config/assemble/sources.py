"""Map sources out of their options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from tilekeep.adapters.http.options import HttpOptions
from tilekeep.adapters.upstream_exchange import UpstreamExchange
from tilekeep.application.sources.limited_source import LimitedSource
from tilekeep.application.sources.merged_sources import MergedSources
from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.coverages import CoverageAssembly
from tilekeep.config.assemble.grids import GridAssembly
from tilekeep.config.mapproxy.meaning_http import EffectiveHttp
from tilekeep.config.mapproxy.meaning_source import (
    EffectiveCacheSource,
    EffectiveSource,
    EffectiveTileSource,
    EffectiveWmsSource,
    EffectiveWorldSource,
    SourceLimits,
)
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.map_query import SourceTraits, Upstream
from tilekeep.domain.region import Region
from tilekeep.domain.resolution_range import EVERY_RESOLUTION
from tilekeep.domain.secrets import Credentials, split_credentials
from tilekeep.domain.tile_url import TileUrlTemplate
from tilekeep.domain.wms_request import WmsRequestTemplate
from tilekeep.ports.http_client import HttpClient
from tilekeep.ports.imaging import Imaging
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.parallel import ParallelRunner

#: Sources that are no caches.
UpstreamSource = EffectiveWmsSource | EffectiveTileSource | EffectiveWorldSource

#: Connections of one process to one server; further requests wait for one of them.
POOL_SIZE = 16


@dataclass(frozen=True, slots=True)
class SourceParts:
    """What sources are made with.

    :ivar make: makes a source by its kind (``wms``, ``tile``, ``world``) from keyword arguments.
    :ivar make_exchange: makes what asks one server, from keyword arguments.
    :ivar http_client: the client for a set of options; equal options share one.
    """

    make: Callable[..., MapSource]
    make_exchange: Callable[..., UpstreamExchange]
    http_client: Callable[[HttpOptions], HttpClient]
    imaging: Imaging
    parallel: ParallelRunner
    grids: GridAssembly
    coverages: CoverageAssembly

    def exchange(
        self, url: str, credentials: Credentials | None, http: EffectiveHttp, concurrent_requests: int = 0
    ) -> UpstreamExchange:
        """What asks the server at ``url``, which is spelled as in the configuration (spec/sources.md, 10)."""
        return self.make_exchange(
            http=self.http_client(http_options(http, credentials)),
            upstream=Upstream(urlsplit(url).netloc, concurrent_requests),
            max_bytes=http.limits.max_bytes,
            timeout_seconds=http.client_timeout_seconds,
            hide_error_details=http.hide_error_details,
        )


class SourceAssembly:
    """Makes the source of a cache in one of its grids."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts

    def source(
        self,
        sources: Sequence[EffectiveSource],
        grid: TileGrid,
        gate: StoreGate,
        *,
        transparent: bool,
        cache_as_source: Callable[[str], MapSource],
    ) -> MapSource | None:
        """All ``sources`` as one, bottom first; None if there are none.

        ``transparent`` is the ground on which several sources are laid; ``cache_as_source`` makes the source that
        stands for another cache.
        """
        made = [
            (
                cache_as_source(source.name)
                if isinstance(source, EffectiveCacheSource)
                else self._limited(source, grid, gate),
                source.image.opacity,
            )
            for source in sources
        ]
        if not made:
            return None
        if len(made) == 1:
            return made[0][0]
        return MergedSources(made, self._parts.imaging, gate, self._parts.parallel, transparent=transparent)

    def region(self, limits: SourceLimits, grid: TileGrid, name: str) -> Region | None:
        """The coverage of a source in the SRS of ``grid``."""
        option = ("sources", SourceName.parse(name).name, "coverage")
        return self._parts.coverages.region(limits.coverage, grid.srs, option)

    def _limited(self, source: UpstreamSource, grid: TileGrid, gate: StoreGate) -> MapSource:
        limits = source.limits
        bare = self._bare(source, grid)
        if limits.coverage is None and limits.resolutions == EVERY_RESOLUTION and not limits.seed_only:
            return bare
        self.region(limits, grid, source.name)  # what is wrong with it is said when the cache is put together
        return LimitedSource(
            bare,
            self._parts.imaging,
            gate,
            region=self._parts.coverages.regions(limits.coverage),
            clip=limits.coverage is not None and limits.coverage.clip,
            resolutions=limits.resolutions,
            seed_only=limits.seed_only,
        )

    def _bare(self, source: UpstreamSource, grid: TileGrid) -> MapSource:
        if isinstance(source, EffectiveWmsSource):
            return self._wms(source, grid)
        if isinstance(source, EffectiveTileSource):
            return self._tile(source, grid)
        return self._parts.make("world")

    def _wms(self, source: EffectiveWmsSource, grid: TileGrid) -> MapSource:
        option = ("sources", SourceName.parse(source.name).name, "supported_srs")
        supported_srs = self._parts.grids.srs_list(source.supported_srs, option)
        if supported_srs and grid.srs not in supported_srs:
            raise ConfigurationError(
                f"{grid.srs.code} of the grid {grid.name} is not among {', '.join(source.supported_srs)}; "
                "this version does not reproject sources: add it to the list or use another grid",
                option=option,
            )
        url, credentials = split_credentials(source.url)
        return self._parts.make(
            "wms",
            exchange=self._parts.exchange(source.url, credentials, source.http, source.concurrent_requests),
            request=WmsRequestTemplate.from_options(
                url, dict(source.parameters), version=source.version, media_type=source.request_format
            ),
            traits=SourceTraits(True, declared_format=source.declared_format, declared_mode=source.image.mode),
            supported_srs=supported_srs,
            supported_formats=source.supported_formats,
            forwarded_dimensions=source.forward_req_params,
            method=source.http.method,
        )

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


def _template(source: EffectiveTileSource, url: str) -> TileUrlTemplate:
    try:
        return TileUrlTemplate(url)
    except ConfigurationError as error:
        raise ConfigurationError(error.message, option=("sources", source.name, "url")) from error


def http_options(http: EffectiveHttp, credentials: Credentials | None) -> HttpOptions:
    """What a client of a source is made from; ``credentials`` are those of its address."""
    return HttpOptions(
        timeout_seconds=http.client_timeout_seconds,
        headers=http.headers,
        ssl_ca_certs=http.ssl_ca_certs,
        verify=not http.ssl_no_cert_checks,
        manage_cookies=http.manage_cookies,
        credentials=credentials,
        pool_size=POOL_SIZE,
        hide_error_details=http.hide_error_details,
    )
