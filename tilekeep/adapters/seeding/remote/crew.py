"""The workers of a run: how many chunks they can do at a time, who is lost, who has another configuration."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal

from tilekeep.adapters.seeding.remote.board import Begun, Card, Look
from tilekeep.adapters.seeding.remote.handed import LOST_SECONDS, Handed
from tilekeep.domain.seed_plan import SeedChunk
from tilekeep.domain.seeding import SeedWorker
from tilekeep.ports.seed_executor import WorkersListener

_log = logging.getLogger("tilekeep.seed")

#: How often it is said that nobody is there.
_REMINDER_SECONDS = 60.0

#: Workers that ended without a word are forgotten after this time.
_FORGOTTEN_SECONDS = 86_400.0


class Crew:
    """What a coordinator knows of workers."""

    def __init__(self, digest: str, place: str, listener: WorkersListener) -> None:
        """Knows nobody yet.

        Args:
            digest: of the configuration of the run.
            place: of the Redis, for people.
            listener: hears of workers whenever anything about them has changed.
        """
        self._digest = digest
        self._place = place
        self._listener = listener
        self._done: Counter[str] = Counter()
        self._at_a_time: dict[str, int] = {}
        self._lost: set[str] = set()
        self._strangers: set[str] = set()
        self._told: tuple[SeedWorker, ...] = ()
        self._reminded_at = -_REMINDER_SECONDS

    def has_done(self, worker: str) -> None:
        """A worker has done what was left of a chunk."""
        self._done[worker] += 1

    def is_lost(self, worker: str) -> None:
        """A worker is not heard of any more, and what it had begun is handed out once more."""
        self._lost.add(worker)

    def places(self, look: Look) -> int:
        """How many chunks can be done at a time."""
        return sum(card.at_a_time for card in self._present(look).values() if not card.leaves)

    def long_gone(self, look: Look) -> list[str]:
        """Workers that have not been heard of for days."""
        return [name for name, card in look.workers.items() if look.now - card.seen_at > _FORGOTTEN_SECONDS]

    def tell(self, look: Look, handed: Iterable[Handed]) -> None:
        """Says what has changed, to the listener and in the log."""
        present = self._present(look)
        self._warn_of_strangers(look)
        if not present and look.now - self._reminded_at >= _REMINDER_SECONDS:
            self._reminded_at = look.now
            _log.warning(
                "no worker with the configuration %s is there; start some with tilekeep worker at %s",
                self._digest,
                self._place,
            )
        told = tuple(self._facts(present, _under_way(look, handed)))
        if told != self._told:
            self._told = told
            self._listener(told)

    def dismiss(self) -> None:
        """The run has no workers any more."""
        if self._told:
            self._told = ()
            self._listener(())

    def _present(self, look: Look) -> dict[str, Card]:
        """Those that take part."""
        present = {
            name: card
            for name, card in look.workers.items()
            if card.digest == self._digest and look.now - card.seen_at <= LOST_SECONDS
        }
        self._at_a_time.update((name, card.at_a_time) for name, card in present.items())
        self._lost.difference_update(present)
        return present

    def _facts(self, present: Mapping[str, Card], under_way: Mapping[str, list[SeedChunk]]) -> Iterable[SeedWorker]:
        for name in sorted({*present, *under_way, *self._lost}):
            card = present.get(name)
            state: Literal["works", "leaves", "lost"] = "lost" if card is None else "works"
            if card is not None and card.leaves:
                state = "leaves"
            yield SeedWorker(
                name, self._at_a_time.get(name, 0), state, tuple(sorted(under_way.get(name, ()))), self._done[name]
            )

    def _warn_of_strangers(self, look: Look) -> None:
        for name, card in look.workers.items():
            is_there = look.now - card.seen_at <= LOST_SECONDS
            if is_there and card.digest != self._digest and name not in self._strangers:
                self._strangers.add(name)
                _log.warning(
                    "worker %s has the configuration %s, and this run %s: it takes no part; "
                    "start it with the files of this run if it should",
                    name,
                    card.digest,
                    self._digest,
                )


def _under_way(look: Look, handed: Iterable[Handed]) -> dict[str, list[SeedChunk]]:
    """The chunks that each worker has begun."""
    chunks: dict[str, list[SeedChunk]] = defaultdict(list)
    for one in handed:
        mark = look.marks.get(one.token) if one.token else None
        if isinstance(mark, Begun):
            chunks[mark.worker].append(one.job.planned.chunk)
    return chunks
