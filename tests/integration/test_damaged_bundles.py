"""Bundles that are cut, overwritten or something else give an error or no tile, and never a wrong one."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.bundle_back_door import put_version_1, put_version_2
from tests.contract.compact_stores import compact_store
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import NewTile, TileCoord, TileKey

AT = 1_700_000_000.25
KEYS = [TileKey(TileCoord(4, x, y)) for x in range(3) for y in range(3)]
KEY = KEYS[4]

both_versions = pytest.mark.parametrize("version", [1, 2])


def png(text: object, size: int = 0) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + str(text).encode().ljust(size, b".")


def fill(directory: Path, version: int) -> Path:
    """A bundle with a tile for each of KEYS; gives the path of its data file."""
    compact_store(directory, version).write([NewTile(key, png(key, 100), "image/png") for key in KEYS], AT)
    (path,) = directory.rglob("*.bundle")
    return path


def overwrite(path: Path, offset: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)


def entry_of(path: Path, version: int, key: TileKey = KEY) -> tuple[Path, int]:
    """The file with the index, and where the entry of a tile begins."""
    x, y = key.coord.x % 128, key.coord.y % 128
    return (path, 64 + 8 * (x + 128 * y)) if version == 2 else (path.with_suffix(".bundlx"), 16 + 5 * (128 * x + y))


def data_offset(path: Path, version: int, key: TileKey = KEY) -> int:
    index, start = entry_of(path, version, key)
    entry = int.from_bytes(index.read_bytes()[start : start + 5], "little")
    return entry if version == 2 else entry + 4


@both_versions
@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"<html>", "is no image", id="the-bytes"),
        pytest.param(None, "something else|ends before", id="the-size-before-them"),
    ],
)
def test_an_overwritten_tile_is_an_error_and_its_neighbours_are_read(
    tmp_path: Path, version: int, content: bytes | None, why: str
) -> None:
    path = fill(tmp_path, version)
    offset = data_offset(path, version)
    overwrite(path, offset if content else offset - 4, content or struct.pack("<I", 1 << 30))
    store = compact_store(tmp_path, version)

    with pytest.raises(StoreError, match=rf"L04/R0000C0000.bundle' is damaged: tile 4/1/1: .*({why})"):
        store.read(KEY)

    others = [key for key in KEYS if key != KEY]
    assert {key: tile.body for key, tile in store.read_many(others).items()} == {key: png(key, 100) for key in others}


@both_versions
def test_a_tile_in_the_place_of_another_is_an_error(tmp_path: Path, version: int) -> None:
    path = fill(tmp_path, version)
    index, start = entry_of(path, version)
    _, other = entry_of(path, version, KEYS[0])
    overwrite(index, start, index.read_bytes()[other : other + (8 if version == 2 else 5)])

    with pytest.raises(StoreError, match="tile 4/1/1: another tile lies in its place"):
        compact_store(tmp_path, version).read(KEY)


@both_versions
def test_damaged_tiles_are_listed_replaced_and_removed(tmp_path: Path, version: int) -> None:
    path = fill(tmp_path, version)
    os.truncate(path, data_offset(path, version) + 50)
    store = compact_store(tmp_path, version)

    assert {key for key, _ in store.list(4)} == set(KEYS)
    store.write([NewTile(KEY, png("new"), "image/png")], AT)
    store.remove([KEYS[-1]])

    tile = store.read(KEY)
    assert tile is not None
    assert tile.body == png("new")
    assert store.read(KEYS[-1]) is None


@both_versions
@pytest.mark.parametrize("content", [b"", b"\0" * 200_000, b"GARBAGE" * 30_000], ids=["empty", "zeros", "garbage"])
def test_what_is_no_bundle_is_left_alone(tmp_path: Path, version: int, content: bytes) -> None:
    path = fill(tmp_path, version)
    path.write_bytes(content)
    store = compact_store(tmp_path, version)

    with pytest.raises(StoreError, match=r"R0000C0000.bundle' is damaged: it.* header.*remove it"):
        store.write([NewTile(KEY, png("new"), "image/png")], AT)

    assert path.read_bytes() == content
    assert no_wrong_tile(tmp_path, version, {})


@pytest.mark.parametrize(("version", "other"), [(1, 2), (2, 1)])
def test_bundles_of_the_other_version_are_told_and_left_alone(tmp_path: Path, version: int, other: int) -> None:
    path = fill(tmp_path, other)
    files = set(path.parent.iterdir())
    before = path.read_bytes()

    with pytest.raises(StoreError, match=f"it is a bundle of version {other}, and version: {version} is configured"):
        compact_store(tmp_path, version).write([NewTile(KEY, png("new"), "image/png")], AT)

    assert path.read_bytes() == before
    assert set(path.parent.iterdir()) == files
    assert no_wrong_tile(tmp_path, version, {})


def test_an_index_without_its_bundle_is_begun_anew(tmp_path: Path) -> None:
    path = fill(tmp_path, 1)
    path.unlink()
    store = compact_store(tmp_path, 1)

    assert store.read(KEY) is None
    store.write([NewTile(KEY, png("new"), "image/png")], AT)

    assert {key for key, _ in store.list(4)} == {KEY}


def test_a_bundle_without_its_index_is_empty(tmp_path: Path) -> None:
    path = fill(tmp_path, 1)
    path.with_suffix(".bundlx").unlink()
    store = compact_store(tmp_path, 1)

    assert store.read(KEY) is None
    store.write([NewTile(KEY, png("new"), "image/png")], AT)

    assert {key for key, _ in store.list(4)} == {KEY}


def test_a_tile_of_sixteen_megabytes_has_no_room_in_version_2(tmp_path: Path) -> None:
    store = compact_store(tmp_path, 2)

    with pytest.raises(StoreError, match="no room for a tile of 16777216 bytes"):
        store.write([NewTile(KEY, png("", (1 << 24) - 8), "image/png")], AT)

    assert store.read(KEY) is None


@both_versions
def test_a_pipe_in_the_place_of_a_bundle_is_not_waited_for(tmp_path: Path, version: int) -> None:
    path = fill(tmp_path, version)
    path.unlink()
    os.mkfifo(path)

    with pytest.raises(StoreError, match="Illegal seek"):
        compact_store(tmp_path, version).read(KEY)


@both_versions
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_makes_a_wrong_tile(
    tmp_path_factory: pytest.TempPathFactory, version: int, data: st.DataObject
) -> None:
    """Tiles of both programs, then bytes overwritten or cut off anywhere: each tile is right, missing or an error."""
    directory = tmp_path_factory.mktemp("bundle")
    put = put_version_2 if version == 2 else put_version_1
    expected = {key: png(key, 100) for key in KEYS}
    path = fill(directory, version)
    for key in KEYS[::3]:
        put(directory, key, expected[key], AT)
    files = sorted(directory.rglob("*.bundl*"))

    for _ in range(data.draw(st.integers(1, 3))):
        victim = data.draw(st.sampled_from(files))
        size = victim.stat().st_size
        near = data.draw(st.sampled_from([0, 64, entry_of(path, version)[1], size - 600, 131_136, 65_596]))
        offset = max(0, min(size - 1, near + data.draw(st.integers(-20, 700))))
        if data.draw(st.booleans()):
            # The magic of an image is left out: a picture that is exchanged within a tile cannot be told.
            overwrite(victim, offset, data.draw(st.binary(min_size=1, max_size=40)).replace(b"\x89PNG", b"xxxx"))
        else:
            os.truncate(victim, offset)

    assert no_wrong_tile(directory, version, expected)


def no_wrong_tile(directory: Path, version: int, expected: dict[TileKey, bytes]) -> bool:
    """Whether each tile is as expected, up to bytes changed inside it, or missing, or an error."""
    store = compact_store(directory, version)
    for key in KEYS:
        try:
            tile = store.read(key)
            store.stat_many([key])
            list(store.list(4))
        except StoreError:
            continue
        if tile is not None:
            assert isinstance(tile.body, bytes)
            others = [body for other, body in expected.items() if other != key]
            if key not in expected or tile.body in others:
                return False
    return True
