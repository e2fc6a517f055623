"""States that one thread of a process changes at a time."""

from __future__ import annotations

import math
import os
from typing import TypeVar

from tilekeep.adapters.locks.turns import Turns
from tilekeep.domain.upstream_load import UpstreamState
from tilekeep.ports.upstream_states import Change, UpstreamStates

T = TypeVar("T")


class QueuedStates:
    """Implements :class:`tilekeep.ports.upstream_states.UpstreamStates` by others.

    Where changes are tried until nobody has come in between, threads that try side by side only get in each other's
    way; so those of a process come one after the other, and only processes collide.
    """

    def __init__(self, states: UpstreamStates) -> None:
        self._states = states
        self._process = os.getpid()
        self._turns = Turns()

    def peek(self, name: str) -> tuple[UpstreamState, float]:
        """See :class:`~tilekeep.ports.upstream_states.UpstreamStates`; takes no turn."""
        return self._states.peek(name)

    def change(self, name: str, change: Change[T]) -> T:
        """See :class:`~tilekeep.ports.upstream_states.UpstreamStates`."""
        turns = self._turns_of_this_process()
        turns.take(name, 1, math.inf)
        try:
            return self._states.change(name, change)
        finally:
            if turns is self._turns:
                turns.give_back(name, 1)

    def _turns_of_this_process(self) -> Turns:
        """A thread of the parent of a forked child gives nothing back here."""
        if self._process != os.getpid():
            self._process, self._turns = os.getpid(), Turns()
        return self._turns
