"""A chunk is to be done as long as somebody wants it."""

from __future__ import annotations

import time

from tilekeep.adapters.redis.commands import RedisUnusable
from tilekeep.adapters.seeding.remote.board import RunBoard

#: How often the board is looked at.
_LOOK_SECONDS = 1.0


class WhileWanted:
    """Implements :class:`tilekeep.ports.stop.Stop` for one chunk that was begun."""

    def __init__(self, board: RunBoard, token: str) -> None:
        """It was wanted a moment ago."""
        self._board = board
        self._token = token
        self._is_wanted = True
        self._looked_at = time.monotonic()

    @property
    def requested(self) -> bool:
        """See :class:`~tilekeep.ports.stop.Stop`; while the board cannot be looked at, work goes on."""
        now = time.monotonic()
        if self._is_wanted and now - self._looked_at >= _LOOK_SECONDS:
            self._looked_at = now
            try:
                self._is_wanted = self._board.is_wanted(self._token)
            except RedisUnusable:
                return False
        return not self._is_wanted

    def wait(self, seconds: float) -> bool:
        """See :class:`~tilekeep.ports.stop.Stop`."""
        end = time.monotonic() + seconds
        while not self.requested and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _LOOK_SECONDS))
        return self.requested
