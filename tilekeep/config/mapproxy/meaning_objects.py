"""The meaning of the options of s3 and azureblob caches (spec/caches.md, 2, 3.8 and 3.9)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from tilekeep.config.mapproxy.backends import (
    AzureBackend,
    S3Backend,
)
from tilekeep.config.mapproxy.globals import AzureDefaults, S3Defaults
from tilekeep.config.mapproxy.meaning_grid import effective_grid
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.lock_names import azure_lock_id, s3_lock_id

OBJECT_BACKENDS = S3Backend | AzureBackend


@dataclass(frozen=True, slots=True)
class S3Storage:
    """A bucket; what is None is left to the environment and the files of AWS.

    :ivar access_control_list: of new tiles, or None.
    :ivar anonymous_reads: whether tiles are read without credentials (``use_http_get``).
    """

    directory_layout: str
    bucket: str
    profile: str | None
    region: str | None
    endpoint_url: str | None
    access_control_list: str | None
    anonymous_reads: bool

    def lock_id(self, place: str) -> str:
        """By which locks of the tiles at ``place`` are told apart from those of others (spec/caches.md, 5)."""
        return s3_lock_id(place, self.bucket)


@dataclass(frozen=True, slots=True)
class AzureStorage:
    """A container.

    :ivar connection_string: the configured one, over which that of the environment goes.
    """

    directory_layout: str
    container: str
    connection_string: str | None = field(repr=False)

    def lock_id(self, place: str) -> str:
        """As :meth:`S3Storage.lock_id`."""
        return azure_lock_id(place, self.container)


def object_storage(settings: Settings, backend: OBJECT_BACKENDS) -> S3Storage | AzureStorage:
    """The options of a cache, else those of the globals; names that are missing are empty."""

    def chosen(option: str) -> Any:
        own = getattr(backend, option)
        return getattr(_defaults(settings, backend), option) if own is None else own

    if isinstance(backend, AzureBackend):
        return AzureStorage(backend.directory_layout, chosen("container_name") or "", chosen("connection_string"))
    return S3Storage(
        directory_layout=backend.directory_layout,
        bucket=chosen("bucket_name") or "",
        profile=chosen("profile_name"),
        region=chosen("region_name"),
        endpoint_url=chosen("endpoint_url"),
        access_control_list=chosen("access_control_list"),
        anonymous_reads=bool(chosen("use_http_get")),
    )


def object_place(settings: Settings, name: str, grid: str) -> str:
    """What the keys of tiles begin with, a leading slash included, which they do not have."""
    backend = settings.caches[name].cache
    assert isinstance(backend, OBJECT_BACKENDS), "asked for caches of these types only"
    grid_name = effective_grid(settings, grid).name
    if backend.directory is None:
        return os.path.join(name, grid_name)
    if isinstance(backend, S3Backend) and includes_grid_name(settings, backend):
        return os.path.join(backend.directory, grid_name)
    return backend.directory


def includes_grid_name(settings: Settings, backend: S3Backend) -> bool:
    """Whether ``directory`` is followed by the name of the grid."""
    own = backend.include_grid_name
    return bool(_defaults(settings, backend).include_grid_name if own is None else own)


def _defaults(settings: Settings, backend: OBJECT_BACKENDS) -> Any:
    if isinstance(backend, AzureBackend):
        return settings.globals.cache.azureblob or AzureDefaults()
    return settings.globals.cache.s3 or S3Defaults()
