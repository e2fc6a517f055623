"""What seeding will come to: tiles, bytes and time, from what a sample came to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tilekeep.domain.seed_counts import LevelCount


class Sampled(NamedTuple):
    """What a look at some tiles of a level has shown.

    :ivar looked_at: tiles that were looked at.
    :ivar wanted: those of them that are missing or stale.
    :ivar looking_seconds: for looking at them.
    :ivar made: tiles that were made; of empty ones there is nothing to store.
    :ivar made_bytes: the size of those that are stored.
    :ivar making_seconds: for making them, one block after the other.
    :ivar failed: blocks that could not be made.
    """

    level: int
    looked_at: int = 0
    wanted: int = 0
    looking_seconds: float = 0.0
    made: int = 0
    made_bytes: int = 0
    making_seconds: float = 0.0
    failed: int = 0


class LevelEstimate(NamedTuple):
    """Tiles of a level in all, and how many of them are to be made; ``is_exact`` is said of the former."""

    level: int
    tiles: int
    is_exact: bool
    wanted: int
    bytes: int
    seconds: float


class SeedEstimate(NamedTuple):
    """What a task comes to.

    :ivar levels: each with the seconds of one process.
    :ivar sample: what was looked at and made for it.
    :ivar is_measured: whether any tile was made, so that bytes and seconds mean something.
    """

    levels: tuple[LevelEstimate, ...]
    sample: Sampled
    is_measured: bool

    @property
    def tiles(self) -> int:
        """All tiles of the task."""
        return sum(level.tiles for level in self.levels)

    @property
    def wanted(self) -> int:
        """Those to be made."""
        return sum(level.wanted for level in self.levels)

    @property
    def bytes(self) -> int:
        """Of all tiles that are to be made."""
        return sum(level.bytes for level in self.levels)

    def seconds(self, workers: int) -> float:
        """How long some processes take that do not wait for each other or for the source."""
        return sum(level.seconds for level in self.levels) / workers


def estimated(counts: Sequence[LevelCount], samples: Iterable[Sampled]) -> SeedEstimate:
    """The estimate of a task; levels of which nothing was made are taken for the mean of the others."""
    by_level = {sample.level: sample for sample in samples}
    total = together(by_level.values())
    levels = tuple(_level(count, by_level.get(count.level, Sampled(count.level)), total) for count in counts)
    return SeedEstimate(levels, total, is_measured=total.made > 0)


def together(samples: Iterable[Sampled]) -> Sampled:
    """All samples as one, of no level."""
    columns = list(zip(*samples, strict=True))
    return Sampled(-1, *map(sum, columns[1:])) if columns else Sampled(-1)


def _level(count: LevelCount, sample: Sampled, total: Sampled) -> LevelEstimate:
    looked = sample if sample.looked_at else total
    made = sample if sample.made else total
    wanted = count.tiles * looked.wanted / max(1, looked.looked_at)
    seconds = count.tiles * looked.looking_seconds / max(1, looked.looked_at)
    seconds += wanted * made.making_seconds / max(1, made.made)
    size = wanted * made.made_bytes / max(1, made.made)
    return LevelEstimate(count.level, count.tiles, count.is_exact, round(wanted), round(size), seconds)
