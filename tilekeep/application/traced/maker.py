"""A maker of tiles whose makings are spans, waits for locks and for others included."""

from __future__ import annotations

from collections.abc import Mapping

from tilekeep.application.tile_maker import BlockMaker, Obstacles, Outcome, WantedBlock
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.tile import TileKey, TileSet
from tilekeep.ports.traces import Traces


class TracedMaker:
    """Implements :class:`tilekeep.application.tile_maker.BlockMaker`.

    Args:
        maker: makes the tiles.
        tile_set: what they belong to.
        traces: takes the spans.
    """

    def __init__(self, maker: BlockMaker, tile_set: TileSet, traces: Traces) -> None:
        self._maker = maker
        self._tile_set = tile_set
        self._traces = traces

    def make(self, block: WantedBlock, deadline: Deadline) -> Mapping[TileKey, Outcome]:
        """See :class:`~tilekeep.application.tile_maker.TileMaker`."""
        keys = block.keys
        facts: dict[str, str | int] = {
            "tilekeep.cache": self._tile_set.cache,
            "tilekeep.grid": self._tile_set.grid,
            "tilekeep.level": keys[0].coord.z if keys else -1,
            "tilekeep.tiles": len(keys),
            "tilekeep.purpose": block.purpose.name.lower(),
        }
        with self._traces.span("make tiles", facts):
            return self._maker.make(block, deadline)

    def obstacles(self, block: WantedBlock) -> Obstacles:
        """See :class:`~tilekeep.application.tile_maker.KnowsObstacles`."""
        return self._maker.obstacles(block)
