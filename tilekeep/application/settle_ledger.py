"""Bringing the account of a store up to date: what has changed is counted anew from the store's own listing."""

from __future__ import annotations

from collections.abc import Iterable

from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.ledger import CELL_SIDE, Account, Cell, CellBlock, blocks, counted, together
from tilekeep.ports.clock import Clock
from tilekeep.ports.ledger import Ledger
from tilekeep.ports.tile_store import TileLister, TileWindow


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
        whole = scan or not self._ledger.account().complete
        if whole:
            with self._ledger.changing([CellBlock(z) for z in range(self._levels)]):
                """Nothing changes; what was noted is counted."""
        began = self._clock.now()
        with self._ledger.settling() as changes:
            for block in self._blocks(changes.areas):
                self._ledger.enter(block, counted(self._store.list(block.z, window_of(block), deadline)))
            if whole:
                self._ledger.note_complete(began)
        return self._ledger.account()

    def _blocks(self, areas: Iterable[Cell | CellBlock]) -> list[CellBlock]:
        if self._lists_windows:
            return blocks(areas)
        return [CellBlock(z) for z in sorted({area.z for area in areas})]


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
