"""Buckets and containers for the benchmarks, on real services of this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.integration.services.azurite import azurite, connection_string
from tests.integration.services.s3_clients import s3_client
from tests.integration.services.swift import swift


def object_places(stack: ExitStack, directory: Path) -> Mapping[str, Callable[[str], str]]:
    """For each kind of store a function that makes a place of a name and gives the options to find it with."""
    for name in ("swift", "azurite"):
        (directory / name).mkdir(parents=True)
    buckets = stack.enter_context(swift(directory / "swift"))
    blobs = stack.enter_context(azurite(directory / "azurite"))

    def bucket(name: str) -> str:
        s3_client(buckets).create_bucket(Bucket=name)
        return f"bucket_name: {name}, endpoint_url: '{buckets.url}'"

    def container(name: str) -> str:
        from azure.storage.blob import BlobServiceClient

        with BlobServiceClient.from_connection_string(connection_string(blobs)) as service:
            service.create_container(name)
        return f"container_name: {name}, connection_string: '{connection_string(blobs)}'"

    return {"s3": bucket, "azureblob": container}
