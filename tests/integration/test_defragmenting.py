"""Bundles are defragmented under the eyes of readers and writers, and whoever is killed meanwhile loses nothing."""

from __future__ import annotations

import errno
import os
import random
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.compact_stores import compact_defragmenter, compact_store
from tests.contract.processes import forked, kill, signals, wait_for
from tests.integration.mapproxy_compact import MapProxyCompactCache
from tests.integration.services.mapproxy import mapproxy_util
from tests.integration.support.command_line import tilekeep_command
from tilekeep.adapters.storage.compact.bundle_walk import BundleWalk
from tilekeep.adapters.storage.compact.store import CompactTileStore
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import NewTile, TileCoord, TileInfo, TileKey, Validators

AT = 1_700_000_000.25
VALIDATORS = Validators('"abc"', None)

both_versions = pytest.mark.parametrize("version", [1, 2])


def png(text: object, size: int = 0) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + str(text).encode().ljust(size, b".")


def keys(count: int, z: int = 9) -> list[TileKey]:
    return [TileKey(TileCoord(z, number % 40, number // 40)) for number in range(count)]


def write(directory: Path, version: int, wanted: list[TileKey], size: int = 3000, times: int = 2) -> None:
    store = compact_store(directory, version)
    for _ in range(times):
        store.write([NewTile(key, png(key, size), "image/png", VALIDATORS, "12ab") for key in wanted], AT)


@both_versions
def test_tiles_keep_bytes_times_and_records(tmp_path: Path, version: int) -> None:
    ours, theirs = keys(200)[:100], keys(200)[100:]
    write(tmp_path, version, ours)
    MapProxyCompactCache(tmp_path, version).store({key: png(key) for key in theirs})
    store = compact_store(tmp_path, version)
    before = (dict(store.read_many(ours + theirs)), dict(store.stat_many(ours + theirs)))
    (path,) = tmp_path.rglob("*.bundle")
    size = path.stat().st_size

    defragmenter = compact_defragmenter(tmp_path, version)
    defragmenter.defragment(*defragmenter.files())

    assert (dict(store.read_many(ours + theirs)), dict(store.stat_many(ours + theirs))) == before
    assert MapProxyCompactCache(tmp_path, version).load(ours[:3] + theirs[:3]) == {
        key: before[0][key].body for key in ours[:3] + theirs[:3]
    }
    assert path.stat().st_size < size


@both_versions
def test_owner_and_permissions_of_the_file_stay(tmp_path: Path, version: int) -> None:
    write(tmp_path, version, keys(10))
    files = list(tmp_path.rglob("*.bundl*"))
    for path in files:
        path.chmod(0o640)

    defragmenter = compact_defragmenter(tmp_path, version)
    defragmenter.defragment(*defragmenter.files())

    assert {path.stat().st_mode & 0o777 for path in files} == {0o640}


@both_versions
def test_a_bundle_with_a_damaged_tile_is_left_alone(tmp_path: Path, version: int) -> None:
    write(tmp_path, version, keys(10))
    (path,) = tmp_path.rglob("*.bundle")
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 1000)
    before = path.read_bytes()
    defragmenter = compact_defragmenter(tmp_path, version)

    with pytest.raises(StoreError, match="damaged"):
        defragmenter.defragment(str(path))

    assert path.read_bytes() == before
    assert [each for each in path.parent.iterdir() if ".tmp-" in each.name] == []


@both_versions
@pytest.mark.parametrize("name", ["rename", "fstat", "fsync"])
def test_what_the_system_refuses_for_the_new_file_leaves_all_as_it_was_and_nothing_open(
    tmp_path: Path, version: int, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, version, keys(10))
    defragmenter = compact_defragmenter(tmp_path, version)
    (file,) = defragmenter.files()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.bund*")}
    opened = len(os.listdir("/proc/self/fd"))
    call = getattr(os, name)

    def refuse(what: str | int, *further: str) -> object:
        if isinstance(what, str) or ".tmp-" in os.readlink(f"/proc/self/fd/{what}"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return call(what, *further)

    with monkeypatch.context() as failing:
        failing.setattr(f"os.{name}", refuse)
        with pytest.raises(StoreError, match="Input/output error"):
            defragmenter.defragment(file)

    assert {path: path.read_bytes() for path in tmp_path.rglob("*.bund*")} == before
    assert len(os.listdir("/proc/self/fd")) == opened


@both_versions
def test_bundles_of_dimensions_and_of_far_columns_are_found_and_those_of_other_caches_inside_are_not(
    tmp_path: Path, version: int
) -> None:
    far = TileKey(TileCoord(22, 1_234_567, 3_999_999))
    in_time = far._replace(dimensions=(("time", "2024"),))
    write(tmp_path, version, [far, in_time])
    write(tmp_path / "inner", version, [far])

    found = compact_defragmenter(tmp_path, version).files()

    name = "L22/R3d0880C12d680.bundle"
    assert found == [f"{tmp_path}/{name}", f"{tmp_path}/time-2024/{name}"]


@both_versions
def test_readers_see_all_tiles_and_writers_lose_none_while_bundles_are_rewritten(
    tmp_path: Path, version: int, rounds: Callable[[int, int], int]
) -> None:
    stay, change = keys(60)[:30], keys(60)[30:]
    write(tmp_path, version, stay + change)
    (path,) = tmp_path.rglob("*.bundle")

    def rewrite() -> None:
        defragmenter = compact_defragmenter(tmp_path, version)
        for _ in range(rounds(60, 1000)):
            defragmenter.defragment(str(path))

    def change_tiles() -> None:
        own = compact_store(tmp_path, version)
        for number in range(rounds(60, 1000)):
            own.write([NewTile(key, png((key, number)), "image/png") for key in change], AT)
            found = own.read_many(change)
            assert {key: tile.body for key, tile in found.items()} == {key: png((key, number)) for key in change}

    def read() -> None:
        own = compact_store(tmp_path, version)
        for _ in range(rounds(600, 10_000)):
            for key in stay:
                tile = own.read(key)
                assert tile is not None
                assert tile.body == png(key, 3000)

    wait_for(forked(rewrite), forked(change_tiles), forked(read))


@both_versions
def test_a_killed_defragmentation_loses_nothing(
    tmp_path: Path, version: int, rounds: Callable[[int, int], int]
) -> None:
    stored = keys(300)
    write(tmp_path, version, stored)
    (path,) = tmp_path.rglob("*.bundle")
    expected = {key: png(key, 3000) for key in stored}

    for _ in range(rounds(20, 200)):
        with signals() as (tell, await_):

            def work(tell: Callable[[], None] = tell) -> None:
                own = compact_defragmenter(tmp_path, version)
                tell()
                while True:
                    own.defragment(str(path))

            child = forked(work)
            await_()
            time.sleep(random.uniform(0, 0.05))
            kill(child)
        store = compact_store(tmp_path, version)
        assert {key: tile.body for key, tile in store.read_many(stored).items()} == expected
        write(tmp_path, version, stored[:1])

    compact_defragmenter(tmp_path, version).defragment(str(path))
    assert sorted(each.name for each in path.parent.iterdir() if ".tmp-" in each.name) == []


def leave_the_index_behind(directory: Path) -> None:
    """As if killed between the two renames: the new tiles are in place, the index still waits under another name."""
    (data,), (index,) = directory.rglob("*.bundle"), directory.rglob("*.bundlx")
    old_index = index.read_bytes()
    compact_defragmenter(directory, 1).defragment(str(data))
    index.rename(f"{index}.tmp-defrag{data.stat().st_ino}")
    index.write_bytes(old_index)


def test_a_version_1_bundle_whose_index_was_left_behind_gets_it_from_the_next_reader(tmp_path: Path) -> None:
    stored = keys(50)
    write(tmp_path, 1, stored)
    leave_the_index_behind(tmp_path)

    found = compact_store(tmp_path, 1).read_many(stored)

    assert {key: tile.body for key, tile in found.items()} == {key: png(key, 3000) for key in stored}
    assert list(tmp_path.rglob("*.tmp-*")) == []


@pytest.mark.parametrize(
    "look",
    [
        pytest.param(lambda store, stored: dict(store.stat_many(stored, with_records=False)), id="looking-up"),
        pytest.param(lambda store, stored: dict(store.list(9)), id="listing"),
    ],
)
def test_times_and_sizes_are_those_of_the_tiles_though_the_index_was_left_behind(
    tmp_path: Path, look: Callable[[CompactTileStore, list[TileKey]], dict[TileKey, TileInfo]]
) -> None:
    stored = keys(50)
    write(tmp_path, 1, stored, size=2000, times=1)
    write(tmp_path, 1, stored)
    expected = dict.fromkeys(stored, (AT, len(png("", 3000))))
    leave_the_index_behind(tmp_path)

    found = look(compact_store(tmp_path, 1), stored)

    assert {key: (info.stored_at, info.size) for key, info in found.items()} == expected


def test_looking_up_tiles_while_a_bundle_is_replaced_gives_those_of_the_old_or_of_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between opening the index and the data file everything is replaced."""
    stored = keys(50)
    write(tmp_path, 1, stored)
    store = compact_store(tmp_path, 1)
    expected = store.stat_many(stored)
    open_ = os.open

    def slow_open(path: str, *given: Any, **named: Any) -> int:
        descriptor = open_(path, *given, **named)
        if path.endswith(".bundlx"):
            with monkeypatch.context() as undisturbed:
                undisturbed.setattr("os.open", open_)
                defragmenter = compact_defragmenter(tmp_path, 1)
                defragmenter.defragment(*defragmenter.files())
            monkeypatch.setattr("os.open", open_)
        return descriptor

    monkeypatch.setattr("os.open", slow_open)

    assert store.stat_many(stored) == expected


@both_versions
def test_a_level_that_is_removed_meanwhile_takes_nothing_from_a_bundle_that_is_being_replaced(
    tmp_path: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that somebody has begun anew after those of the level were removed."""
    stored = keys(50)
    write(tmp_path, version, stored)
    monkeypatch.setattr(BundleWalk, "bundles", lambda *_: iter(()))
    rename = os.rename

    def remove_meanwhile(old: str, new: str) -> None:
        rename(old, new)
        compact_store(tmp_path, version).remove_level(9)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("os.rename", remove_meanwhile)
        defragmenter = compact_defragmenter(tmp_path, version)
        defragmenter.defragment(*defragmenter.files())

    found = compact_store(tmp_path, version).read_many(stored)
    assert {key: tile.body for key, tile in found.items()} == {key: png(key, 3000) for key in stored}


CONFIG = """\
services: {tms: }
layers: [{name: a, title: A, sources: [one]}]
caches:
  one: {grids: [GLOBAL_WEBMERCATOR], sources: [a], cache: {type: compact, version: 2}}
  two: {grids: [GLOBAL_WEBMERCATOR, GLOBAL_MERCATOR], sources: [a], cache: {type: compact, version: 1}}
  files: {grids: [GLOBAL_WEBMERCATOR], sources: [a]}
sources: {a: {type: wms, req: {url: 'http://127.0.0.1:1/wms', layers: a}}}
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("template")
    (directory / "mapproxy.yaml").write_text(CONFIG)
    for name, version in (("one", 2), ("two", 1)):
        cache = MapProxyCompactCache(directory / "cache_data" / name / "GLOBAL_WEBMERCATOR", version)
        level = {z: [TileKey(TileCoord(z, x, y)) for x in range(8) for y in range(8)] for z in (5, 7)}
        body = png("", 30_000)
        cache.store(dict.fromkeys([*level[5], *level[7], TileKey(TileCoord(6, 1, 1))], body))
        cache.store(dict.fromkeys(level[5], body))
        cache.remove(level[7])
    return directory


class TestCommand:
    @pytest.fixture
    def installation(self, template: Path, tmp_path: Path) -> Path:
        """Two caches of MapProxy with a bundle of which half is needed, one needed in whole, and an empty one."""
        subprocess.run(["cp", "-a", f"{template}/.", str(tmp_path)], check=True)
        return tmp_path

    @pytest.mark.parametrize(
        "arguments",
        [
            pytest.param(["-n"], id="dry-run"),
            pytest.param(["--caches", "two"], id="one-cache"),
            pytest.param(["--min-mb=0.5", "--min-percent=60"], id="thresholds"),
            pytest.param(["--caches", "two,files,nope"], id="unknown-caches"),
        ],
    )
    def test_it_says_and_does_what_mapproxy_util_does(
        self, installation: Path, arguments: list[str], tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        other = tmp_path_factory.mktemp("reference")
        subprocess.run(["cp", "-a", f"{installation}/.", str(other)], check=True)

        ours = tilekeep_command(
            "util", "defrag-compact-cache", "-f", "mapproxy.yaml", *arguments, directory=installation
        )
        theirs = mapproxy_util("defrag-compact-cache", "-f", "mapproxy.yaml", *arguments, directory=other)

        assert ours.returncode == theirs.returncode
        assert lines_of(ours.stdout, installation) == lines_of(theirs.stdout, other)
        assert facts_of(installation) == facts_of(other)

    def test_a_damaged_bundle_is_reported_and_the_others_go_on(self, installation: Path) -> None:
        cache = installation / "cache_data" / "one" / "GLOBAL_WEBMERCATOR"
        (cache / "L05" / "R0000C0000.bundle").write_bytes(b"garbage")

        done = tilekeep_command("util", "defrag-compact-cache", "-f", "mapproxy.yaml", directory=installation)

        assert done.returncode == 1
        assert re.search(r"ERROR: one: .*L05/R0000C0000.bundle' is damaged: its header is cut off", done.stderr)
        assert not (cache / "L07" / "R0000C0000.bundle").exists()

    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            pytest.param([], 1, "Usage:", id="no-configuration"),
            pytest.param(["-f", "nosuch.yaml"], 2, "nosuch.yaml", id="no-such-file"),
            pytest.param(["-f", "broken.yaml"], 2, "broken.yaml", id="invalid-configuration"),
            pytest.param(["--min-mb", "x"], 2, "x", id="no-number"),
        ],
    )
    def test_what_cannot_be_done_ends_with_the_code_of_mapproxy_util(
        self, tmp_path: Path, arguments: list[str], code: int, said: str
    ) -> None:
        (tmp_path / "broken.yaml").write_text("caches: {a: {cache: {type: compact}}}")

        ours = tilekeep_command("util", "defrag-compact-cache", *arguments, directory=tmp_path)

        assert (
            ours.returncode == mapproxy_util("defrag-compact-cache", *arguments, directory=tmp_path).returncode == code
        )
        assert said in ours.stdout + ours.stderr


def lines_of(output: str, directory: Path) -> list[str]:
    """What was said of each file, without times and numbers, whose order differs, and without the reading of files."""
    lines = [re.sub(r"^\[[-0-9 :,]{23}\] ", "", line).replace(str(directory), "") for line in output.splitlines()]
    unordered = [re.sub(r"^(\w+: ) *\d+/", r"\1", line) for line in lines if not line.startswith("reading: ")]
    return sorted(
        ", ".join(sorted(re.split(", |: ", line))) if line.startswith("unknown") else line for line in unordered
    )


def facts_of(directory: Path) -> dict[str, int]:
    """The files of bundles and their sizes, but for the few bytes in which they differ, in units of 100 kB."""
    files = directory.rglob("*.bundl*")
    return {str(path.relative_to(directory)): round(path.stat().st_size / 100_000) for path in files}
