"""Make stale tiles anew while the old ones are shown."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import NamedTuple

from tilekeep.application.tile_maker import NoTile, Outcome, TileMaker, WantedBlock
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import LockTimeout, SourceError
from tilekeep.domain.tile import TileKey, TileSet
from tilekeep.ports.background import BackgroundRunner
from tilekeep.ports.clock import Clock

log = logging.getLogger("tilekeep.cache.tile")

#: How soon a block is looked at again that somebody else holds, since he may die without having made it.
_HELD_PAUSE_SECONDS = 1.0

#: How long a refresh may take that keeps a worker from answering.
_LONGEST_IN_A_WORKER_SECONDS = 20.0

#: Blocks of which it is remembered when they may be refreshed again; of more the oldest are forgotten.
_MOST_REMEMBERED = 10_000


class _Pause(NamedTuple):
    """Until when, by the monotonic clock, a block is not refreshed again.

    :ivar outcomes: what came of it where the sources have nothing, so that whoever asks need not hope; None otherwise.
    """

    until: float
    outcomes: Mapping[TileKey, Outcome] | None


class StaleRefresh:
    """Refreshes blocks of stale tiles in the background, and waits for that as long as it is told to.

    A block is not refreshed again within ``pause_seconds``, so that a source that fails is left alone and no request
    costs more than the look into the store that found the tile stale.  One that another process or host holds is looked
    at again soon, so that the death of who makes it costs no more time than his lock lasts.

    Args:
        maker: makes the tiles.
        tile_set: the tiles they are, as keys of jobs.
        runner: runs the refreshing.
        clock: measures time.
        patience_seconds: how long a request waits for the new tile before it is given the old one; 0 not at all, as in
            servers where nothing runs beside requests.
        making_seconds: how long a refresh may take.
        pause_seconds: after a refresh until the next one of the same block.
    """

    def __init__(
        self,
        *,
        maker: TileMaker,
        tile_set: TileSet,
        runner: BackgroundRunner,
        clock: Clock,
        patience_seconds: float,
        making_seconds: float,
        pause_seconds: float,
    ) -> None:
        self._maker = maker
        self._tile_set = tile_set
        self._runner = runner
        self._clock = clock
        self._patience = patience_seconds
        limit = math.inf if runner.runs_beside_requests else _LONGEST_IN_A_WORKER_SECONDS
        self._making_seconds = min(making_seconds, limit)
        self._pause = pause_seconds
        self._pauses: dict[WantedBlock, _Pause] = {}

    def __call__(self, block: WantedBlock, deadline: Deadline) -> Mapping[TileKey, Outcome] | None:
        """The tiles of ``block`` made anew; None if the old ones should be shown meanwhile.

        :raises SourceError: they could not be made, and the request has waited for them; as for LockTimeout.
        """
        waits = self._patience > 0 and self._runner.runs_beside_requests
        wanted = block if waits else block._replace(purpose=Purpose.REFRESH)
        pause = self._pauses.get(wanted)
        if pause is not None and self._clock.monotonic() < pause.until:
            return pause.outcomes
        job = self._runner.submit((self._tile_set, wanted), lambda: self._made(wanted), lane=self._tile_set)
        if job is None or not waits:
            return None
        try:
            return job.result(min(self._patience, deadline.remaining(self._clock.monotonic())))
        except TimeoutError:
            return None

    def _made(self, block: WantedBlock) -> Mapping[TileKey, Outcome]:
        deadline = Deadline(self._clock.monotonic() + self._making_seconds)
        pause, nothing = self._pause, None
        try:
            outcomes = self._maker.make(block, deadline)
            if all(isinstance(outcome, NoTile) for outcome in outcomes.values()):
                nothing = outcomes
        except (SourceError, LockTimeout) as error:
            log.info("stale tiles around %s stay as they are: %s", tuple(block.plan.main), error)
            if isinstance(error, LockTimeout):
                pause = min(pause, _HELD_PAUSE_SECONDS)
            raise
        else:
            return outcomes
        finally:
            self._leave_alone(block, pause, nothing)

    def _leave_alone(self, block: WantedBlock, seconds: float, outcomes: Mapping[TileKey, Outcome] | None) -> None:
        now = self._clock.monotonic()
        if len(self._pauses) >= _MOST_REMEMBERED:
            waiting = {known: pause for known, pause in self._pauses.copy().items() if pause.until > now}
            self._pauses = waiting if len(waiting) < _MOST_REMEMBERED else {}
        self._pauses[block] = _Pause(now + seconds, outcomes)
