"""Tiles as documents of CouchDB with one attachment each, as MapProxy has them (spec/caches.md, 3.6)."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tilekeep.adapters.storage.couchdb.database import CouchdbDatabase
from tilekeep.adapters.storage.couchdb.documents import ATTACHMENTS, TILE, Text, TileDocuments, encoded
from tilekeep.adapters.storage.couchdb.fields import DocumentFields
from tilekeep.adapters.storage.couchdb.ids import DocumentIds
from tilekeep.adapters.storage.media_type import TileMediaType
from tilekeep.adapters.storage.tile_record import NO_RECORD, TileRecord, record_of
from tilekeep.domain.batches import batches
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.staleness import MARKED_STALE, UNKNOWN_TIME, is_older
from tilekeep.domain.tile import NewTile, StoredTile, TileInfo, TileKey, TileSet, Validators
from tilekeep.ports.tile_store import TileWindow, never

Document = dict[str, Any]

#: The member of a document that holds the tile record; MapProxy writes documents without it.
_RECORD = "tilekeep"

_READ_AT_ONCE = 100
_LISTED_AT_ONCE = 500
#: How often somebody else may be faster before it is an error.
_ATTEMPTS = 20


class CouchdbTileStore:
    """One document for each tile; implements :class:`tilekeep.ports.tile_store.TileStore`.

    The time of a tile is the member of its document that MapProxy keeps it in, and comes with the bytes.  The tile
    record is a member too, so it goes when another program replaces the document.  Each document is replaced as a
    whole; of a batch some may be stored when the server fails.
    """

    def __init__(
        self,
        tile_set: TileSet,
        database: CouchdbDatabase,
        ids: DocumentIds,
        fields: DocumentFields,
        *,
        media_type: str | None,
    ) -> None:
        """Binds the store to a database; asks nothing.

        Args:
            tile_set: gives the content type of attachments.
            database: where the documents lie.
            ids: how they are called.
            fields: what they say besides.
            media_type: what tiles are expected to be; None to tell from each tile's bytes (``mixed``).
        """
        self.tile_set = tile_set
        self._database = database
        self._ids = ids
        self._fields = fields
        self._tile_documents = TileDocuments(f"image/{tile_set.format}")
        self._type_of = TileMediaType(media_type).of_tile

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        document = self._database.document(self._ids.of(key), deadline)
        return None if document is None else self._tile(key, document)

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        documents = self._documents("read tiles", keys, deadline, attachments=True)
        found = {key: self._tile(key, document) for key, document in documents}
        return {key: tile for key, tile in found.items() if tile is not None}

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        return {
            key: self._info(document)
            for key, document in self._documents("look up tiles", keys, deadline)
            if _size(document)
        }

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileWriter`."""
        tiles = {self._ids.of(tile.key): tile for tile in batch}
        new = [self._document(name, tile, at) for name, tile in tiles.items()]
        pending = self._database.store("store tiles", new, deadline) if new else []
        for _ in range(_ATTEMPTS):
            if not pending:
                break
            rows = self._database.rows("store tiles", pending, deadline)
            revisions = {row["id"]: row["value"]["rev"] for row in rows}
            again = [self._document(name, tiles[name], at, revisions.get(name)) for name in pending]
            pending = self._database.store("store tiles", again, deadline)
        self._need_none(pending, "store")
        return [TileInfo(float(at), len(tile.body)) for tile in batch]

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""

        def renewed(key: TileKey, document: Document) -> Document:
            record = _record(document)
            if validators is not None:
                record = record._replace(validators=validators)
            return {**document, **self._fields.of(key.coord, at), **_member(record)}

        return self._changed("renew", keys, renewed, deadline)

    def mark_stale(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`."""
        self._changed("mark", keys, lambda _, document: {**document, self._fields.time_name: MARKED_STALE}, deadline)

    def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRemover`."""
        for some in batches(keys, _LISTED_AT_ONCE):
            pending: Sequence[str] = [self._ids.of(key) for key in some]
            for _ in range(_ATTEMPTS):
                rows = self._database.rows("remove tiles", pending, deadline) if pending else []
                pending = self._remove(rows, deadline)
            self._need_none(pending, "remove")

    def remove_level(
        self,
        z: int,
        older_than: float | None = None,
        deadline: Deadline = NO_DEADLINE,
        *,
        spare_unknown: bool = False,
        is_to_end: Callable[[], bool] = never,
    ) -> None:
        """See :class:`~tilekeep.ports.tile_store.LevelRemover`; spares what is stored anew at that moment."""
        for page in self._pages(z, "remove tiles", deadline, with_documents=older_than is not None):
            rows = [
                row
                for key, row in page
                if older_than is None or is_older(self._time(row["doc"]), older_than, spare_unknown=spare_unknown)
            ]
            self._remove(rows, deadline)
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
        """See :class:`~tilekeep.ports.tile_store.TileLister`; the infos carry no tile record."""
        for page in self._pages(z, "list tiles", deadline, with_documents=True):
            for key, row in page:
                size = _size(row["doc"])
                if size and (window is None or window.holds(key.coord.x, key.coord.y)):
                    yield key, TileInfo(self._time(row["doc"]), size)

    def locate(self, key: TileKey) -> str:
        """See :class:`~tilekeep.ports.tile_store.TileLocator`: the database and the id of the document."""
        return f"CouchDB {self._database.url}, document {self._ids.of(key)!r}"

    def _documents(
        self, doing: str, keys: Iterable[TileKey], deadline: Deadline, **options: bool
    ) -> Iterator[tuple[TileKey, Document]]:
        for some in batches(keys, _READ_AT_ONCE):
            names = {self._ids.of(key): key for key in some}
            for row in self._database.rows(doing, names, deadline, include_docs=True, **options):
                yield names[row["id"]], row["doc"]

    def _document(self, name: str, tile: NewTile, at: float, revision: str | None = None) -> Text:
        """What is sent to store a tile, in the place of the document of that ``revision``."""
        members = {
            **self._fields.of(tile.key.coord, at),
            "_id": name,
            **_member(TileRecord(tile.validators, tile.checksum)),
        }
        if revision is not None:
            members["_rev"] = revision
        return self._tile_documents.encoded(members, tile.body)

    def _changed(
        self, doing: str, keys: Sequence[TileKey], change: Callable[[TileKey, Document], Document], deadline: Deadline
    ) -> dict[TileKey, TileInfo]:
        """What is known of tiles after their documents, not their bytes, were changed; again if somebody was faster."""
        changed: dict[TileKey, TileInfo] = {}
        pending: Sequence[TileKey] = keys
        for _ in range(_ATTEMPTS):
            documents = {
                key: change(key, document)
                for key, document in self._documents(f"{doing} tiles", pending, deadline)
                if _size(document)
            }
            texts = [encoded(document) for document in documents.values()]
            conflicts = self._database.store(f"{doing} tiles", texts, deadline) if texts else []
            changed |= {key: self._info(document) for key, document in documents.items()}
            if not conflicts:
                return changed
            pending = [key for key, document in documents.items() if document["_id"] in set(conflicts)]
        self._need_none(pending, doing)
        return changed

    def _remove(self, rows: Iterable[Document], deadline: Deadline) -> Sequence[str]:
        """Removes documents as they are in ``rows``; the ids of those that have changed meanwhile."""
        deleted = [encoded({"_id": row["id"], "_rev": row["value"]["rev"], "_deleted": True}) for row in rows]
        return self._database.store("remove tiles", deleted, deadline) if deleted else []

    def _pages(
        self, z: int, doing: str, deadline: Deadline, *, with_documents: bool
    ) -> Iterator[Sequence[tuple[TileKey, Document]]]:
        """Rows of the tiles of a level, a page at a time, in the order of their ids."""
        limits = self._ids.range_of(z)
        options: dict[str, Any] = {"limit": _LISTED_AT_ONCE, "include_docs": with_documents}
        if limits is not None:
            options |= {"startkey": limits[0], "endkey": limits[1], "inclusive_end": False}
        while True:
            rows = self._database.page(doing, options, deadline)
            keys = [(self._ids.key_of(row["id"]), row) for row in rows]
            yield [(key, row) for key, row in keys if key is not None and key.coord.z == z]
            if len(rows) < _LISTED_AT_ONCE:
                return
            # The id behind the last one, which may be gone by then.
            options["startkey"] = rows[-1]["id"] + "\0"

    def _tile(self, key: TileKey, document: Document) -> StoredTile | None:
        attachment = document.get(ATTACHMENTS, {}).get(TILE)
        if attachment is None or not attachment.get("data"):
            return None
        body = b64decode(attachment["data"])
        media_type = self._type_of(body, key, self.locate)
        return StoredTile(body, media_type, TileInfo(self._time(document), len(body)))

    def _info(self, document: Document) -> TileInfo:
        return TileInfo(self._time(document), _size(document), *_record(document))

    def _time(self, document: Document) -> float:
        time = document.get(self._fields.time_name)
        return float(time) if isinstance(time, int | float) else UNKNOWN_TIME

    def _need_none(self, pending: Sequence[object], doing: str) -> None:
        if pending:
            message = f"cannot {doing} {len(pending)} tiles in CouchDB {self._database.url}"
            raise StoreError(f"{message}: others change their documents all the time; do two programs seed them?")


def _size(document: Document) -> int:
    """The size of a tile whose document came without the bytes."""
    size: int = document.get(ATTACHMENTS, {}).get(TILE, {}).get("length", 0)
    return size


def _record(document: Document) -> TileRecord:
    return record_of(document[_RECORD]) if _RECORD in document else NO_RECORD


def _member(record: TileRecord) -> Document:
    facts = record.facts()
    return {_RECORD: facts} if facts else {}
