"""Stopping processes that work on something."""

from __future__ import annotations

import mmap
import time

#: How often those look who wait.
_LOOK_SECONDS = 0.1


class SharedStop:
    """Implements :class:`tilekeep.ports.stop.Stop` for a process and those it forks.

    A byte that they share, without any lock: it may be requested in the handler of a signal, whoever waits at that
    moment, and a process that dies while it waits leaves nothing behind.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 1)  # anonymous memory stays shared over a fork

    @property
    def requested(self) -> bool:
        """See :class:`~tilekeep.ports.stop.Stop`."""
        return self._memory[0] != 0

    def wait(self, seconds: float) -> bool:
        """See :class:`~tilekeep.ports.stop.Stop`."""
        end = time.monotonic() + seconds
        while not self.requested and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _LOOK_SECONDS))
        return self.requested

    def request(self) -> None:
        """Asks everybody to stop."""
        self._memory[0] = 1
