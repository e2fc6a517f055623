"""Finding the tiles of a level in a directory tree, of every dimension, without visiting what cannot hold any."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tilekeep.adapters.atomic_files import TEMPORARY_MARK
from tilekeep.adapters.storage.directories import missing_is_nothing, remove_if_empty
from tilekeep.domain.dimension_path import (
    DimensionPath,
    may_be_dimension_directory,
    parsed_dimension_directory,
)
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.domain.tile_layout import TileLayout, Window

_NO_DIMENSIONS = DimensionPath((), "")


class FoundFile(NamedTuple):
    """A file of a tile; ``unfinished`` is what a writer that died, or is still at work, has left of it."""

    key: TileKey
    path: str
    unfinished: bool


@dataclass(frozen=True, slots=True)
class TileWalk:
    """Walks the directory of a cache; directories behind links are part of it, as they are for reading.

    :ivar prune: removes directories that are empty when the walk leaves them.
    :ivar dimension_names: the dimensions to look for; None for all.
    """

    root: str
    layout: TileLayout
    extension: str
    z: int
    window: Window | None = None
    prune: bool = False
    dimension_names: frozenset[str] | None = None

    def files(self) -> Iterator[FoundFile]:
        """The files of the level; lazy."""
        yield from self._dimension(self.root, ())

    def _dimension(self, directory: str, names: tuple[str, ...]) -> Iterator[FoundFile]:
        """All below a directory that stands for the dimensions ``names``."""
        dimension = parsed_dimension_directory("/".join(names)) if names else _NO_DIMENSIONS
        for entry in _entries(directory):
            below = (*names, entry.name)
            if dimension is not None:
                yield from self._tiles(entry, (), dimension)
            if self._opens_dimension(entry, bool(names)):
                yield from self._dimension(entry.path, below)
                self._leave(entry.path)

    def _opens_dimension(self, entry: os.DirEntry[str], nested: bool) -> bool:
        may_be = may_be_dimension_directory(entry.name, nested=nested, keys=self.dimension_names)
        return may_be and _is_directory(entry)

    def _tiles(self, entry: os.DirEntry[str], above: tuple[str, ...], dimension: DimensionPath) -> Iterator[FoundFile]:
        """The tile that ``entry`` is, or those below it; ``above`` are the directories of the layout."""
        path = (*above, entry.name)
        if len(above) == self.layout.depth:
            found = self._file(entry, path, dimension)
            if found is not None:
                yield found
        elif self.layout.may_hold(path, self.z, self.window) and _is_directory(entry):
            for below in _entries(entry.path):
                yield from self._tiles(below, path, dimension)
            self._leave(entry.path)

    def _file(self, entry: os.DirEntry[str], path: tuple[str, ...], dimension: DimensionPath) -> FoundFile | None:
        name, mark, _ = "/".join(path).partition(TEMPORARY_MARK)
        coord = self.layout.coord(name, self.extension)
        if coord is None or coord.z != self.z or not self._wants(coord):
            return None
        return FoundFile(TileKey(coord, *dimension), entry.path, bool(mark))

    def _wants(self, coord: TileCoord) -> bool:
        if self.window is None:
            return True
        min_x, min_y, max_x, max_y = self.window
        return min_x <= coord.x <= max_x and min_y <= coord.y <= max_y

    def _leave(self, directory: str) -> None:
        if self.prune:
            remove_if_empty(directory)


def _entries(directory: str) -> Iterator[os.DirEntry[str]]:
    with missing_is_nothing("list directory", directory), os.scandir(directory) as entries:
        yield from entries


def _is_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
