"""Remembering for a short time that a source just failed, so that waiters do not ask it again one by one."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class RememberedFailure(NamedTuple):
    """A failure of a moment ago.

    :ivar client_message: what clients may be told.
    :ivar until: when it stops to count, in POSIX seconds.
    :ivar status: the HTTP status of the source's answer; 0 where it was another failure.
    """

    client_message: str
    until: float
    status: int = 0


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
