"""What is stored of each level of a cache and how fresh it is: out of the account, of small parts tile by tile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tilekeep.domain.errors import InvalidParameter
from tilekeep.domain.freshness import Freshness, freshness
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.ledger import CELL_SIDE, Account, Cell, Count
from tilekeep.domain.level_squares import LevelSquares, TileRange, tiles_across_square
from tilekeep.domain.staleness import StalenessPolicy
from tilekeep.domain.tile import TileCoord
from tilekeep.ports.clock import Clock
from tilekeep.ports.ledger import CountedSquares, Ledger

#: Of no more cells and tiles the account is read for each of these tiles: people look on while it is.
_MOST_CELLS = 16
_MOST_TILES = 65536

#: Areas that have changed are counted while somebody looks if they are no more than these; else when it is asked for.
QUICKLY_COUNTED = 64


class LevelPart(NamedTuple):
    """What is stored of a level.

    :ivar possible: tiles there can be in the area of the cache, in one dimension.
    :ivar stored: None for nothing.
    """

    z: int
    resolution: float
    possible: int
    stored: Count | None
    freshness: Freshness


class SquarePart(NamedTuple):
    """What is stored in a square with anything in it; ``bbox`` is that of its tiles in the SRS of the grid."""

    bbox: BBox
    possible: int
    stored: Count
    freshness: Freshness


class StoredParts:
    """Describes what the store of a cache in one grid holds.

    Args:
        grid: of the tiles.
        extent: the area in which the cache has something, in the SRS of the grid.
        ledger: the account.
        squares: the same, in squares.
        policy: what makes tiles stale.
        clock: the current time.
        counts_cells: whether counting a cell anew costs no more than what lies in it.
    """

    def __init__(
        self,
        grid: TileGrid,
        extent: BBox,
        ledger: Ledger,
        squares: CountedSquares,
        policy: StalenessPolicy,
        clock: Clock,
        *,
        counts_cells: bool = True,
    ) -> None:
        self.grid = grid
        self.extent = extent
        self._ledger = ledger
        self._squares = squares
        self._policy = policy
        self._clock = clock
        self._counts_cells = counts_cells

    def account(self) -> Account:
        """What is known, without counting anything.

        :raises StoreError: the account cannot be read.
        """
        return self._ledger.account()

    def levels(self, account: Account) -> Iterator[LevelPart]:
        """All levels of the grid."""
        limit = self._limit()
        for z, resolution in enumerate(self.grid.resolutions):
            area, count = self._area(z, self.extent), account.levels.get(z)
            fresh = Freshness(0, 0) if count is None else freshness(count, limit)
            yield LevelPart(z, resolution, 0 if area is None else area.tiles, count, fresh)

    def squares(self, z: int, window: BBox | None = None) -> list[SquarePart]:
        """The squares of a level, or of the part of it in ``window``, in which anything is stored.

        :raises InvalidParameter: there is no such level.
        :raises StoreError: the account cannot be read.
        """
        if not 0 <= z < self.grid.levels:
            raise InvalidParameter(f"no level {z}: the grid has 0 to {self.grid.levels - 1}", locator="level")
        area = self._area(z, self.grid.level_bbox(z) if window is None else window)
        return [] if area is None else list(self._squares_in(z, area))

    def _squares_in(self, z: int, area: TileRange) -> Iterator[SquarePart]:
        squares = LevelSquares.over(z, area)
        known = list(self._squares.squares(squares.block, squares.side))
        finer = self._finer(area, squares, known)
        parts = [(squares.tiles_of(square), count) for square, count in known] if finer is None else finer
        limit, whole, matrix = self._limit(), self._area(z, self.extent), self._area(z, self.grid.level_bbox(z))
        assert matrix is not None, "every level has tiles"
        for covered, count in parts:
            existing = covered.common(matrix)
            if existing is None or not count.tiles:
                continue  # of a grid that was larger once, or other forms alone
            inside = None if whole is None else existing.common(whole)
            possible = 0 if inside is None else inside.tiles
            yield SquarePart(self._bbox(z, existing), possible, count, freshness(count, limit))

    def _finer(
        self, area: TileRange, squares: LevelSquares, known: Sequence[tuple[Cell, Count]]
    ) -> list[tuple[TileRange, Count]] | None:
        """Cells in smaller squares, but those of which no tiles are known; None if there are too many of either."""
        width = tiles_across_square(area)
        lines = sum(count.tiles + count.other_forms.tiles for _, count in known)
        if squares.side > 1 or width >= CELL_SIDE or len(known) > _MOST_CELLS or lines > _MOST_TILES:
            return None
        tiles, parts, unknown = self._squares.tiles(squares.block), list[tuple[TileRange, Count]](), list[Cell]()
        for cell, count in known:
            own = tiles.get(cell)
            if own is None or not own.agree_with(count):
                unknown.append(cell)
                parts.append((squares.tiles_of(cell), count))
            else:
                small = own.in_squares(cell, width, area)
                parts += [(_tiles_of(square, width), part) for square, part in small.items()]
        self._note(unknown)
        return parts

    def _note(self, unknown: Sequence[Cell]) -> None:
        """Has cells counted the next time: they were counted among too many, or by a release that kept no tiles."""
        if unknown and self._counts_cells and self._ledger.account().unsettled + len(unknown) <= QUICKLY_COUNTED:
            with self._ledger.changing(unknown):
                """Nothing changes."""

    def _area(self, z: int, bbox: BBox) -> TileRange | None:
        """The tiles of the level that ``bbox`` touches; None for none."""
        width, height = self.grid.matrix_size(z)
        try:
            touched = self.grid.affected(bbox, z)
        except InvalidParameter:
            return None
        first, last = sorted((touched.rows[0], touched.rows[-1]))
        rows = range(first, last + 1)
        return TileRange(touched.columns, rows).common(TileRange(range(width), range(height)))

    def _bbox(self, z: int, tiles: TileRange) -> BBox:
        first = TileCoord(z, tiles.columns[0], tiles.rows[0])
        last = TileCoord(z, tiles.columns[-1], tiles.rows[-1])
        return self.grid.tile_bbox(first).union(self.grid.tile_bbox(last))

    def _limit(self) -> float | None:
        limit = self._policy.limit
        return None if limit is None else limit.before(self._clock.now())


def _tiles_of(square: Cell, width: int) -> TileRange:
    """The tiles of a square with so many columns and rows."""
    columns, rows = (range(number * width, (number + 1) * width) for number in square[1:])
    return TileRange(columns, rows)
