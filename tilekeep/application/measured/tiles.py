"""Tiles of a cache, counted by where they came from."""

from __future__ import annotations

from collections.abc import Sequence

from tilekeep.application.tile_answer import TileAnswer, Tiles
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import TilekeepError
from tilekeep.domain.measures import TILES
from tilekeep.domain.tile import TileKey
from tilekeep.domain.tile_state import TileState
from tilekeep.ports.metrics import Metrics

_HIT = TileState.HIT


class MeasuredTiles:
    """Implements :class:`tilekeep.application.tile_answer.Tiles`.

    Args:
        tiles: gives the tiles.
        cache: the name of the cache.
        metrics: counts.
    """

    def __init__(self, tiles: Tiles, cache: str, metrics: Metrics) -> None:
        self._tiles = tiles
        self._hit = metrics.counter(TILES, cache, _HIT.value)
        self._counters = {state: metrics.counter(TILES, cache, state.value) for state in TileState}
        self._failed = metrics.counter(TILES, cache, "error")

    def __call__(self, key: TileKey, purpose: Purpose, deadline: Deadline) -> TileAnswer:
        """See :class:`tilekeep.application.tile_answer.Tiles`."""
        try:
            answer = self._tiles(key, purpose, deadline)
        except TilekeepError:
            self._failed()
            raise
        if answer.state is _HIT:
            self._hit()
        else:
            self._counters[answer.state]()
        return answer

    def many(self, keys: Sequence[TileKey], purpose: Purpose, deadline: Deadline) -> list[TileAnswer]:
        """See :class:`tilekeep.application.tile_answer.Tiles`."""
        try:
            answers = self._tiles.many(keys, purpose, deadline)
        except TilekeepError:
            self._failed()
            raise
        for answer in answers:
            self._counters[answer.state]()
        return answers
