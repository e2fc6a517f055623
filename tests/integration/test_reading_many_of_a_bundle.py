"""Tiles of a bundle that are read together are those that are read alone, and need few looks at the index."""

from __future__ import annotations

import os
import random
import struct
from pathlib import Path

import pytest

from tests.contract.bundle_back_door import put_version_1, put_version_2
from tests.contract.compact_stores import compact_store
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import NewTile, TileCoord, TileKey

AT = 1_700_000_000.25
META_TILE = [TileKey(TileCoord(12, x, y)) for y in range(40, 44) for x in range(20, 24)]
BACK_DOORS = {1: put_version_1, 2: put_version_2}

both_versions = pytest.mark.parametrize("version", [1, 2])


def png(text: object, size: int = 0) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + str(text).encode().ljust(size, b".")


def new(key: TileKey, size: int = 12_000) -> NewTile:
    return NewTile(key, png(key, size), "image/png")


@both_versions
def test_tiles_of_all_sizes_and_places_are_those_that_are_read_alone(tmp_path: Path, version: int) -> None:
    dice = random.Random(version)
    keys = [TileKey(TileCoord(12, dice.randrange(128), dice.randrange(128))) for _ in range(60)] + META_TILE
    store = compact_store(tmp_path, version)
    stored = dice.sample(keys, 50)
    for size in (90, 12_000, 30_000, 700_000):
        store.write([new(key, size) for key in dice.sample(stored, 25)], AT)
    BACK_DOORS[version](tmp_path, META_TILE[5], png("of another program", 5_000), AT)

    for count in (2, 16, len(keys)):
        asked = dice.sample(keys, count)
        found = store.read_many([*asked, asked[0]])
        alone = {key: store.read(key) for key in asked}
        assert found == {key: tile for key, tile in alone.items() if tile is not None}


@both_versions
def test_the_index_of_a_block_of_tiles_is_looked_at_once(
    tmp_path: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = compact_store(tmp_path, version)
    store.write([new(key) for key in META_TILE], AT)
    calls = []
    pread = os.pread
    monkeypatch.setattr(os, "pread", lambda *arguments: calls.append(arguments) or pread(*arguments))

    assert store.read_many(META_TILE).keys() == set(META_TILE)
    assert len(calls) == 1 + len(META_TILE)


@both_versions
def test_of_the_index_nothing_is_read_between_tiles_far_from_each_other(
    tmp_path: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    corners = [TileKey(TileCoord(12, x, y)) for x in (0, 127) for y in (0, 127)]
    store = compact_store(tmp_path, version)
    store.write([new(key) for key in corners], AT)
    sizes = []
    pread = os.pread

    def measured(*arguments: int) -> bytes:
        found = pread(*arguments)
        sizes.append(len(found))
        return found

    monkeypatch.setattr(os, "pread", measured)

    assert store.read_many(corners).keys() == set(corners)
    assert max(sizes) < 20_000


@both_versions
@pytest.mark.parametrize(
    ("content", "why"),
    [(b"<html>", "is no image"), (struct.pack("<I", 1 << 30), "ends before the tile does|something else lies")],
    ids=["the-bytes", "the-size"],
)
def test_a_damaged_tile_among_others_is_named(tmp_path: Path, version: int, content: bytes, why: str) -> None:
    store = compact_store(tmp_path, version)
    store.write([new(key) for key in META_TILE], AT)
    (path,) = tmp_path.rglob("*.bundle")
    offset = path.read_bytes().index(png(META_TILE[7], 12_000)[:60])
    with path.open("r+b") as file:
        file.seek(offset if why == "is no image" else offset - 4)
        file.write(content)
    x, y = META_TILE[7].coord.x, META_TILE[7].coord.y

    with pytest.raises(StoreError, match=rf"R0000C0000.bundle' is damaged: tile 12/{x}/{y}: .*({why})"):
        store.read_many(META_TILE)
