"""Bringing the account of a store up to date: what has changed is counted anew from the store's own listing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from tilekeep.domain.cell_tiles import TilesByCell
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import TooMuchToCount
from tilekeep.domain.ledger import CELL_SIDE, Account, Cell, CellBlock, blocks, counted, together
from tilekeep.domain.tile import TileInfo, TileKey
from tilekeep.ports.clock import Clock
from tilekeep.ports.ledger import Ledger
from tilekeep.ports.tile_store import TileLister, TileWindow

Listed = TypeVar("Listed")

#: Cells that are counted between looks at how much has been listed.
_CELLS_AT_ONCE = 8

#: Tiles that are kept one by one of what is counted at once, so that a level of a billion tiles can be counted too.
_MOST_ONE_BY_ONE = 2_000_000


class SettleLedger:
    """Settles the ledger of one store.

    Args:
        ledger: the account.
        store: whose tiles they are.
        levels: of the grid.
        clock: the time of a scan.
        lists_windows: whether listing a window costs less than listing its level; else levels are counted as a whole.
    """

    def __init__(
        self, ledger: Ledger, store: TileLister, levels: int, clock: Clock, *, lists_windows: bool = True
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._levels = levels
        self._clock = clock
        self._lists_windows = lists_windows

    def __call__(self, *, scan: bool = False, deadline: Deadline = NO_DEADLINE) -> Account:
        """The account, now that all changes are counted.

        Args:
            scan: whether to list all of the store, so that changes of other programs are seen too.  A store that has
                never been listed is, in any case.
            deadline: bounds the waits of stores behind a network.

        :raises StoreError: store or ledger cannot be read or written; what was counted before stays.
        :raises LockTimeout: somebody else has been settling for too long.
        """
        with self._counting(scan=scan) as areas:
            for block in blocks(areas):
                self._count(block, self._tiles(block, deadline))
        return self._ledger.account()

    def some(self, most_tiles: int, deadline: Deadline = NO_DEADLINE) -> Account | None:
        """The account, if all changes can be counted by listing about ``most_tiles``.

        None if there are more: what has been counted by then is, and the next call goes on.

        :raises TooMuchToCount: the store has never been listed and holds more tiles, or a level has that has to be
            listed as a whole.
        :raises StoreError: store or ledger cannot be read or written; what was counted before stays.
        :raises LockTimeout: somebody else has been settling for too long.
        """
        left = Allowance(most_tiles)
        # Where every change has its level listed, only the first time is too much.
        is_bounded = self._lists_windows or not self._ledger.account().complete
        with self._counting() as areas:
            # The deepest levels first: they say soonest that there is too much.
            levels = sorted({area.z for area in areas if isinstance(area, CellBlock) and area.is_level}, reverse=True)
            for z in levels:
                tiles = self._tiles(CellBlock(z), deadline)
                self._count(CellBlock(z), left.only(tiles) if is_bounded else tiles)
            others = deque(sorted((area for area in areas if area.z not in levels), key=_in_order))
            while others and not left.is_used_up:
                for block in blocks(others.popleft() for _ in range(min(_CELLS_AT_ONCE, len(others)))):
                    self._count(block, left.taken_from(self._tiles(block, deadline)))
            if others:
                with self._ledger.changing(others):
                    """They stay noted."""
        return None if others else self._ledger.account()

    @contextmanager
    def _counting(self, *, scan: bool = False) -> Iterator[frozenset[Cell | CellBlock]]:
        """The areas to be counted inside the context."""
        whole = scan or not self._ledger.account().complete
        if whole:
            with self._ledger.changing([CellBlock(z) for z in range(self._levels)]):
                """Nothing changes; what was noted is counted."""
        began = self._clock.now()
        with self._ledger.settling() as changes:
            yield changes.areas if self._lists_windows else frozenset(CellBlock(area.z) for area in changes.areas)
            if whole:
                self._ledger.note_complete(began)

    def _tiles(self, block: CellBlock, deadline: Deadline) -> Iterator[tuple[TileKey, TileInfo]]:
        return self._store.list(block.z, window_of(block), deadline)

    def _count(self, block: CellBlock, tiles: Iterable[tuple[TileKey, TileInfo]]) -> None:
        noted = TilesByCell(_MOST_ONE_BY_ONE)
        counts = counted(noted.noting(tiles))
        self._ledger.enter(block, counts, noted.cells)


def _in_order(area: Cell | CellBlock) -> tuple[int, bool, Cell | CellBlock]:
    """Neighbours after each other; cells and larger areas cannot be compared."""
    return area.z, isinstance(area, CellBlock), area


class Allowance:
    """Leave to list so many tiles, all in all."""

    def __init__(self, tiles: int) -> None:
        self._most = self._left = tiles

    @property
    def is_used_up(self) -> bool:
        """Whether that many have been listed."""
        return self._left <= 0

    def taken_from(self, tiles: Iterable[Listed]) -> Iterator[Listed]:
        """All of ``tiles``."""
        for tile in tiles:
            self._left -= 1
            yield tile

    def only(self, tiles: Iterable[Listed]) -> Iterator[Listed]:
        """All of ``tiles``, if there is leave for them.

        :raises TooMuchToCount: there is not.
        """
        for tile in self.taken_from(tiles):
            if self._left < 0:
                raise TooMuchToCount(f"there are more than the {self._most} tiles that may be listed in passing")
            yield tile


def listed_account(store: TileLister, levels: int, deadline: Deadline = NO_DEADLINE) -> Account:
    """The account of a store without ledger, by listing all of it.

    :raises StoreError: it cannot be listed.
    """
    found = {z: together(counted(store.list(z, None, deadline)).values()) for z in range(levels)}
    return Account({z: count for z, count in found.items() if count is not None}, complete=True, unsettled=0)


def window_of(block: CellBlock) -> TileWindow | None:
    """The tiles of a block; None for all of the level."""
    if block.columns is None or block.rows is None:
        return None
    (west, east), (first, last) = block.columns, block.rows
    return TileWindow(west * CELL_SIDE, first * CELL_SIDE, (east + 1) * CELL_SIDE - 1, (last + 1) * CELL_SIDE - 1)
