"""Everything that a store holds, as bytes: what archives are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from tilekeep.application.tile_bytes import tile_bytes
from tilekeep.domain.batches import batches
from tilekeep.domain.tile import TileCoord
from tilekeep.ports.tile_store import SliceReader, TileLister, TileReader

_AT_A_TIME = 64


class ListedStore(TileReader, TileLister, Protocol):
    """What is asked of the store."""


def listed_bodies(
    store: ListedStore, levels: Iterable[int], read_slice: SliceReader
) -> Iterator[tuple[TileCoord, bytes]]:
    """The tiles of ``levels`` as the cache has them, without dimensions, in no stated order; raises StoreError."""
    for level in levels:
        keys = (key for key, _ in store.list(level) if not key.dimensions and not key.variant)
        for some in batches(keys, _AT_A_TIME):
            for key, tile in store.read_many(some).items():
                yield key.coord, tile_bytes(tile, read_slice)
