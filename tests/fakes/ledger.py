"""A ledger in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from tilekeep.domain.cell_tiles import CellTiles
from tilekeep.domain.ledger import Account, Cell, CellBlock, Count, together
from tilekeep.ports.ledger import Changes


class FakeLedger:
    """All of :class:`tilekeep.ports.ledger.Ledger`, ``Uses`` and ``CountedSquares``.

    ``notes`` are the areas that have changed since they were counted, each with how many are changing it just now.
    """

    def __init__(self) -> None:
        self.notes: dict[Cell | CellBlock, int] = {}
        self.counts: dict[Cell, Count] = {}
        self.one_by_one: dict[Cell, CellTiles] = {}
        self.complete_at: float | None = None
        self.used: dict[Cell, float] = {}
        self._guard = threading.Lock()
        self._settling = threading.Lock()

    @contextmanager
    def changing(self, areas: Iterable[Cell | CellBlock]) -> Iterator[None]:
        noted = set(areas)
        with self._guard:
            for area in noted:
                self.notes[area] = self.notes.get(area, 0) + 1
        try:
            yield
        finally:
            with self._guard:
                for area in noted:
                    self.notes[area] -= 1

    @contextmanager
    def settling(self) -> Iterator[Changes]:
        with self._settling:
            with self._guard:
                taken = self.notes
                self.notes = {area: users for area, users in taken.items() if users}
            settled = not self.notes
            try:
                yield Changes(frozenset(taken), settled)
            except BaseException:
                with self._guard:
                    self.notes = {**dict.fromkeys(taken, 0), **self.notes}
                raise

    def enter(self, block: CellBlock, counts: Mapping[Cell, Count], tiles: Mapping[Cell, CellTiles]) -> None:
        gone = [cell for cell in self.counts if _holds(block, cell)]
        for cell in gone:
            del self.counts[cell]
            self.one_by_one.pop(cell, None)
        self.counts.update(counts)
        self.one_by_one.update(tiles)

    def note_complete(self, at: float) -> None:
        self.complete_at = at

    def note_uses(self, cells: Iterable[Cell], at: float) -> None:
        self.used.update({cell: max(at, self.used.get(cell, 0.0)) for cell in cells})

    def uses(self) -> dict[Cell, float]:
        return dict(self.used)

    def account(self) -> Account:
        levels: dict[int, list[Count]] = {}
        for cell, count in self.counts.items():
            levels.setdefault(cell.z, []).append(count)
        found = {z: together(counts) for z, counts in sorted(levels.items())}
        known = {z: count for z, count in found.items() if count is not None}
        return Account(known, self.complete_at is not None, len(self.notes))

    def cells(self, z: int) -> Iterator[tuple[Cell, Count]]:
        return iter([(cell, count) for cell, count in self.counts.items() if cell.z == z])

    def squares(self, block: CellBlock, side: int) -> Iterator[tuple[Cell, Count]]:
        found: dict[Cell, list[Count]] = {}
        for cell, count in self.counts.items():
            if _holds(block, cell):
                found.setdefault(Cell(cell.z, cell.column // side, cell.row // side), []).append(count)
        for square, counts in found.items():
            whole = together(counts)
            assert whole is not None
            yield square, whole

    def tiles(self, block: CellBlock) -> dict[Cell, CellTiles]:
        return {cell: tiles for cell, tiles in self.one_by_one.items() if _holds(block, cell)}


def _holds(block: CellBlock, cell: Cell) -> bool:
    inside = [
        limits is None or limits[0] <= number <= limits[1]
        for limits, number in ((block.columns, cell.column), (block.rows, cell.row))
    ]
    return cell.z == block.z and all(inside)
