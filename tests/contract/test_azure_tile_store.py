"""Stores in containers of Azure keep what tile stores promise: on Azurite, which checks signatures."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobServiceClient, ContainerClient

from tests.contract.object_tile_store_suite import RESOURCES, SharedObjectTileStoreSuite
from tests.integration.services.azurite import connection_string
from tests.integration.services.process import Server
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.storage.objects.azure import AzureContainer
from tilekeep.adapters.storage.objects.azure_account import azure_account
from tilekeep.adapters.storage.services.exchanges import Exchanges
from tilekeep.adapters.storage.services.transfers import Transfers
from tilekeep.domain.tile import TileKey

_CONTAINERS = itertools.count()
_CLOCK = SystemClock()
_TRANSFERS = Transfers(_CLOCK)
RESOURCES.keep(_TRANSFERS)


class TestAzurite(SharedObjectTileStoreSuite):
    server: Server
    client: BlobServiceClient

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def running(cls, azurite_server: Server) -> Iterator[None]:
        cls.server = azurite_server
        with BlobServiceClient.from_connection_string(connection_string(azurite_server)) as cls.client:
            yield

    def medium(self, folder: Path) -> str:
        container = f"tiles-{next(_CONTAINERS)}"
        self.client.create_container(container)
        return container

    def service(self, medium: str) -> AzureContainer:
        account = azure_account(connection_string(self.server))
        return AzureContainer(account, medium, Exchanges(_TRANSFERS, _CLOCK), _CLOCK, content_type="image/png")

    def put(self, medium: str, key: TileKey, body: bytes, at: float) -> None:
        self._container(medium).upload_blob(self.name(key), body, overwrite=True)

    def get(self, medium: str, key: TileKey) -> bytes | None:
        try:
            return self._container(medium).download_blob(self.name(key)).readall()
        except ResourceNotFoundError:
            return None

    def keys(self, medium: str) -> list[str]:
        return list(self._container(medium).list_blob_names())

    def _container(self, medium: str) -> ContainerClient:
        return self.client.get_container_client(medium)
