"""Tiles in a bounded part of the memory of a process; those that nobody has read for longest make room for others."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from tilekeep.domain.tile import StoredTile, TileKey, Validators

#: What a tile takes besides its bytes, in bytes, as measured with tracemalloc: its key, its values, its place in the
#: table.
_ENTRY_BYTES = 700
_RECORD_BYTES = 250
_DIMENSION_BYTES = 250


class Kept(NamedTuple):
    """A tile in memory with its record.

    :ivar tile: its info carries no record, so that it is given to readers as it is.
    :ivar cost: bytes of memory.
    """

    tile: StoredTile
    validators: Validators | None
    checksum: str | None
    cost: int


def kept(key: TileKey, tile: StoredTile, validators: Validators | None, checksum: str | None) -> Kept:
    """The entry of a tile, all that it takes included."""
    cost = _ENTRY_BYTES + len(tile.body) + len(key.variant)
    cost += sum(_DIMENSION_BYTES + len(name) + len(value) for name, value in key.dimensions)
    if validators is not None or checksum is not None:
        cost += _RECORD_BYTES + sum(len(text or "") for text in (*(validators or ()), checksum))
    return Kept(tile, validators, checksum, cost)


class TileMemory:
    """What a store keeps its tiles in; safe to use from all threads.

    Readers take no lock: both steps of :meth:`get` are one operation of the interpreter each.
    """

    def __init__(self, max_bytes: int) -> None:
        """An empty memory that takes ``max_bytes`` at most."""
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[TileKey, Kept] = OrderedDict()
        self._guard = threading.Lock()

    @property
    def bytes(self) -> int:
        """How much is taken."""
        return self._bytes

    def get(self, key: TileKey) -> Kept | None:
        """The tile, which is the last to make room from now on."""
        entry = self._kept.get(key)
        if entry is not None:
            try:
                self._kept.move_to_end(key)
            except KeyError:
                return entry  # It has made room meanwhile, and is good all the same.
        return entry

    def peek(self, key: TileKey) -> Kept | None:
        """The tile, without counting this as use."""
        return self._kept.get(key)

    def put(self, entries: Iterable[tuple[TileKey, Kept]]) -> None:
        """Keeps tiles, later ones instead of earlier; one that is empty or larger than the whole memory is not kept."""
        with self._guard:
            for key, entry in entries:
                self._drop(key)
                if entry.tile.info.size and entry.cost <= self._max_bytes:
                    self._kept[key] = entry
                    self._bytes += entry.cost
            while self._bytes > self._max_bytes:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= oldest.cost

    def replace(self, key: TileKey, before: Kept, entry: Kept) -> bool:
        """Puts ``entry`` in place of ``before``; False if that is not what is kept any more."""
        with self._guard:
            if self._kept.get(key) is not before:
                return False
            self._kept[key] = entry
            self._bytes += entry.cost - before.cost
            return True

    def drop(self, keys: Iterable[TileKey]) -> None:
        """Forgets tiles."""
        with self._guard:
            for key in keys:
                self._drop(key)

    def entries(self) -> list[tuple[TileKey, Kept]]:
        """All that is kept at this moment."""
        with self._guard:
            return list(self._kept.items())

    def reset_after_fork(self) -> None:
        """Empty in a forked child, as another thread may have been about to change it."""
        self._guard = threading.Lock()
        self._kept = OrderedDict()
        self._bytes = 0

    def _drop(self, key: TileKey) -> None:
        entry = self._kept.pop(key, None)
        if entry is not None:
            self._bytes -= entry.cost
