"""A tile store that may hold so much, and has tiles evicted when it holds more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tilekeep.application.evict_tiles import EvictTiles
from tilekeep.application.one_at_a_time import OneAtATime
from tilekeep.application.sampled_uses import SampledUses
from tilekeep.application.wrapped_store import WrappedStore
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.tile import NewTile, StoredTile, TileInfo, TileKey
from tilekeep.ports.tile_store import TileStore, never


class LimitedStore(WrappedStore):
    """Implements :class:`tilekeep.ports.tile_store.TileStore`; who stores and reads never waits for an eviction.

    Args:
        store: notes in its ledger where it changes.
        evict: reduces ``store`` to its quota.
        uses: is told what is read.
        jobs: evict beside the requests, from one store of the process at a time.
        step: bytes that this process stores between looks at what the store holds.
    """

    def __init__(self, store: TileStore, *, evict: EvictTiles, uses: SampledUses, jobs: OneAtATime, step: int) -> None:
        super().__init__(store)
        self._evict = evict
        self._used = uses.note
        self._jobs = jobs
        self._step = step
        self._stored_since = step

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        tile = self._store.read(key, deadline)
        if tile is not None:
            self._used(key.coord)
        return tile

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        found = self._store.read_many(keys, deadline)
        for key in found:
            self._used(key.coord)
        return found

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileWriter`."""
        infos = self._store.write(batch, at, deadline)
        self._stored_since += sum(info.size for info in infos)
        if self._stored_since >= self._step:
            self._stored_since = 0
            self.reduce(disk_is_full=False)
        return infos

    def remove_level(
        self,
        z: int,
        older_than: float | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        spare_unknown: bool = False,
        is_to_end: Callable[[], bool] = never,
    ) -> None:
        """See :class:`~tilekeep.ports.tile_store.LevelRemover`.

        Whoever removes levels has them counted, too, as servers do not list large ones.
        """
        self._store.remove_level(z, older_than, deadline, spare_unknown=spare_unknown, is_to_end=is_to_end)
        self._evict.count()

    def reduce(self, *, disk_is_full: bool) -> None:
        """Has tiles evicted soon, if the store holds too much or ``disk_is_full``."""

        def job() -> None:
            if self._evict(disk_is_full=disk_is_full):
                self._stored_since = self._step

        self._jobs.submit(id(self), job)
