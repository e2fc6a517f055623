"""One making at a time per block within a process; everyone who asks meanwhile shares its result."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import LockTimeout
from tilekeep.ports.clock import Clock

Result = TypeVar("Result")


class _Flight(Generic[Result]):
    """A call under way: its followers wait for ``landed``, then find a result or an error."""

    __slots__ = ("error", "landed", "result")

    def __init__(self) -> None:
        self.landed = threading.Event()
        self.result: Result | None = None
        self.error: BaseException | None = None

    def outcome(self) -> Result:
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]  # set whenever there is no error


class SingleFlight(Generic[Result]):
    """Runs one call per key at a time; concurrent callers with the same key get its result or its error.

    Args:
        clock: measures how long followers may still wait.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._flights: dict[Hashable, _Flight[Result]] = {}

    def run(self, key: Hashable, call: Callable[[], Result], deadline: Deadline) -> Result:
        """The result of ``call``, or that of the call under way for ``key``.

        :raises LockTimeout: ``deadline`` passed while waiting for the call of another thread.
        """
        with self._lock:
            flight = self._flights.get(key)
            leads = flight is None
            if flight is None:
                flight = self._flights[key] = _Flight()
        if leads:
            self._lead(key, flight, call)
        else:
            self._follow(flight, deadline)
        return flight.outcome()

    def _lead(self, key: Hashable, flight: _Flight[Result], call: Callable[[], Result]) -> None:
        try:
            flight.result = call()
        except BaseException as error:  # noqa: BLE001 - kept for everyone who waits, and raised by outcome()
            flight.error = error
        finally:
            with self._lock:
                self._flights.pop(key, None)
            flight.landed.set()

    def _follow(self, flight: _Flight[Result], deadline: Deadline) -> None:
        remaining = deadline.remaining(self._clock.monotonic())
        if not flight.landed.wait(min(remaining, threading.TIMEOUT_MAX)):
            raise LockTimeout("another request was still making the tile when the deadline passed")

    def reset_after_fork(self) -> None:
        """Forgets the calls of the parent process, whose threads do not exist here."""
        self._lock = threading.Lock()
        self._flights = {}
