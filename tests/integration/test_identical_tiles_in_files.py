"""Identical tiles of a meta tile are one file with several names, and yet each keeps its own time."""

from __future__ import annotations

import errno
import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.processes import forked, kill, signals
from tests.integration.mapproxy_cache import MapProxyFileCache
from tilekeep.adapters.storage.file import FileTileStore
from tilekeep.config.checked_container import checked_container
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.domain.tile import NewTile, TileCoord, TileKey, TileSet, Validators
from tilekeep.domain.tile_layout import tile_layout
from tilekeep.ports.tile_store import TileStore

AT, LATER = 1_400_000_000.0, 1_500_000_000.0
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
SEA, LAND = PNG_HEAD + b"sea" * 3000, PNG_HEAD + b"land" * 3000
BLOCK = [TileKey(TileCoord(4, x, y)) for x in range(4) for y in range(4)]
VALIDATORS = Validators('"a"', None)
CONFIG = """
services: {{tms: }}
layers: [{{name: a, title: A, sources: [a]}}]
caches: {{a: {{grids: [G], sources: [], cache: {{type: file, directory: tiles, share_identical_images: true}}}}}}
grids: {{G: {{srs: 'EPSG:3857', origin: sw, num_levels: 12}}}}
globals: {{cache: {{base_dir: {0}}}}}
"""


@pytest.fixture
def store(tmp_path: Path) -> FileTileStore:
    return store_in(tmp_path)


def store_in(folder: Path) -> FileTileStore:
    return FileTileStore(
        TileSet("osm", "webmercator", "png"),
        str(folder / "tiles"),
        tile_layout("tms"),
        media_type="image/png",
        directory_permissions=None,
        file_permissions=None,
        link_single_color=None,
        shares_images=True,
    )


def fill(store: TileStore, body: bytes = SEA, at: float = AT, keys: list[TileKey] = BLOCK) -> None:
    store.write([NewTile(key, body, "image/png", VALIDATORS) for key in keys], at)


def files_with_bytes(folder: Path) -> set[int]:
    return {path.stat().st_ino for path in folder.rglob("*.png")}


def times(store: TileStore) -> dict[TileKey, float]:
    return {key: info.stored_at for key, info in store.list(4)}


def test_the_tiles_of_a_block_share_one_file_if_they_are_the_same(store: FileTileStore, tmp_path: Path) -> None:
    fill(store)
    fill(store, LAND, keys=BLOCK[:3])

    assert len(files_with_bytes(tmp_path)) == 2
    assert times(store) == dict.fromkeys(BLOCK, AT)
    tiles = store.read_many(BLOCK)
    assert [tiles[key].body for key in BLOCK] == [LAND] * 3 + [SEA] * 13
    assert [path.name for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".png"] == []


def test_tiles_of_other_times_and_other_validators_share_none(store: FileTileStore, tmp_path: Path) -> None:
    fill(store, keys=BLOCK[:2])
    fill(store, at=LATER, keys=BLOCK[2:4])
    store.write([NewTile(BLOCK[4], SEA, "image/png", VALIDATORS), NewTile(BLOCK[5], SEA, "image/png")], AT)

    assert len(files_with_bytes(tmp_path)) == 4
    assert store.stat_many([BLOCK[5]])[BLOCK[5]].validators is None


def test_a_block_that_is_renewed_as_a_whole_goes_on_sharing(store: FileTileStore, tmp_path: Path) -> None:
    fill(store)

    renewed = store.renew(BLOCK, LATER, Validators('"b"', None))

    assert len(files_with_bytes(tmp_path)) == 1
    assert times(store) == dict.fromkeys(BLOCK, LATER)
    assert {info.validators for info in renewed.values()} == {Validators('"b"', None)}
    assert store.stat_many(BLOCK) == renewed


@pytest.mark.parametrize("work", ["renew", "mark", "write", "remove"])
def test_what_is_done_to_one_tile_is_done_to_no_other(store: FileTileStore, work: str) -> None:
    fill(store)

    works: dict[str, Callable[[], object]] = {
        "renew": lambda: store.renew(BLOCK[:2], LATER, None),
        "mark": lambda: store.mark_stale(BLOCK[:2]),
        "write": lambda: fill(store, LAND, LATER, BLOCK[:2]),
        "remove": lambda: store.remove(BLOCK[:2]),
    }
    works[work]()

    assert {key: at for key, at in times(store).items() if key in BLOCK[2:]} == dict.fromkeys(BLOCK[2:], AT)
    assert {tile.body for key, tile in store.read_many(BLOCK[2:]).items()} == {SEA}


@pytest.mark.parametrize("number", [errno.EMLINK, errno.EPERM, errno.EXDEV, errno.ENOTSUP, errno.ENOENT])
def test_where_no_links_can_be_made_each_tile_has_a_file(
    store: FileTileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", refuse)

    fill(store)

    assert len(files_with_bytes(tmp_path)) == 16
    assert times(store) == dict.fromkeys(BLOCK, AT)


def test_a_tile_that_was_replaced_while_its_block_is_stored_gives_nobody_its_bytes(
    store: FileTileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, other = os.link, store_in(tmp_path)

    def late(file: str, *arguments: object, **options: object) -> None:
        fill(other, LAND, LATER, BLOCK[:1])
        link(file, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "link", late)

    fill(store, keys=BLOCK[:3])

    assert [tile.body for tile in store.read_many(BLOCK[:3]).values()] == [LAND, SEA, SEA]
    assert times(store) == {BLOCK[0]: LATER, BLOCK[1]: AT, BLOCK[2]: AT}


def test_a_killed_writer_leaves_whole_tiles(tmp_path: Path, rounds: Callable[[int, int], int]) -> None:
    store = store_in(tmp_path)
    fill(store)
    for _ in range(rounds(20, 200)):
        with signals() as (tell, await_):

            def work(tell: Callable[[], None] = tell) -> None:
                for number in range(10_000):
                    fill(store, LAND if number % 2 else SEA, AT + number)
                    if number == 1:
                        tell()

            child = forked(work)
            await_()
            time.sleep(random.uniform(0, 0.05))
            kill(child)

        assert {tile.body for tile in store.read_many(BLOCK).values()} <= {SEA, LAND}
        assert len(times(store)) == 16


def test_mapproxy_reads_and_replaces_such_tiles_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "mapproxy.yaml"
    path.write_text(CONFIG.format(tmp_path))
    store = next(checked_container(load_settings(str(path), variables={})).use_cases.caches().stores()).store
    fill(store)
    assert len(files_with_bytes(tmp_path / "tiles")) == 1
    theirs = MapProxyFileCache(tmp_path / "tiles", "tc")

    theirs.store({BLOCK[0]: LAND})

    assert theirs.load(BLOCK[:2]) == {BLOCK[0]: LAND, BLOCK[1]: SEA}
    assert {tile.body for key, tile in store.read_many(BLOCK).items() if key != BLOCK[0]} == {SEA}
