"""Remembering for a short time that a source just failed, so that waiters do not ask it again one by one."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class RememberedFailure(NamedTuple):
    """A failure of a moment ago: what clients may be told, and until when it counts (POSIX seconds)."""

    client_message: str
    until: float


class FailureMemory(Protocol):
    """Short notes on failures by scope, shared at least by the threads of a process.

    Never raises: a memory that cannot be read or written behaves as an empty one and logs why.
    """

    def recall(self, scope: str) -> RememberedFailure | None:
        """The failure remembered for ``scope``, or None if there is none or its time is over."""
        ...

    def remember(self, scope: str, failure: RememberedFailure) -> None:
        """Remembers ``failure`` for ``scope`` until its time is over, replacing an older one."""
        ...
