"""The stores of caches in buckets and containers."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Collection, Iterator
from typing import Any

from tilekeep.adapters.storage.objects.azure import AzureContainer
from tilekeep.adapters.storage.objects.azure_account import azure_account
from tilekeep.adapters.storage.objects.s3 import S3Bucket
from tilekeep.adapters.storage.objects.s3_account import S3Account, S3Options
from tilekeep.adapters.storage.objects.store import ObjectTileStore
from tilekeep.adapters.storage.objects.workers import ObjectWorkers
from tilekeep.adapters.storage.services.exchanges import Exchanges
from tilekeep.adapters.storage.services.transfers import Transfers
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.config.assemble.wanted_store import WantedStore
from tilekeep.config.mapproxy.meaning_objects import OBJECT_BACKENDS, AzureStorage, S3Storage, object_storage
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.problems import Place, Problem, error
from tilekeep.config.process_resources import ProcessResources
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.tile_layout import tile_layout
from tilekeep.ports.clock import Clock
from tilekeep.ports.tile_store import TileStore

#: Goes over the configured connection string (spec/caches.md, 3.9).
AZURE_VARIABLE = "AZURE_STORAGE_CONNECTION_STRING"


class ObjectStores:
    """Makes stores on services of objects; those of one bucket share where it is and whether it answers.

    Args:
        resources: resets accounts in forked children.
        transfers: the connections of the process.
        workers: the threads of the process.
        clock: time and time-outs.
    """

    def __init__(self, resources: ProcessResources, transfers: Transfers, workers: ObjectWorkers, clock: Clock) -> None:
        self._resources = resources
        self._transfers = transfers
        self._workers = workers
        self._clock = clock
        self._accounts: OncePerKey[S3Options, S3Account] = OncePerKey(self._account)
        self._exchanges: OncePerKey[object, Exchanges] = OncePerKey(lambda _: Exchanges(transfers, clock))

    def bucket_store(self, storage: S3Storage, **options: Any) -> TileStore:
        """A store in a bucket; content types are those that MapProxy gives (spec/caches.md, 3.8)."""
        s3_options = S3Options(
            storage.bucket,
            storage.profile,
            storage.region,
            storage.endpoint_url,
            storage.access_control_list,
            storage.anonymous_reads,
        )
        extension = options["tile_set"].format
        bucket = S3Bucket(
            self._accounts(s3_options),
            self._exchanges(s3_options),
            content_type=f"image/{extension}" if extension in ("png", "jpeg") else None,
        )
        return self._store(bucket, storage.directory_layout, options)

    def container_store(self, storage: AzureStorage, **options: Any) -> TileStore:
        """A store in a container.

        :raises ConfigurationError: the connection string cannot be understood.
        """
        account = azure_account(connection_string(storage))
        container = AzureContainer(
            account,
            storage.container,
            self._exchanges(account.address),
            self._clock,
            content_type=f"image/{options['tile_set'].format}",
        )
        return self._store(container, storage.directory_layout, options)

    def _store(self, service: S3Bucket | AzureContainer, layout: str, options: dict[str, Any]) -> TileStore:
        return ObjectTileStore(service=service, workers=self._workers, layout=tile_layout(layout), **options)

    def _account(self, options: S3Options) -> S3Account:
        account = S3Account(options)
        self._resources.keep(account)
        return account


def bucket_store(stores: ObjectStores, **options: Any) -> TileStore:
    """See :meth:`ObjectStores.bucket_store`."""
    return stores.bucket_store(**options)


def container_store(stores: ObjectStores, **options: Any) -> TileStore:
    """See :meth:`ObjectStores.container_store`."""
    return stores.container_store(**options)


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


def connection_string(storage: AzureStorage) -> str:
    """That of the environment, else the configured one."""
    return os.environ.get(AZURE_VARIABLE) or storage.connection_string or ""


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
    if not connection_string(storage):
        message = f"the cache has no connection_string; add it here, to globals.cache.azureblob or as {AZURE_VARIABLE}"
        yield error(path, message, place=Place.KEY)
        return
    try:
        azure_account(connection_string(storage))
    except ConfigurationError as problem:
        yield error(path, problem.message, place=Place.KEY)
