"""How documents of tiles are called (spec/caches.md, 3.6)."""

from __future__ import annotations

import re

from tilekeep.domain.dimension_path import dimension_directory, parsed_dimension_directory
from tilekeep.domain.tile import TileCoord, TileKey

#: What stands before the template of an id where it is a URL.
COUCH_URL = "%(couch_url)s/"

_PLACE = re.compile(r"%\((?P<name>\w+)\)(?P<kind>\d*[sd])|%%")


class DocumentIds:
    """The ids that a template gives; dimensions follow behind a slash, as the directories of the file store."""

    def __init__(self, template: str, grid_name: str) -> None:
        """Takes a template with ``%(z)s``, ``%(x)s``, ``%(y)s`` and maybe ``%(grid_name)s`` (checked before)."""
        self._template = template.removeprefix(COUCH_URL)
        self._grid_name = grid_name
        self._parsed = re.compile(f"{self._pattern()}(?:/(?P<below>.+))?", re.DOTALL)

    def of(self, key: TileKey) -> str:
        """The id of a tile.

        :raises InvalidDimension: a value is too long.
        """
        (z, x, y), dimensions, variant = key
        name = self._template % {"z": z, "x": x, "y": y, "grid_name": self._grid_name}
        return f"{name}/{dimension_directory(dimensions, variant)}" if dimensions or variant else name

    def key_of(self, name: str) -> TileKey | None:
        """The tile with this id, or None if it is that of something else."""
        parsed = self._parsed.fullmatch(name)
        if parsed is None:
            return None
        coord = TileCoord(int(parsed["z"]), int(parsed["x"]), int(parsed["y"]))
        below = parsed["below"]
        dimensions = None if below is None else parsed_dimension_directory(below)
        if below is not None and dimensions is None:
            return None
        key = TileKey(coord) if dimensions is None else TileKey(coord, *dimensions)
        return key if self.of(key) == name else None

    def range_of(self, z: int) -> tuple[str, str] | None:
        """From which id, and up to before which, those of a level lie, and maybe others; None for all there are."""
        start, end = "", 0
        for place in _PLACE.finditer(self._template):
            if place["name"] in ("x", "y"):
                start += self._template[end : place.start()]
                break
            start += self._template[end : place.start()] + place[0] % {"z": z, "grid_name": self._grid_name}
            end = place.end()
        return (start, start[:-1] + chr(ord(start[-1]) + 1)) if start else None

    def _pattern(self) -> str:
        parts, end, seen = [], 0, set()
        for place in _PLACE.finditer(self._template):
            parts.append(re.escape(self._template[end : place.start()]))
            name = place["name"]
            if name in ("z", "x", "y"):
                parts.append(f"(?P={name})" if name in seen else rf"(?P<{name}>\d+)")
                seen.add(name)
            else:
                parts.append(re.escape(self._grid_name if name else "%"))
            end = place.end()
        return "".join(parts) + re.escape(self._template[end:])
