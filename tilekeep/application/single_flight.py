"""One making at a time per block within a process; everyone who asks meanwhile shares its result."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from copy import copy
from typing import Generic, TypeVar

from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import LockTimeout
from tilekeep.ports.clock import Clock

Result = TypeVar("Result")


class _Flight(Generic[Result]):
    """A call under way: its followers wait for ``landed``, then find a result or an error.

    :ivar deadline: that of the caller who makes the call.
    """

    __slots__ = ("deadline", "error", "landed", "result")

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.landed = threading.Event()
        self.result: Result | None = None
        self.error: BaseException | None = None

    def outcome(self) -> Result:
        """The result; an error is raised as a copy, since raising changes an error and several threads raise it."""
        if self.error is not None:
            raise copy(self.error) from self.error
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

        A call that failed because its own caller had no more time is made again by one who has.

        :raises LockTimeout: ``deadline`` passed while waiting for the call of another thread.
        """
        while True:
            flight, leads = self._joined(key, deadline)
            if leads:
                return self._lead(key, flight, call)
            self._follow(flight, deadline)
            if flight.error is None or not self._was_cut_short(flight, deadline):
                return flight.outcome()

    def _joined(self, key: Hashable, deadline: Deadline) -> tuple[_Flight[Result], bool]:
        """The call under way, or a new one for this caller to lead."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            flight = self._flights[key] = _Flight(deadline)
            return flight, True

    def _lead(self, key: Hashable, flight: _Flight[Result], call: Callable[[], Result]) -> Result:
        try:
            flight.result = call()
        except BaseException as error:
            flight.error = error
            raise
        else:
            return flight.result
        finally:
            with self._lock:
                self._flights.pop(key, None)
            flight.landed.set()

    def _follow(self, flight: _Flight[Result], deadline: Deadline) -> None:
        remaining = deadline.remaining(self._clock.monotonic())
        if not flight.landed.wait(min(remaining, threading.TIMEOUT_MAX)):
            raise LockTimeout("another request was still making the tile when the deadline passed")

    def _was_cut_short(self, flight: _Flight[Result], deadline: Deadline) -> bool:
        """Whether the leader ran out of time while this caller has some left, and so should try itself."""
        now = self._clock.monotonic()
        return flight.deadline.has_passed(now) and not deadline.has_passed(now)

    def reset_after_fork(self) -> None:
        """Forgets the calls of the parent process, whose threads do not exist here."""
        self._lock = threading.Lock()
        self._flights = {}
