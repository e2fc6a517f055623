"""A client that is made when the first request is sent, so that a start does without the libraries."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from tilekeep.domain.deadline import Deadline
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.ports.http_client import HttpAnswer, HttpClient


class ForkableClient(HttpClient, Protocol):
    """A client with connections, which must not cross a fork."""

    def reset_after_fork(self) -> None:
        """Leaves the connections to the parent process."""
        ...


class LazyHttpClient:
    """The client that ``make`` returns; what comes out of caches never needs it."""

    def __init__(self, make: Callable[[], ForkableClient]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: ForkableClient | None = None

    def make_ready(self) -> None:
        """See :meth:`tilekeep.ports.http_client.HttpClient.make_ready`."""
        self._client().make_ready()

    def send(self, request: UpstreamRequest, deadline: Deadline, *, max_bytes: int) -> HttpAnswer:
        """See :meth:`tilekeep.ports.http_client.HttpClient.send`."""
        return self._client().send(request, deadline, max_bytes=max_bytes)

    def reset_after_fork(self) -> None:
        """Has the client, if there is one, do so."""
        self._lock = threading.Lock()
        if self._made is not None:
            self._made.reset_after_fork()

    def _client(self) -> ForkableClient:
        made = self._made
        if made is None:
            with self._lock:
                made = self._made = self._made or self._make()
        return made
