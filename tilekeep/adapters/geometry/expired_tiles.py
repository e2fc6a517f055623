"""Lists of tiles whose data has changed, as importers of OpenStreetMap data write them (spec/coverages.md, 3.5)."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Iterator

from tilekeep.adapters.geometry.tile_sets import TileSets
from tilekeep.adapters.geometry.tiles_area import TilesArea
from tilekeep.domain.errors import ConfigurationError, EmptyCoverage
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.grid_definition import GridDefinition
from tilekeep.domain.srs import Srs
from tilekeep.domain.tile import TileCoord

_log = logging.getLogger("tilekeep.config.coverage")

#: As many as have a Morton number of 64 bits, and as tiles can be told apart by their boxes.
_LEVELS = 32
_LINE = re.compile(r"\s*(\d{1,2})/(\d{1,10})/(\d{1,10})\s*", re.ASCII)


def expired_area(path: str, web_mercator: Srs) -> TilesArea:
    """The area of all tiles in a file, or in all files of a directory and of those within.

    :raises EmptyCoverage: there are none.
    :raises ConfigurationError: a file cannot be read.
    """
    grid = GridDefinition("expired tiles", web_mercator, origin="nw", num_levels=_LEVELS).grid()
    tiles: TileSets[int] = TileSets()
    for file in _files(path):
        tiles.add(listed_tiles(_lines(file), file, grid))
    regions = [region for _, region in tiles.regions((level, grid, level) for level in range(_LEVELS))]
    if not regions:
        raise EmptyCoverage(f"there are no tiles in {path!r}; a coverage needs at least one")
    return TilesArea(tuple(regions), web_mercator)


def listed_tiles(lines: Iterable[str], name: str, grid: TileGrid) -> Iterator[TileCoord]:
    """The tiles of lines ``z/x/y``; from the first line on that is none, the rest is passed over with a warning."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line)
        tile = None if found is None else TileCoord(int(found[1]), int(found[2]), int(found[3]))
        if tile is None or not grid.holds(tile):
            _log.warning("line %d of %s is no tile z/x/y; passing over the rest of the file", number, name)
            return
        yield tile


def _lines(path: str) -> Iterator[str]:
    try:
        with open(path, encoding="utf-8-sig") as file:
            yield from file
    except OSError as error:
        raise ConfigurationError(f"{path!r} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path!r} is no text in UTF-8 (byte {error.start}); convert it") from error


def _files(path: str) -> Iterable[str]:
    if not os.path.isdir(path):
        return [path]
    return [os.path.join(folder, name) for folder, _, names in os.walk(path, onerror=_refuse) for name in sorted(names)]


def _refuse(error: OSError) -> None:
    raise ConfigurationError(f"{error.filename!r} cannot be read: {error.strerror}") from error
