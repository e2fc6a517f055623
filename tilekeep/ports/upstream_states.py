"""One state for each upstream server, shared by all who ask it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from tilekeep.domain.upstream_load import UpstreamState

T = TypeVar("T")

#: From a state and the present instant to the state that takes its place and a result.  May be called more than once.
Change = Callable[[UpstreamState, float], tuple[UpstreamState, T]]


class UpstreamStates(Protocol):
    """Keeps states by the name of the server.  Safe under threads and processes, also when one of them dies.

    Instants are those of one clock that all who share the states read alike; it may jump when a machine starts anew,
    whereupon states that cannot be true count as untroubled.
    """

    def peek(self, name: str) -> tuple[UpstreamState, float]:
        """The state and the present instant, for people who look; a state that cannot be read is untroubled."""
        ...

    def change(self, name: str, change: Change[T]) -> T:
        """Puts the result of ``change`` in the place of the state, with nobody else between.

        :raises SourceBusy: states cannot be kept at all; the message says what to do.
        """
        ...
