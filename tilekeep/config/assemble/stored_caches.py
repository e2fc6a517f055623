"""What is known of the stores of caches, for people who look at them; nothing that makes tiles is put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tilekeep.application.once_per_key import OncePerKey
from tilekeep.application.stored_parts import StoredParts
from tilekeep.config.assemble.cache_parts import StoredCache
from tilekeep.config.assemble.cache_rules import age_limit
from tilekeep.config.assemble.caches import CacheAssembly
from tilekeep.config.assemble.grids import GridAssembly
from tilekeep.config.assemble.store_keeping import ON_A_DISK
from tilekeep.config.assemble.upstreams import upstreams_of
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache
from tilekeep.config.mapproxy.meaning_source import EffectiveSource
from tilekeep.config.mapproxy.meaning_storage import FileStorage, TieredStorage
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.map_query import Upstream
from tilekeep.domain.staleness import StalenessPolicy
from tilekeep.ports.clock import Clock


class CacheName(NamedTuple):
    """A cache in one grid.

    :ivar grid: as the configuration calls it.
    :ivar kind: type of the store.
    """

    cache: str
    grid: str
    srs: str
    kind: str
    format: str


class KnownStore(NamedTuple):
    """A store of which an account is kept, and that account as people look at it."""

    stored: StoredCache
    parts: StoredParts


class StoredCaches:
    """Finds the stores of caches.

    Args:
        settings: the configuration.
        caches: makes stores.
        grids: makes grids.
        clock: the current time.
    """

    def __init__(self, settings: Settings, caches: CacheAssembly, grids: GridAssembly, clock: Clock) -> None:
        self._settings = settings
        self._caches = caches
        self._grids = grids
        self._clock = clock
        self.store: OncePerKey[tuple[str, str], KnownStore | None] = OncePerKey(lambda key: self._store(*key))

    def names(self) -> Iterator[CacheName]:
        """All caches that store tiles, in the order of the configuration; costs nothing but the look into it."""
        for name, options in self._settings.caches.items():
            cache = self._caches.effective(name)
            kind = "file" if options.cache is None else options.cache.type
            for grid in cache.grids if cache.stores_tiles else ():
                yield CacheName(name, grid, self._grids.grid(grid).srs.code, kind, cache.encoding.public_media_type)

    def upstreams(self) -> dict[Upstream, list[str]]:
        """The servers that caches ask, each with the names of these caches."""
        found: dict[Upstream, list[str]] = {}
        for name in self._settings.caches:
            for upstream in upstreams_of(self._sources(name), self._sources):
                found.setdefault(upstream, []).append(name)
        return found

    def _sources(self, name: str) -> Sequence[EffectiveSource]:
        return self._caches.effective(name).sources

    def _store(self, name: str, grid_key: str) -> KnownStore | None:
        """The store of a cache in a grid, of tiers the last, which has everything; None without an account."""
        cache = self._caches.effective(name)
        stored = self._caches.stored(name, grid_key)
        if stored is None or stored.ledger is None:
            return None
        policy = StalenessPolicy(age_limit(cache.refresh), cache.max_stale_seconds)
        extent = self._caches.areas.bbox((name, grid_key))
        counts_cells = _lists_cheaply(cache)
        parts = StoredParts(
            stored.grid, extent, stored.ledger, stored.ledger, policy, self._clock, counts_cells=counts_cells
        )
        return KnownStore(stored, parts)


def _lists_cheaply(cache: EffectiveCache) -> bool:
    """Whether listing a small area costs no more than what lies there.

    Behind a network it may cost any time, and with quadkeys all tiles lie in one directory.
    """
    storage = cache.storage.tiers[-1].storage if isinstance(cache.storage, TieredStorage) else cache.storage
    if isinstance(storage, FileStorage):
        return storage.directory_layout != "quadkey"
    return isinstance(storage, ON_A_DISK)
