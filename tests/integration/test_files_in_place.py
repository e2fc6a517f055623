"""Stores that give the places of tiles instead of their bytes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tilekeep.adapters.storage.file import FileTileStore
from tilekeep.adapters.storage.files_in_place import file_store
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import FileSlice, NewTile, TileCoord, TileKey, TileSet
from tilekeep.domain.tile_layout import tile_layout

KEY = TileKey(TileCoord(1, 0, 0))
BODY = b"\x89PNG\r\n\x1a\n and more"


@pytest.fixture
def store(tmp_path: Path) -> FileTileStore:
    return made(tmp_path, in_place=True)


def made(directory: Path, **options: Any) -> FileTileStore:
    defaults: dict[str, Any] = {"media_type": "image/png", "directory_permissions": None, "file_permissions": None}
    tile_set = TileSet("osm", "grid", "png")
    return file_store(tile_set, str(directory), tile_layout("tms"), link_single_color=None, **{**defaults, **options})


def test_a_tile_is_a_place_with_the_facts_that_reading_it_gives(store: FileTileStore, tmp_path: Path) -> None:
    store.write([NewTile(KEY, BODY, "image/png")], 1_600_000_000.0)

    tile, read = store.read(KEY), made(tmp_path, in_place=False).read(KEY)

    assert tile is not None
    assert read is not None
    assert tile.body == FileSlice(str(tmp_path / "1/0/0.png"), 0, len(BODY))
    assert tile[1:] == read[1:]


def test_maps_get_bytes(store: FileTileStore) -> None:
    store.write([NewTile(KEY, BODY, "image/png")], 0.0)

    assert store.read_many([KEY])[KEY].body == BODY


def test_links_are_read(store: FileTileStore, tmp_path: Path) -> None:
    (tmp_path / "1/0").mkdir(parents=True)
    (tmp_path / "single_color_tiles").mkdir()
    (tmp_path / "single_color_tiles/ff0000.png").write_bytes(BODY)
    os.symlink("../../single_color_tiles/ff0000.png", tmp_path / "1/0/0.png")

    tile = store.read(KEY)

    assert tile is not None
    assert tile.body == BODY


@pytest.mark.parametrize("content", [None, b""], ids=["missing", "empty"])
def test_what_is_no_tile_is_none(store: FileTileStore, tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "1/0").mkdir(parents=True)
        (tmp_path / "1/0/0.png").write_bytes(content)

    assert store.read(KEY) is None


def test_what_cannot_be_looked_at_is_an_error_of_the_store(store: FileTileStore, tmp_path: Path) -> None:
    (tmp_path / "1").symlink_to("1")

    with pytest.raises(StoreError, match="read tile"):
        store.read(KEY)


@pytest.mark.parametrize("media_type", [None, "image/jpeg"], ids=["mixed", "another one"])
def test_the_type_is_that_of_the_bytes(tmp_path: Path, media_type: str | None) -> None:
    store = made(tmp_path, media_type=media_type, in_place=True)
    store.write([NewTile(KEY, BODY, "image/png")], 0.0)

    tile = store.read(KEY)

    assert tile is not None
    assert tile.media_type == "image/png"


def test_what_is_no_image_is_not_sent(store: FileTileStore, tmp_path: Path) -> None:
    (tmp_path / "1/0").mkdir(parents=True)
    (tmp_path / "1/0/0.png").write_bytes(b"<script>")

    with pytest.raises(StoreError, match="is no image"):
        store.read(KEY)
