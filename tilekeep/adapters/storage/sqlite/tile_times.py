"""When tiles were stored, as it stands in a database, and when they are too old to be read (``ttl``)."""

from __future__ import annotations

from typing import Any, Protocol

from tilekeep.adapters.storage.sqlite.local_time import local_instant, local_text
from tilekeep.domain.staleness import UNKNOWN_TIME
from tilekeep.ports.clock import Clock


class TileTimes(Protocol):
    """The times of the tiles of a store."""

    def value(self, at: float) -> Any:
        """What is written for the instant ``at``."""
        ...

    def instant(self, value: Any) -> float:
        """The instant that ``value`` was written for; :data:`UNKNOWN_TIME` for none."""
        ...

    def as_stored(self, at: float) -> float:
        """The instant that is read after ``at`` was written."""
        ...

    def is_good(self, stored_at: float) -> bool:
        """Whether a tile of this instant is still there for readers."""
        ...


class RecordTimes:
    """Seconds with their fraction, in the record beside the tile."""

    def value(self, at: float) -> Any:
        """See :class:`TileTimes`."""
        return float(at)

    def instant(self, value: Any) -> float:
        """See :class:`TileTimes`."""
        return value if type(value) is float else UNKNOWN_TIME

    def as_stored(self, at: float) -> float:
        """See :class:`TileTimes`."""
        return float(at)

    def is_good(self, stored_at: float) -> bool:
        """See :class:`TileTimes`."""
        return True


class ColumnTimes:
    """Local time in whole seconds, in the column ``last_modified`` of the tile.

    Tiles older than ``ttl_seconds`` count as missing; 0 for no limit (spec/caches.md, 3.2).
    """

    def __init__(self, clock: Clock, ttl_seconds: int = 0) -> None:
        self._clock = clock
        self._ttl_seconds = ttl_seconds

    def value(self, at: float) -> Any:
        """See :class:`TileTimes`."""
        return local_text(at)

    def instant(self, value: Any) -> float:
        """See :class:`TileTimes`."""
        found = local_instant(value)
        return UNKNOWN_TIME if found is None else found

    def as_stored(self, at: float) -> float:
        """See :class:`TileTimes`."""
        return self.instant(local_text(at))

    def is_good(self, stored_at: float) -> bool:
        """See :class:`TileTimes`."""
        return not self._ttl_seconds or stored_at > self._clock.now() - self._ttl_seconds
