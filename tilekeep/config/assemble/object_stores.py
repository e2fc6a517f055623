"""The stores of caches in buckets and containers, and what the machine lacks for them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Collection, Iterator

from tilekeep.config.assemble.wanted_store import WantedStore
from tilekeep.config.mapproxy.meaning_objects import OBJECT_BACKENDS, AzureStorage, S3Storage, object_storage
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.problems import Place, Problem, error
from tilekeep.domain.errors import ConfigurationError
from tilekeep.ports.tile_store import TileStore


def object_store(make: Callable[..., TileStore], dimension_names: Collection[str], wanted: WantedStore) -> TileStore:
    """The store that is wanted; ``make`` is told its kind and its options."""
    storage = wanted.cache.storage
    return make(
        "s3" if isinstance(storage, S3Storage) else "azureblob",
        storage=storage,
        tile_set=wanted.tile_set,
        directory=wanted.place,
        media_type=wanted.media_type,
        dimension_names=dimension_names,
    )


def object_store_problems(settings: Settings) -> Iterator[Problem]:
    """What the machine lacks for s3 and azureblob caches: a library, or a connection string that can be used."""
    for name, cache in settings.caches.items():
        if cache.disable_storage or not isinstance(cache.cache, OBJECT_BACKENDS):
            continue
        storage = object_storage(settings, cache.cache)
        path = ("caches", name, "cache")
        if isinstance(storage, AzureStorage):
            yield from _connection_problems((*path,), storage)
        elif importlib.util.find_spec("botocore") is None:
            message = "s3 caches need the library botocore, which is not installed; pip install 'tilekeep[s3]'"
            yield error((*path, "type"), message)


def _connection_problems(path: tuple[str, ...], storage: AzureStorage) -> Iterator[Problem]:
    from tilekeep.adapters.storage.objects.azure_account import azure_account
    from tilekeep.config.assemble.object_services import AZURE_VARIABLE, connection_string

    if not connection_string(storage):
        message = f"the cache has no connection_string; add it here, to globals.cache.azureblob or as {AZURE_VARIABLE}"
        yield error(path, message, place=Place.KEY)
        return
    try:
        azure_account(connection_string(storage))
    except ConfigurationError as problem:
        yield error(path, problem.message, place=Place.KEY)
