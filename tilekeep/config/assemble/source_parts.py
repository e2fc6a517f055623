"""What sources are made with, and what asks their servers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from tilekeep.adapters.http.client_options import ClientOptions
from tilekeep.adapters.upstream_exchange import UpstreamExchange
from tilekeep.application.recent_failures import RecentFailures
from tilekeep.application.sources.flat_color import FlatColor
from tilekeep.application.sources.limited_source import LimitedSource
from tilekeep.application.sources.with_stand_ins import WithStandIns
from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.admitted_clients import AdmittedClients
from tilekeep.config.assemble.coverages import CoverageAssembly
from tilekeep.config.assemble.grids import GridAssembly
from tilekeep.config.assemble.upstreams import http_options, upstream_at
from tilekeep.config.mapproxy.meaning_http import EffectiveHttp
from tilekeep.config.mapproxy.meaning_source import NO_LIMITS, SourceLimits
from tilekeep.config.plugins.installed import InstalledPlugins
from tilekeep.domain.image import Raster
from tilekeep.domain.secrets import Credentials
from tilekeep.domain.stand_in import NO_STAND_INS, StandIns
from tilekeep.ports.clock import Clock
from tilekeep.ports.http_client import HttpClient
from tilekeep.ports.imaging import Imaging
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.parallel import ParallelRunner
from tilekeep.ports.projection import Projection
from tilekeep.ports.tile_store import SliceReader, TileStore


class SourceParts(NamedTuple):
    """What sources are made with.

    :ivar make: makes a source by its kind (``wms``, ``tile``, ``world`` and so on) from keyword arguments.
    :ivar plugins: those that bring sources of their own.
    :ivar raster: makes of a Pillow image what a source that draws answers with.
    :ivar make_store: makes a store of tiles by its kind, from keyword arguments.
    :ivar read_slice: gives the bytes of tiles that lie inside a file.
    :ivar make_exchange: makes what asks one server, from keyword arguments.
    :ivar http_client: the client for a set of options; equal options share one.
    :ivar failures: of sources for which images stand.
    :ivar admitted: what asks servers that are no map servers.
    """

    make: Callable[..., MapSource]
    plugins: InstalledPlugins
    raster: Callable[[Any], Raster]
    make_store: Callable[..., TileStore]
    read_slice: SliceReader
    make_exchange: Callable[..., UpstreamExchange]
    http_client: Callable[[ClientOptions], HttpClient]
    admitted: AdmittedClients
    imaging: Imaging
    parallel: ParallelRunner
    projection: Projection
    clock: Clock
    grids: GridAssembly
    coverages: CoverageAssembly
    failures: RecentFailures

    def exchange(
        self,
        url: str,
        credentials: Credentials | None,
        http: EffectiveHttp,
        concurrent_requests: int = 0,
        stand_ins: StandIns = NO_STAND_INS,
    ) -> UpstreamExchange:
        """What asks the server at ``url``, which is spelled as in the configuration (spec/sources.md, 10)."""
        return self.make_exchange(
            http=self.http_client(http_options(http, credentials)),
            upstream=upstream_at(url, http, concurrent_requests),
            max_bytes=http.limits.max_bytes,
            timeout_seconds=http.client_timeout_seconds,
            hide_error_details=http.hide_error_details,
            honors_cache_control=http.honors_cache_control,
            stand_ins=stand_ins,
        )

    def with_stand_ins(
        self, source: MapSource, name: str, stand_ins: StandIns, limits: SourceLimits, gate: StoreGate
    ) -> MapSource:
        """The source ``name`` within its limits, with what stands for its failures there."""
        if stand_ins == NO_STAND_INS:
            return source
        coverage = limits.coverage if limits.coverage is not None and limits.coverage.clip else None
        clipped = replace(NO_LIMITS, coverage=coverage)
        return WithStandIns(
            source,
            stand_ins,
            lambda color: self.limited(FlatColor(self.imaging, color), clipped, gate, narrows=False),
            self.failures,
            name,
        )

    def limited(self, source: MapSource, limits: SourceLimits, gate: StoreGate, *, narrows: bool = True) -> MapSource:
        """The source within its limits; ``narrows`` as in :class:`LimitedSource`."""
        if limits == NO_LIMITS:
            return source
        return LimitedSource(
            source,
            self.imaging,
            gate,
            region=self.coverages.regions(limits.coverage),
            clip=limits.coverage is not None and limits.coverage.clip,
            resolutions=limits.resolutions,
            seed_only=limits.seed_only,
            narrows=narrows,
        )
