"""Documents of servers that are read once."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceError, SourceRecentlyFailed, SourceTimeout
from tilekeep.ports.clock import Clock

_LOG = logging.getLogger("tilekeep.source.discovery")

#: A server that could not be read is not asked for its documents again for so long.
PAUSE_SECONDS = 5.0

Found = TypeVar("Found")


class OnceDiscovered(Generic[Found]):
    """Implements :class:`~tilekeep.ports.discovery.Discovery` over a function that asks.

    A forked child that inherits the lock of a thread under way takes a new one.
    """

    def __init__(self, ask: Callable[[Purpose, Deadline], Found], clock: Clock, *, name: str) -> None:
        """Binds it to ``ask``, which is called until it succeeds once; ``name`` is that of the source, for the log."""
        self._ask = ask
        self._clock = clock
        self._name = name
        self._lock, self._process = threading.Lock(), os.getpid()
        self._found: Found | None = None
        self._failure: tuple[SourceError, float] | None = None

    @property
    def known(self) -> Found | None:
        """See :class:`~tilekeep.ports.discovery.Discovery`."""
        return self._found

    def __call__(self, purpose: Purpose, deadline: Deadline) -> Found:
        """See :class:`~tilekeep.ports.discovery.Discovery`."""
        if self._found is not None:
            return self._found
        if self._process != os.getpid():
            self._lock, self._process = threading.Lock(), os.getpid()
        if not self._lock.acquire(timeout=min(deadline.remaining(self._clock.monotonic()), threading.TIMEOUT_MAX)):
            raise SourceTimeout(f"source {self._name}: its documents did not come in time")
        try:
            return self._discovered(purpose, deadline)
        finally:
            self._lock.release()

    def _discovered(self, purpose: Purpose, deadline: Deadline) -> Found:
        if self._found is not None:
            return self._found
        self._refuse_if_just_failed()
        try:
            self._found = self._ask(purpose, deadline)
        except SourceError as error:
            _LOG.warning("source %s: what its server has could not be found out: %s", self._name, error)
            if not deadline.has_passed(self._clock.monotonic()):
                self._failure = (error, self._clock.monotonic() + PAUSE_SECONDS)
            raise
        return self._found

    def _refuse_if_just_failed(self) -> None:
        if self._failure is None:
            return
        error, until = self._failure
        left = until - self._clock.monotonic()
        if left > 0:
            raise SourceRecentlyFailed(
                f"source {self._name}: not asked again yet: {error}",
                client_message=error.client_message,
                retry_after=left,
            )
