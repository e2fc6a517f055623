"""Servers of objects, each started once for all tests that want it: a test takes a bucket or container of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.services.azurite import azurite
from tests.integration.services.moto import moto
from tests.integration.services.process import Server
from tests.integration.services.swift import swift


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """moto, running."""
    with moto(tmp_path_factory.mktemp("moto")) as server:
        yield server


@pytest.fixture(scope="session")
def swift_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Swift with its S3 API, running."""
    with swift(tmp_path_factory.mktemp("swift")) as server:
        yield server


@pytest.fixture(scope="session")
def azurite_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Azurite, running."""
    with azurite(tmp_path_factory.mktemp("azurite")) as server:
        yield server
