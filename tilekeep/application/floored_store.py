"""A tile store that takes no more tiles while its disk has less room than is to be left free."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence

from tilekeep.application.wrapped_store import WrappedStore
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import NoRoom
from tilekeep.domain.tile import NewTile, TileInfo
from tilekeep.ports.clock import Clock
from tilekeep.ports.free_room import FreeRoom, Room
from tilekeep.ports.tile_store import TileStore

log = logging.getLogger("tilekeep.cache.room")

_SECONDS_BETWEEN_LOOKS = 1.0
_SECONDS_BETWEEN_WARNINGS = 300.0

#: Removing tiles takes a while.
_SECONDS_BETWEEN_REQUESTS = 60.0
#: Tiles are not to blame where removing some of them has not helped.
_SECONDS_AFTER_NO_USE = 3600.0


class FlooredStore(WrappedStore):
    """Implements :class:`tilekeep.ports.tile_store.TileStore`; reading, renewing and removing go on in any case.

    Args:
        store: where the tiles are.
        place: where that is, for the log.
        room: of its disk.
        floor: what is to be left free of it.
        clock: the current time.
        make_room: has tiles removed where a quota allows that; if the disk has no more room then, it is left alone for
            an hour, so that what others write does not empty the cache.
    """

    def __init__(
        self,
        store: TileStore,
        place: str,
        room: FreeRoom,
        floor: Room,
        clock: Clock,
        make_room: Callable[[], None] | None,
    ) -> None:
        super().__init__(store)
        self._place = place
        self._room = room
        self._floor = floor
        self._clock = clock
        self._make_room = make_room
        self._looked = self._warned = self._asked = -math.inf
        self._free_when_asked: Room | None = None
        self._is_low = False

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileWriter`.

        :raises NoRoom: the disk has too little room; nothing is stored.
        """
        now = self._clock.monotonic()
        if now >= self._looked + _SECONDS_BETWEEN_LOOKS:
            self._looked = now
            self._look(now)
        if self._is_low:
            raise NoRoom(f"the disk of {self._place!r} is to have more room left")
        return self._store.write(batch, at, deadline)

    def _look(self, now: float) -> None:
        free = self._room.free()
        self._is_low = free is not None and (free.size < self._floor.size or free.inodes < self._floor.inodes)
        if not self._is_low or free is None:
            return
        self._ask_for_room(free, now)
        if now >= self._warned + _SECONDS_BETWEEN_WARNINGS:
            self._warned = now
            log.warning(
                "tiles are delivered but not stored in %r: its disk has %d bytes and %d inodes left, which is less than"
                " min_free_space or min_free_inodes; make room, lower these, or give the cache a quota",
                self._place,
                *free,
            )

    def _ask_for_room(self, free: Room, now: float) -> None:
        before = self._free_when_asked
        has_helped = before is None or free.size > before.size or free.inodes > before.inodes
        wait = _SECONDS_BETWEEN_REQUESTS if has_helped else _SECONDS_AFTER_NO_USE
        if self._make_room is None or now < self._asked + wait:
            return
        self._asked, self._free_when_asked = now, free
        self._make_room()
