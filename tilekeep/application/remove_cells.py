"""Removing the tiles of areas until enough bytes have gone, at the least cost of finding them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tilekeep.application.settle_ledger import window_of
from tilekeep.domain.batches import batches
from tilekeep.domain.ledger import Amount, Cell, CellBlock
from tilekeep.domain.tile import TileInfo, TileKey
from tilekeep.ports.tile_store import TileStore

_TILES_AT_ONCE = 256


class Removed(NamedTuple):
    """What has gone, and whether there is more to go."""

    amount: Amount
    more: bool


class RemoveCells:
    """Removes tiles of every dimension, some at a time.

    Args:
        store: whose tiles they are.
        lists_windows: whether listing a window costs less than listing its level; else each level is listed once.
    """

    def __init__(self, store: TileStore, *, lists_windows: bool = True) -> None:
        self._store = store
        self._lists_windows = lists_windows

    def __call__(self, cells: Sequence[Cell], excess: int, most_tiles: int) -> Removed:
        """Removes the tiles of ``cells`` in their order, of the last one the oldest ones, until ``excess`` bytes go.

        Ends early when ``most_tiles`` have gone, where listing does not begin anew then.

        :raises StoreError: they cannot be listed or removed.
        """
        return self._by_cell(cells, excess, most_tiles) if self._lists_windows else self._by_level(cells, excess)

    def _by_cell(self, cells: Sequence[Cell], excess: int, most_tiles: int) -> Removed:
        removed = Amount()
        for cell in cells:
            if removed.tiles >= most_tiles:
                return Removed(removed, more=True)
            tiles = self._store.list(cell.z, window_of(CellBlock.around(cell)))
            removed = removed.plus(*self._remove(_oldest(tiles, excess - removed.size)))
        return Removed(removed, more=False)

    def _by_level(self, cells: Sequence[Cell], excess: int) -> Removed:
        """All but the last cell go as they are listed."""
        *others, last = cells
        whole, of_last = set(others), list[tuple[TileKey, TileInfo]]()
        removed = Amount()
        for z in sorted({cell.z for cell in cells}):
            removed = removed.plus(*self._remove(self._sorted_out(z, whole, last, of_last)))
        return Removed(removed.plus(*self._remove(_oldest(of_last, excess - removed.size))), more=False)

    def _sorted_out(
        self, z: int, whole: set[Cell], last: Cell, of_last: list[tuple[TileKey, TileInfo]]
    ) -> Iterator[tuple[TileKey, TileInfo]]:
        """The tiles of a level in ``whole``; those in ``last`` are added to ``of_last``."""
        for tile in self._store.list(z):
            cell = Cell.of(tile[0])
            if cell == last:
                of_last.append(tile)
            elif cell in whole:
                yield tile

    def _remove(self, tiles: Iterator[tuple[TileKey, TileInfo]]) -> Amount:
        removed = Amount()
        for some in batches(tiles, _TILES_AT_ONCE):
            self._store.remove([key for key, _ in some])
            removed = removed.plus(len(some), sum(info.size for _, info in some))
        return removed


def _oldest(tiles: Iterable[tuple[TileKey, TileInfo]], excess: int) -> Iterator[tuple[TileKey, TileInfo]]:
    """The oldest, until ``excess`` bytes are reached."""
    size = 0
    for key, info in sorted(tiles, key=lambda each: each[1].stored_at):
        if size >= excess:
            return
        size += info.size
        yield key, info
