"""What a host knows of upstream servers beside Redis, for when that is gone or has forgotten."""

from __future__ import annotations

import contextlib
from typing import NamedTuple, TypeVar

from tilekeep.domain.errors import SourceBusy
from tilekeep.domain.upstream_knowledge import by_another_clock, is_troubled_alike, together, with_pause_of
from tilekeep.domain.upstream_load import UNTROUBLED, UpstreamState
from tilekeep.ports.upstream_states import Change, UpstreamStates

T = TypeVar("T")


class Joined(NamedTuple):
    """What Redis and the host know together, and what the host knows, both by the clock of Redis.

    :ivar ahead_seconds: by how much that is ahead of the clock of the host.
    """

    state: UpstreamState
    of_host: UpstreamState
    ahead_seconds: float


class StatesBesideRedis:
    """The states in the files of a host, and in memory what Redis said last.

    Pauses and breakers are noted in the files whenever Redis knows of others than they, which is seldom.  What was
    admitted is not: each process knows it from its last look, which was a moment ago if it matters.
    """

    def __init__(self, of_host: UpstreamStates) -> None:
        self._of_host = of_host
        self._said: dict[str, UpstreamState] = {}
        self._alone: set[str] = set()

    def joined(self, name: str, found: UpstreamState | None, now: float) -> Joined:
        """What is known of a server of which Redis, at ``now`` by its clock, says ``found``; None for nothing.

        Redis alone knows of a breaker that others have closed, unless it knows nothing, or has been out of use since.
        """
        state, now_here = self._of_host.peek(name)
        ahead = now - now_here
        of_host = by_another_clock(state, ahead)
        if found is not None and name not in self._alone:
            return Joined(with_pause_of(found, of_host, now), of_host, ahead)
        known = of_host if found is None else together(found, of_host, now)
        return Joined(together(known, by_another_clock(self._said.get(name, UNTROUBLED), ahead), now), of_host, ahead)

    def heard(self, name: str, joined: Joined, after: UpstreamState, now: float) -> None:
        """Redis has the state ``after`` now."""
        self._said[name] = by_another_clock(after, -joined.ahead_seconds)
        self._alone.discard(name)
        if is_troubled_alike(joined.of_host, after, now):
            return
        trouble = self._said[name]

        def noted(state: UpstreamState, _now: float) -> tuple[UpstreamState, None]:
            paused_until = max(state.paused_until, trouble.paused_until)
            state = state._replace(paused_until=paused_until, failures=trouble.failures)
            return state._replace(open_until=trouble.open_until, probe_until=0.0), None

        with contextlib.suppress(SourceBusy):  # It is for a time that may never come; Redis has it.
            self._of_host.change(name, noted)

    def peek(self, name: str) -> tuple[UpstreamState, float]:
        """What is known without Redis, and the time, by the clock of the host."""
        state, now = self._of_host.peek(name)
        return together(state, self._said.get(name, UNTROUBLED), now), now

    def change(self, name: str, change: Change[T]) -> T:
        """Changes it.

        :raises SourceBusy: states cannot be kept at all.
        """
        said = self._said.get(name, UNTROUBLED)
        result = self._of_host.change(name, lambda state, now: change(together(state, said, now), now))
        self._said.pop(name, None)  # The files have it.
        self._alone.add(name)
        return result
