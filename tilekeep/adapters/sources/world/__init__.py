"""A world map that Tilekeep draws itself, from Natural Earth 1:110m, for demonstrations."""

from tilekeep.adapters.sources.world.source import WorldSource

__all__ = ["WorldSource"]
