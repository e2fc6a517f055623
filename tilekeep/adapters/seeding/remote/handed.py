"""A chunk that has been handed out, and whether it has to be handed out once more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from tilekeep.adapters.seeding.remote.board import Begun, Look
from tilekeep.domain.seed_orders import ChunkOrder, ChunkPart
from tilekeep.domain.seeding import ChunkJob, ChunkResult

#: How often workers say that they are there.
PRESENCE_SECONDS = 3.0

#: A worker that has said nothing for so long is lost.
LOST_SECONDS = 10.0

#: A chunk that is neither begun nor in the queue for so long, by all appearances, is lost with whoever had fetched it.
_OVERLOOKED_SECONDS = 10.0

#: A chunk that nobody has begun for so long may be lost while the chunks of others keep the queue from being empty.
_FORSAKEN_SECONDS = 600.0


class Again(NamedTuple):
    """Why a chunk is handed out once more, and whether a worker may have died of it."""

    reason: str
    is_death: bool = False


@dataclass(slots=True, eq=False)
class Handed:
    """A chunk that is not settled.

    :ivar order: what is left of it.
    :ivar result: of the parts that are done.
    :ivar token: by which it is on the board; None while it waits to be handed out.
    :ivar due: before which it is not, by the clock that never jumps.
    :ivar handed_at: when it was, by the clock of the server; None until that has been looked at.
    :ivar unseen_since: since when it seems that nobody has it.
    :ivar deaths: how many workers were lost with it.
    """

    job: ChunkJob
    order: ChunkOrder
    result: ChunkResult = field(default_factory=ChunkResult)
    token: str | None = None
    due: float = 0.0
    handed_at: float | None = None
    unseen_since: float | None = None
    deaths: int = 0

    def put_aside(self, due: float = 0.0) -> None:
        """It waits to be handed out from now on."""
        self.token, self.due, self.handed_at, self.unseen_since = None, due, None, None

    def goes_on(self, part: ChunkPart, now: float) -> bool:
        """Takes the answer to a part in; whether anything is left."""
        self.result = self.result.plus(part.result)
        self.order = self.order.after(part)
        self.put_aside(now + part.wait_seconds)
        return bool(self.order.units)

    def again(self, look: Look, longest_seconds: float) -> Again | None:
        """Why it has to be handed out once more, if it has to.

        ``longest_seconds`` is the time that a worker takes for it at most.
        """
        assert self.token is not None, "handed out"
        if self.token not in look.marks:
            return Again("Redis has forgotten it")
        mark = look.marks[self.token]
        if isinstance(mark, Begun):
            return _with_its_worker(mark, look, longest_seconds)
        return self._unseen(look) if mark is None else None

    def _unseen(self, look: Look) -> Again | None:
        """Nobody has begun it: it waits in the queue, or a worker has died between fetching and beginning it."""
        if self.handed_at is None:
            self.handed_at = look.now
        if look.queued:
            self.unseen_since = None
        elif self.unseen_since is None:
            self.unseen_since = look.now
        unseen_since = look.now if self.unseen_since is None else self.unseen_since
        if look.now - unseen_since >= _OVERLOOKED_SECONDS or look.now - self.handed_at >= _FORSAKEN_SECONDS:
            return Again("nobody has begun it")
        return None


def _with_its_worker(mark: Begun, look: Look, longest_seconds: float) -> Again | None:
    card = look.workers.get(mark.worker)
    heard_of = max(mark.at, 0.0 if card is None else card.seen_at)
    if look.now - heard_of > LOST_SECONDS:
        return Again(f"worker {mark.worker} is lost", is_death=True)
    if look.now - mark.at > longest_seconds:
        return Again(f"worker {mark.worker} does not come to an end with it", is_death=True)
    return None
