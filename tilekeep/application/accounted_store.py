"""A tile store that notes in a ledger where it is about to change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from tilekeep.application.wrapped_store import WrappedStore
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.ledger import CELL_SIDE, Cell, CellBlock
from tilekeep.domain.tile import NewTile, TileInfo, TileKey, Validators
from tilekeep.ports.ledger import ChangeNotes
from tilekeep.ports.tile_store import TileStore, never


class AccountedStore(WrappedStore):
    """Implements :class:`tilekeep.ports.tile_store.TileStore`; what only reads goes straight to the store.

    Args:
        store: where the tiles are.
        notes: of the ledger of that store.
    """

    def __init__(self, store: TileStore, notes: ChangeNotes) -> None:
        super().__init__(store)
        self._changing = notes.changing

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileWriter`."""
        with self._changing(_cells(tile.key for tile in batch)):
            return self._store.write(batch, at, deadline)

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        with self._changing(_cells(keys)):
            return self._store.renew(keys, at, validators, deadline)

    def mark_stale(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        with self._changing(_cells(keys)):
            self._store.mark_stale(keys, deadline)

    def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRemover`."""
        some = list(keys)
        with self._changing(_cells(some)):
            self._store.remove(some, deadline)

    def remove_level(
        self,
        z: int,
        older_than: float | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        spare_unknown: bool = False,
        is_to_end: Callable[[], bool] = never,
    ) -> None:
        """See :class:`~tilekeep.ports.tile_store.LevelRemover`."""
        with self._changing([CellBlock(z)]):
            self._store.remove_level(z, older_than, deadline, spare_unknown=spare_unknown, is_to_end=is_to_end)


def _cells(keys: Iterable[TileKey]) -> set[Cell]:
    return {Cell(*place) for place in {(z, x // CELL_SIDE, y // CELL_SIDE) for (z, x, y), _, _ in keys}}
