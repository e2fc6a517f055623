"""Saying once in a while that a store fails: one that is down fails with every request."""

from __future__ import annotations

import logging

from tilekeep.ports.clock import Clock

#: How often the same kind of trouble is logged; what comes in between is logged for debugging only.
EVERY_SECONDS = 60.0


class StoreTrouble:
    """Logs the first failure of a kind at once, and then one a minute with the number of those between.

    Safe to use from all threads: two that fail at the same moment may both be logged.
    """

    def __init__(self, log: logging.Logger, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._last: dict[str, float] = {}
        self._passed_over: dict[str, int] = {}

    def __call__(self, level: int, text: str, *arguments: object) -> None:
        """Logs ``text``, which says what kind of trouble it is, with its arguments."""
        now = self._clock.monotonic()
        last = self._last.get(text)
        if last is not None and now - last < EVERY_SECONDS:
            self._passed_over[text] = self._passed_over.get(text, 0) + 1
            self._log.debug(text, *arguments)
            return
        self._last[text] = now
        passed_over = self._passed_over.pop(text, 0)
        more = f" (and {passed_over} times more since it was last logged)" if passed_over else ""
        self._log.log(level, text + more, *arguments)
