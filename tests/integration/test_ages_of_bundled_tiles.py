"""Tiles in bundles keep their ages whoever writes beside them, and nothing besides the bundle is read on a hit."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.bundle_back_door import put_version_1, put_version_2
from tests.contract.compact_stores import compact_store
from tests.contract.processes import forked, kill, signals
from tests.integration.mapproxy_compact import MapProxyCompactCache
from tilekeep.domain.staleness import FixedLimit, StalenessPolicy, Verdict
from tilekeep.domain.tile import NewTile, TileCoord, TileKey, Validators

OLD, AT, LATER = 1_600_000_000.0, 1_700_000_000.25, 1_700_003_600.25
KEYS = [TileKey(TileCoord(7, x, y)) for x in range(12) for y in range(12)]

both_versions = pytest.mark.parametrize("version", [1, 2])


def png(text: object) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + str(text).encode().ljust(500, b".")


def put(directory: Path, version: int, key: TileKey, at: float) -> None:
    (put_version_1 if version == 1 else put_version_2)(directory, key, png(key), at)


def keeps_attributes(directory: Path) -> bool:
    if sys.platform != "linux":
        return False
    try:
        os.setxattr(directory, "user.probe", b"1")
    except OSError:
        return False
    return True


@both_versions
def test_a_tile_of_another_program_stays_as_old_as_it_is_when_tilekeep_writes_beside_it(
    tmp_path: Path, version: int
) -> None:
    if not keeps_attributes(tmp_path):
        pytest.skip("this file system has no extended attributes")
    put(tmp_path, version, KEYS[0], OLD)
    store = compact_store(tmp_path, version)

    for _ in range(2):
        store.write([NewTile(KEYS[1], png(1), "image/png")], AT)
        store.renew([KEYS[1]], LATER, None)

    infos = store.stat_many(KEYS[:2])
    assert [infos[key].stored_at for key in KEYS[:2]] == [OLD, LATER]
    tile = store.read(KEYS[0])
    assert tile is not None
    assert tile.info.stored_at == OLD


@both_versions
def test_what_another_program_stores_later_is_younger(tmp_path: Path, version: int) -> None:
    store = compact_store(tmp_path, version)
    store.write([NewTile(KEYS[1], png(1), "image/png")], OLD)

    put(tmp_path, version, KEYS[0], AT)
    store.write([NewTile(KEYS[1], png(1), "image/png")], LATER)

    tile = store.read(KEYS[0])
    assert tile is not None
    assert tile.info.stored_at == (AT if keeps_attributes(tmp_path) else pytest.approx(time.time(), abs=300))


@both_versions
def test_a_cache_that_changed_hands_was_aged_renewed_and_shot_at_tells_the_truth(
    tmp_path: Path, version: int, rounds: Callable[[int, int], int]
) -> None:
    """Filled by MapProxy and by Tilekeep, half of that old, some renewed, a writer killed: list, verdicts, bytes."""
    theirs, old, young, renewed = KEYS[:36], KEYS[36:72], KEYS[72:108], KEYS[108:]
    MapProxyCompactCache(tmp_path, version).store({key: png(key) for key in theirs})
    store = compact_store(tmp_path, version)
    for keys, at in ((old, OLD), (young, AT), (renewed, OLD)):
        store.write([NewTile(key, png(key), "image/png", Validators('"a"', None)) for key in keys], at)
    store.renew(renewed, LATER, Validators('"b"', None))
    for _ in range(rounds(5, 50)):
        with signals() as (tell, await_):

            def work(tell: Callable[[], None] = tell) -> None:
                own = compact_store(tmp_path, version)
                tell()
                while True:
                    own.write([NewTile(key, png(key), "image/png") for key in young], AT)

            child = forked(work)
            await_()
            time.sleep(random.uniform(0, 0.01))
            kill(child)

    listed = dict(store.list(7))
    verdicts = {key: StalenessPolicy(FixedLimit(AT - 1)).judge(info, LATER) for key, info in listed.items()}

    assert listed.keys() == set(KEYS)
    assert {key for key, verdict in verdicts.items() if verdict is Verdict.STALE} == set(old)
    assert {info.validators for info in store.stat_many(renewed).values()} == {Validators('"b"', None)}
    assert {key: tile.body for key, tile in store.read_many(KEYS).items()} == {key: png(key) for key in KEYS}
    assert MapProxyCompactCache(tmp_path, version).load(KEYS) == {key: png(key) for key in KEYS}


@both_versions
def test_nothing_but_the_bundle_is_opened_for_a_tile(tmp_path: Path, version: int) -> None:
    store = compact_store(tmp_path, version)
    store.write([NewTile(KEYS[0], png(0), "image/png", Validators('"a"', None))], AT)
    opened: list[str] = []
    watching = True

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if watching and (event == "open" or event.startswith("os.")):
            opened.append(f"{event} {os.path.basename(str(arguments[0]))}")

    sys.addaudithook(note)
    store.read(KEYS[0])
    watching = False

    data, index = "open R0000C0000.bundle", "open R0000C0000.bundlx"
    assert opened == ([index, data] if version == 1 else [data])
