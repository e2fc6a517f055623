"""Where databases lie: one for all levels or one for each, and one for each combination of dimensions.

MapProxy's databases hold tiles without dimensions.  They keep their names, and tiles with dimensions get databases
of their own beside them: below ``<name>.dimensions`` beside a single file, in a directory for each combination
within a directory of levels.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, Protocol

from tilekeep.adapters.storage.directories import missing_is_nothing
from tilekeep.domain.dimension_path import DimensionPath, dimension_name, parsed_dimension_name
from tilekeep.domain.tile import TileKey

_LEVELS = 64
_NAMES_KEPT = 512
_NO_DIMENSIONS = DimensionPath((), "")


class FoundDatabase(NamedTuple):
    """A database that exists, and the dimensions of its tiles."""

    path: str
    dimension: DimensionPath


class DatabaseFiles(Protocol):
    """Names the databases of a store."""

    def path(self, key: TileKey) -> str:
        """The database of a tile.

        :raises ValueError: no database has tiles of this level.
        :raises InvalidDimension: values too long for a file name.
        """
        ...

    def of_level(self, z: int) -> Iterator[FoundDatabase]:
        """The existing databases, of every dimension, in which tiles of level ``z`` may lie."""
        ...


class OneFile:
    """All levels in ``path``; other dimensions in ``<path without ending>.dimensions/<dimensions><ending>``."""

    def __init__(self, path: str) -> None:
        self._path = path
        stem, self._ending = os.path.splitext(path)
        self._directory = f"{stem}.dimensions"
        self._name = lru_cache(_NAMES_KEPT)(dimension_name)

    def path(self, key: TileKey) -> str:
        """See :class:`DatabaseFiles`."""
        _, dimensions, variant = key
        if dimensions or variant:
            return f"{self._directory}/{self._name(dimensions, variant)}{self._ending}"
        return self._path

    def of_level(self, z: int) -> Iterator[FoundDatabase]:
        """See :class:`DatabaseFiles`."""
        if os.path.exists(self._path):
            yield FoundDatabase(self._path, _NO_DIMENSIONS)
        for entry in _entries(self._directory):
            if entry.name.endswith(self._ending):
                dimension = parsed_dimension_name(entry.name.removesuffix(self._ending))
                if dimension is not None:
                    yield FoundDatabase(entry.path, dimension)


class FilePerLevel:
    """Level z in ``<directory>/<z><ending>``, other dimensions in ``<directory>/<dimensions>/<z><ending>``."""

    def __init__(self, directory: str, ending: str) -> None:
        self._directory = directory
        self._names = tuple(f"{z}{ending}" for z in range(_LEVELS))
        self._paths = tuple(f"{directory}/{name}" for name in self._names)
        self._name = lru_cache(_NAMES_KEPT)(dimension_name)

    def path(self, key: TileKey) -> str:
        """See :class:`DatabaseFiles`."""
        (z, _, _), dimensions, variant = key
        if not 0 <= z < _LEVELS:
            raise ValueError(f"there is no level {z}")
        if dimensions or variant:
            return f"{self._directory}/{self._name(dimensions, variant)}/{self._names[z]}"
        return self._paths[z]

    def of_level(self, z: int) -> Iterator[FoundDatabase]:
        """See :class:`DatabaseFiles`."""
        if not 0 <= z < _LEVELS:
            return
        if os.path.exists(self._paths[z]):
            yield FoundDatabase(self._paths[z], _NO_DIMENSIONS)
        for entry in _entries(self._directory):
            dimension = parsed_dimension_name(entry.name)
            path = f"{entry.path}/{self._names[z]}"
            if dimension is not None and os.path.exists(path):
                yield FoundDatabase(path, dimension)


def _entries(directory: str) -> Iterator[os.DirEntry[str]]:
    with missing_is_nothing("list directory", directory), os.scandir(directory) as entries:
        yield from entries
