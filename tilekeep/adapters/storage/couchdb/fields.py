"""What documents of tiles say besides the bytes (spec/caches.md, 3.6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from tilekeep.domain.geometry import BBox
from tilekeep.domain.tile import TileCoord

Point = tuple[float, float]

_TIMESTAMP = "{{timestamp}}"
_DEFAULT_NAME = "timestamp"


class DocumentFields:
    """The members that ``tile_metadata`` asks for; one of them is the time of the tile, in POSIX seconds."""

    def __init__(
        self, template: Mapping[str, Any], tile_bbox: Callable[[TileCoord], BBox], to_wgs84: Callable[[Point], Point]
    ) -> None:
        """Takes the option and what tells where tiles lie; what begins with braces is known (checked before)."""
        named = [name for name, value in template.items() if value == _TIMESTAMP]
        self.time_name = named[0] if named else _DEFAULT_NAME
        self._template = template if named else {**template, _DEFAULT_NAME: _TIMESTAMP}
        self._tile_bbox = tile_bbox
        self._to_wgs84 = to_wgs84

    def of(self, coord: TileCoord, at: float) -> dict[str, Any]:
        """The members for a tile stored at ``at``."""
        return {name: self._value(value, coord, at) for name, value in self._template.items()}

    def _value(self, value: Any, coord: TileCoord, at: float) -> Any:
        made = _MADE.get(value) if isinstance(value, str) else None
        return value if made is None else made(self, coord, at)

    def centre(self, coord: TileCoord) -> Point:
        """The middle of a tile in the SRS of the grid."""
        west, south, east, north = self._tile_bbox(coord)
        return west + (east - west) / 2, south + (north - south) / 2

    def geographic_centre(self, coord: TileCoord) -> Point:
        """The same in degrees."""
        return self._to_wgs84(self.centre(coord))


def _utc_iso(at: float) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_MADE: dict[str, Callable[[DocumentFields, TileCoord, float], Any]] = {
    _TIMESTAMP: lambda _fields, _coord, at: float(at),
    "{{utc_iso}}": lambda _fields, _coord, at: _utc_iso(at),
    "{{x}}": lambda _fields, coord, _at: coord.x,
    "{{y}}": lambda _fields, coord, _at: coord.y,
    "{{z}}": lambda _fields, coord, _at: coord.z,
    "{{level}}": lambda _fields, coord, _at: coord.z,
    "{{tile_centroid}}": lambda fields, coord, _at: fields.centre(coord),
    "{{wgs_tile_centroid}}": lambda fields, coord, _at: fields.geographic_centre(coord),
}

#: What the values of ``tile_metadata`` that begin with braces may be.
PLACEHOLDERS = frozenset(_MADE)
