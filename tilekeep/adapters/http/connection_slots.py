"""Waiting for one of the connections to a server, no longer than the exchange may take."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tilekeep.adapters.http.limits import ExchangeLimit


class _Server:
    """The slots of one server, kept while anybody holds or waits for one."""

    def __init__(self, size: int) -> None:
        self.free = threading.BoundedSemaphore(size)
        self.users = 0


class ConnectionSlots:
    """As many slots per server as its pool has connections: the pools themselves would wait without limit."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._servers: dict[object, _Server] = {}

    @contextmanager
    def hold(self, name: object, limit: ExchangeLimit) -> Iterator[None]:
        """Holds a slot of the server ``name`` inside the context.

        :raises TimeoutError: on entering it, when none was free in time.
        """
        with self._using(name) as server:
            if not server.free.acquire(timeout=min(limit.next_timeout(), threading.TIMEOUT_MAX)):
                raise TimeoutError(f"all {self._size} connections stayed busy")
            try:
                yield
            finally:
                server.free.release()

    @contextmanager
    def _using(self, name: object) -> Iterator[_Server]:
        with self._lock:
            server = self._servers.setdefault(name, _Server(self._size))
            server.users += 1
        try:
            yield server
        finally:
            with self._lock:
                server.users -= 1
                if server.users == 0:
                    del self._servers[name]
