"""A worker: a process that fetches chunks from the queue, and those it has forked, which do them."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import socket
import time
import warnings
from typing import TYPE_CHECKING, Any

from tilekeep.adapters.redis.commands import RedisCommands, RedisUnusable
from tilekeep.adapters.seeding.remote.board import RunBoard, WorkersBoard
from tilekeep.adapters.seeding.remote.broker import QUEUE, Broker
from tilekeep.adapters.seeding.remote.celery_app import TASK, celery_app
from tilekeep.adapters.seeding.remote.messages import (
    Answer,
    GivenUp,
    Refused,
    Unstorable,
    answer_text,
    unpacked_order,
)
from tilekeep.adapters.seeding.remote.presence import Presence, presence_step
from tilekeep.adapters.seeding.remote.wanted import WhileWanted
from tilekeep.domain.errors import ConfigurationError, StoreError
from tilekeep.ports.seed_executor import OrderWork, Stopped

if TYPE_CHECKING:
    from celery import Celery

_log = logging.getLogger("tilekeep.seed")

#: How long a worker tries to say what came of a chunk; after that the chunk is done once more.
_ANSWER_SECONDS = 60.0
_ANSWER_AGAIN_SECONDS = 2.0

#: Named, as it cannot be imported without Celery.
_REQUEST = "tilekeep.adapters.seeding.remote.chunk_request:ChunkRequest"


class ChunkDuty:
    """Does one chunk that was fetched from the queue, and answers on the board of its run."""

    def __init__(self, work: OrderWork, commands: RedisCommands, broker: Broker, worker: str) -> None:
        self._work = work
        self._commands = commands
        self._broker = broker
        self._worker = worker

    def __call__(self, run: str, token: str, digest: str, order: dict[str, Any]) -> None:
        """Does it if anybody still wants it.

        :raises RedisUnusable: nobody can be asked.
        """
        board = RunBoard(self._commands, self._broker, run)
        if not board.begin(token, self._worker):
            _log.info("a chunk of the run %s is wanted no more", run)
            return None
        text = answer_text(self._answer(WhileWanted(board, token), digest, order))
        end = time.monotonic() + _ANSWER_SECONDS
        while True:
            try:
                return board.answer(token, self._worker, text)
            except RedisUnusable:
                if time.monotonic() > end:
                    raise
                time.sleep(_ANSWER_AGAIN_SECONDS)

    def _answer(self, stop: WhileWanted, digest: str, order: dict[str, Any]) -> Answer:
        if digest != self._broker.digest:
            reason = f"the chunk is of the configuration {digest}, and this worker has {self._broker.digest}"
            _log.error("refused: %s", reason)
            return Refused(f"{reason}; start it with the same files")
        try:
            return self._work(unpacked_order(order), stop)
        except Stopped:
            return GivenUp()
        except StoreError as error:
            _log.error("tiles cannot be stored: %s", error)
            return Unstorable(str(error))
        except (ConfigurationError, ValueError) as error:
            _log.error("refused: %s", error)
            return Refused(str(error))
        except Exception as error:  # noqa: BLE001 - nobody else would do it better: the run ends, and its coordinator says why
            _log.exception("a chunk could not be done")
            return Refused(f"a chunk could not be done: {error!r}; the log of the worker says more")


class CeleryWorker:
    """Implements :class:`tilekeep.ports.seed_executor.SeedWorkerProcess`.

    Processes that do the work are forked after everything has been loaded.  Asked to end, the worker fetches nothing
    more and waits for them; if it is killed the kernel kills them too.
    """

    def __init__(
        self, work: OrderWork, commands: RedisCommands, broker: Broker, *, at_a_time: int, longest_seconds: float
    ) -> None:
        """Connects nowhere.

        :raises ConfigurationError: the library is not installed.
        """
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
        self._at_a_time = at_a_time
        self._presence = Presence(WorkersBoard(commands, broker), broker, self.name, at_a_time)
        self._app = celery_app(broker, longest_seconds=longest_seconds)
        duty = ChunkDuty(work, commands, broker, self.name)
        self._app.task(duty.__call__, name=TASK, shared=False, lazy=False, Request=_REQUEST)
        self._app.steps["worker"].add(presence_step(self._presence))

    def run(self) -> int:
        """See :class:`~tilekeep.ports.seed_executor.SeedWorkerProcess`."""
        try:
            return _worked(self._app, self.name, self._at_a_time)
        finally:
            with contextlib.suppress(RedisUnusable):
                self._presence.end()


def _worked(app: Celery, name: str, at_a_time: int) -> int:
    from celery.exceptions import SecurityWarning
    from celery.signals import setup_logging

    # Whoever started the process has set logging up.
    setup_logging.connect(_leave_alone, weak=False)
    with warnings.catch_warnings():
        # It is about users of pickle, and there is none.
        warnings.simplefilter("ignore", SecurityWarning)
        worker = app.Worker(
            hostname=name,
            concurrency=at_a_time,
            pool="prefork",
            queues=[QUEUE],
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            quiet=True,
        )
        worker.start()
    return int(worker.exitcode or 0)


def _leave_alone(**_: Any) -> None:
    """Sets nothing up."""
