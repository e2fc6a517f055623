"""Waiting for one of the connections to a server, no longer than the exchange may take."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tilekeep.adapters.http.limits import ExchangeLimit


class ConnectionSlots:
    """As many slots per server as its pool has connections: the pools themselves would wait without limit."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._slots: dict[object, threading.BoundedSemaphore] = {}

    @contextmanager
    def hold(self, server: object, limit: ExchangeLimit) -> Iterator[None]:
        """Holds a slot inside the context.

        :raises TimeoutError: on entering it, when none was free in time.
        """
        slots = self._of(server)
        if not slots.acquire(timeout=min(limit.next_timeout(), threading.TIMEOUT_MAX)):
            raise TimeoutError(f"all {self._size} connections stayed busy")
        try:
            yield
        finally:
            slots.release()

    def _of(self, server: object) -> threading.BoundedSemaphore:
        with self._lock:
            return self._slots.setdefault(server, threading.BoundedSemaphore(self._size))
