"""Tiles whose bytes lie inside a larger file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.catalogue import WEBMERCATOR, FakeLayers
from tests.fakes.wsgi import client
from tilekeep.domain.tile import FileSlice, StoredTile, TileCoord, TileInfo, TileKey

TILE = "/tiles/osm/EPSG3857/0/0/0.png"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return tmp_path / "bundle"


@pytest.fixture
def layers(bundle: Path) -> FakeLayers:
    layers = FakeLayers()
    tiles = layers.add("osm", WEBMERCATOR)
    body = FileSlice(str(bundle), 3, 4)
    tiles.stored[TileKey(TileCoord(0, 0, 0))] = StoredTile(body, "image/png", TileInfo(1_600_000_000.0, 4))
    return layers


def test_the_bytes_are_read_from_their_place(layers: FakeLayers, bundle: Path) -> None:
    bundle.write_bytes(b"...tile...")

    answer = client(layers).get(TILE)

    assert (answer.status_code, answer.content_length, answer.data) == (200, 4, b"tile")


@pytest.mark.parametrize(
    "content", [pytest.param(None, id="no file"), pytest.param(b"...ti", id="a file that ends too early")]
)
def test_bytes_that_are_not_there_any_more_are_an_error_without_paths(
    layers: FakeLayers, bundle: Path, content: bytes | None
) -> None:
    if content is not None:
        bundle.write_bytes(content)

    answer = client(layers).get(TILE)

    assert (answer.status_code, str(bundle) in answer.text) == (500, False)
