"""Lists of tiles whose data has changed, as importers of OpenStreetMap data write them (spec/coverages.md, 3.5)."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Iterator
from typing import Any

import shapely

from tilekeep.adapters.geometry.bounded_files import read_text
from tilekeep.domain.errors import ConfigurationError, EmptyCoverage
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.grid_definition import GridDefinition
from tilekeep.domain.srs import Srs
from tilekeep.domain.tile import TileCoord

_log = logging.getLogger("tilekeep.config.coverage")

_LEVELS = 32
_LINE = re.compile(r"\s*(\d{1,2})/(\d{1,10})/(\d{1,10})\s*", re.ASCII)


def expired_area(path: str, web_mercator: Srs) -> Any:
    """The area of all tiles in a file, or in all files of a directory and of those within.

    :raises EmptyCoverage: there are none.
    :raises ConfigurationError: a file cannot be read.
    """
    grid = GridDefinition("expired tiles", web_mercator, origin="nw", num_levels=_LEVELS).grid()
    tiles = {tile for file in _files(path) for tile in listed_tiles(read_text(file), file, grid)}
    if not tiles:
        raise EmptyCoverage(f"there are no tiles in {path!r}; a coverage needs at least one")
    return shapely.union_all(shapely.box(*zip(*map(grid.tile_bbox, sorted(tiles)), strict=True)))


def listed_tiles(text: str, name: str, grid: TileGrid) -> Iterator[TileCoord]:
    """The tiles of lines ``z/x/y``; from the first line on that is none, the rest is passed over with a warning."""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line)
        tile = None if found is None else TileCoord(int(found[1]), int(found[2]), int(found[3]))
        if tile is None or not grid.holds(tile):
            _log.warning("line %d of %s is no tile z/x/y; passing over the rest of the file", number, name)
            return
        yield tile


def _files(path: str) -> Iterable[str]:
    if not os.path.isdir(path):
        return [path]
    return [os.path.join(folder, name) for folder, _, names in os.walk(path, onerror=_refuse) for name in sorted(names)]


def _refuse(error: OSError) -> None:
    raise ConfigurationError(f"{error.filename!r} cannot be read: {error.strerror}") from error
