"""When tiles were used last, kept in memory by area and written down now and then."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from tilekeep.domain.errors import StoreError
from tilekeep.domain.ledger import CELL_SIDE, Cell
from tilekeep.domain.tile import TileCoord
from tilekeep.ports.background import BackgroundRunner
from tilekeep.ports.clock import Clock
from tilekeep.ports.ledger import Uses

log = logging.getLogger("tilekeep.cache.quota")

#: Uses are remembered to that many seconds.
_SECONDS_BETWEEN = 600.0

#: How many uses pass between looks at the clock.
_USES_BETWEEN_LOOKS = 1000


class SampledUses:
    """Costs a request an entry in a set; what is in it is written by a background job.

    What was noted last is lost with the process.  Tiles count as used when they were stored, so a cell is taken for
    unused at most when it has been used in the last ten minutes alone.

    Args:
        uses: where they are written.
        runner: writes beside the requests.
        clock: the current time.
    """

    def __init__(self, uses: Uses, runner: BackgroundRunner, clock: Clock) -> None:
        self._uses = uses
        self._runner = runner
        self._clock = clock
        self._used: set[tuple[int, int, int]] = set()
        self._count = 0
        self._due = clock.monotonic() + _SECONDS_BETWEEN

    def note(self, coord: TileCoord) -> None:
        """A tile has been read."""
        z, x, y = coord
        self._used.add((z, x // CELL_SIDE, y // CELL_SIDE))
        self._count += 1
        if self._count >= _USES_BETWEEN_LOOKS:
            self._count = 0
            if self._clock.monotonic() >= self._due:
                self._runner.submit(("uses of tiles", id(self)), self.flush)

    def flush(self) -> None:
        """Writes what has been noted; a failure is logged."""
        used, self._used = self._used, set()
        self._due = self._clock.monotonic() + _SECONDS_BETWEEN
        if used:
            try:
                # A request that was just noting its tile may still add to the set; it is copied in one step.
                self._uses.note_uses([Cell(*place) for place in tuple(used)], self._clock.now())
            except StoreError as error:
                log.warning("it is not kept when tiles were used: %s", error)

    def known(self) -> Mapping[Cell, float]:
        """When cells were used last, as far as that has been written.

        :raises StoreError: it cannot be read.
        """
        return self._uses.uses()
