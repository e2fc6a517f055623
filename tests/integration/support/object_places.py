"""Buckets and containers for tests, looked at from behind with the libraries of their makers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobServiceClient

from tests.integration.services.azurite import connection_string
from tests.integration.services.process import Server
from tests.integration.services.s3_clients import s3_client
from tilekeep.config.assemble.caches import CacheAssembly
from tilekeep.config.checked_container import checked_container
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.ports.tile_store import TileStore

_CONFIG = """\
globals: {{cache: {{base_dir: cache, tile_lock_dir: locks, s3: {s3}, azureblob: {azure}}}}}
services: {{tms: , wmts: }}
layers: [{{name: a, title: A, sources: [a]{layer}}}]
caches: {{a: {{grids: [G], sources: [{source}], meta_size: [2, 2], meta_buffer: 0, cache: {cache}}}}}
grids: {{G: {{srs: 'EPSG:3857', origin: nw, num_levels: 12}}}}
sources: {{w: {{type: wms, forward_req_params: [time], req: {{url: '{url}', layers: x}}}}}}
"""


class ObjectPlace(ABC):
    """A bucket or container of its own for one test."""

    kind: str

    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self.name = name

    def config(
        self,
        folder: Path,
        options: str = "",
        *,
        source_url: str = "",
        layer: str = "",
        server_url: str | None = None,
    ) -> Path:
        """A configuration whose cache ``a`` is here; ``options`` are further ones of the store."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "mapproxy.yaml"
        cache = f"{{type: {self.kind}{options and ', ' + options}}}"
        text = _CONFIG.format(
            cache=cache,
            source="w" if source_url else "",
            url=source_url or "http://127.0.0.1:1/",
            layer=layer,
            **self.defaults(server_url),
        )
        path.write_text(text)
        return path

    @abstractmethod
    def defaults(self, server_url: str | None) -> dict[str, str]:
        """The options of globals; of a service at another address if told so."""

    @abstractmethod
    def objects(self) -> dict[str, str | None]:
        """The content types of all objects by their keys."""

    @abstractmethod
    def put(self, key: str, body: bytes) -> None:
        """Stores an object without the code under test."""

    @abstractmethod
    def vanish(self) -> None:
        """Removes the place and all in it."""


class Bucket(ObjectPlace):
    kind = "s3"

    def __init__(self, server: Server, name: str) -> None:
        super().__init__(server, name)
        self._client = s3_client(server)
        self._client.create_bucket(Bucket=name)

    def defaults(self, server_url: str | None) -> dict[str, str]:
        return {
            "s3": f"{{bucket_name: {self.name}, endpoint_url: '{server_url or self.server.url}'}}",
            "azure": "{}",
        }

    def objects(self) -> dict[str, str | None]:
        keys = [entry["Key"] for entry in self._client.list_objects_v2(Bucket=self.name).get("Contents", ())]
        return {key: self._client.head_object(Bucket=self.name, Key=key)["ContentType"] for key in keys}

    def put(self, key: str, body: bytes) -> None:
        self._client.put_object(Bucket=self.name, Key=key, Body=body)

    def vanish(self) -> None:
        for key in self.objects():
            self._client.delete_object(Bucket=self.name, Key=key)
        self._client.delete_bucket(Bucket=self.name)


class Container(ObjectPlace):
    kind = "azureblob"

    def __init__(self, server: Server, name: str) -> None:
        super().__init__(server, name)
        self._service = BlobServiceClient.from_connection_string(connection_string(server))
        self._client = self._service.create_container(name)

    def defaults(self, server_url: str | None) -> dict[str, str]:
        text = connection_string(self.server)
        if server_url is not None:
            text = text.replace(self.server.url, server_url)
        return {"s3": "{}", "azure": f"{{container_name: {self.name}, connection_string: '{text}'}}"}

    def objects(self) -> dict[str, str | None]:
        return {blob.name: blob.content_settings.content_type for blob in self._client.list_blobs()}

    def put(self, key: str, body: bytes) -> None:
        self._client.upload_blob(key, body, overwrite=True)

    def vanish(self) -> None:
        try:
            self._client.delete_container()
        except ResourceNotFoundError:
            return


PLACES: dict[str, tuple[str, type[ObjectPlace]]] = {
    "s3": ("moto_server", Bucket),
    "azureblob": ("azurite_server", Container),
}


#: With one that checks signatures, and takes its time for everything.
ALL_PLACES: dict[str, tuple[str, type[ObjectPlace]]] = {**PLACES, "s3-on-swift": ("swift_server", Bucket)}


def store_of(config: Path) -> TileStore:
    """The store of the cache ``a`` of a configuration, as it is assembled."""
    assembly: CacheAssembly = checked_container(load_settings(str(config), variables={})).use_cases.caches()
    return next(assembly.stores()).store
