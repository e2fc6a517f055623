"""Tiles of a server as its documents describe them: their grid, their addresses, and which of them there are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote

from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.tile import TileCoord
from tilekeep.domain.tile_url import TileBox

_PLACE = re.compile(r"\{([^{}]*)\}")
_OF_TILES = frozenset({"tilematrix", "tilerow", "tilecol"})


@dataclass(frozen=True, slots=True)
class BracedTemplate:
    """A tile URL with ``{name}`` placeholders, in any case (OGC 07-057r7, 10.2.1; OGC 20-057, 8.3).

    :ivar text: the URL.
    :ivar level_names: identifiers of the levels, coarsest first.
    :ivar values: of all other placeholders, by lower-case name.
    :raises ValueError: on construction, when a placeholder has no value.
    """

    text: str = field(repr=False)
    level_names: tuple[str, ...]
    values: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        names = {name.lower() for name in _PLACE.findall(self.text)}
        if unknown := names - _OF_TILES - {name for name, _ in self.values}:
            raise ValueError(f"the address of its tiles has places without a value: {', '.join(sorted(unknown))}")
        if missing := _OF_TILES - names:
            raise ValueError(f"the address of its tiles has no place for {', '.join(sorted(missing))}")

    def url(self, coord: TileCoord, image_format: str, box: TileBox) -> str:
        """The URL of one tile."""
        values = dict(self.values)
        values |= {"tilematrix": self.level_names[coord.z], "tilerow": str(coord.y), "tilecol": str(coord.x)}
        return _PLACE.sub(lambda found: quote(values[found[1].lower()], safe=""), self.text)


class TileRange(NamedTuple):
    """Columns and rows of a level that have tiles; the last ones included."""

    first_column: int
    last_column: int
    first_row: int
    last_row: int

    def holds(self, coord: TileCoord) -> bool:
        """Whether a tile of the level is among them."""
        return self.first_column <= coord.x <= self.last_column and self.first_row <= coord.y <= self.last_row


class FoundTiles(NamedTuple):
    """What a server has.

    :ivar limits: by level; levels that are not among them have all tiles of the grid.
    """

    grid: TileGrid
    template: BracedTemplate
    limits: Mapping[int, TileRange] = {}

    def offers(self, coord: TileCoord) -> bool:
        """Whether there is such a tile."""
        limit = self.limits.get(coord.z)
        return self.grid.holds(coord) and (limit is None or limit.holds(coord))


def same_place(one: BBox, other: BBox, resolution: float) -> bool:
    """Whether two boxes are equal to a tenth of a pixel."""
    return all(abs(a - b) < resolution / 10 for a, b in zip(one, other, strict=True))
