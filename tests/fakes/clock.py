"""A clock that moves only when a test says so."""

from __future__ import annotations


class FakeClock:
    """Both clocks of :class:`tilekeep.ports.clock.Clock`, advanced together by hand."""

    def __init__(self, now: float = 1_700_000_000.0, monotonic: float = 1000.0) -> None:
        self._now = now
        self._monotonic = monotonic

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Moves both clocks forward."""
        self._now += seconds
        self._monotonic += seconds
