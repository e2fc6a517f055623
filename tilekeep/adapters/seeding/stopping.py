"""Stopping processes that work on something."""

from __future__ import annotations

import multiprocessing


class SharedStop:
    """Implements :class:`tilekeep.ports.stop.Stop` for a process and those it forks."""

    def __init__(self) -> None:
        self._event = multiprocessing.get_context("fork").Event()

    @property
    def requested(self) -> bool:
        """See :class:`~tilekeep.ports.stop.Stop`."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """See :class:`~tilekeep.ports.stop.Stop`."""
        return self._event.wait(seconds)

    def request(self) -> None:
        """Asks everybody to stop."""
        self._event.set()
