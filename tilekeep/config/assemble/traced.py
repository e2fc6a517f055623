"""Parts that tell of what they do around other parts, where somebody collects spans; else nothing is in their way."""

from __future__ import annotations

import logging

from tilekeep.adapters.background import threads_run_beside_requests
from tilekeep.application.tile_maker import BlockMaker
from tilekeep.application.traced.http_client import TracedHttpClient
from tilekeep.application.traced.maker import TracedMaker
from tilekeep.application.traced.store import TracedStore
from tilekeep.config.mapproxy.meaning_globals import Tracing
from tilekeep.domain.tile import TileSet
from tilekeep.ports.http_client import HttpClient
from tilekeep.ports.tile_store import TileStore
from tilekeep.ports.traces import Traces

log = logging.getLogger("tilekeep.traces")


def traces_for(tracing: Tracing | None) -> Traces | None:
    """What takes spans; None where nobody wants any, and then no library is imported.

    :raises ConfigurationError: variables of the environment ask for what cannot be done.
    """
    if tracing is None:
        return None
    if not threads_run_beside_requests():
        log.warning("no spans are sent: they need threads; start uWSGI with enable-threads")
        return None
    from tilekeep.adapters.telemetry.open_telemetry import OpenTelemetryTraces, provider_of_environment

    provider = provider_of_environment()
    if provider is None:
        return None
    return OpenTelemetryTraces(provider, accepts=tracing.accepts, propagates=tracing.propagates)


class Traced:
    """Puts a telling part around another one.

    Args:
        traces: takes the spans; None if nobody does.
    """

    def __init__(self, traces: Traces | None) -> None:
        self._traces = traces

    def store(self, store: TileStore, cache: str) -> TileStore:
        """The store of a cache, with its reads and writes told."""
        return store if self._traces is None else TracedStore(store, cache, self._traces)

    def maker(self, maker: BlockMaker, tile_set: TileSet) -> BlockMaker:
        """What makes tiles, with its makings told."""
        return maker if self._traces is None else TracedMaker(maker, tile_set, self._traces)

    def http_client(self, client: HttpClient) -> HttpClient:
        """The client of servers, with its requests told."""
        return client if self._traces is None else TracedHttpClient(client, self._traces)
