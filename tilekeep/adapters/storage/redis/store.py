"""Tiles in Redis under MapProxy's names, each with a record beside it (spec/caches.md, 3.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tilekeep.adapters.redis.clients import RedisClients
from tilekeep.adapters.redis.commands import Command, RedisUnusable, RefusedCommand
from tilekeep.adapters.redis.server import RedisServer
from tilekeep.adapters.storage.media_type import TileMediaType
from tilekeep.adapters.storage.redis.facts import TileFacts, answered, questions
from tilekeep.adapters.storage.redis.keys import RedisKeys
from tilekeep.adapters.storage.redis.record import encoded, time_in
from tilekeep.adapters.storage.tile_record import TileRecord
from tilekeep.domain.batches import batches
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.staleness import MARKED_STALE, UNKNOWN_TIME, is_older
from tilekeep.domain.tile import NewTile, StoredTile, TileInfo, TileKey, TileSet, Validators
from tilekeep.ports.clock import Clock
from tilekeep.ports.tile_store import TileWindow, never

#: Tiles asked for in one go: what a server has to hold in memory for one client is bounded.
_AT_ONCE = 500


class RedisTileStore:
    """One key for each tile and one for its record; implements :class:`tilekeep.ports.tile_store.TileStore`.

    A batch is one transaction, in a cluster one request for each node.  A tile and its time are read at one moment, in
    one round trip.  Both expire together.  Where a tile of another program has no record, its age follows from when it
    expires; without expiry nobody knows it.  Changing the time of a tile that is replaced at the same moment may take
    time and validators from the new one, but never gives it those of the old one; callers that cannot have that hold
    the tile's lock.
    """

    def __init__(
        self,
        tile_set: TileSet,
        clients: RedisClients,
        server: RedisServer,
        clock: Clock,
        *,
        prefix: str,
        ttl_seconds: int,
        media_type: str | None,
    ) -> None:
        """Binds the store to keys of a server; connects nowhere.

        Args:
            tile_set: whose tiles they are.
            clients: talk to the server.
            server: where the tiles lie.
            clock: tells the age of tiles of other programs.
            prefix: with which all keys begin.
            ttl_seconds: after which the server forgets a tile that is not renewed; 0 for never.
            media_type: what tiles are expected to be; None to tell from each tile's bytes (``mixed``).
        """
        self.tile_set = tile_set
        self._clients = clients
        self._server = server
        self._clock = clock
        self._keys = RedisKeys(prefix)
        self._ttl_seconds = ttl_seconds
        self._ttl_ms = b"%d" % (ttl_seconds * 1000)
        self._expiry = (b"PX", self._ttl_ms) if ttl_seconds else ()
        self._type_of = TileMediaType(media_type).of_tile

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        name = self._keys.tile(key)
        try:
            body, record = self._clients.sparing(self._server).ask((b"MGET", name, self._keys.record(name)), deadline)
        except RedisUnusable as error:
            raise self._error("read tile", error) from error
        if not body:
            return None
        stored_at = time_in(record, len(body), body)
        if stored_at is None:
            stored_at = self._times_of_others([name], deadline)[0]
        return self._tile(key, body, stored_at)

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        found: dict[TileKey, StoredTile] = {}
        for some in batches(keys, _AT_ONCE):
            self._read_block(some, found, deadline)
        return found

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileReader`."""
        names = {self._keys.tile(key): key for key in keys}
        return {names[name]: facts.info for name, facts in self._facts("look up tiles", names, deadline)}

    def write(self, batch: Sequence[NewTile], at: float, deadline: Deadline = NO_DEADLINE) -> list[TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileWriter`."""
        commands: list[Command] = []
        for tile in {tile.key: tile for tile in batch}.values():
            name, body = self._keys.tile(tile.key), tile.body
            record = encoded(at, len(body), body, TileRecord(tile.validators, tile.checksum))
            commands.append((b"SET", name, body, *self._expiry))
            commands.append((b"SET", self._keys.record(name), record, *self._expiry))
        self._ask_all("store tiles", commands, deadline, together=True)
        return [TileInfo(float(at), len(tile.body)) for tile in batch]

    def renew(
        self, keys: Sequence[TileKey], at: float, validators: Validators | None, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, TileInfo]:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`; what is renewed expires as late as if it were new."""
        names = {self._keys.tile(key): key for key in keys}
        renewed: dict[TileKey, TileInfo] = {}
        commands: list[Command] = []
        for name, facts in self._facts("renew tiles", names, deadline):
            record = facts.record if validators is None else facts.record._replace(validators=validators)
            commands.append(self._new_record(name, facts._replace(stored_at=at, record=record), self._expiry))
            if self._ttl_seconds:
                commands.append((b"PEXPIRE", name, self._ttl_ms))
            renewed[names[name]] = TileInfo(float(at), facts.size, record.validators, record.checksum)
        self._ask_all("renew tiles", commands, deadline, together=True)
        return renewed

    def mark_stale(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRenewer`; the tiles expire when they would have anyway."""
        names = {self._keys.tile(key): key for key in keys}
        commands = [
            self._new_record(name, facts._replace(stored_at=MARKED_STALE), _expiring_in(facts.left_ms))
            for name, facts in self._facts("mark tiles as stale", names, deadline)
        ]
        self._ask_all("mark tiles as stale", commands, deadline, together=True)

    def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.ports.tile_store.TileRemover`."""
        for some in batches(keys, _AT_ONCE):
            self._remove([self._keys.tile(key) for key in some], deadline)

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

        Looks at the names of all keys of the database, a page at a time.  Removing all tiles removes records too that
        the server has kept longer than their tiles.
        """
        for page in self._pages(z, "remove tiles", deadline, with_records=older_than is None):
            if older_than is None:
                self._remove(page, deadline)
            else:
                facts = self._facts("remove tiles", page, deadline)
                self._remove(
                    [
                        name
                        for name, found in facts
                        if is_older(found.stored_at, older_than, spare_unknown=spare_unknown)
                    ],
                    deadline,
                )
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
        """See :class:`~tilekeep.ports.tile_store.TileLister`; a tile may come twice while the server makes room.

        Looks at the names of all keys of the database, a page at a time.  The infos carry no tile record.
        """
        for page in self._pages(z, "list tiles", deadline):
            wanted = page if window is None else {n: k for n, k in page.items() if window.holds(k.coord.x, k.coord.y)}
            for name, facts in self._facts("list tiles", wanted, deadline):
                yield page[name], TileInfo(facts.stored_at, facts.size)

    def locate(self, key: TileKey) -> str:
        """See :class:`~tilekeep.ports.tile_store.TileLocator`: the server and the name of the key."""
        return f"{self._server.place}, key {self._keys.tile(key).decode('utf-8', 'backslashreplace')!r}"

    def _read_block(self, keys: Sequence[TileKey], found: dict[TileKey, StoredTile], deadline: Deadline) -> None:
        names = [self._keys.tile(key) for key in keys]
        commands = [(b"MGET", name, self._keys.record(name)) for name in names]
        others: list[tuple[TileKey, bytes, bytes]] = []
        replies = self._ask_all("read tiles", commands, deadline)
        for key, name, (body, record) in zip(keys, names, replies, strict=True):
            if not body:
                continue
            stored_at = time_in(record, len(body), body)
            if stored_at is None:
                others.append((key, name, body))
            else:
                found[key] = self._tile(key, body, stored_at)
        if others:
            times = self._times_of_others([name for _, name, _ in others], deadline)
            for (key, _, body), stored_at in zip(others, times, strict=True):
                found[key] = self._tile(key, body, stored_at)

    def _tile(self, key: TileKey, body: bytes, stored_at: float) -> StoredTile:
        media_type = self._type_of(body, key, self.locate)
        return StoredTile(body, media_type, TileInfo(stored_at, len(body)))

    def _times_of_others(self, names: Sequence[bytes], deadline: Deadline) -> Sequence[float]:
        """When tiles without record were stored."""
        if not self._ttl_seconds:
            return [UNKNOWN_TIME] * len(names)
        replies = self._ask_all("read tiles", [(b"PTTL", name) for name in names], deadline)
        return [self._time_of_other(left_ms) for left_ms in replies]

    def _time_of_other(self, left_ms: Any) -> float:
        """What follows from the time that a tile has left, if it was stored with the same lifetime."""
        if not self._ttl_seconds or type(left_ms) is not int or left_ms < 0:
            return UNKNOWN_TIME
        return max(UNKNOWN_TIME, self._clock.now() - (self._ttl_seconds - left_ms / 1000))

    def _facts(self, doing: str, names: Iterable[bytes], deadline: Deadline) -> Iterator[tuple[bytes, TileFacts]]:
        for some in batches(names, _AT_ONCE):
            commands = [question for name in some for question in questions(name, self._keys.record(name))]
            replies = self._ask_all(doing, commands, deadline, may_refuse=True)
            for name, facts in zip(some, answered(replies, self._time_of_other), strict=True):
                if facts is not None:
                    yield name, facts

    def _new_record(self, name: bytes, facts: TileFacts, expiry: tuple[bytes, ...]) -> Command:
        """Replaces a record, but makes none anew for a tile that has gone meanwhile."""
        record = encoded(facts.stored_at, facts.size, facts.end, facts.record)
        only_there = (b"XX",) if facts.has_record else ()
        return (b"SET", self._keys.record(name), record, *expiry, *only_there)

    def _pages(
        self, z: int, doing: str, deadline: Deadline, *, with_records: bool = False
    ) -> Iterator[dict[bytes, TileKey]]:
        """The tiles of a level by their names, on request those too that have left a record only."""
        pattern = self._keys.level(z, with_records=with_records)
        try:
            for names in self._clients.sparing(self._server).names(pattern, deadline):
                page = self._keys.tiles_among(names, z)
                if page:
                    yield page
        except RedisUnusable as error:
            raise self._error(doing, error) from error

    def _remove(self, names: Iterable[bytes], deadline: Deadline) -> None:
        commands = [(b"UNLINK", name, self._keys.record(name)) for name in names]
        self._ask_all("remove tiles", commands, deadline)

    def _ask_all(
        self,
        doing: str,
        commands: Sequence[Command],
        deadline: Deadline,
        *,
        together: bool = False,
        may_refuse: bool = False,
    ) -> Sequence[Any]:
        try:
            replies = self._clients.sparing(self._server).ask_all(commands, deadline, together=together)
        except RedisUnusable as error:
            raise self._error(doing, error) from error
        for reply in () if may_refuse else replies:
            if type(reply) is RefusedCommand:
                raise self._error(doing, RedisUnusable(reply.reason))
        return replies

    def _error(self, doing: str, error: RedisUnusable) -> StoreError:
        return StoreError(f"cannot {doing} in {self._server.place}: {error}")


def _expiring_in(left_ms: int) -> tuple[bytes, ...]:
    return (b"PX", b"%d" % max(1, left_ms)) if left_ms >= 0 else ()
