"""Tasks of seeding and what comes of their parts, as they are counted, noted down and sent about."""

from __future__ import annotations

from typing import Literal, NamedTuple

from tilekeep.domain.seed_plan import PlannedChunk, Position, SeedChunk
from tilekeep.domain.tile import Dimensions, TileCoord


class TaskName(NamedTuple):
    """By which a task is known, to people and in notes on what has been done: the same task has the same one.

    :ivar kind: ``seed`` or ``cleanup``.
    :ivar grid: as documents and directories call it.
    """

    kind: str
    name: str
    cache: str
    grid: str
    levels: tuple[int, ...]
    dimensions: Dimensions = ()


class FailedUnit(NamedTuple):
    """Tiles that could not be made: the unit by its main tile, and why."""

    unit: TileCoord
    reason: str


class ChunkResult(NamedTuple):
    """What came of a chunk, in tiles.

    :ivar made: new ones, from the sources.
    :ivar renewed: old ones that the source confirmed.
    :ivar kept: those that were good enough.
    :ivar empty: those of which the sources have nothing to show, or nothing that is for keeping: what ``on_error`` of
        a source has stand for a failure, without storing it, is as it is wanted.
    :ivar failed: units that could not be made.
    """

    made: int = 0
    renewed: int = 0
    kept: int = 0
    empty: int = 0
    failed: tuple[FailedUnit, ...] = ()

    @property
    def looked_at(self) -> int:
        """All tiles but those of failed units."""
        return self.made + self.renewed + self.kept + self.empty

    def plus(self, other: ChunkResult) -> ChunkResult:
        """Both together."""
        return ChunkResult(
            self.made + other.made,
            self.renewed + other.renewed,
            self.kept + other.kept,
            self.empty + other.empty,
            self.failed + other.failed,
        )


#: So many units that could not be made are remembered with their reasons; all of them stand in the notes.
MOST_REMEMBERED = 20


class Tally(NamedTuple):
    """What came of many chunks, in tiles; it takes the same room however many these are.

    The numbers are those of :class:`ChunkResult`.

    :ivar failed: how many units could not be made.
    :ivar some_failed: some of these.
    """

    made: int = 0
    renewed: int = 0
    kept: int = 0
    empty: int = 0
    failed: int = 0
    some_failed: tuple[FailedUnit, ...] = ()

    @property
    def looked_at(self) -> int:
        """All tiles but those of failed units."""
        return self.made + self.renewed + self.kept + self.empty

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(
            self.made + other.made,
            self.renewed + other.renewed,
            self.kept + other.kept,
            self.empty + other.empty,
            self.failed + other.failed,
            self.some_failed + other.some_failed[: MOST_REMEMBERED - len(self.some_failed)],
        )

    def with_chunk(self, result: ChunkResult) -> Tally:
        """With what came of one more chunk."""
        return self.plus(Tally(*result[:4], len(result.failed), result.failed[:MOST_REMEMBERED]))


class ChunkJob(NamedTuple):
    """A chunk of the task with a number.

    :ivar units: only these of it, by their main tiles; all without any.
    """

    task: int
    planned: PlannedChunk
    units: tuple[TileCoord, ...] = ()


class SeedWorker(NamedTuple):
    """Somebody on another machine who does chunks of a run.

    :ivar at_a_time: chunks that he does side by side.
    :ivar state: ``leaves`` while he finishes what he has begun; ``lost`` when he is not heard of any more, so that
        others do that once more.
    :ivar under_way: chunks that he has begun.
    :ivar done: how many he has finished.
    """

    name: str
    at_a_time: int
    state: Literal["works", "leaves", "lost"]
    under_way: tuple[SeedChunk, ...]
    done: int


class TaskProgress(NamedTuple):
    """How far a task has got.

    :ivar is_finished: whether nothing is left of it.
    :ivar upto: the position up to which all is done; None at the start.
    :ivar beyond: chunks after that which are done too.
    :ivar result: what came of all that is done.
    """

    is_finished: bool = False
    upto: Position | None = None
    beyond: frozenset[Position] = frozenset()
    result: Tally = Tally()


NOT_STARTED = TaskProgress()
