"""Sets of tiles of any size, read once, in any order and with repetitions, then only asked."""

from __future__ import annotations

import mmap
import sqlite3
import tempfile
from array import array
from collections.abc import Hashable, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from typing import Generic, TypeVar

from tilekeep.domain.batches import batches
from tilekeep.domain.cell_region import CellRegion
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.morton import morton
from tilekeep.domain.tile import TileCoord

Group = TypeVar("Group", bound=Hashable)

_AT_ONCE = 10_000


class TileSets(Generic[Group]):
    """Tiles in groups of one level of one grid each.

    They are sorted on disk, in a database that has no name and goes with the process, and the sorted numbers are mapped
    into memory: millions of tiles take none of it, and forked processes share them.
    """

    def __init__(self) -> None:
        self._groups: dict[Group, int] = {}
        self._ends: dict[int, tuple[int, int, int, int]] = {}
        self._database = sqlite3.connect("")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("CREATE TABLE tile (kind INTEGER, code INTEGER, PRIMARY KEY (kind, code)) WITHOUT ROWID")

    def add(self, tiles: Iterable[tuple[Group, int, int]]) -> None:
        """Adds tiles: the group, column and row of each.

        :raises ConfigurationError: the disk has no room for them.
        """
        for some in batches(tiles, _AT_ONCE):
            with _sorting():
                self._database.executemany("INSERT OR IGNORE INTO tile VALUES (?, ?)", map(self._row, some))

    def regions(self, grid_of: Iterable[tuple[Group, TileGrid, int]]) -> Iterator[tuple[Group, CellRegion]]:
        """The groups that have tiles as regions, each with its grid and level; nothing can be added after that.

        :raises ConfigurationError: as :meth:`add`.
        """
        with closing(self._database):
            for group, grid, level in grid_of:
                number = self._groups.get(group)
                if number is None:
                    continue
                left, low, right, high = self._ends[number]
                with _sorting():
                    codes = _mapped(code for (code,) in self._codes(number))
                yield group, CellRegion(grid, TileCoord(level, left, low), TileCoord(level, right, high), codes)

    def _codes(self, number: int) -> sqlite3.Cursor:
        return self._database.execute("SELECT code FROM tile WHERE kind = ? ORDER BY code", (number,))

    def _row(self, tile: tuple[Group, int, int]) -> tuple[int, int]:
        group, x, y = tile
        number = self._groups.setdefault(group, len(self._groups))
        left, low, right, high = self._ends.get(number, (x, y, x, y))
        self._ends[number] = min(left, x), min(low, y), max(right, x), max(high, y)
        return number, morton(x, y)


@contextmanager
def _sorting() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise ConfigurationError(
            f"tiles cannot be sorted on the disk for temporary files: {error}; make room there, or set TMPDIR"
        ) from error


def _mapped(codes: Iterator[int]) -> memoryview[int]:
    """Numbers in a file without a name, as a sequence that is read from there."""
    with tempfile.TemporaryFile() as file:
        while some := array("q", islice(codes, _AT_ONCE)):
            some.tofile(file)
        file.flush()
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)).cast("q")
