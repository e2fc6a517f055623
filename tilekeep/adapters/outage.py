"""A server that failed a moment ago is left alone, so that requests do not find out one after the other."""

from __future__ import annotations

from typing import NamedTuple

from tilekeep.ports.clock import Clock

#: How long a server that could not be reached is not asked, at first.
OUTAGE_SECONDS = 5.0

#: How long at most, however often it was asked again in vain.
LONGEST_OUTAGE_SECONDS = 30.0


class _Lasting(NamedTuple):
    """An outage: until when the server is left alone, why, for how long that was, and whether somebody finds out."""

    until: float
    reason: str
    pause_seconds: float
    is_probed: bool = False


class Outage:
    """What one process knows of one server.  Safe to use from any thread, also after a fork; a race costs a request.

    When the time is over one request finds out whether the server has recovered; the others are refused until that one
    has been answered, or for as long as at first.  Each that finds out in vain doubles the time.
    """

    def __init__(self, clock: Clock) -> None:
        """Binds it to a server that is believed to be well."""
        self._clock = clock
        self._lasting: _Lasting | None = None

    def refusal(self) -> str | None:
        """Why the server is not to be asked now; None if whoever wants to know may ask it."""
        lasting = self._lasting
        if lasting is None:
            return None
        now = self._clock.monotonic()
        if now < lasting.until:
            return f"{lasting.reason} (that was a moment ago; it is asked again in a few seconds)"
        self._lasting = lasting._replace(until=now + OUTAGE_SECONDS, is_probed=True)
        return None

    def begins(self, reason: str) -> None:
        """The server could not be reached just now."""
        lasting, pause = self._lasting, OUTAGE_SECONDS
        if lasting is not None:
            # Those who had asked before it began have found out nothing new.
            pause = min(lasting.pause_seconds * (2 if lasting.is_probed else 1), LONGEST_OUTAGE_SECONDS)
        self._lasting = _Lasting(self._clock.monotonic() + pause, reason, pause)

    def ends(self) -> None:
        """The server has answered."""
        self._lasting = None


def is_refused(error: BaseException | None) -> bool:
    """Whether an error came of a connection that was refused or closed: that is known at once, and costs nothing."""
    while error is not None:
        if isinstance(error, ConnectionError):
            return True
        error = error.__cause__ or error.__context__
    return False
