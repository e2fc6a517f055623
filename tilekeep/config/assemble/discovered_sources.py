"""Sources that are put together from what their servers say of themselves, when they are first asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tilekeep.adapters.discovery import OnceDiscovered
from tilekeep.adapters.trusted_exchange import TrustedExchange
from tilekeep.application.sources.discovered_source import DiscoveredSource
from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.config.mapproxy.meaning_http import EffectiveHttp
from tilekeep.config.mapproxy.meaning_source import EffectiveSource
from tilekeep.domain.found_tiles import FoundTiles
from tilekeep.domain.map_query import SourceTraits
from tilekeep.domain.secrets import split_credentials
from tilekeep.domain.stand_in import StandIns
from tilekeep.ports.discovery import Discovery
from tilekeep.ports.map_source import MapSource

_TILES = SourceTraits(False, accepts_integer_multiples=True)


def trusted_exchange(parts: SourceParts, url: str, http: EffectiveHttp, stand_ins: StandIns) -> TrustedExchange:
    """What asks the server at ``url`` and those that it names; only the former is told any secret."""
    address, credentials = split_credentials(url)
    own = parts.exchange(url, credentials, http, stand_ins=stand_ins)
    return TrustedExchange(own, parts.exchange(address, None, replace(http, headers=()), stand_ins=stand_ins), address)


def discovered_tiles(
    parts: SourceParts,
    source: EffectiveSource,
    gate: StoreGate,
    exchange: TrustedExchange,
    ask: Callable[..., FoundTiles],
    stand_ins: StandIns,
) -> MapSource:
    """Tiles that are found by ``ask``."""

    def made(found: FoundTiles) -> MapSource:
        return parts.make("found tiles", exchange=exchange, found=found, traits=_TILES)

    discovery: Discovery[FoundTiles] = OnceDiscovered(ask, parts.clock, name=source.name)
    limited = parts.limited(DiscoveredSource(discovery, made, _TILES), source.limits, gate)
    return parts.with_stand_ins(limited, source.name, stand_ins, source.limits, gate)
