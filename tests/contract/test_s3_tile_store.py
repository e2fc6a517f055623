"""Stores in buckets keep what tile stores promise: on moto, and on Swift, which checks signatures."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contract.object_tile_store_suite import RESOURCES, SharedObjectTileStoreSuite
from tests.integration.services.process import Server
from tests.integration.services.s3_clients import ENVIRONMENT, s3_client
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.storage.objects.s3 import S3Bucket
from tilekeep.adapters.storage.objects.s3_account import S3Account, S3Options
from tilekeep.adapters.storage.services.exchanges import Exchanges
from tilekeep.adapters.storage.services.transfers import Transfers
from tilekeep.domain.tile import TileKey

_BUCKETS = itertools.count()
_TRANSFERS = Transfers(SystemClock())
RESOURCES.keep(_TRANSFERS)


class S3TileStoreSuite(SharedObjectTileStoreSuite):
    server: Server
    client: Any

    @pytest.fixture(autouse=True)
    def credentials(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in ENVIRONMENT.items():
            monkeypatch.setenv(name, value)

    def medium(self, folder: Path) -> str:
        bucket = f"tiles-{next(_BUCKETS)}"
        self.client.create_bucket(Bucket=bucket)
        return bucket

    def service(self, medium: str) -> S3Bucket:
        account = S3Account(S3Options(medium, endpoint_url=self.server.url))
        RESOURCES.keep(account)
        return S3Bucket(account, Exchanges(_TRANSFERS, SystemClock()), content_type="image/png")

    def put(self, medium: str, key: TileKey, body: bytes, at: float) -> None:
        self.client.put_object(Bucket=medium, Key=self.name(key), Body=body, ContentType="image/png")

    def get(self, medium: str, key: TileKey) -> bytes | None:
        try:
            found: bytes = self.client.get_object(Bucket=medium, Key=self.name(key))["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            return None
        return found

    def keys(self, medium: str) -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=medium)
        return [entry["Key"] for page in pages for entry in page.get("Contents", ())]


class TestMoto(S3TileStoreSuite):
    kills = 5

    # moto cannot bear this: it closes what it is still sending when another request replaces the object.
    test_threads_that_write_one_tile_never_show_a_mixture = None  # type: ignore[assignment]

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def running(cls, moto_server: Server) -> None:
        cls.server, cls.client = moto_server, s3_client(moto_server)


class TestSwift(S3TileStoreSuite):
    examples = 2
    removed_tiles = 40

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def running(cls, swift_server: Server) -> None:
        cls.server, cls.client = swift_server, s3_client(swift_server)
