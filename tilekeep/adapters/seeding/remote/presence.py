"""A worker says every few seconds that it is there, until it has finished its last chunk."""

from __future__ import annotations

import logging
from typing import Any

from tilekeep.adapters.redis.commands import RedisUnusable
from tilekeep.adapters.redis.renewals import Renewals
from tilekeep.adapters.seeding.remote.board import Card, WorkersBoard
from tilekeep.adapters.seeding.remote.broker import Broker
from tilekeep.adapters.seeding.remote.handed import PRESENCE_SECONDS

_log = logging.getLogger("tilekeep.seed")


class Presence:
    """Of one worker, in a thread of the process that fetches chunks: not of those that do them."""

    def __init__(self, board: WorkersBoard, broker: Broker, name: str, at_a_time: int) -> None:
        """Says nothing yet."""
        self._board = board
        self._broker = broker
        self._name = name
        self._card = Card(broker.digest, at_a_time, leaves=False, seen_at=0.0)
        self._renewals = Renewals(every_seconds=PRESENCE_SECONDS)

    def begin(self) -> None:
        """From now on the worker is there."""
        self._renewals.keep(self._name.encode(), b"", self._say)
        self._say()
        _log.info(
            "worker %s fetches chunks from %s, %d at a time, for the configuration %s",
            self._name,
            self._broker.server.place,
            self._card.at_a_time,
            self._broker.digest,
        )

    def leave(self) -> None:
        """It takes nothing new, and finishes what it has."""
        self._card = self._card._replace(leaves=True)
        self._say()
        _log.info("worker %s finishes what it has begun", self._name)

    def end(self) -> None:
        """It is not there any more.

        :raises RedisUnusable: others will notice by themselves.
        """
        self._renewals.forget(self._name.encode(), b"")
        self._board.remove([self._name])

    def _say(self, *_: bytes) -> None:
        try:
            self._board.put(self._name, self._card)
        except RedisUnusable as error:
            _log.warning("nobody can be told that worker %s is there: %s", self._name, error)


def presence_step(presence: Presence) -> type:
    """What Celery does when the processes of a worker have been forked, and before it waits for their last chunks."""
    from celery.bootsteps import StartStopStep

    class PresenceStep(StartStopStep):  # type: ignore[misc]
        requires = {"celery.worker.components:Pool"}  # noqa: RUF012 - as the library reads it

        def start(self, _worker: Any) -> None:
            presence.begin()

        def stop(self, _worker: Any) -> None:
            presence.leave()

    return PresenceStep
