"""Tiles that are made of other tiles of the same cache, once, and kept beside them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from tilekeep.application.store_trouble import StoreTrouble
from tilekeep.application.tile_answer import TileAnswer, Tiles
from tilekeep.application.tile_bytes import tile_bytes
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import ImageError, LockTimeout, LockUnavailable, SourceContentError, StoreError
from tilekeep.domain.image import EncodedImage
from tilekeep.domain.keeping import Keeping, Worth, shortest, together
from tilekeep.domain.lock_names import tile_lock_name
from tilekeep.domain.staleness import MARKED_STALE
from tilekeep.domain.tile import FileSlice, NewTile, StoredTile, TileInfo, TileKey
from tilekeep.domain.tile_state import TileState
from tilekeep.ports.clock import Clock
from tilekeep.ports.tile_lock import TileLock
from tilekeep.ports.tile_store import SliceReader, TileReader, TileWriter

log = logging.getLogger("tilekeep.cache.tile")

#: Stores keep times with different precision, and tell the same one back each time.
_SAME_TIME_SECONDS = 0.001


class DerivedVault(TileReader, TileWriter, Protocol):
    """The capabilities of a store that derived tiles need."""


class Recipe(Protocol):
    """How one tile is made of others."""

    def parts(self, key: TileKey) -> Sequence[TileKey]:
        """The tiles that ``key`` is made of, all of one level."""
        ...

    def made(self, key: TileKey, parts: Mapping[TileKey, StoredTile]) -> EncodedImage | None:
        """The tile, of those of its parts that there are; None if the only part is what is wanted as it is.

        The bodies of ``parts`` are bytes.

        :raises ImageError: a part is no image.
        """
        ...


class _Parts(NamedTuple):
    """What the parts of a tile are; ``newest`` is when the latest of them was stored."""

    found: Mapping[TileKey, StoredTile]
    keeping: Keeping
    stale_for: float | None
    newest: float

    @property
    def may_be_kept(self) -> bool:
        """Whether they are what is stored: stale tiles are, what stands for a map is not.

        All tiles that are marked as stale have one time, which tells nobody what was made of which.
        """
        keeping = self.keeping
        is_stored = keeping.fresh_for is None or keeping.state is TileState.STALE
        is_marked = _is_marked(tile.info for tile in self.found.values())
        return keeping.storable and is_stored and keeping.worth is Worth.MAP and not is_marked

    def answer(self, body: bytes | FileSlice, media_type: str, size: int, state: TileState) -> TileAnswer:
        """The derived tile, which is as old as the newest part and good for as long as they all are."""
        keeping = self.keeping
        return TileAnswer(
            StoredTile(body, media_type, TileInfo(self.newest, size)),
            state,
            keeping.fresh_for,
            keeping.storable,
            self.stale_for,
            keeping.worth,
            keeping.good_for,
        )


class DerivedTiles:
    """Makes tiles by a recipe; implements :class:`tilekeep.application.tile_answer.Tiles`.

    A kept tile has the time of the newest of its parts, and is good while it has that, so that it needs no rule of its
    own for its age: parts are asked for first, and are made anew by the rules of their cache.  One whose parts changed
    while it was made has another time than they have.

    Args:
        tiles: gives the parts.
        recipe: makes one tile of them.
        store: where derived tiles are kept; None keeps none.
        locks: so that each is made once by all processes.
        lock_id: the part of lock names that tells caches apart.
        clock: the current time.
        read_slice: gives the bytes of tiles that lie inside a file.
    """

    def __init__(
        self,
        *,
        tiles: Tiles,
        recipe: Recipe,
        store: DerivedVault | None,
        locks: TileLock,
        lock_id: str,
        clock: Clock,
        read_slice: SliceReader,
    ) -> None:
        self._tiles = tiles
        self._recipe = recipe
        self._store = store
        self._locks = locks
        self._lock_id = lock_id
        self._clock = clock
        self._read_slice = read_slice
        self._trouble = StoreTrouble(log, clock)

    def __call__(self, key: TileKey, purpose: Purpose, deadline: Deadline) -> TileAnswer:
        """See :class:`tilekeep.application.tile_answer.Tiles`."""
        parts = self._parts(key, purpose, deadline)
        if not parts.found:
            return TileAnswer(None, *_without_worth(parts))
        kept = self._kept(key, parts, deadline)
        if kept is not None:
            return kept
        if self._store is None or not parts.may_be_kept:
            return self._made(key, parts)[0]
        return self._made_once(self._store, key, parts, deadline)

    def many(self, keys: Sequence[TileKey], purpose: Purpose, deadline: Deadline) -> list[TileAnswer]:
        """See :class:`tilekeep.application.tile_answer.Tiles`."""
        return [self(key, purpose, deadline) for key in keys]

    def _parts(self, key: TileKey, purpose: Purpose, deadline: Deadline) -> _Parts:
        keys = self._recipe.parts(key)
        answers = self._tiles.many(keys, purpose, deadline) if keys else []
        found = {part: answer.tile for part, answer in zip(keys, answers, strict=True) if answer.tile is not None}
        newest = max((tile.info.stored_at for tile in found.values()), default=0.0)
        return _Parts(found, together(answers), shortest(*(answer.stale_for for answer in answers)), newest)

    def _kept(self, key: TileKey, parts: _Parts, deadline: Deadline) -> TileAnswer | None:
        """What is stored, if it is made of the parts as they are."""
        if self._store is None or not parts.may_be_kept:
            return None
        try:
            tile = self._store.read(key, deadline)
        except StoreError as error:
            self._trouble(logging.WARNING, "reading the tile %s failed, it is made anew: %s", tuple(key), error)
            return None
        if tile is None or not _has_time(tile.info, parts.newest):
            return None
        return parts.answer(tile.body, tile.media_type, tile.info.size, parts.keeping.state)

    def _made(self, key: TileKey, parts: _Parts) -> tuple[TileAnswer, EncodedImage | None]:
        """The answer, and the image if there is one to keep."""
        bodies = {part: tile._replace(body=tile_bytes(tile, self._read_slice)) for part, tile in parts.found.items()}
        state = TileState.MISS if parts.keeping.state is TileState.HIT else parts.keeping.state
        try:
            image = self._recipe.made(key, bodies)
        except ImageError as error:
            if len(parts.found) > 1:
                raise SourceContentError(f"tiles cannot be put together: {error}") from error
            log.warning("the tile %s is passed on as it is: %s", tuple(key), error)
            image = None
        if image is None:
            body, media_type, info = next(iter(parts.found.values()))
            return parts.answer(body, media_type, info.size, parts.keeping.state), None
        return parts.answer(image.body, image.media_type, len(image.body), state), image

    def _made_once(self, store: DerivedVault, key: TileKey, parts: _Parts, deadline: Deadline) -> TileAnswer:
        """Makes the tile under a lock and keeps it; without the lock the worst is that it is made twice."""
        name = tile_lock_name(f"{self._lock_id}-{key.variant}", key.coord)
        try:
            with self._locks.hold(name, deadline):
                return self._kept(key, parts, deadline) or self._made_and_kept(store, key, parts, deadline)
        except (LockTimeout, LockUnavailable):
            return self._made(key, parts)[0]

    def _made_and_kept(self, store: DerivedVault, key: TileKey, parts: _Parts, deadline: Deadline) -> TileAnswer:
        answer, image = self._made(key, parts)
        if image is None or self._may_change_unseen(parts):
            return answer
        try:
            store.write([NewTile(key, image.body, image.media_type)], parts.newest, deadline)
        except StoreError as error:
            self._trouble(logging.WARNING, "the tile %s cannot be stored: %s", tuple(key), error)
        return answer

    def _may_change_unseen(self, parts: _Parts) -> bool:
        """Whether another tile of this second would have the same time, in stores that count whole seconds."""
        return parts.newest.is_integer() and self._clock.now() - parts.newest < 1.0


def is_made_of(info: TileInfo, parts: Sequence[TileInfo]) -> bool:
    """Whether a kept tile is of these parts as they are."""
    newest = max((part.stored_at for part in parts), default=MARKED_STALE)
    return _has_time(info, newest) and not _is_marked(parts)


def _has_time(info: TileInfo, newest: float) -> bool:
    return abs(info.stored_at - newest) <= _SAME_TIME_SECONDS


def _is_marked(parts: Iterable[TileInfo]) -> bool:
    return any(part.stored_at == MARKED_STALE for part in parts)


def _without_worth(parts: _Parts) -> tuple[TileState, float | None, bool, float | None]:
    """What is said of an answer without a tile."""
    return parts.keeping.state, parts.keeping.fresh_for, parts.keeping.storable, parts.stale_for
