"""Tiles of a cache whose coverage clips (spec/caches.md, 13; spec/coverages.md, 7)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.fakes.text_imaging import TextImaging, image
from tests.unit.application.kitchen import LIMITS, Kitchen
from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.application.clipped_tiles import ClippedTiles
from tilekeep.application.tile_answer import TileAnswer, Tiles
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.map_query import Blank
from tilekeep.domain.region import BoxRegion
from tilekeep.domain.tile import FileSlice, StoredTile, TileCoord, TileInfo, TileKey, Validators
from tilekeep.domain.tile_state import TileState

BORDER = TileKey(TileCoord(2, 1, 1))
INSIDE = TileKey(TileCoord(2, 2, 1))
OUTSIDE = TileKey(TileCoord(2, 0, 1))
WEST, SOUTH, EAST, NORTH = WEBMERCATOR.tile_bbox(BORDER.coord)
REGION = BoxRegion(BBox((WEST + EAST) / 2, SOUTH - 1, EAST * 2 - WEST + 1, NORTH + 1))

TRANSPARENT = ImageEncoding(transparent=True)


class Answering:
    """Tiles that are all alike."""

    def __init__(self, answer: TileAnswer) -> None:
        self._answer = answer

    def __call__(self, key: TileKey, purpose: Purpose, deadline: Deadline) -> TileAnswer:
        return self._answer

    def many(self, keys: Sequence[TileKey], purpose: Purpose, deadline: Deadline) -> list[TileAnswer]:
        return [self._answer for _ in keys]


def stored(body: bytes | FileSlice) -> StoredTile:
    return StoredTile(body, "image/png", TileInfo(1000.0, 9, Validators("etag"), "checksum"))


HIT = TileAnswer(stored(image(256, 256)), TileState.HIT)


def read_slice(body: FileSlice) -> bytes:
    return image(256, 256, f"slice of {body.path}")


def clipped(tiles: Tiles) -> ClippedTiles:
    return ClippedTiles(tiles, WEBMERCATOR, REGION, TextImaging(), TRANSPARENT, LIMITS, read_slice)


def kitchen_with_tiles() -> Kitchen:
    """A cache with all three tiles stored, and nobody to ask for them."""
    kitchen = Kitchen(FakeMapSource(Blank()), region=REGION, storage_only=True)
    for key in (BORDER, INSIDE, OUTSIDE):
        kitchen.store.put(key, image(256, 256), 1000.0)
    return kitchen


def get(tiles: Tiles, key: TileKey) -> TileAnswer:
    return clipped(tiles)(key, Purpose.SERVE, NO_DEADLINE)


def body_of(answer: TileAnswer) -> bytes | FileSlice:
    assert answer.tile is not None
    return answer.tile.body


def test_a_tile_across_the_border_is_masked() -> None:
    answer = get(Answering(HIT), BORDER)

    assert body_of(answer) == b"map clipped to 1@0,0"
    assert answer.state is TileState.HIT


def test_a_tile_wholly_inside_is_passed_on_as_it_is() -> None:
    assert get(Answering(HIT), INSIDE) is HIT


def test_what_is_empty_stays_empty() -> None:
    empty = TileAnswer(None, TileState.MISS)

    assert get(Answering(empty), BORDER) is empty


def test_a_masked_tile_has_its_own_size_and_no_validators_of_the_source() -> None:
    answer = get(Answering(HIT), BORDER)

    assert answer.tile is not None
    assert answer.tile.info == TileInfo(1000.0, len(b"map clipped to 1@0,0"))


def test_what_is_said_of_the_age_of_a_tile_is_kept() -> None:
    answer = get(Answering(TileAnswer(HIT.tile, TileState.STALE, fresh_for=5.0, storable=False)), BORDER)

    assert (answer.state, answer.fresh_for, answer.storable) == (TileState.STALE, 5.0, False)


def test_a_tile_inside_a_file_is_read_to_be_masked() -> None:
    bundle = Answering(TileAnswer(stored(FileSlice("bundle", 0, 10)), TileState.HIT))

    assert body_of(get(bundle, BORDER)) == b"slice of bundle clipped to 1@0,0"
    assert body_of(get(bundle, INSIDE)) == FileSlice("bundle", 0, 10)


def test_a_tile_that_is_no_image_is_passed_on_for_others_to_deal_with() -> None:
    broken = TileAnswer(stored(b"damaged"), TileState.HIT)

    assert get(Answering(broken), BORDER) is broken


@pytest.mark.parametrize("keys", [[BORDER, INSIDE, OUTSIDE], [OUTSIDE, BORDER], []], ids=["all", "some", "none"])
def test_many_are_answered_as_one_by_one_in_order(keys: list[TileKey]) -> None:
    tiles = clipped(kitchen_with_tiles().get_tile)
    one_by_one = [tiles(key, Purpose.SERVE, NO_DEADLINE) for key in keys]

    many = tiles.many(keys, Purpose.SERVE, NO_DEADLINE)

    assert [answer.tile and answer.tile.body for answer in many] == [
        answer.tile and answer.tile.body for answer in one_by_one
    ]


def test_what_is_stored_is_not_clipped() -> None:
    kitchen = kitchen_with_tiles()

    delivered = get(kitchen.get_tile, BORDER)

    assert body_of(delivered) == b"map clipped to 1@0,0"
    assert kitchen.store.tiles[BORDER].body == image(256, 256)
    assert kitchen.store.writes == []


def test_a_tile_outside_is_empty_even_if_it_is_stored() -> None:
    assert get(kitchen_with_tiles().get_tile, OUTSIDE).tile is None
