"""The account of what a store holds, kept while others store and remove tiles.

A ledger does not count along.  It knows which cells may have changed since they were counted, durably from before the
first tile of them changes, and only these are counted anew when somebody asks.  Whoever is killed at any moment leaves
at worst a cell that is counted once more; so the account equals a full listing, as long as only those who share the
ledger change the store.  What others change is found by a scan: every level is taken for changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from tilekeep.domain.cell_tiles import CellTiles
from tilekeep.domain.ledger import Account, Cell, CellBlock, Count


class Changes(NamedTuple):
    """What may have changed since it was counted: cells, and levels as a whole.

    :ivar settled: whether everybody who was changing these is done; else they stay changed, whatever is counted now.
    """

    areas: frozenset[Cell | CellBlock]
    settled: bool


class ChangeNotes(Protocol):
    """Takes notes of where a store is about to change."""

    def changing(self, areas: Iterable[Cell | CellBlock]) -> AbstractContextManager[None]:
        """Inside the context the store may change in ``areas``, cells or levels as a whole.

        Safe to use from all threads and processes, also after a fork; costs a few system calls, no wait and nothing of
        the ledger itself.  Never fails: notes that cannot be written are logged, and made up for by counting all when
        they can be written again.
        """
        ...


class Uses(Protocol):
    """When the cells of a store were used last; nobody writes here on behalf of a request."""

    def note_uses(self, cells: Iterable[Cell], at: float) -> None:
        """``cells`` have been used until ``at`` (POSIX seconds).

        :raises StoreError: it cannot be written.
        """
        ...

    def uses(self) -> Mapping[Cell, float]:
        """When cells were last used, those that are known of.

        :raises StoreError: it cannot be read.
        """
        ...


class Ledger(ChangeNotes, Protocol):
    """Counts of one store.

    All methods but :meth:`changing` raise :class:`~tilekeep.domain.errors.StoreError` if it cannot be read or written.
    """

    def settling(self) -> AbstractContextManager[Changes]:
        """What is to be counted anew; inside the context, with :meth:`enter`, while others go on storing.

        One at a time, across processes.  What is noted as changed counts as settled when the context ends without an
        error.

        :raises LockTimeout: on entering the context, when somebody else has been settling for too long.
        """
        ...

    def enter(self, block: CellBlock, counts: Mapping[Cell, Count], tiles: Mapping[Cell, CellTiles]) -> None:
        """Replaces the counts of all cells of ``block``; those not in ``counts`` are empty.  While settling only.

        ``tiles`` are those of the cells one by one, or of none of them where they were too many.
        """
        ...

    def note_complete(self, at: float) -> None:
        """The store has been listed as a whole; ``at`` in POSIX seconds.  While settling only."""
        ...

    def account(self) -> Account:
        """What has been counted, without counting anything."""
        ...

    def cells(self, z: int) -> Iterator[tuple[Cell, Count]]:
        """The counted cells of a level."""
        ...


class CountedSquares(Protocol):
    """The account of a level in larger squares than cells, or of tiles, for those who look at a map of it."""

    def squares(self, block: CellBlock, side: int) -> Iterator[tuple[Cell, Count]]:
        """The counts of squares of ``side`` by ``side`` cells in which cells of ``block`` are counted.

        ``block`` is made of whole squares; the cell that stands for a square is numbered in squares.

        :raises StoreError: the account cannot be read.
        """
        ...

    def tiles(self, block: CellBlock) -> Mapping[Cell, CellTiles]:
        """The tiles of the cells of ``block`` one by one; those of some cells are not known (see :meth:`Ledger.enter`).

        :raises StoreError: the account cannot be read.
        """
        ...
