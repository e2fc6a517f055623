"""What a server says of itself, learned when it is first needed."""

from __future__ import annotations

from typing import Protocol, TypeVar

from tilekeep.domain.deadline import Deadline, Purpose

Found_co = TypeVar("Found_co", covariant=True)


class Discovery(Protocol[Found_co]):
    """Asks a server for its documents once, and keeps what they say.  Safe to call from any thread.

    Threads that need it at the same time wait for one of them to ask.  A failure is remembered for a short time.
    """

    @property
    def known(self) -> Found_co | None:
        """What has been learned; None as long as nobody has asked.  Asks nobody."""
        ...

    def __call__(self, purpose: Purpose, deadline: Deadline) -> Found_co:
        """What the documents say; blocks until they are there or ``deadline`` passes.

        :raises SourceError: they are not to be had or do not say what is needed, now or a moment ago.
        """
        ...
