"""The gate to upstream servers: requests at a time and in a second, pauses, the breaker, and who goes first."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from tilekeep.adapters.locks.turns import Turns
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceBusy
from tilekeep.domain.map_query import Upstream
from tilekeep.domain.upstream_load import (
    TOO_MANY_REQUESTS,
    Admitted,
    Closed,
    Decision,
    Later,
    UpstreamState,
    UpstreamStatus,
    closed,
    closed_since,
    decide,
    permitted_at_a_time,
    report,
    status_of,
    waits,
)
from tilekeep.ports.clock import Clock
from tilekeep.ports.upstream_states import UpstreamStates

Slot = TypeVar("Slot")

_log = logging.getLogger("tilekeep.source.gate")

#: Requests of one process to one server at a time: more than its pool of connections has would wait there.
CONNECTIONS = 16

#: How often those look who wait for a slot.
_POLL_SECONDS = 0.01

#: Whoever has no time left gets one look nevertheless, unless it takes this long before it is his turn.
_LEAST_QUEUE_SECONDS = 0.05

#: Who waits for its turn looks at least this often, so that others know that it still waits.
_LONGEST_SLEEP_SECONDS = 0.1


class Slots(Protocol[Slot]):
    """Places for requests at a time; whoever dies gives its places back."""

    def try_take(self, name: str, permitted: int) -> Slot | None:
        """One of ``permitted`` places at the server ``name``, or None; raises SourceBusy if there can be none."""
        ...

    def give_back(self, slot: Slot) -> None:
        """Gives a place back."""
        ...

    def reset_after_fork(self) -> None:
        """To be called in a forked child, which has none of the places of its parent."""
        ...


class LoadGate(Generic[Slot]):
    """Implements :class:`tilekeep.ports.upstream_gate.UpstreamGate`.

    The rules are :mod:`tilekeep.domain.upstream_load`; ``states`` and ``slots`` say who shares them.  A server without
    limits costs a look whether it asked to be left alone.  While it is left alone, who serves a client is told at once,
    so that an old tile can stand in; seeding waits.  The last look comes when one of the ``connections`` of the process
    is there, and what an answer changes is noted before the next request has its connection.
    """

    def __init__(
        self, states: UpstreamStates, slots: Slots[Slot], clock: Clock, *, connections: int = CONNECTIONS
    ) -> None:
        self._connections = connections
        self._states = states
        self._slots = slots
        self._clock = clock
        self._turns = Turns()

    @contextmanager
    def admit(self, upstream: Upstream, purpose: Purpose, deadline: Deadline) -> Iterator[LoadPermit]:
        """See :class:`~tilekeep.ports.upstream_gate.UpstreamGate`.

        :raises SourceBusy: also at once, and with the reason, when states or slots cannot be kept at all.
        """
        permit = LoadPermit(self._states, upstream)
        if upstream.is_unlimited:
            with self._connection(upstream, deadline):
                if self._is_quiet(upstream):
                    yield permit
                    return
        with self._place(upstream, purpose, deadline), self._connection(upstream, deadline):
            self._look_again(upstream)
            yield permit

    def status(self, upstream: Upstream) -> UpstreamStatus:
        """See :class:`~tilekeep.ports.upstream_gate.UpstreamGate`."""
        state, now = self._states.peek(upstream.name)
        return status_of(state, upstream, now)

    def reset_after_fork(self) -> None:
        """To be called in a forked child."""
        self._turns = Turns()
        self._slots.reset_after_fork()

    def _is_quiet(self, upstream: Upstream) -> bool:
        state, now = self._states.peek(upstream.name)
        return closed(state, upstream, now) is None

    @contextmanager
    def _connection(self, upstream: Upstream, deadline: Deadline) -> Iterator[None]:
        """One of the connections of this process."""
        turns, name, places = self._turns, f"connection {upstream.name}", self._connections
        if not turns.take(name, places, deadline.remaining(self._clock.monotonic())):
            raise SourceBusy(
                f"all {places} requests of this process to the server were still under way at the deadline"
            )
        try:
            yield
        finally:
            if self._turns is turns:
                turns.give_back(name, places)

    def _look_again(self, upstream: Upstream) -> None:
        state, now = self._states.peek(upstream.name)
        shut = closed_since(state, upstream, now)
        if shut is not None:
            raise _left_alone(upstream, shut)

    @contextmanager
    def _place(self, upstream: Upstream, purpose: Purpose, deadline: Deadline) -> Iterator[None]:
        """The right to ask; of the threads of a process only as many look as there are slots."""
        turns, name, places = self._turns, f"{purpose.value} {upstream.name}", upstream.concurrent_requests
        if places > 0 and not turns.take(name, places, deadline.remaining(self._clock.monotonic())):
            raise _busy(upstream)
        try:
            slot = self._admitted(upstream, purpose, deadline)
            try:
                yield
            finally:
                if slot is not None:
                    self._slots.give_back(slot)
        finally:
            if places > 0 and self._turns is turns:
                turns.give_back(name, places)

    def _admitted(self, upstream: Upstream, purpose: Purpose, deadline: Deadline) -> Slot | None:
        """Waits for an admission; the slot that came with it, if the server has such.

        Of the threads that wait for the same, one looks at the state and the others wait for that one.
        """
        turns, name = self._turns, f"look {purpose.value} {upstream.name}"
        if not turns.take(name, 1, max(deadline.remaining(self._clock.monotonic()), _LEAST_QUEUE_SECONDS)):
            raise _busy(upstream)
        try:
            return self._first_admitted(upstream, purpose, deadline)
        finally:
            if self._turns is turns:
                turns.give_back(name, 1)

    def _first_admitted(self, upstream: Upstream, purpose: Purpose, deadline: Deadline) -> Slot | None:
        while True:
            attempt = _Attempt(self._slots, upstream, purpose, deadline.remaining(self._clock.monotonic()))
            try:
                decision = self._states.change(upstream.name, attempt)
            except BaseException:
                attempt.withdraw()
                raise
            if isinstance(decision, Admitted):
                return attempt.slot
            left = deadline.remaining(self._clock.monotonic())
            if isinstance(decision, Closed) and (purpose is not Purpose.SEED or left <= 0.0):
                raise _left_alone(upstream, decision)
            if left <= 0.0:
                raise _busy(upstream)
            time.sleep(min(decision.seconds, left, _LONGEST_SLEEP_SECONDS))


class LoadPermit:
    """Implements :class:`tilekeep.ports.upstream_gate.Permit`."""

    def __init__(self, states: UpstreamStates, upstream: Upstream) -> None:
        self._states = states
        self._upstream = upstream

    def report(self, status: int | None, retry_after: float | None = None) -> None:
        """See :class:`~tilekeep.ports.upstream_gate.Permit`; what cannot be noted is lost."""
        if not _changes_something(self._upstream, status, retry_after):
            return

        def noted(state: UpstreamState, now: float) -> tuple[UpstreamState, None]:
            return report(state, self._upstream, status, retry_after, now), None

        try:
            self._states.change(self._upstream.name, noted)
        except SourceBusy as error:
            _log.warning("what an upstream server answered cannot be noted: %s", error)


class _Attempt(Generic[Slot]):
    """One look at a state, which takes a slot along if there is one; it may be made several times."""

    def __init__(self, slots: Slots[Slot], upstream: Upstream, purpose: Purpose, probe_seconds: float) -> None:
        self.slot: Slot | None = None
        self._slots = slots
        self._upstream = upstream
        self._purpose = purpose
        self._probe_seconds = probe_seconds

    def __call__(self, state: UpstreamState, now: float) -> tuple[UpstreamState, Decision]:
        """The state after the attempt, and what came of it."""
        self.withdraw()
        after, decision = decide(state, self._upstream, self._purpose, now, self._probe_seconds)
        if not isinstance(decision, Admitted) or self._upstream.concurrent_requests <= 0:
            return after, decision
        permitted = permitted_at_a_time(state, self._upstream, self._purpose, now)
        self.slot = self._slots.try_take(self._upstream.name, permitted)
        if self.slot is None:
            return waits(state, self._purpose, now), Later(_POLL_SECONDS)
        return after, decision

    def withdraw(self) -> None:
        """Gives the slot back that it took along, if any."""
        if self.slot is not None:
            self._slots.give_back(self.slot)
            self.slot = None


def _changes_something(upstream: Upstream, status: int | None, retry_after: float | None) -> bool:
    """Whether an answer has to be noted: where nobody counts failures only that a server wants to be left alone."""
    return upstream.breaker is not None or status == TOO_MANY_REQUESTS or retry_after is not None


def _busy(upstream: Upstream) -> SourceBusy:
    limits = []
    if upstream.concurrent_requests > 0:
        limits.append(f"all {upstream.concurrent_requests} requests permitted at a time (concurrent_requests)")
    if upstream.requests_per_second > 0:
        limits.append(f"all {upstream.requests_per_second:g} requests permitted in a second (requests_per_second)")
    before = " or ".join(limits) or "others"
    return SourceBusy(f"{upstream.public_name}: {before} were still before this one at the deadline")


def _left_alone(upstream: Upstream, closed: Closed) -> SourceBusy:
    return SourceBusy(
        f"{upstream.public_name} is not asked for another {closed.seconds:.1f} s: {closed.reason}",
        client_message="The source is left alone for a moment (see logs for the reason).",
        retry_after=closed.seconds,
    )
