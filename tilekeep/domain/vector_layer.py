"""What is said of the layers inside vector tiles."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VectorLayer:
    """A layer of vector tiles (TileJSON 3.0, 3.3).

    :ivar identifier: its name in the tiles.
    :ivar fields: names of attributes, each with what it is, for people.
    :ivar min_zoom: first level that has it, or None; ``max_zoom`` the last.
    """

    identifier: str
    fields: tuple[tuple[str, str], ...] = ()
    description: str = ""
    min_zoom: int | None = None
    max_zoom: int | None = None

    def described(self) -> dict[str, object]:
        """The layer as TileJSON and MBTiles describe it."""
        known = {"description": self.description or None, "minzoom": self.min_zoom, "maxzoom": self.max_zoom}
        stated = {name: value for name, value in known.items() if value is not None}
        return {"id": self.identifier, "fields": dict(self.fields), **stated}
