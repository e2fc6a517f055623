"""What a change of the configuration does to the tiles that are stored."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, NamedTuple

from tilekeep.config.mapproxy.meaning_cache import EffectiveCache, effective_cache
from tilekeep.config.mapproxy.meaning_couchdb import CouchdbStorage
from tilekeep.config.mapproxy.meaning_layers import dimension_names
from tilekeep.config.mapproxy.meaning_objects import AzureStorage, S3Storage
from tilekeep.config.mapproxy.meaning_redis import RedisStorage
from tilekeep.config.mapproxy.meaning_sqlite import SqliteStorage
from tilekeep.config.mapproxy.meaning_storage import (
    BundleStorage,
    FileStorage,
    MemoryStorage,
    PmtilesStorage,
    Storage,
    TieredStorage,
)
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.same_tiles import have_same_tiles


class Fate(enum.Enum):
    """What becomes of the tiles of a cache in one grid.

    :cvar KEPT: they are found as before.
    :cvar OUTDATED: likewise, but new ones will be made in another way.
    :cvar REKEYED: the cache looks for its tiles elsewhere, or by other names; stored ones stay where they are.
    :cvar ORPHANED: no cache looks for them any more.
    :cvar MISREAD: they are found, and taken for tiles of other places or sizes.
    :cvar NEW: there were none.
    """

    KEPT = "kept"
    OUTDATED = "outdated"
    REKEYED = "re-keyed"
    ORPHANED = "orphaned"
    MISREAD = "misread"
    NEW = "new"


class Change(NamedTuple):
    """The tiles of a cache in one grid.

    :ivar cache: name of the cache, the old one if there was one.
    :ivar grid: key of the grid.
    :ivar place: where the tiles are: a directory, file, database or prefix.
    :ivar reason: what has changed, for people; empty if nothing has.
    """

    cache: str
    grid: str
    fate: Fate
    place: str
    reason: str = ""


#: The grid with a key.
Grids = Callable[[str], TileGrid]


class Configured(NamedTuple):
    """A configuration; both of a plan have the same ``base_dir``, from which relative places are meant."""

    settings: Settings
    base_dir: str
    grids: Grids


@dataclass(frozen=True, slots=True)
class _Tiles:
    """The tiles of a cache in one grid, by all that they are found by."""

    cache: EffectiveCache
    grid_key: str
    grid: TileGrid
    naming: tuple[Any, ...]
    dimensions: frozenset[str]

    @property
    def place(self) -> str:
        return self.cache.directories[self.grid_key]

    @property
    def address(self) -> tuple[Any, ...]:
        return (self.place, self.naming, self.cache.encoding.extension, self.dimensions)


def planned_changes(old: Configured, new: Configured) -> Iterator[Change]:
    """What becomes of what ``old`` has stored, in its order, and then what ``new`` adds."""
    before, after = list(_stored(old)), list(_stored(new))
    by_address = {tiles.address: tiles for tiles in reversed(after)}
    by_name = {(tiles.cache.name, tiles.grid_key): tiles for tiles in after}
    for tiles in before:
        found = by_address.get(tiles.address)
        name = (tiles.cache.name, tiles.grid_key)
        fate, reason = _found(tiles, found) if found is not None else _not_found(tiles, by_name.get(name), new)
        yield Change(*name, fate, tiles.place, reason)
    known = {tiles.address for tiles in before} | {(tiles.cache.name, tiles.grid_key) for tiles in before}
    for tiles in after:
        if tiles.address not in known and (tiles.cache.name, tiles.grid_key) not in known:
            yield Change(tiles.cache.name, tiles.grid_key, Fate.NEW, tiles.place)


def _stored(configured: Configured) -> Iterator[_Tiles]:
    """All tiles that are stored so that they stay."""
    settings, base_dir, grids = configured
    dimensions = dimension_names(settings)
    for name in settings.caches:
        cache = effective_cache(settings, name, base_dir)
        if not cache.stores_tiles or isinstance(cache.storage, MemoryStorage | PmtilesStorage):
            continue
        for key in cache.grids:
            grid = grids(key)
            naming = _naming(cache.storage, name, grid.name)
            yield _Tiles(cache, key, grid, naming, dimensions.get(name, frozenset()))


def _naming(storage: Storage, cache: str, grid: str) -> tuple[Any, ...]:  # noqa: PLR0911 - one for each kind
    """What else than the place says by which name a tile is stored; what only says how it is stored is left out."""
    match storage:
        case TieredStorage():
            return _naming(storage.tiers[-1].storage, cache, grid)
        case FileStorage():
            return ("file", storage.directory_layout)
        case BundleStorage():
            return ("compact", storage.version)
        case SqliteStorage():
            table = storage.table_of(cache, grid) if storage.kind == "geopackage" else None
            return (storage.kind, table, storage.row_order)
        case RedisStorage():
            return ("redis", storage.server.place)
        case CouchdbStorage():
            return ("couchdb", storage.url, storage.tile_id)
        case S3Storage():
            return ("s3", storage.bucket, storage.endpoint_url, storage.directory_layout)
        case AzureStorage():
            return ("azureblob", storage.container, storage.directory_layout)
        case _:
            return (type(storage).__name__,)


def _found(old: _Tiles, new: _Tiles) -> tuple[Fate, str]:
    if not have_same_tiles(old.grid, new.grid):
        return Fate.MISREAD, f"the grid {new.grid_key!r} has other tiles under the same names; give it another name"
    differences = [name for name, value in _looks(old.cache).items() if value != _looks(new.cache)[name]]
    if differences:
        return Fate.OUTDATED, f"new tiles differ by {' and '.join(differences)}"
    renamed = old.cache.name != new.cache.name
    return Fate.KEPT, f"by the name {new.cache.name!r} now" if renamed else ""


def _not_found(old: _Tiles, new: _Tiles | None, configured: Configured) -> tuple[Fate, str]:
    if new is None:
        if old.cache.name not in configured.settings.caches:
            return Fate.ORPHANED, "there is no such cache any more"
        return Fate.ORPHANED, "the cache does not store tiles in this grid any more"
    if old.place != new.place:
        return Fate.REKEYED, f"it is {new.place!r} now"
    if old.naming != new.naming:
        return Fate.REKEYED, "tiles have other names there now, by type, layout or server of the cache"
    if old.cache.encoding.extension != new.cache.encoding.extension:
        return Fate.REKEYED, f"the format is {new.cache.encoding.extension} now"
    return Fate.REKEYED, "the layers have other dimensions"


def _looks(cache: EffectiveCache) -> Mapping[str, Any]:
    """What new tiles look by, under words for people."""
    return {
        "their sources": (tuple(map(_as_drawn, cache.sources)), cache.bands),
        "how they are encoded": cache.encoding,
        "their watermark": cache.watermark,
        "their coverage": cache.coverage,
        "how gaps are filled": cache.rescaling,
    }


def _as_drawn(source: Any) -> Any:
    """A source without what changes nothing of its maps: its name, and how its server is spoken to."""
    assert is_dataclass(source)
    named = {field.name for field in fields(source)}
    unimportant = {"name": "", "http": None, "mirrors": (), "concurrent_requests": 0, "stand_ins": None}
    return replace(source, **{key: value for key, value in unimportant.items() if key in named})  # type: ignore[type-var]
