"""Tiles of one colour as links to one file (spec/caches.md, 3.1.4)."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from tilekeep.adapters.storage.file import FileTileStore
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import NewTile, TileCoord, TileInfo, TileKey, TileSet, Validators
from tilekeep.domain.tile_layout import tile_layout

AT = 1_700_000_000.25
LATER = AT + 3600.0

KEY = TileKey(TileCoord(4, 9, 6))
OTHER = TileKey(TileCoord(4, 9, 7))
IN_TIME = KEY._replace(dimensions=(("time", "2024"),))

PNG_HEAD = b"\x89PNG\r\n\x1a\n"
BLUE, RED = (0, 16, 255), (255, 0, 0, 255)
BLUE_TILE, RED_TILE, PLAIN_TILE = PNG_HEAD + b"blue", PNG_HEAD + b"red", PNG_HEAD + b"many colours"

MakeStore = Callable[[Literal["symlink", "hardlink"] | None], FileTileStore]


@pytest.fixture
def make_store(tmp_path: Path) -> MakeStore:
    def make(kind: Literal["symlink", "hardlink"] | None) -> FileTileStore:
        return FileTileStore(
            TileSet("osm", "webmercator", "png"),
            str(tmp_path),
            tile_layout("tms"),
            media_type="image/png",
            directory_permissions=None,
            file_permissions=None,
            link_single_color=kind,
        )

    return make


@pytest.fixture(params=["symlink", "hardlink"])
def linking(request: pytest.FixtureRequest, make_store: MakeStore) -> FileTileStore:
    return make_store(request.param)


def blue(key: TileKey) -> NewTile:
    return NewTile(key, BLUE_TILE, "image/png", single_color=BLUE)


def body(store: FileTileStore, key: TileKey) -> object:
    tile = store.read(key)
    return tile and tile.body


def info(store: FileTileStore, key: TileKey) -> TileInfo:
    tile = store.read(key)
    assert tile is not None
    return tile.info


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def test_tiles_of_one_colour_share_a_file_named_after_it(linking: FileTileStore, tmp_path: Path) -> None:
    linking.write([blue(KEY), blue(OTHER), NewTile(IN_TIME, RED_TILE, "image/png", single_color=RED)], AT)

    assert files(tmp_path) == {
        "4/9/6.png",
        "4/9/7.png",
        "time-2024/4/9/6.png",
        "single_color_tiles/0010ff.png",
        "single_color_tiles/ff0000ff.png",
    }
    assert (tmp_path / "4/9/6.png").samefile(tmp_path / "single_color_tiles/0010ff.png")
    assert (tmp_path / "4/9/7.png").samefile(tmp_path / "single_color_tiles/0010ff.png")
    assert [body(linking, key) for key in (KEY, OTHER, IN_TIME)] == [BLUE_TILE, BLUE_TILE, RED_TILE]


def test_symbolic_links_are_relative_so_that_caches_can_be_moved(make_store: MakeStore, tmp_path: Path) -> None:
    make_store("symlink").write([blue(KEY), blue(IN_TIME)], AT)

    assert (tmp_path / "4/9/6.png").readlink() == Path("../../single_color_tiles/0010ff.png")
    assert (tmp_path / "time-2024/4/9/6.png").readlink() == Path("../../../single_color_tiles/0010ff.png")


def test_without_links_every_tile_has_a_file_of_its_own(make_store: MakeStore, tmp_path: Path) -> None:
    make_store(None).write([blue(KEY)], AT)

    assert files(tmp_path) == {"4/9/6.png"}
    assert not (tmp_path / "4/9/6.png").is_symlink()


def test_tiles_of_many_colours_are_not_linked(linking: FileTileStore, tmp_path: Path) -> None:
    linking.write([NewTile(KEY, PLAIN_TILE, "image/png")], AT)

    assert files(tmp_path) == {"4/9/6.png"}


def test_the_infos_of_linked_tiles_equal_what_is_read_later(linking: FileTileStore) -> None:
    linking.write([blue(KEY)], AT)

    (later,) = linking.write([blue(OTHER)], LATER)

    assert later == info(linking, OTHER) == linking.stat_many([OTHER])[OTHER] == dict(linking.list(4))[OTHER]
    assert later == TileInfo(LATER, len(BLUE_TILE))
    assert info(linking, KEY) == TileInfo(AT, len(BLUE_TILE))


def test_linked_tiles_are_listed_once_and_their_colours_never(linking: FileTileStore) -> None:
    linking.write([blue(KEY), blue(OTHER)], AT)

    assert {key for key, _ in linking.list(4)} == {KEY, OTHER}


@pytest.mark.parametrize("before", [BLUE, None], ids=["linked-before", "not-linked-before"])
@pytest.mark.parametrize("after", [BLUE, RED, None], ids=["same-colour", "other-colour", "no-colour"])
def test_a_tile_replaces_a_link_and_is_replaced_by_one(
    linking: FileTileStore, tmp_path: Path, before: tuple[int, ...] | None, after: tuple[int, ...] | None
) -> None:
    bodies = {BLUE: BLUE_TILE, RED: RED_TILE, None: PLAIN_TILE}
    linking.write([blue(OTHER), NewTile(KEY, bodies[before], "image/png", single_color=before)], AT)

    linking.write([NewTile(KEY, bodies[after], "image/png", single_color=after)], LATER)

    assert body(linking, KEY) == bodies[after]
    assert body(linking, OTHER) == BLUE_TILE
    assert info(linking, OTHER).stored_at == AT
    assert not [name for name in files(tmp_path) if "tmp" in name]


def test_linking_a_tile_again_to_the_same_colour_leaves_nothing_behind(linking: FileTileStore, tmp_path: Path) -> None:
    linking.write([blue(KEY)], AT)
    before = files(tmp_path)

    linking.write([blue(KEY), blue(KEY)], AT)

    assert files(tmp_path) == before
    assert body(linking, KEY) == BLUE_TILE


def test_renewing_a_linked_tile_does_not_touch_its_neighbours(linking: FileTileStore) -> None:
    linking.write([blue(KEY), blue(OTHER)], AT)

    renewed = linking.renew([KEY], LATER, Validators('"abc"'))

    assert renewed[KEY].stored_at == LATER
    assert info(linking, KEY).stored_at == LATER
    assert linking.stat_many([OTHER])[OTHER] == TileInfo(AT, len(BLUE_TILE))
    assert body(linking, KEY) == BLUE_TILE


def test_marking_a_linked_tile_stale_does_not_touch_its_neighbours(linking: FileTileStore) -> None:
    linking.write([blue(KEY), blue(OTHER)], AT)

    linking.mark_stale([KEY])

    assert info(linking, KEY).stored_at == 0.0
    assert info(linking, OTHER).stored_at == AT
    assert body(linking, KEY) == BLUE_TILE


def test_removing_a_linked_tile_leaves_the_colour(linking: FileTileStore, tmp_path: Path) -> None:
    linking.write([blue(KEY), blue(OTHER)], AT)

    linking.remove([KEY])

    assert linking.read(KEY) is None
    assert body(linking, OTHER) == BLUE_TILE
    linking.remove_level(4)
    assert files(tmp_path) == {"single_color_tiles/0010ff.png"}


def test_a_link_to_nothing_counts_as_not_stored(make_store: MakeStore, tmp_path: Path) -> None:
    store = make_store("symlink")
    store.write([blue(KEY), blue(OTHER)], AT)
    (tmp_path / "single_color_tiles/0010ff.png").unlink()

    assert store.read(KEY) is None
    assert dict(store.stat_many([KEY])) == {}
    assert list(store.list(4)) == []
    store.write([blue(OTHER)], LATER)
    assert body(store, KEY) == BLUE_TILE


def test_an_empty_colour_file_is_made_again(linking: FileTileStore, tmp_path: Path) -> None:
    (tmp_path / "single_color_tiles").mkdir()
    (tmp_path / "single_color_tiles/0010ff.png").touch()

    linking.write([blue(KEY)], AT)

    assert body(linking, KEY) == BLUE_TILE


def test_writing_never_follows_a_link_that_leads_outside(make_store: MakeStore, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("kept")
    (tmp_path / "4/9").mkdir(parents=True)
    (tmp_path / "4/9/6.png").symlink_to(outside)

    make_store(None).write([NewTile(KEY, PLAIN_TILE, "image/png")], AT)

    assert outside.read_text() == "kept"
    assert not (tmp_path / "4/9/6.png").is_symlink()


def test_hard_links_are_shared_within_a_second_so_that_each_tile_keeps_its_time(
    make_store: MakeStore, tmp_path: Path
) -> None:
    store = make_store("hardlink")

    store.write([blue(KEY)], AT)
    store.write([blue(OTHER)], AT + 0.5)

    assert (tmp_path / "4/9/6.png").samefile(tmp_path / "4/9/7.png")
    store.write([blue(OTHER)], AT + 1.0)
    assert not (tmp_path / "4/9/6.png").samefile(tmp_path / "4/9/7.png")
    assert (tmp_path / "single_color_tiles/0010ff.png").samefile(tmp_path / "4/9/7.png")


@pytest.mark.parametrize("refusal", [errno.EPERM, errno.EXDEV], ids=errno.errorcode.get)
def test_a_tile_gets_a_file_of_its_own_where_links_cannot_be_made(
    linking: FileTileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(refusal, os.strerror(refusal))

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "symlink", refuse)

    (written,) = linking.write([blue(KEY)], AT)

    assert body(linking, KEY) == BLUE_TILE
    assert written == info(linking, KEY)
    assert not (tmp_path / "4/9/6.png").is_symlink()


def test_a_colour_file_with_too_many_links_is_replaced(
    make_store: MakeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store("hardlink")
    store.write([blue(KEY)], AT)
    link, first = os.link, (tmp_path / "4/9/6.png").stat().st_ino

    def crowded(source: str, target: str) -> None:
        if os.stat(source).st_ino == first:
            raise OSError(errno.EMLINK, os.strerror(errno.EMLINK))
        link(source, target)

    monkeypatch.setattr(os, "link", crowded)

    store.write([blue(OTHER)], AT)

    assert [body(store, key) for key in (KEY, OTHER)] == [BLUE_TILE, BLUE_TILE]
    assert (tmp_path / "4/9/7.png").stat().st_ino != first


@pytest.fixture
def place(make_store: MakeStore) -> Path:
    """Where the tile KEY would lie."""
    path = Path(make_store(None).locate(KEY))
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize("linked", [True, False], ids=["link", "file"])
def test_a_file_that_is_no_image_is_not_delivered(
    make_store: MakeStore, place: Path, tmp_path: Path, linked: bool
) -> None:
    secret = tmp_path / "secret.txt"
    (secret if linked else place).write_text("root:x:0:0")
    if linked:
        place.symlink_to(secret)

    with pytest.raises(StoreError, match="is no image and is not delivered; remove it") as caught:
        make_store(None).read(KEY)

    assert str(place) in str(caught.value)


@pytest.mark.parametrize("linked", [True, False], ids=["link", "itself"])
def test_a_pipe_in_the_place_of_a_tile_is_not_waited_for(
    make_store: MakeStore, place: Path, tmp_path: Path, linked: bool
) -> None:
    pipe = tmp_path / "pipe" if linked else place
    os.mkfifo(pipe)
    if linked:
        place.symlink_to(pipe)

    assert make_store(None).read(KEY) is None


def test_formats_that_have_no_mark_are_delivered_as_what_the_cache_holds(tmp_path: Path) -> None:
    store = FileTileStore(
        TileSet("osm", "webmercator", "bmp"),
        str(tmp_path),
        tile_layout("tms"),
        media_type="image/bmp",
        directory_permissions=None,
        file_permissions=None,
        link_single_color=None,
    )
    store.write([NewTile(KEY, b"BM....", "image/bmp")], AT)

    tile = store.read(KEY)

    assert tile is not None
    assert tile.media_type == "image/bmp"
