"""The built-in world map as a source."""

from __future__ import annotations

from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.config.mapproxy.meaning_source import EffectiveWorldSource
from tilekeep.domain.grid import TileGrid
from tilekeep.ports.map_source import MapSource


class WorldAssembly:
    """Makes sources of the world map, which draw maps of any box, size and SRS."""

    def __init__(self, parts: SourceParts) -> None:
        self._parts = parts

    def __call__(self, source: EffectiveWorldSource, gate: StoreGate, grid: TileGrid | None) -> MapSource:
        """The source; ``gate`` checks what is put on a canvas."""
        return self._parts.limited(self._parts.make("world"), source.limits, gate)
