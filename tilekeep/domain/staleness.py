"""Is this tile still good?  One policy answers for serving, seeding and cleanup alike."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import Protocol

from tilekeep.domain.tile import TileInfo


class Verdict(enum.Enum):
    """What a policy says of a tile."""

    FRESH = "fresh"
    STALE = "stale"
    EXPIRED = "expired"
    MISSING = "missing"


class AgeLimit(Protocol):
    """An instant before which tiles are stale (spec/caches.md, 8)."""

    def before(self, now: float) -> float | None:
        """The limit in POSIX seconds, seen at ``now``; None if there is none at present."""
        ...


#: The time of tiles that have been marked stale: they are, whatever the limit.
MARKED_STALE = 0.0

#: The time of tiles of which nobody has kept any: older than any age limit, but not marked stale.
UNKNOWN_TIME = 1.0


def is_older(stored_at: float, than: float, *, spare_unknown: bool = False) -> bool:
    """Whether a tile was stored before an instant; one of unknown age was, unless such tiles are to be spared."""
    return stored_at < than and not (spare_unknown and stored_at == UNKNOWN_TIME)


def is_of_unknown_age(info: TileInfo) -> bool:
    """Whether nobody knows when a tile was stored; to be made anew it counts as old, to be removed it may not."""
    return info.stored_at == UNKNOWN_TIME


@dataclass(frozen=True, slots=True)
class FixedLimit:
    """Tiles stored at or before one instant are stale; ``instant`` in POSIX seconds."""

    instant: float

    def before(self, now: float) -> float | None:
        """The fixed instant, whatever ``now`` is."""
        return self.instant


@dataclass(frozen=True, slots=True)
class RelativeLimit:
    """Tiles older than ``max_age_seconds`` are stale."""

    max_age_seconds: float

    def before(self, now: float) -> float | None:
        """The instant ``max_age_seconds`` ago."""
        return now - self.max_age_seconds


@dataclass(frozen=True, slots=True)
class StalenessPolicy:
    """Judges a tile by its age.

    :ivar limit: what makes a tile stale; None keeps tiles for ever.
    :ivar max_stale_seconds: how long after the limit a stale tile may still be shown; None means for ever.
    """

    limit: AgeLimit | None = None
    max_stale_seconds: float | None = None

    def judge(self, info: TileInfo | None, now: float) -> Verdict:
        """The verdict on a tile at ``now`` (POSIX seconds); ``None`` stands for a tile that is not stored.

        A tile is stale when its whole second of storage is at or before the limit, as the reference compares.
        """
        if info is None:
            return Verdict.MISSING
        if info.stored_at <= MARKED_STALE:
            return Verdict.STALE
        if self.limit is None:
            return Verdict.FRESH
        limit = self.limit.before(now)
        if limit is None or int(info.stored_at) > limit:
            return Verdict.FRESH
        if self.max_stale_seconds is not None and info.stored_at < limit - self.max_stale_seconds:
            return Verdict.EXPIRED
        return Verdict.STALE

    def fresh_for(self, info: TileInfo, now: float) -> float | None:
        """Seconds for which a fresh tile stays so; None where only other events than time make it stale."""
        if not isinstance(self.limit, RelativeLimit):
            return None
        return max(0.0, info.stored_at + self.limit.max_age_seconds - now)

    def shown_for(self, info: TileInfo, now: float) -> float | None:
        """Seconds for which a tile may be shown, though it be stale; None where time does not end that."""
        good_for = self.fresh_for(info, now)
        if good_for is None or self.max_stale_seconds is None or info.stored_at <= MARKED_STALE:
            return None
        assert isinstance(self.limit, RelativeLimit)
        return max(0.0, info.stored_at + self.limit.max_age_seconds + self.max_stale_seconds - now)

    def may_show(self, verdict: Verdict) -> bool:
        """Whether a tile with this verdict may stand in when the source fails."""
        return verdict is Verdict.FRESH or verdict is Verdict.STALE


#: No tile is good, whatever its age: everything is made anew.
NEVER_FRESH = StalenessPolicy(FixedLimit(math.inf))

#: Tiles are good for ever, as in caches without ``refresh_before``.
KEEP_FOR_EVER = StalenessPolicy()
