"""Tiles as objects of a bucket or container (spec/caches.md, 3.8 and 3.9)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

from tilekeep.adapters.storage.media_type import TileMediaType
from tilekeep.adapters.storage.objects.names import ObjectNames
from tilekeep.adapters.storage.objects.service import ListedObject, Metadata, ObjectHead, ObjectService
from tilekeep.adapters.storage.objects.tile_facts import (
    bare_info,
    full_info,
    renewed_facts,
    stored_at,
    tile_facts,
    tile_record,
)
from tilekeep.adapters.storage.objects.walk import FoundTile, ObjectWalk
from tilekeep.adapters.storage.objects.workers import ObjectWorkers
from tilekeep.adapters.storage.tile_record import TileRecord
from tilekeep.domain.batches import batches
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.staleness import MARKED_STALE, is_older
from tilekeep.domain.tile import NewTile, StoredTile, TileInfo, TileKey, TileSet, Validators
from tilekeep.domain.tile_layout import TileLayout
from tilekeep.ports.tile_store import TileWindow, never

Item = TypeVar("Item")

#: How far the clocks of a service and of its clients may differ, and a tile be younger than its making: services
#: that check signatures refuse what is off by more.
_CLOCKS_DIFFER_SECONDS = 900.0


class ObjectTileStore:
    """One object for each tile; implements :class:`tilekeep.ports.tile_store.TileStore`.

    Nothing is kept in memory, so stores of several machines, MapProxy's among them, may share a bucket.  Several
    tiles go side by side, so a batch that fails may have been stored in part.
    """

    def __init__(
        self,
        tile_set: TileSet,
        service: ObjectService,
        workers: ObjectWorkers,
        *,
        directory: str,
        layout: TileLayout,
        media_type: str | None,
        dimension_names: Collection[str] | None = None,
    ) -> None:
        """Binds the store to a bucket; asks nothing of it.

        Args:
            tile_set: gives the extension in keys.
            service: the bucket or container.
            workers: in whose threads several tiles go side by side.
            directory: what keys begin with; leading slashes are none of it.
            layout: how tiles are named below that.
            media_type: what tiles are expected to be; None to tell from each tile's bytes (``mixed``).
            dimension_names: the only dimensions that ``list`` and ``remove_level`` look for; None for all.
        """
        self.tile_set = tile_set
        self._service = service
        self._workers = workers
        self._names = ObjectNames(directory, layout, tile_set.format)
        self._type_of = TileMediaType(media_type).of
        self._dimension_names = None if dimension_names is None else frozenset(dimension_names)

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """See :class:`~tilekeep.ports.tile_store.TileReader`; one request."""
        name = self._name(key)
        found = self._service.get(name, deadline)
        if found is None or not found.body:
            return None
        body, (size, modified_at, metadata) = found
        return StoredTile(body, self._typed(body, name), bare_info(size, metadata, modified_at))

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`; one request for each tile, side by side."""
        wanted = list(dict.fromkeys(keys))
        tiles = self._workers.map(partial(self.read, deadline=deadline), wanted)
        return {key: tile for key, tile in zip(wanted, tiles, strict=True) if tile is not None}

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`; one request for each tile, side by side."""
        wanted = list(dict.fromkeys(keys))
        heads = self._workers.map(lambda key: self._service.head(self._name(key), deadline), wanted)
        return _known(wanted, heads)

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileWriter`; a failing batch may leave any part of it stored."""
        latest = {tile.key: tile for tile in batch}

        def put(tile: NewTile) -> None:
            facts = tile_facts(at, TileRecord(tile.validators, tile.checksum))
            self._service.put(self._name(tile.key), tile.body, facts, deadline)

        self._workers.map(put, list(latest.values()))
        return [TileInfo(at, len(tile.body)) for tile in batch]

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`; the service changes what it keeps with the objects."""

        def change(head: ObjectHead) -> Metadata:
            record = None if validators is None else tile_record(head.metadata)._replace(validators=validators)
            return renewed_facts(head.metadata, at, record)

        wanted = list(dict.fromkeys(keys))
        heads = self._workers.map(lambda key: self._service.rewrite(self._name(key), change, deadline), wanted)
        return _known(wanted, heads)

    def mark_stale(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        self.renew(keys, MARKED_STALE, None, deadline)

    def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRemover`; as many in one request as the service takes."""
        self._remove((self._name(key) for key in keys), deadline)

    def remove_level(
        self,
        z: int,
        older_than: float | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        spare_unknown: bool = False,
        is_to_end: Callable[[], bool] = never,
    ) -> None:
        """See :class:`~tilekeep.ports.tile_store.LevelRemover`; empty objects in the place of tiles go too."""
        for page in self._walk(z, None, deadline).pages():
            old = page if older_than is None else self._older(page, older_than, deadline, spare_unknown=spare_unknown)
            self._remove((tile.entry.key for tile in old), deadline)
            if is_to_end():
                return

    def list(
        self,
        z: int,
        window: TileWindow | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        exact_from: float = 0.0,
    ) -> Iterator[tuple[TileKey, TileInfo]]:
        """See :class:`~tilekeep.ports.tile_store.TileLister`; the infos carry no tile record.

        Where listings do not tell metadata, each tile costs a request, some of them side by side, but for those whose
        objects were stored before ``exact_from``.
        """
        sure = exact_from - _CLOCKS_DIFFER_SECONDS

        for page in self._walk(z, window, deadline).pages():
            for some in batches([tile for tile in page if tile.entry.size], 64):
                entries = self._workers.map(partial(self._with_metadata, deadline=deadline, sure=sure), some)
                for tile, entry in zip(some, entries, strict=True):
                    if entry is not None and entry.size:
                        yield tile.key, bare_info(entry.size, entry.metadata or {}, entry.modified_at)

    def locate(self, key: TileKey) -> str:
        """See :class:`~tilekeep.ports.tile_store.TileLocator`: the address of the object."""
        return self._service.locate(self._name(key))

    def _walk(self, z: int, window: TileWindow | None, deadline: Deadline) -> ObjectWalk:
        return ObjectWalk(self._service, self._names, self._dimension_names, z, window, deadline)

    def _name(self, key: TileKey) -> str:
        try:
            return self._names.key(key)
        except ValueError as error:
            raise StoreError(str(error)) from error

    def _typed(self, body: bytes, name: str) -> str:
        return self._type_of(body, self._service.locate(name))

    def _remove(self, names: Iterable[str], deadline: Deadline) -> None:
        for some in batches(names, self._service.most_removed):
            self._service.remove(some, deadline)

    def _older(
        self, page: Sequence[FoundTile], older_than: float, deadline: Deadline, *, spare_unknown: bool
    ) -> Sequence[FoundTile]:
        """Those of a page that were stored before an instant; only younger objects have to be asked for their time."""
        surely = [tile for tile in page if tile.entry.modified_at < older_than - _CLOCKS_DIFFER_SECONDS]
        perhaps = [tile for tile in page if tile.entry.modified_at >= older_than - _CLOCKS_DIFFER_SECONDS]
        entries = self._workers.map(partial(self._with_metadata, deadline=deadline), perhaps)
        return surely + [
            tile
            for tile, entry in zip(perhaps, entries, strict=True)
            if entry is not None
            and is_older(stored_at(entry.metadata or {}, entry.modified_at), older_than, spare_unknown=spare_unknown)
        ]

    def _with_metadata(self, tile: FoundTile, deadline: Deadline, sure: float = 0.0) -> ListedObject | None:
        """The entry with what the listing has not told, unless it was stored before ``sure``; None if it is gone."""
        entry = tile.entry
        if entry.metadata is not None or entry.modified_at < sure:
            return entry
        head = self._service.head(entry.key, deadline)
        return None if head is None else ListedObject(entry.key, *head)


def _known(keys: Sequence[TileKey], heads: Sequence[ObjectHead | None]) -> dict[TileKey, TileInfo]:
    return {
        key: full_info(head.size, head.metadata, head.modified_at)
        for key, head in zip(keys, heads, strict=True)
        if head is not None and head.size
    }
