"""How much an upstream server may be asked, and what its answers change about that: values and rules without a clock.

Instants are seconds of one clock that all who share a state read alike.  Where and how a state is kept is somebody
else's matter (:mod:`tilekeep.ports.upstream_states`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from tilekeep.domain.deadline import Purpose
from tilekeep.domain.map_query import Upstream

#: A server may ask to be left alone for longer, but is asked again after this at the latest.
LONGEST_PAUSE_SECONDS = 600.0

#: After this another request may find out whether a server has recovered: whoever was to do so may have died.
LONGEST_PROBE_SECONDS = 15.0

#: How long a server is left alone that says "too many requests" without saying for how long.
UNTOLD_PAUSE_SECONDS = 1.0

#: How long the word of somebody who waits counts; they repeat it while they wait.
WAITING_COUNTS_SECONDS = 0.3

#: It is repeated when it would count for less than this, which spares most notes of it.
_WAITING_TO_SECONDS = 0.2

#: For how long after a request of the first rank seeding leaves room for the next one.
_RESERVE_SECONDS = 10.0

#: How exactly it is known when that was, which spares most notes of it.
_SERVED_TO_SECONDS = 1.0

#: After how long those who have to let others go first look again.
_LOOK_AGAIN_SECONDS = 0.05

#: The status of a server that is asked too often (RFC 6585, 4).
TOO_MANY_REQUESTS = 429
_UNAVAILABLE = 503
_SERVER_ERRORS = 500

#: Who goes first: people who wait for a map, then tiles that are made anew, then those made ahead.
_RANKS = {Purpose.SERVE: 0, Purpose.REFRESH: 1, Purpose.SEED: 2}


class UpstreamState(NamedTuple):
    """What has to be known of a server to admit the next request.

    :ivar admitted: instants of the latest admissions, oldest first, as many as the limit has to look back to.
    :ivar waiting: until when requests of the first and second rank are known to wait.
    :ivar served_at: when a request of the first rank was admitted, give or take a second.
    :ivar paused_until: until when the server asked to be left alone.
    :ivar failures: in a row.
    :ivar open_until: until when nothing is asked as too much failed; 0 while the breaker is closed.
    :ivar probe_until: until when the request that probes a server after that has time to end; 0 for none.
    """

    admitted: tuple[float, ...] = ()
    waiting: tuple[float, float] = (0.0, 0.0)
    served_at: float = -math.inf
    paused_until: float = 0.0
    failures: int = 0
    open_until: float = 0.0
    probe_until: float = 0.0


UNTROUBLED = UpstreamState()


class Admitted(NamedTuple):
    """The request may be made now."""


class Later(NamedTuple):
    """The request may be made when others have been; ask again after ``seconds``."""

    seconds: float


class Closed(NamedTuple):
    """Nothing is asked of the server for ``seconds``, for a ``reason`` fit for logs and clients."""

    seconds: float
    reason: str


class UpstreamStatus(NamedTuple):
    """How a server stands, for people.

    :ivar reason: why it is not asked at the moment, or None if it is.
    :ivar closed_seconds: for how long it is not asked.
    :ivar breaker: ``closed``, ``open`` or ``half-open``.
    :ivar failures: in a row.
    :ivar admitted: requests in the stretch of time that the limit counts.
    """

    reason: str | None
    closed_seconds: float
    breaker: str
    failures: int
    admitted: int


Decision = Admitted | Later | Closed


def decide(
    state: UpstreamState, upstream: Upstream, purpose: Purpose, now: float, probe_seconds: float
) -> tuple[UpstreamState, Decision]:
    """Whether one more request may be made, and the state after that.

    ``probe_seconds`` is how long a request has that finds out whether a server has recovered; others wait for what it
    finds out for :data:`LONGEST_PROBE_SECONDS` at most.
    """
    shut = closed(state, upstream, now)
    if shut is not None:
        return state, shut
    later = _turn(state, upstream, purpose, now)
    if later is not None:
        return waits(state, purpose, now), later
    state = _counted(state, upstream, purpose, now)
    if _is_open(state, upstream):
        state = state._replace(probe_until=now + min(probe_seconds, LONGEST_PROBE_SECONDS))
    return state, Admitted()


def closed(state: UpstreamState, upstream: Upstream, now: float) -> Closed | None:
    """Why nothing may be asked at all, if so; after its time a breaker lets one request find out."""
    if state.paused_until > now:
        return Closed(state.paused_until - now, "it asked to be left alone")
    if _is_open(state, upstream):
        if state.open_until > now:
            return Closed(state.open_until - now, f"{state.failures} requests in a row have failed")
        if state.probe_until > now:
            return Closed(state.probe_until - now, "one request is finding out whether it has recovered")
    return None


def closed_since(state: UpstreamState, upstream: Upstream, now: float) -> Closed | None:
    """Why a request may not be made any more that has been admitted, be it to find out whether a server recovered."""
    return closed(state._replace(probe_until=0.0), upstream, now)


def status_of(state: UpstreamState, upstream: Upstream, now: float) -> UpstreamStatus:
    """What people are told of a server."""
    shut = closed(state, upstream, now)
    _, window = _window(upstream.requests_per_second) if upstream.requests_per_second > 0 else (0, 1.0)
    return UpstreamStatus(
        reason=None if shut is None else shut.reason,
        closed_seconds=0.0 if shut is None else shut.seconds,
        breaker="open" if state.open_until > now else "half-open" if _is_open(state, upstream) else "closed",
        failures=state.failures,
        admitted=sum(1 for instant in state.admitted if instant > now - window),
    )


def waits(state: UpstreamState, purpose: Purpose, now: float) -> UpstreamState:
    """The state once it is known that a request of ``purpose`` waits."""
    rank = _RANKS[purpose]
    if rank >= len(state.waiting) or state.waiting[rank] - now > _WAITING_TO_SECONDS:
        return state
    waiting = list(state.waiting)
    waiting[rank] = now + WAITING_COUNTS_SECONDS
    return state._replace(waiting=(waiting[0], waiting[1]))


def permitted_at_a_time(state: UpstreamState, upstream: Upstream, purpose: Purpose, now: float) -> int:
    """Requests at a time up to which one of ``purpose`` may be made."""
    return _without_reserve(upstream.concurrent_requests, state, purpose, now)


def report(
    state: UpstreamState, upstream: Upstream, status: int | None, retry_after: float | None, now: float
) -> UpstreamState:
    """The state after an answer: its HTTP status, None for no answer, and ``Retry-After`` in seconds."""
    if status == TOO_MANY_REQUESTS or (status == _UNAVAILABLE and retry_after is not None):
        pause = min(UNTOLD_PAUSE_SECONDS if retry_after is None else retry_after, LONGEST_PAUSE_SECONDS)
        state = state._replace(paused_until=max(state.paused_until, now + pause))
    if status is not None and status < _SERVER_ERRORS:
        return state._replace(failures=0, open_until=0.0, probe_until=0.0)
    return _failed(state, upstream, now)


def _failed(state: UpstreamState, upstream: Upstream, now: float) -> UpstreamState:
    state = state._replace(failures=state.failures + 1, probe_until=0.0)
    breaker = upstream.breaker
    if breaker is None or state.open_until > now:  # late answers do not prolong the time
        return state
    if state.open_until > 0.0 or state.failures >= breaker.failures:
        return state._replace(open_until=now + breaker.seconds)
    return state


def _is_open(state: UpstreamState, upstream: Upstream) -> bool:
    """Whether the breaker waits for a request that succeeds."""
    return upstream.breaker is not None and state.open_until > 0.0


def _turn(state: UpstreamState, upstream: Upstream, purpose: Purpose, now: float) -> Later | None:
    """When the request may be made as far as the number of requests goes; None for now."""
    if any(until > now for until in state.waiting[: _RANKS[purpose]]):
        return Later(_LOOK_AGAIN_SECONDS)
    if upstream.requests_per_second <= 0.0:
        return None
    most, window = _window(upstream.requests_per_second)
    most = _without_reserve(most, state, purpose, now)
    if len(state.admitted) < most or state.admitted[-most] <= now - window:
        return None
    return Later(state.admitted[-most] + window - now)


def _window(requests_per_second: float) -> tuple[int, float]:
    """How many requests there may be in any stretch of how many seconds."""
    if requests_per_second < 1.0:
        return 1, 1.0 / requests_per_second
    return int(requests_per_second), 1.0


def _without_reserve(most: int, state: UpstreamState, purpose: Purpose, now: float) -> int:
    """What is left of a limit: while people look at maps, seeding keeps a quarter free, so that they need not wait."""
    people_look = now - state.served_at < _RESERVE_SECONDS
    return most - most // 4 if purpose is Purpose.SEED and people_look else most


def _counted(state: UpstreamState, upstream: Upstream, purpose: Purpose, now: float) -> UpstreamState:
    if purpose is Purpose.SERVE and now - state.served_at > _SERVED_TO_SECONDS:
        state = state._replace(served_at=now)
    if upstream.requests_per_second <= 0.0:
        return state
    most, _ = _window(upstream.requests_per_second)
    return state._replace(admitted=(*state.admitted, now)[-most:])
