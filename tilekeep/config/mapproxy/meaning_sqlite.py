"""The meaning of the options of sqlite, mbtiles and geopackage caches (spec/caches.md, 2 and 3.2 to 3.4)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

from tilekeep.config.mapproxy.backends import (
    GeopackageBackend,
    MbtilesBackend,
    RowOrder,
    SqliteBackend,
)
from tilekeep.config.mapproxy.meaning_grid import effective_grid
from tilekeep.config.mapproxy.paths import from_base
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.lock_names import sqlite_lock_id
from tilekeep.domain.origin import Origin

SQLITE_BACKENDS = SqliteBackend | MbtilesBackend | GeopackageBackend

SqliteKind = Literal["sqlite", "mbtiles", "geopackage", "geopackage-levels"]

_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class SqliteStorage:
    """What these caches have besides what all have.

    :ivar timeout_seconds: how long a locked file is waited for.
    :ivar wal: whether new files get a write-ahead log; None for those on a local disk.
    :ivar ttl_seconds: after which tiles count as missing; 0 for never.
    :ivar table: of the tiles in a GeoPackage; None for the cache and its grid.
    :ivar row_order: whether rows are counted as in the grid.
    :ivar shares_images: whether tiles with the same bytes share them in new files.
    """

    kind: SqliteKind
    timeout_seconds: float
    wal: bool | None
    ttl_seconds: int
    table: str | None
    row_order: RowOrder
    shares_images: bool = False

    def table_of(self, cache: str, grid: str) -> str:
        """The table with the tiles of ``cache`` in the grid called ``grid``."""
        return self.table or f"{cache}_{grid}"

    def lock_id(self, place: str) -> str:
        """By which locks of the tiles at ``place`` are told apart from those of others (spec/caches.md, 5)."""
        return sqlite_lock_id(self.kind, place)


def sqlite_storage(settings: Settings, backend: SQLITE_BACKENDS) -> SqliteStorage:
    """The options of a cache, else those of the globals."""
    default = settings.globals.cache
    own = None if isinstance(backend, GeopackageBackend) else backend
    timeout = (own and own.sqlite_timeout) or default.sqlite_timeout or _TIMEOUT_SECONDS
    return SqliteStorage(
        kind=_kind(backend),
        timeout_seconds=timeout,
        wal=default.sqlite_wal if own is None or own.sqlite_wal is None else own.sqlite_wal,
        ttl_seconds=backend.ttl if isinstance(backend, SqliteBackend) else 0,
        table=backend.table_name if isinstance(backend, GeopackageBackend) else None,
        row_order="grid" if isinstance(backend, SqliteBackend) else backend.row_order,
        shares_images=not isinstance(backend, GeopackageBackend) and backend.share_identical_images,
    )


def sqlite_place(settings: Settings, name: str, grid: str, base_dir: str, root: str) -> str:
    """The file of a cache, or the directory of its files; ``root`` is the directory of the cache's tiles."""
    backend = settings.caches[name].cache
    assert isinstance(backend, SQLITE_BACKENDS), "asked for caches of these types only"
    if isinstance(backend, SqliteBackend) or (isinstance(backend, GeopackageBackend) and backend.levels):
        below = () if backend.directory else (name,)
        return os.path.join(root, *below, effective_grid(settings, grid).name)
    filename = backend.filename or f"{name}.{'mbtiles' if isinstance(backend, MbtilesBackend) else 'gpkg'}"
    return file_of_cache(filename, base_dir, root)


def file_of_cache(filename: str, base_dir: str, root: str) -> str:
    """A file of a cache whose tiles lie in ``root``, or beside the configuration."""
    return from_base(base_dir, filename) if filename.startswith("./") else os.path.join(root, filename)


def standard_origin(kind: SqliteKind) -> Origin | None:
    """From where other programs count the rows of these files; None for files that are for nobody else."""
    return {"mbtiles": "sw", "geopackage": "nw", "geopackage-levels": "nw"}.get(kind)  # type: ignore[return-value]


def _kind(backend: SQLITE_BACKENDS) -> SqliteKind:
    if isinstance(backend, GeopackageBackend):
        return "geopackage-levels" if backend.levels else "geopackage"
    return backend.type
