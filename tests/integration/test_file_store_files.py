"""What the file store leaves on the disk: permissions, tile records, left-over and foreign files."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tilekeep.adapters.atomic_files import FileModes, put_in_place
from tilekeep.adapters.storage.file import FileTileStore
from tilekeep.adapters.storage.tile_record import ATTRIBUTE
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import NewTile, TileCoord, TileInfo, TileKey, TileSet, Validators
from tilekeep.domain.tile_layout import LAYOUT_NAMES, tile_layout

AT = 1_700_000_000.25
LATER = AT + 3600.0

KEY = TileKey(TileCoord(4, 9, 6))
OTHER = TileKey(TileCoord(4, 9, 7))
IN_TIME = KEY._replace(dimensions=(("time", "2024"),))
BODY = b"\x89PNG\r\n\x1a\nbody"
VALIDATORS = Validators('"abc"', None)

MakeStore = Callable[..., FileTileStore]


@pytest.fixture
def make_store(tmp_path: Path) -> MakeStore:
    def make(layout: str = "tms", **options: Any) -> FileTileStore:
        settings: dict[str, Any] = {
            "media_type": "image/png",
            "directory_permissions": None,
            "file_permissions": None,
            "link_single_color": None,
        }
        tile_set = TileSet("osm", "webmercator", options.pop("format", "png"))
        return FileTileStore(tile_set, str(tmp_path / "cache"), tile_layout(layout), **settings | options)

    return make


@pytest.fixture
def umask() -> Iterator[int]:
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


def new(key: TileKey, **more: Any) -> NewTile:
    return NewTile(key, BODY, "image/png", **more)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_permissions_follow_the_umask_unless_configured(make_store: MakeStore, tmp_path: Path) -> None:
    make_store().write([new(KEY)], AT)

    assert mode(tmp_path / "cache/4/9/6.png") == 0o640
    assert mode(tmp_path / "cache/4/9") == 0o750


@pytest.mark.usefixtures("umask")
def test_configured_permissions_apply_to_what_is_new_only(make_store: MakeStore, tmp_path: Path) -> None:
    (tmp_path / "cache/4").mkdir(parents=True)

    make_store(directory_permissions=0o775, file_permissions=0o664).write([new(KEY)], AT)

    assert mode(tmp_path / "cache/4/9/6.png") == 0o664
    assert mode(tmp_path / "cache/4/9") == 0o775
    assert mode(tmp_path / "cache/4") == 0o750


def test_configured_permissions_apply_to_colour_files_and_renewed_copies(make_store: MakeStore, tmp_path: Path) -> None:
    store = make_store(directory_permissions=0o770, file_permissions=0o600, link_single_color="hardlink")
    store.write([new(KEY, single_color=(1, 2, 3))], AT)

    store.renew([KEY], LATER, None)

    assert mode(tmp_path / "cache/single_color_tiles") == 0o770
    assert mode(tmp_path / "cache/single_color_tiles/010203.png") == 0o600
    assert mode(tmp_path / "cache/4/9/6.png") == 0o600


def test_the_record_is_an_attribute_of_the_file(make_store: MakeStore, tmp_path: Path) -> None:
    store = make_store()
    store.write([new(KEY, validators=VALIDATORS, checksum="12ab"), new(OTHER)], AT)
    try:
        record = os.getxattr(tmp_path / "cache/4/9/6.png", ATTRIBUTE)
    except OSError as error:
        pytest.skip(f"no extended attributes on this file system: {error.strerror}")

    assert json.loads(record) == {"etag": '"abc"', "checksum": "12ab"}
    assert os.listxattr(tmp_path / "cache/4/9/7.png") == []


@pytest.mark.parametrize("record", [b"", b"{", b"[]", b"7", b'{"etag": 7}', b"\xff", b"null"], ids=repr)
def test_a_damaged_record_says_nothing(make_store: MakeStore, tmp_path: Path, record: bytes) -> None:
    store = make_store()
    store.write([new(KEY)], AT)
    try:
        os.setxattr(tmp_path / "cache/4/9/6.png", ATTRIBUTE, record)
    except OSError as error:
        pytest.skip(f"no extended attributes on this file system: {error.strerror}")

    assert store.stat_many([KEY])[KEY] == TileInfo(AT, len(BODY))


def test_without_extended_attributes_tiles_just_have_no_record(
    make_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> bytes:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    for name in ("getxattr", "setxattr", "removexattr"):
        monkeypatch.setattr(os, name, refuse)
    store = make_store()

    store.write([new(KEY, validators=VALIDATORS)], AT)
    renewed = store.renew([KEY], LATER, VALIDATORS)

    assert renewed == store.stat_many([KEY]) == {KEY: TileInfo(LATER, len(BODY))}


def test_a_tile_that_may_not_be_touched_is_renewed_by_a_copy(
    make_store: MakeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store()
    store.write([new(KEY, validators=VALIDATORS, checksum="12ab")], AT)
    owner, touch = (tmp_path / "cache/4/9/6.png").stat().st_ino, os.utime

    def refuse(file: int, *arguments: Any, **more: Any) -> None:
        if os.stat(file).st_ino == owner:
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        touch(file, *arguments, **more)

    before = store.stat_many([KEY])[KEY]
    monkeypatch.setattr(os, "utime", refuse)

    renewed = store.renew([KEY], LATER, None)

    assert renewed == {KEY: before._replace(stored_at=LATER)}
    tile = store.read(KEY)
    assert tile is not None
    assert (tile.body, tile.info.stored_at) == (BODY, LATER)


@pytest.mark.parametrize("layout", LAYOUT_NAMES)
def test_unfinished_files_are_never_tiles_and_go_with_their_level(
    make_store: MakeStore, tmp_path: Path, layout: str
) -> None:
    store = make_store(layout)
    store.write([new(KEY), new(IN_TIME)], AT)
    tiles = list((tmp_path / "cache").rglob("*.png"))
    for tile in tiles:
        tile.with_name(f"{tile.name}.tmp-123456").write_bytes(BODY[:5])

    assert {key for key, _ in store.list(4)} == {KEY, IN_TIME}
    store.remove_level(5)
    assert len(list((tmp_path / "cache").rglob("*.tmp-*"))) == len(tiles)

    store.remove_level(4)

    assert list((tmp_path / "cache").iterdir()) == []


def test_unfinished_files_of_today_survive_the_removal_of_old_tiles(make_store: MakeStore, tmp_path: Path) -> None:
    store = make_store()
    store.write([new(KEY)], AT)
    unfinished = tmp_path / "cache/4/9/6.png.tmp-123456"
    unfinished.write_bytes(BODY)
    os.utime(unfinished, (AT, AT))

    store.remove_level(4, older_than=LATER)

    assert [path.name for path in (tmp_path / "cache/4/9").iterdir()] == [unfinished.name]


@pytest.mark.parametrize("layout", LAYOUT_NAMES)
def test_foreign_files_are_neither_listed_nor_removed(make_store: MakeStore, tmp_path: Path, layout: str) -> None:
    store = make_store(layout)
    store.write([new(KEY)], AT)
    (tile,) = (tmp_path / "cache").rglob("*.png")
    foreign = [
        tile.with_name("readme.txt"),
        tile.with_suffix(".jpeg"),
        tile.with_name("x6.png"),
        tmp_path / "cache/tile_locks/0123-9-6-4.lck",
        tmp_path / "cache/single_color_tiles/000000.png",
        tmp_path / "cache/9x/1/1.png",
        tmp_path / "cache/.hidden/4/9/6.png",
    ]
    for path in foreign:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(BODY)

    assert [key for key, _ in store.list(4)] == [KEY]
    store.remove_level(4)

    assert not tile.exists()
    assert all(path.exists() for path in foreign)


def test_a_cache_of_another_format_in_the_same_directory_is_left_alone(make_store: MakeStore) -> None:
    png, jpeg = make_store(), make_store(format="jpeg")
    png.write([new(KEY)], AT)
    jpeg.write([new(KEY), new(OTHER)], AT)

    png.remove_level(4)

    assert list(png.list(4)) == []
    assert {key for key, _ in jpeg.list(4)} == {KEY, OTHER}


def test_a_store_told_its_dimensions_leaves_other_caches_below_it_alone(make_store: MakeStore, tmp_path: Path) -> None:
    store = make_store(dimension_names={"time"})
    store.write([new(KEY), new(IN_TIME)], AT)
    neighbour = tmp_path / "cache/osm-old/4/9/6.png"
    neighbour.parent.mkdir(parents=True)
    neighbour.write_bytes(BODY)

    assert {key for key, _ in store.list(4)} == {KEY, IN_TIME}
    store.remove_level(4)

    assert list((tmp_path / "cache").rglob("*.png")) == [neighbour]


def test_a_level_behind_a_link_is_part_of_the_cache(make_store: MakeStore, tmp_path: Path) -> None:
    store = make_store()
    (tmp_path / "larger disk").mkdir()
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache/4").symlink_to(tmp_path / "larger disk")

    store.write([new(KEY), new(OTHER)], AT)

    assert {key for key, _ in store.list(4)} == {KEY, OTHER}
    store.remove_level(4)
    assert list((tmp_path / "larger disk").iterdir()) == []
    assert (tmp_path / "cache/4").is_symlink()


def test_padded_level_directories_of_another_layout_are_no_tms_levels(make_store: MakeStore, tmp_path: Path) -> None:
    store = make_store("tms")
    other = tmp_path / "cache/04/9/6.png"
    other.parent.mkdir(parents=True)
    other.write_bytes(BODY)

    assert list(store.list(4)) == []
    store.remove_level(4)
    assert other.exists()


def test_a_tile_without_a_name_is_a_store_error(make_store: MakeStore) -> None:
    beyond = TileKey(TileCoord(1, 2, 0))

    for attempt in (
        lambda store: store.read(beyond),
        lambda store: store.stat_many([beyond]),
        lambda store: store.write([new(beyond)], AT),
    ):
        with pytest.raises(StoreError, match="tile 1/2/0 has no quadkey"):
            attempt(make_store("quadkey"))


def test_a_directory_in_the_place_of_a_tile_is_a_store_error(make_store: MakeStore, tmp_path: Path) -> None:
    (tmp_path / "cache/4/9/6.png").mkdir(parents=True)
    store = make_store()

    with pytest.raises(StoreError, match="Is a directory"):
        store.read(KEY)
    with pytest.raises(StoreError, match="directory"):
        store.write([new(KEY)], AT)
    assert list(store.list(4)) == []
    assert [path.name for path in (tmp_path / "cache/4/9").iterdir()] == ["6.png"]


def test_mixed_tiles_are_told_apart_by_their_bytes(make_store: MakeStore) -> None:
    store = make_store(format="mixed", media_type=None)

    store.write([new(KEY), NewTile(OTHER, b"\xff\xd8\xff\xe0 jpeg", "image/jpeg")], AT)

    found = store.read_many([KEY, OTHER])
    assert [found[key].media_type for key in (KEY, OTHER)] == ["image/png", "image/jpeg"]


def test_whatever_fails_the_unfinished_file_is_removed(tmp_path: Path) -> None:
    def make(temporary: str) -> None:
        Path(temporary).touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        put_in_place(str(tmp_path / "6.png"), make, FileModes())
    assert list(tmp_path.iterdir()) == []


def test_an_unfinished_file_of_someone_else_is_left_alone(tmp_path: Path) -> None:
    def make(temporary: str) -> None:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), temporary)

    with pytest.raises(FileExistsError):
        put_in_place(str(tmp_path / "6.png"), make, FileModes())
