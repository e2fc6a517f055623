"""Reading and writing stored tiles, one capability per Protocol; a use case asks for the narrowest.

Common rules.  A store is bound to one :class:`~tilekeep.domain.tile.TileSet`.  All methods are safe to call from
any thread and any process, also after a fork.  A missing tile is ``None``, never an error; a store that cannot
answer raises :class:`~tilekeep.domain.errors.StoreError`.  ``deadline`` bounds the wait of stores behind a
network; local stores ignore it.  Instants are POSIX seconds.

The *tile record* (validators, checksum) may lie beside the tile.  ``read`` and ``read_many`` never look there:
their infos carry only what comes with the bytes.  ``stat_many`` gives all that is known, if that is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.tile import FileSlice, NewTile, StoredTile, TileInfo, TileKey, Validators

#: Gives the bytes of a tile that lies inside a file; raises StoreError.
SliceReader = Callable[[FileSlice], bytes]


class TileWindow(NamedTuple):
    """Columns ``min_x``..``max_x`` and rows ``min_y``..``max_y`` of a level, all inclusive, in grid rows."""

    min_x: int
    min_y: int
    max_x: int
    max_y: int

    def holds(self, x: int, y: int) -> bool:
        """Whether column ``x`` and row ``y`` lie inside."""
        return self.min_x <= x <= self.max_x and self.min_y <= y <= self.max_y


class TileReader(Protocol):
    """Gives stored tiles back."""

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """The tile, or None if it is not stored; an empty file or row counts as not stored."""
        ...

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """All of ``keys`` that are stored; one round trip where the store can."""
        ...

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        """What is known of those of ``keys`` that are stored, without the bytes.

        Args:
            keys: tiles of any level.
            deadline: see above.
            with_records: whether the tile records are wanted; without, they may be missing where they take a look more.
        """
        ...


class TileWriter(Protocol):
    """Stores new tiles."""

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """Stores ``batch`` with the time ``at``; the infos, in the order of the batch, equal what ``read`` gives later.

        Each tile is replaced atomically: readers see the old or the new bytes, never a part.  Stores with
        transactions write the whole batch or nothing; others may have written a prefix when they raise.
        """
        ...


class TileRenewer(Protocol):
    """Changes how old stored tiles look, without moving their bytes."""

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, TileInfo]:
        """Gives stored tiles the time ``at`` and, unless None, new validators; keys not stored are left out."""
        ...

    def mark_stale(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """Makes stored tiles stale for every policy, by giving them the time 0; validators are kept."""
        ...


class TileRemover(Protocol):
    """Removes single tiles."""

    def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """Removes tiles; those that are not stored are no error."""
        ...


def never() -> bool:
    """Work is done to its end."""
    return False


class LevelRemover(Protocol):
    """Removes whole levels faster than tile by tile."""

    def remove_level(
        self,
        z: int,
        older_than: float | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        spare_unknown: bool = False,
        is_to_end: Callable[[], bool] = never,
    ) -> None:
        """Removes all tiles of level ``z``, of every dimension, or those stored before ``older_than``.

        With ``spare_unknown``, tiles of which the store does not know when they were stored, and that therefore have
        the time :data:`~tilekeep.domain.staleness.UNKNOWN_TIME`, do not count as old.  ``is_to_end`` is asked after
        some tiles each: what is left then stays.
        """
        ...


class TileLister(Protocol):
    """Tells what is stored."""

    def list(
        self,
        z: int,
        window: TileWindow | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        exact_from: float = 0.0,
    ) -> Iterator[tuple[TileKey, TileInfo]]:
        """Every stored tile of level ``z`` inside ``window``, of every dimension, in no stated order.

        Lazy; tiles written or removed meanwhile may or may not appear.  Of tiles stored before ``exact_from`` the time
        need not be right, as long as it is before that too: a store may have cheaper ways to tell it.
        """
        ...


class TileLocator(Protocol):
    """Tells a person where a tile lies."""

    def locate(self, key: TileKey) -> str:
        """The path, row or object name of ``key``, stored or not; without credentials."""
        ...


class TileStore(TileReader, TileWriter, TileRenewer, TileRemover, LevelRemover, TileLister, TileLocator, Protocol):
    """All capabilities together, for the containers and the contract suite; use cases ask for less."""
