"""The forms in which tiles are exported, and the stores that have them."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class ExportType(NamedTuple):
    """A form.

    :ivar store: options of the store.
    :ivar place: which of them names the destination.
    :ivar from_the_north: whether its rows are always counted from the north.
    :ivar below: where below the destination the tiles lie, with the names of source and grid filled in.
    :ivar described: whether capabilities of a WMTS are written beside them.
    :ivar packed: whether the tiles are packed into an archive when all of them are there.
    """

    store: Mapping[str, Any]
    place: str = "directory"
    from_the_north: bool = False
    packed: bool = False
    below: str = ""
    described: bool = False

    def store_at(self, path: str, source: str, grid: str) -> dict[str, Any]:
        """The options of the store with the destination ``path``, which starts at the current directory."""
        return {
            **self.store,
            self.place: os.path.join(os.path.abspath(path), self.below.format(source, grid))
            if self.below
            else os.path.abspath(path),
        }

    def databases_at(self, path: str) -> Sequence[str]:
        """The databases that an export to ``path`` has written."""
        if self.place == "filename":
            return [os.path.abspath(path)]
        if self.store["type"] == "sqlite":
            return glob.glob(os.path.join(glob.escape(os.path.abspath(path)), "**", "*.mbtiles"), recursive=True)
        return []


_TMS = ExportType({"type": "file", "directory_layout": "tms"})
_TC = ExportType({"type": "file"})

#: As mapproxy-util calls them (spec/util-deploy.md, 8).
REFERENCE_TYPES = {
    "tms": _TMS,
    "mapproxy": _TC,
    "tc": _TC,
    "mbtile": ExportType({"type": "mbtiles"}, "filename"),
    "sqlite": ExportType({"type": "sqlite"}),
    "geopackage": ExportType({"type": "geopackage"}, "filename"),
    "arcgis": ExportType({"type": "file", "directory_layout": "arcgis"}),
    "compact-v1": ExportType({"type": "compact", "version": 1}),
    "compact-v2": ExportType({"type": "compact", "version": 2}),
}

#: As people know them; files for other programs have the rows that these expect.
TYPES = {
    "xyz": _TMS._replace(from_the_north=True),
    "wmts": ExportType(
        {"type": "file", "directory_layout": "wmts"}, from_the_north=True, below="wmts/{}/{}", described=True
    ),
    "tms": _TMS,
    "pmtiles": ExportType({"type": "mbtiles"}, "filename", packed=True),
    "mbtiles": ExportType({"type": "mbtiles", "row_order": "standard"}, "filename"),
    "geopackage": ExportType({"type": "geopackage", "row_order": "standard"}, "filename"),
    "sqlite": REFERENCE_TYPES["sqlite"],
    "compact": REFERENCE_TYPES["compact-v2"],
    "arcgis": REFERENCE_TYPES["arcgis"],
    "tc": _TC,
}
