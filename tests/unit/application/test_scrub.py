"""Scrub finds tiles that cannot be shown, whatever happens to them meanwhile."""

from __future__ import annotations

from collections.abc import Iterable

from tests.fakes.text_imaging import TextImaging, image
from tests.fakes.tile_store import FakeTileStore
from tilekeep.application.scrub import Finding, Scrub, ScrubResult
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import ImageLimits
from tilekeep.domain.tile import FileSlice, StoredTile, TileCoord, TileInfo, TileKey

GOOD, BAD = TileKey(TileCoord(3, 1, 2)), TileKey(TileCoord(3, 1, 3))
IN_TIME = BAD._replace(dimensions=(("time", "2024"),))
TILE_SIZE = Size(256, 256)
LIMITS = ImageLimits(max_bytes=1000, max_pixels=10_000_000)


def run(store: FakeTileStore, *, fix: bool = False) -> tuple[list[Finding], ScrubResult]:
    reported: list[Finding] = []
    scrub = Scrub(TextImaging(), LIMITS, lambda body: image(256, 256, body.path))
    result = scrub(store, TILE_SIZE, range(6), reported.append, fix=fix)
    return reported, result


def filled() -> FakeTileStore:
    store = FakeTileStore()
    store.put(GOOD, image(256, 256), 1000.0)
    store.put(BAD, b"damaged", 1000.0)
    store.put(IN_TIME, image(256, 255), 1000.0)
    return store


def test_bad_tiles_of_every_dimension_are_reported_and_nothing_is_removed() -> None:
    store = filled()

    reported, result = run(store)

    assert {finding.key: finding.reason for finding in reported} == {
        BAD: "no image",
        IN_TIME: "it has 256x255 pixels instead of 256x256",
    }
    assert result == ScrubResult(checked=3, bad=2, removed=0)
    assert store.tiles.keys() == {GOOD, BAD, IN_TIME}


def test_with_fix_bad_tiles_are_removed_and_good_ones_stay() -> None:
    store = filled()

    reported, result = run(store, fix=True)

    assert all(finding.removed for finding in reported)
    assert (result.removed, result.left) == (2, 0)
    assert store.tiles.keys() == {GOOD}


def test_whole_multiples_of_the_tile_size_and_tiles_inside_files_are_good() -> None:
    store = FakeTileStore()
    store.put(GOOD, image(512, 512), 1000.0)
    store.tiles[BAD] = StoredTile(FileSlice("/bundle", 10, 20), "image/png", TileInfo(1000.0, 20))

    reported, result = run(store)

    assert reported == []
    assert result.checked == 2


def test_a_tile_that_has_been_replaced_since_it_was_found_is_not_removed() -> None:
    class Replaced(FakeTileStore):
        def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
            found = super().read(key)
            self.put(BAD, image(256, 256), 2000.0)
            return found

    store = Replaced()
    store.put(BAD, b"damaged", 1000.0)

    _, result = run(store, fix=True)

    assert store.tiles.keys() == {BAD}
    assert result.left == 0


def test_a_tile_that_cannot_be_removed_is_reported_as_still_there() -> None:
    class ReadOnly(FakeTileStore):
        def remove(self, keys: Iterable[TileKey], deadline: Deadline = NO_DEADLINE) -> None:
            raise StoreError("read-only")

    store = ReadOnly()
    store.put(BAD, b"damaged", 1000.0)

    (finding,), result = run(store, fix=True)

    assert (finding.removed, finding.failure) == (False, "read-only")
    assert result.left == 1


def test_a_level_that_cannot_be_listed_is_reported() -> None:
    store = filled()
    store.failure = "gone"

    reported, result = run(store, fix=True)

    assert {(finding.key, finding.reason, finding.removed) for finding in reported} == {(None, "gone", False)}
    assert (result.checked, result.left) == (0, 6)
