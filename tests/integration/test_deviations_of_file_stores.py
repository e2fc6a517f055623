"""Levels of file caches are removed where MapProxy passes them by or stumbles (spec/caches.md, 3.1.1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tilekeep.adapters.storage.file import FileTileStore
from tilekeep.domain.tile import NewTile, TileCoord, TileKey, TileSet
from tilekeep.domain.tile_layout import LAYOUT_NAMES, tile_layout

AT = 1_700_000_000.25
BODY = b"\x89PNG\r\n\x1a\nbody"
KEY = TileKey(TileCoord(4, 9, 6))
DEEPER = TileKey(TileCoord(5, 9, 6))


def store_of(layout: str, directory: Path) -> FileTileStore:
    return FileTileStore(
        TileSet("osm", "webmercator", "png"),
        str(directory),
        tile_layout(layout),
        media_type="image/png",
        directory_permissions=None,
        file_permissions=None,
        link_single_color=None,
    )


@pytest.mark.parametrize("layout", sorted(LAYOUT_NAMES))
def test_a_level_is_removed_in_every_layout(layout: str, tmp_path: Path) -> None:
    store = store_of(layout, tmp_path)
    store.write([NewTile(key, BODY, "image/png") for key in (KEY, DEEPER)], AT)

    store.remove_level(4)

    assert store.read(KEY) is None
    assert store.read(DEEPER) is not None


@pytest.mark.parametrize("layout", ["tc", "mp", "tms", "reverse_tms"])
def test_a_level_is_removed_below_its_dimensions_too(layout: str, tmp_path: Path) -> None:
    store = store_of(layout, tmp_path)
    in_time = KEY._replace(dimensions=(("time", "2024"),))
    store.write([NewTile(key, BODY, "image/png") for key in (KEY, in_time, DEEPER)], AT)

    store.remove_level(4)

    assert [store.read(key) is None for key in (KEY, in_time, DEEPER)] == [True, True, False]
