"""Measuring parts around other parts, where somebody wants measurements; else nothing is put in their way."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from tilekeep.adapters.atomic_files import FileModes
from tilekeep.adapters.background import threads_run_beside_requests
from tilekeep.adapters.telemetry.no_metrics import NO_METRICS, NoMetrics
from tilekeep.application.measured.gate import MeasuredGate
from tilekeep.application.measured.lock import MeasuredLock
from tilekeep.application.measured.store import MeasuredStore
from tilekeep.application.measured.tiles import MeasuredTiles
from tilekeep.application.tile_answer import Tiles
from tilekeep.config.mapproxy.meaning_globals import ShownMetrics
from tilekeep.ports.clock import Clock
from tilekeep.ports.metrics import Metrics
from tilekeep.ports.tile_lock import TileLock
from tilekeep.ports.tile_store import TileStore
from tilekeep.ports.upstream_gate import UpstreamGate

if TYPE_CHECKING:
    from tilekeep.adapters.telemetry.endpoint import Endpoint
    from tilekeep.adapters.telemetry.prometheus import PrometheusMetrics

#: Those of this process that some application uses.
_METRICS: WeakValueDictionary[tuple[str, FileModes, bool], PrometheusMetrics] = WeakValueDictionary()
_ENDPOINTS: WeakValueDictionary[tuple[str, int, str], Endpoint] = WeakValueDictionary()

#: Held for moments while an application is put together; a process that is forked then is not one that serves.
_LOCK = threading.Lock()


def metrics_in(
    shown: ShownMetrics | None, clock: Clock, *, directory_permissions: int | None, file_permissions: int | None
) -> PrometheusMetrics | NoMetrics:
    """What takes measurements; the same for all applications of the process that leave them in one directory.

    An application that is built anew on a reload goes on with the numbers and the thread of the one before it.
    """
    if shown is None:
        return NO_METRICS
    from tilekeep.adapters.telemetry.prometheus import PrometheusMetrics

    modes = FileModes(directory_permissions, file_permissions)
    has_threads = threads_run_beside_requests()
    with _LOCK:
        key = (shown.directory, modes, has_threads)
        metrics = _METRICS.get(key)
        if metrics is None:
            metrics = _METRICS[key] = PrometheusMetrics(shown.directory, clock, has_threads=has_threads, modes=modes)
        return metrics


def metrics_endpoint(shown: ShownMetrics | None, metrics: PrometheusMetrics | NoMetrics) -> Endpoint | None:
    """What listens on the port for measurements, from now on, shared as these; None where there is none."""
    if shown is None or shown.bind is None or isinstance(metrics, NoMetrics):
        return None
    from tilekeep.adapters.telemetry.endpoint import Endpoint

    with _LOCK:
        key = (*shown.bind, shown.directory)
        endpoint = _ENDPOINTS.get(key)
        if endpoint is None:
            endpoint = _ENDPOINTS[key] = Endpoint(*shown.bind, shown.directory, metrics.registry)
        return endpoint


class Measured:
    """Puts a measuring part around another one.

    Args:
        metrics: takes the measurements.
        clock: measures time.
    """

    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self._metrics = metrics
        self._clock = clock

    def gate(self, gate: UpstreamGate) -> UpstreamGate:
        """The gate, with what passes it measured."""
        return MeasuredGate(gate, self._metrics, self._clock) if self._metrics.are_on else gate

    def lock(self, lock: TileLock) -> TileLock:
        """The locks, with waits measured."""
        return MeasuredLock(lock, self._metrics, self._clock) if self._metrics.are_on else lock

    def store(self, store: TileStore, cache: str) -> TileStore:
        """The store of a cache, with its calls measured."""
        return MeasuredStore(store, cache, self._metrics, self._clock) if self._metrics.are_on else store

    def tiles(self, tiles: Tiles, cache: str) -> Tiles:
        """The tiles of a cache, counted."""
        return MeasuredTiles(tiles, cache, self._metrics) if self._metrics.are_on else tiles
