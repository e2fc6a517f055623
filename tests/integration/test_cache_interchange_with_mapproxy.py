"""Tilekeep reads what MapProxy 7.0.0 has stored in files, and the other way round, and their locks are the same."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image

from tests.integration.mapproxy_cache import (
    MapProxyFileCache,
    held_by_mapproxy,
    slots_held_by_mapproxy,
    try_slot,
    try_tile_lock,
)
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.locks.file_gate import file_gate
from tilekeep.adapters.locks.file_lock import FileTileLock
from tilekeep.adapters.storage.file import FileTileStore
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.errors import LockTimeout, SourceBusy
from tilekeep.domain.lock_names import file_lock_id, tile_lock_name
from tilekeep.domain.map_query import Upstream
from tilekeep.domain.tile import NewTile, TileCoord, TileKey, TileSet
from tilekeep.domain.tile_layout import LAYOUT_NAMES, tile_layout

AT = 1_700_000_000.25

#: All but the one that MapProxy does not know.
LAYOUTS_OF_BOTH = [name for name in LAYOUT_NAMES if name != "wmts"]
PASSED = Deadline(0.0)

COORDS = [
    TileCoord(0, 0, 0),
    TileCoord(2, 3, 1),
    TileCoord(12, 2137, 1410),
    TileCoord(22, 1_234_567, 3_999_999),
]
DIMENSIONS = [
    (("time", "2020-08-25T00:00:00Z"),),
    (("dim_level", "700"), ("elevation", "-10.5"), ("time", "2020")),
    (("time", "2020-01-01/2020-02-01"),),
]

Link = Literal["symlink", "hardlink"]


def make_store(directory: Path, layout: str, link: Link | None = None, extension: str = "png") -> FileTileStore:
    return FileTileStore(
        TileSet("osm", "webmercator", extension),
        str(directory),
        tile_layout(layout),
        media_type=None if extension == "mixed" else f"image/{extension}",
        directory_permissions=None,
        file_permissions=None,
        link_single_color=link,
    )


def tiles(layout: str) -> dict[TileKey, bytes]:
    """Tiles all over the levels; with dimensions where the layout has room for them in MapProxy."""
    dimensions = [()] if layout in ("quadkey", "arcgis") else [(), *DIMENSIONS]
    keys = [TileKey(coord, chosen) for coord in COORDS for chosen in dimensions]
    return {key: b"\x89PNG\r\n\x1a\n" + repr(key).encode() for key in keys}


def bodies(store: FileTileStore, keys: list[TileKey]) -> dict[TileKey, object]:
    return {key: tile.body for key, tile in store.read_many(keys).items()}


def image(color: tuple[int, ...]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB" if len(color) == 3 else "RGBA", (8, 8), color).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("layout", LAYOUTS_OF_BOTH)
def test_tiles_of_mapproxy_are_read_listed_and_removed(tmp_path: Path, layout: str) -> None:
    stored = tiles(layout)
    paths = MapProxyFileCache(tmp_path / "cache", layout).store(stored)

    store = make_store(tmp_path / "cache", layout)

    assert bodies(store, list(stored)) == stored
    listed = dict(entry for z in range(23) for entry in store.list(z))
    assert {key: info.stored_at for key, info in listed.items()} == {
        key: path.lstat().st_mtime for key, path in zip(stored, paths, strict=True)
    }
    for z in range(23):
        store.remove_level(z)
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("layout", LAYOUTS_OF_BOTH)
def test_tiles_of_tilekeep_are_read_by_mapproxy(tmp_path: Path, layout: str) -> None:
    stored = tiles(layout)
    store = make_store(tmp_path / "cache", layout)

    infos = store.write([NewTile(key, body, "image/png") for key, body in stored.items()], AT)

    reference = MapProxyFileCache(tmp_path / "cache", layout)
    assert reference.load(list(stored)) == stored
    assert reference.times(list(stored)) == [info.stored_at for info in infos]


@pytest.mark.parametrize("layout", LAYOUTS_OF_BOTH)
def test_each_replaces_the_tiles_of_the_other(tmp_path: Path, layout: str) -> None:
    key, (old, new) = TileKey(COORDS[2]), (b"\x89PNG\r\n\x1a\nold", b"\x89PNG\r\n\x1a\nnew")
    store, reference = make_store(tmp_path, layout), MapProxyFileCache(tmp_path, layout)

    reference.store({key: old})
    store.write([NewTile(key, new, "image/png")], AT)
    assert reference.load([key]) == {key: new}

    reference.store({key: old})
    assert bodies(store, [key]) == {key: old}


def test_tiles_of_a_mixed_cache_keep_their_extension(tmp_path: Path) -> None:
    stored = {TileKey(COORDS[1]): b"\xff\xd8\xff\xe0 jpeg", TileKey(COORDS[2]): b"\x89PNG\r\n\x1a\n png"}
    MapProxyFileCache(tmp_path, "tc", extension="mixed").store(stored)

    found = make_store(tmp_path, "tc", extension="mixed").read_many(list(stored))

    assert {key: (tile.body, tile.media_type) for key, tile in found.items()} == {
        key: (body, media_type)
        for (key, body), media_type in zip(stored.items(), ["image/jpeg", "image/png"], strict=True)
    }


@pytest.mark.parametrize("link", ["symlink", "hardlink"])
@pytest.mark.parametrize("color", [(254, 0, 4), (254, 0, 4, 128)], ids=["rgb", "rgba"])
def test_tiles_of_one_colour_share_the_file_of_that_colour_with_mapproxy(
    tmp_path: Path, link: Link, color: tuple[int, ...]
) -> None:
    first, second, body = TileKey(COORDS[1]), TileKey(COORDS[2]), image(color)
    store, reference = make_store(tmp_path, "tc", link), MapProxyFileCache(tmp_path, "tc", link)

    reference.store({first: body})
    (colour,) = (tmp_path / "single_color_tiles").iterdir()
    at = colour.stat().st_mtime
    (info,) = store.write([NewTile(second, body, "image/png", single_color=color)], at)

    assert list((tmp_path / "single_color_tiles").iterdir()) == [colour]
    assert bodies(store, [first, second]) == reference.load([first, second]) == {first: body, second: body}
    assert reference.times([second]) == [info.stored_at]


def test_locks_have_the_names_of_mapproxy(tmp_path: Path) -> None:
    key = TileKey(TileCoord(4, 9, 6))

    name = tile_lock_name(file_lock_id(str(tmp_path)), key.coord)

    assert name == MapProxyFileCache(tmp_path, "tc").lock_name(key)


def test_a_lock_held_by_either_is_not_given_to_the_other(tmp_path: Path) -> None:
    lock = FileTileLock(str(tmp_path / "locks"), SystemClock(), timeout_seconds=60.0)
    path = tmp_path / "locks" / "0123-9-6-4.lck"

    with lock.hold(path.name, NO_DEADLINE):
        assert not try_tile_lock(path)
    assert try_tile_lock(path)

    with held_by_mapproxy(path):
        with lock.try_hold(path.name) as held:
            assert not held
        with pytest.raises(LockTimeout), lock.hold(path.name, PASSED):
            pytest.fail("a lock of MapProxy was given twice")
    with lock.hold(path.name, PASSED):
        pass


def test_slots_held_by_either_are_counted_by_the_other(tmp_path: Path) -> None:
    gate = file_gate(str(tmp_path), SystemClock())
    upstream = Upstream("user:password@maps.example:8080", concurrent_requests=2)
    stem = tmp_path / "29c867ae0a9362f83bee5942643e0a74.lck"

    with gate.admit(upstream, Purpose.SERVE, PASSED):
        assert try_slot(stem, 2)
        with slots_held_by_mapproxy(stem, 2):
            assert not try_slot(stem, 2)
            with pytest.raises(SourceBusy), gate.admit(upstream, Purpose.SERVE, PASSED):
                pytest.fail("a slot of MapProxy was given twice")
    with gate.admit(upstream, Purpose.SERVE, PASSED), gate.admit(upstream, Purpose.SERVE, PASSED):
        assert not try_slot(stem, 2)
