"""What is known of an upstream server in two places, by two clocks: how it is put together.

Two places know the same to within :data:`SAME_SECONDS`, as neither clocks nor readings of them are exact.
"""

from __future__ import annotations

from tilekeep.domain.upstream_load import UpstreamState

#: Instants that are no further apart are the same, read from two clocks.
SAME_SECONDS = 0.1


def by_another_clock(state: UpstreamState, ahead_seconds: float) -> UpstreamState:
    """The same state by a clock that is ahead by so much; an instant of 0 stands for none and stays."""

    def moved(instant: float) -> float:
        return instant + ahead_seconds if instant else 0.0

    return UpstreamState(
        admitted=tuple(instant + ahead_seconds for instant in state.admitted),
        waiting=(moved(state.waiting[0]), moved(state.waiting[1])),
        served_at=state.served_at + ahead_seconds,
        paused_until=moved(state.paused_until),
        failures=state.failures,
        open_until=moved(state.open_until),
        probe_until=moved(state.probe_until),
    )


def together(state: UpstreamState, other: UpstreamState, now: float) -> UpstreamState:
    """``state``, and what ``other`` knows beyond it: later admissions, a longer pause, a breaker that is open."""
    state = with_pause_of(state, other, now)
    newest = state.admitted[-1] + SAME_SECONDS if state.admitted else float("-inf")
    later = tuple(instant for instant in other.admitted if instant > newest)
    if later:
        state = state._replace(admitted=(*state.admitted, *later))
    if other.open_until > max(now, state.open_until + SAME_SECONDS):
        state = state._replace(failures=other.failures, open_until=other.open_until, probe_until=0.0)
    return state


def with_pause_of(state: UpstreamState, other: UpstreamState, now: float) -> UpstreamState:
    """``state`` with the pause of ``other``, if that is longer and lasts."""
    if other.paused_until <= max(now, state.paused_until + SAME_SECONDS):
        return state
    return state._replace(paused_until=other.paused_until)


def is_troubled_alike(state: UpstreamState, other: UpstreamState, now: float) -> bool:
    """Whether both say the same about when a server may be asked at all, at ``now`` or later."""
    pauses = (max(now, known.paused_until) for known in (state, other))
    return _same(*pauses) and _same(state.open_until, other.open_until)


def _same(instant: float, other: float) -> bool:
    return abs(instant - other) <= SAME_SECONDS
