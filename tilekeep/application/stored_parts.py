"""What is stored of each level of a cache and how fresh it is, out of the account alone: nothing is listed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tilekeep.domain.errors import InvalidParameter
from tilekeep.domain.freshness import Freshness, freshness
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.ledger import Account, Count
from tilekeep.domain.level_squares import LevelSquares, TileRange
from tilekeep.domain.staleness import StalenessPolicy
from tilekeep.domain.tile import TileCoord
from tilekeep.ports.clock import Clock
from tilekeep.ports.ledger import CountedSquares, Ledger


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
    """

    def __init__(
        self,
        grid: TileGrid,
        extent: BBox,
        ledger: Ledger,
        squares: CountedSquares,
        policy: StalenessPolicy,
        clock: Clock,
    ) -> None:
        self.grid = grid
        self.extent = extent
        self._ledger = ledger
        self._squares = squares
        self._policy = policy
        self._clock = clock

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
        limit, squares, whole = self._limit(), LevelSquares.over(z, area), self._area(z, self.extent)
        matrix = self._area(z, self.grid.level_bbox(z))
        assert matrix is not None, "every level has tiles"
        for square, count in self._squares.squares(squares.block, squares.side):
            tiles = squares.tiles_of(square).common(matrix)
            if tiles is None:
                continue  # of a grid that was larger once
            inside = None if whole is None else tiles.common(whole)
            yield SquarePart(
                self._bbox(z, tiles), 0 if inside is None else inside.tiles, count, freshness(count, limit)
            )

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
