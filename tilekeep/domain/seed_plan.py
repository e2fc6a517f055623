"""What a task of seeding has to look at: lazily, in an order that can be taken up again anywhere.

Tiles are planned in *units*, the blocks that are made together (spec/seed.md, 3.1), and units in *chunks* of
neighbours, which are what is handed out, counted and remembered.  A planet takes no more room than a village.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tilekeep.domain.affected_tiles import AffectedTiles
from tilekeep.domain.errors import InvalidParameter
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.morton import morton
from tilekeep.domain.region import Region, Relation
from tilekeep.domain.tile import TileCoord

#: Columns and rows of the raster by which regions are told apart.
_RASTER = 16

#: Most columns and rows of units in a chunk: some seconds of work with a usual source.
LARGEST_CHUNK = 8

#: A level has at least so many cells of chunks, if it has the units, so that all workers are busy to its end.
_CELLS_OF_LEVEL = 32


class SeedChunk(NamedTuple):
    """Neighbouring units of one level.

    :ivar column: of chunks, counted as tiles are, as is ``row``.
    :ivar inside: whether all of it lies in the region, so that its units need not be looked at one by one.
    """

    level: int
    column: int
    row: int
    inside: bool

    @property
    def number(self) -> int:
        """Its place among those of its level."""
        return morton(self.column, self.row)


class Position(NamedTuple):
    """How far a plan has been gone through: the place of a level in it, and the number of a chunk there."""

    step: int
    number: int


class PlannedChunk(NamedTuple):
    """A chunk at its position; ``passed`` cells of chunks lie before it, also those without any tile of the task."""

    position: Position
    chunk: SeedChunk
    passed: int


class TileBox(NamedTuple):
    """Columns and rows of tiles, all inclusive; it may reach beyond the matrix."""

    min_x: int
    min_y: int
    max_x: int
    max_y: int


class UnitWindow(NamedTuple):
    """Columns and rows of units, or of something else that is counted alike, all inclusive."""

    left: int
    low: int
    right: int
    high: int

    @property
    def cells(self) -> int:
        """How many there are."""
        return max(0, self.right - self.left + 1) * max(0, self.high - self.low + 1)

    def within(self, other: UnitWindow) -> UnitWindow:
        """What it has in common with another one; without cells if that is nothing."""
        return UnitWindow(
            max(self.left, other.left),
            max(self.low, other.low),
            min(self.right, other.right),
            min(self.high, other.high),
        )

    def quarters(self) -> list[UnitWindow]:
        """Its four parts, or two if it is a line; more than one cell."""
        x, y = (self.left + self.right) // 2, (self.low + self.high) // 2
        parts = [
            UnitWindow(self.left, self.low, x, y),
            UnitWindow(x + 1, self.low, self.right, y),
            UnitWindow(self.left, y + 1, x, self.high),
            UnitWindow(x + 1, y + 1, self.right, self.high),
        ]
        return [part for part in parts if part.cells]

    def multiplied(self, side: int) -> UnitWindow:
        """The same in cells of which these hold ``side`` columns and rows each."""
        return UnitWindow(self.left * side, self.low * side, (self.right + 1) * side - 1, (self.high + 1) * side - 1)

    def divided(self, columns: int, rows: int) -> UnitWindow:
        """The same in cells that hold so many columns and rows of these."""
        return UnitWindow(self.left // columns, self.low // rows, self.right // columns, self.high // rows)


@dataclass(frozen=True, slots=True)
class SeedPlan:
    """The chunks of a task.

    :ivar unit: columns and rows of the tiles that are made together, as the cache has them.
    :ivar levels: in the order in which they are gone through.
    :ivar region: of the task, in the SRS of the grid; None is everywhere.
    :ivar untested_levels: so many of the finest levels, less one, are not compared with the region: what lies in a unit
        of a coarser level that touches it is taken as a whole (spec/seed.md, 3.1).
    """

    grid: TileGrid
    unit: Size
    levels: tuple[int, ...]
    region: Region | None = None
    untested_levels: int = 0
    _units_of: dict[int, UnitWindow | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def chunks(self, after: Position | None = None) -> Iterator[PlannedChunk]:
        """The chunks with tiles of the task, those after a position only, in order."""
        start = Position(0, -1) if after is None else after
        passed = sum(self._cells(level) for level in self.levels[: start.step])
        for step in range(start.step, len(self.levels)):
            level = self.levels[step]
            number = start.number if step == start.step else -1
            for chunk, skipped in self._of_level(level, number):
                yield PlannedChunk(Position(step, chunk.number), chunk, passed + skipped)
            passed += self._cells(level)

    @property
    def cells(self) -> int:
        """How many cells of chunks there are, those without any tile of the task included."""
        return sum(map(self._cells, self.levels))

    @property
    def fingerprint(self) -> str:
        """By which plans are told apart of which positions do not mean the same.

        Of a region its box counts, and how it lies to the cells of a raster over that.
        """
        facts: list[object] = [self.grid.name, self.grid.bbox, self.unit, self.levels, self.untested_levels]
        facts += [LARGEST_CHUNK, _CELLS_OF_LEVEL]
        if self.region is not None:
            box = self.region.bbox
            facts += [box, *(self.region.relate(cell).value for cell in _raster(box))]
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

    def units(self, chunk: SeedChunk) -> Iterator[TileCoord]:
        """The units of a chunk that belong to the task, each by the tile with its smallest column and row."""
        units = self._units(chunk.level)
        if units is None:
            return
        left, low, right, high = units.within(self._units_in(chunk))
        width, height = self._unit_size(chunk.level)
        for row in range(low, high + 1):
            for column in range(left, right + 1):
                here = UnitWindow(column, row, column, row)
                if chunk.inside or self.region is None or self._relate(chunk.level, here) is not Relation.DISJOINT:
                    yield TileCoord(chunk.level, column * width, row * height)

    def chunk_side(self, level: int) -> int:
        """Columns and rows of units in a chunk of a level, a power of two: the fewer units there are, the smaller."""
        units = self._units(level)
        side = LARGEST_CHUNK
        while side > 1 and (units is None or units.divided(side, side).cells < _CELLS_OF_LEVEL):
            side //= 2
        return side

    def chunk_bbox(self, chunk: SeedChunk) -> BBox:
        """The box of a chunk, tiles outside the matrix included."""
        return self._box(chunk.level, self._units_in(chunk))

    def tiles(self, unit: TileCoord) -> list[TileCoord]:
        """The tiles of a unit that the grid has."""
        width, height = self._unit_size(unit.z)
        columns, rows = self.grid.matrix_size(unit.z)
        return [
            TileCoord(unit.z, x, y)
            for y in range(unit.y, min(unit.y + height, rows))
            for x in range(unit.x, min(unit.x + width, columns))
        ]

    def box_of_tiles(self, level: int) -> TileBox | None:
        """Columns and rows around all tiles of a level that belong to the task; None if there are none."""
        units = self._units(level)
        if units is None:
            return None
        width, height = self._unit_size(level)
        return TileBox(
            units.left * width, units.low * height, (units.right + 1) * width - 1, (units.high + 1) * height - 1
        )

    def unit_of(self, coord: TileCoord) -> TileCoord:
        """The unit of a tile, by its main tile."""
        width, height = self._unit_size(coord.z)
        return TileCoord(coord.z, coord.x // width * width, coord.y // height * height)

    def holds_unit(self, unit: TileCoord) -> bool:
        """Whether a unit belongs to the task; its level must be one of the plan's."""
        units = self._units(unit.z)
        if units is None:
            return False
        width, height = self._unit_size(unit.z)
        column, row = unit.x // width, unit.y // height
        here = UnitWindow(column, row, column, row)
        if not here.within(units).cells:
            return False
        return self.region is None or self._relate(unit.z, here) is not Relation.DISJOINT

    def chunks_with(self, level: int, coords: Iterable[TileCoord]) -> list[PlannedChunk]:
        """The chunks of a level of the plan that hold some tiles, in order, each as if it were the only cell."""
        width, height = self._unit_size(level)
        side, step = self.chunk_side(level), self.levels.index(level)
        cells = {(coord.x // width // side, coord.y // height // side) for coord in coords}
        chunks = [SeedChunk(level, column, row, inside=False) for column, row in cells]
        chunks.sort(key=lambda chunk: chunk.number)
        return [PlannedChunk(Position(step, chunk.number), chunk, 0) for chunk in chunks]

    def number_at(self, level: int, across: float, down: float) -> int | None:
        """The number of the chunk at these shares of the box around a level, of the task or not; None without any."""
        window = self._chunk_window(level)
        if window is None:
            return None
        column = window.left + int((window.right - window.left + 1) * across)
        return morton(column, window.low + int((window.high - window.low + 1) * down))

    def window(self, level: int) -> UnitWindow | None:
        """The units that the box of the region touches; None for none."""
        return self._units(level)

    def relation(self, level: int, units: UnitWindow) -> Relation:
        """How the box of some units lies to the region."""
        return Relation.CONTAINS if self.region is None else self._relate(level, units)

    def tiles_in(self, level: int, units: UnitWindow) -> int:
        """How many tiles of the grid some units have."""
        width, height = self._unit_size(level)
        columns, rows = self.grid.matrix_size(level)
        across = min((units.right + 1) * width, columns) - units.left * width
        down = min((units.high + 1) * height, rows) - units.low * height
        return max(0, across) * max(0, down)

    def _of_level(self, level: int, after: int) -> Iterator[tuple[SeedChunk, int]]:
        """Chunks of a level, each with the number of cells of the level that come before it."""
        window = self._chunk_window(level)
        if window is None:
            return
        side = self.chunk_side(level)
        size = 1 << max(window.right, window.high).bit_length()
        passed = 0
        waiting: list[tuple[int, int, int, bool]] = [(0, 0, size, self.region is None)]
        while waiting:
            column, row, size, inside = waiting.pop()
            square = UnitWindow(column, row, column + size - 1, row + size - 1).within(window)
            if not square.cells:
                continue
            relation = Relation.CONTAINS
            done = morton(column, row) + size * size - 1 <= after
            if not inside and not done:
                relation = self._relate(level, square.multiplied(side))
            if done or relation is Relation.DISJOINT:
                passed += square.cells
            elif size == 1:
                yield SeedChunk(level, column, row, relation is Relation.CONTAINS), passed
                passed += 1
            else:
                half, inside = size // 2, relation is Relation.CONTAINS
                waiting += [
                    (column + half, row + half, half, inside),
                    (column, row + half, half, inside),
                    (column + half, row, half, inside),
                    (column, row, half, inside),
                ]

    def _cells(self, level: int) -> int:
        window = self._chunk_window(level)
        return 0 if window is None else window.cells

    def _chunk_window(self, level: int) -> UnitWindow | None:
        units = self._units(level)
        if units is None:
            return None
        side = self.chunk_side(level)
        return units.divided(side, side)

    def _units(self, level: int) -> UnitWindow | None:
        """The units that the box of the region touches; None for none."""
        if level not in self._units_of:
            box = self.grid.bbox if self.region is None else self.region.bbox.intersection(self.grid.bbox)
            tiles = None if box is None else self._tiles_in(box, level)
            self._units_of[level] = None if tiles is None else tiles.divided(*self._unit_size(level))
        return self._units_of[level]

    def _tiles_in(self, box: BBox, level: int) -> UnitWindow | None:
        """The tiles that a box touches by more than a tenth of a pixel."""
        try:
            tiles = self.grid.affected(box, level)
        except InvalidParameter:
            return None
        window = _window_of(tiles).within(UnitWindow(0, 0, tiles.matrix_size.width - 1, tiles.matrix_size.height - 1))
        return window if window.cells else None

    def _unit_size(self, level: int) -> Size:
        columns, rows = self.grid.matrix_size(level)
        return Size(min(self.unit.width, columns), min(self.unit.height, rows))

    def _relate(self, level: int, units: UnitWindow) -> Relation:
        """How the box of units lies to the region."""
        assert self.region is not None
        box = self._box(level, units)
        tested = self._tested_level(level)
        if tested == level:
            return self.region.relate(box)
        if units.cells > 1:
            return Relation.INTERSECTS
        coarse = self._tiles_in(box, tested)
        if coarse is None:
            return Relation.DISJOINT
        left, low, right, high = coarse.divided(*self._unit_size(tested))
        boxes = (
            self._box(tested, UnitWindow(column, row, column, row))
            for row in range(low, high + 1)
            for column in range(left, right + 1)
        )
        misses_all = all(self.region.relate(coarser) is Relation.DISJOINT for coarser in boxes)
        return Relation.DISJOINT if misses_all else Relation.INTERSECTS

    def _tested_level(self, level: int) -> int:
        """The finest level, down to ``level``, on which units are compared with the region."""
        open_levels = sorted(known for known in self.levels if known >= level)
        if len(open_levels) >= self.untested_levels:
            return level
        coarser = sorted((known for known in self.levels if known < level), reverse=True)
        missing = self.untested_levels - len(open_levels)
        return coarser[missing - 1] if missing <= len(coarser) else 0

    def _units_in(self, chunk: SeedChunk) -> UnitWindow:
        return UnitWindow(chunk.column, chunk.row, chunk.column, chunk.row).multiplied(self.chunk_side(chunk.level))

    def _box(self, level: int, units: UnitWindow) -> BBox:
        """The box of units, tiles outside the matrix included."""
        width, height = self._unit_size(level)
        first = TileCoord(level, units.left * width, units.low * height)
        last = TileCoord(level, (units.right + 1) * width - 1, (units.high + 1) * height - 1)
        return self.grid.tile_bbox(first).union(self.grid.tile_bbox(last))


def _window_of(tiles: AffectedTiles) -> UnitWindow:
    return UnitWindow(
        tiles.columns[0], min(tiles.rows[0], tiles.rows[-1]), tiles.columns[-1], max(tiles.rows[0], tiles.rows[-1])
    )


def _raster(box: BBox) -> Iterator[BBox]:
    width, height = box.width / _RASTER, box.height / _RASTER
    for row in range(_RASTER):
        for column in range(_RASTER):
            left, low = box.min_x + column * width, box.min_y + row * height
            yield BBox(left, low, left + width, low + height)
