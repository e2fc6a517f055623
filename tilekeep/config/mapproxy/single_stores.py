"""Tiers one by one: each as if the cache had no other store, so that what is known of stores holds for tiers too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tilekeep.config.mapproxy.backends import (
    BackendOptions,
    TiersBackend,
)
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.problems import OptionPath


class SingleStore(NamedTuple):
    """A store of a cache.

    :ivar path: of its options.
    :ivar settings: in which the cache has this store and no other.
    """

    path: OptionPath
    settings: Settings


def stores_of(backend: BackendOptions | None) -> tuple[BackendOptions, ...]:
    """A store, or the tiers that it is made of."""
    if backend is None:
        return ()
    return backend.tiers if isinstance(backend, TiersBackend) else (backend,)


def with_store(settings: Settings, name: str, backend: BackendOptions) -> Settings:
    """Settings in which there is no other cache than ``name``, and it has this store."""
    cache = settings.caches[name].model_copy(update={"cache": backend})
    return settings.model_copy(update={"caches": {name: cache}})


def single_stores(settings: Settings, name: str) -> Iterator[SingleStore]:
    """The store of a cache, or its tiers, the fastest first."""
    path = ("caches", name, "cache")
    backend = settings.caches[name].cache
    if not isinstance(backend, TiersBackend):
        yield SingleStore(path, settings)
        return
    for index, tier in enumerate(backend.tiers):
        # The locks are those of the cache, whatever it stores in.
        own = tier if tier.tile_lock_dir else tier.model_copy(update={"tile_lock_dir": backend.tile_lock_dir})
        yield SingleStore((*path, "tiers", index), with_store(settings, name, own))
