"""What makes stores on services of objects: the accounts, connections and threads that they share."""

from __future__ import annotations

import os
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
from tilekeep.config.mapproxy.meaning_objects import AzureStorage, S3Storage
from tilekeep.config.process_resources import ProcessResources
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


def connection_string(storage: AzureStorage) -> str:
    """That of the environment, else the configured one."""
    return os.environ.get(AZURE_VARIABLE) or storage.connection_string or ""
