"""A cache draws any map: from the level that suits, from the tiles that are there, at the age they have."""

from __future__ import annotations

import math

import pytest

from tests.fakes.catalogue import UTM, WGS84
from tests.fakes.map_source import FakeMapSource
from tests.fakes.text_imaging import image
from tests.unit.application.kitchen import Kitchen
from tests.unit.application.map_kitchen import SLICES, MapKitchen, query, shown, tile_query
from tilekeep.application import map_from_tiles
from tilekeep.application.tile_answer import TileAnswer
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import InvalidParameter, OutsideProjection, SourceUnreachable, StoreError
from tilekeep.domain.map_query import Blank, Drawn, Fetched
from tilekeep.domain.staleness import RelativeLimit, StalenessPolicy
from tilekeep.domain.striped_raster import StripedRaster
from tilekeep.domain.tile import FileSlice, StoredTile, TileCoord, TileInfo, TileKey
from tilekeep.domain.tile_state import TileState

HALF = 20037508.342789244


def test_a_map_of_one_tile_is_that_tile() -> None:
    maps = MapKitchen()
    maps.put(3, 2, 5)

    assert "3/2/5@0,0" == shown(maps.get(tile_query(3, 2, 5)))


def test_tiles_lie_beside_each_other_from_the_top_left() -> None:
    maps = MapKitchen()
    maps.fill(2)

    assert "2/1/1@0,0|2/2/1@256,0|2/1/2@0,256|2/2/2@256,256" == shown(maps.get(tile_query(2, 1, 1, columns=2, rows=2)))


def test_other_sizes_are_rescaled_from_the_level_that_suits() -> None:
    maps = MapKitchen()
    maps.fill(1)
    maps.fill(2)

    small = maps.get(query((-HALF, -HALF, HALF, HALF), (500, 500)))
    large = maps.get(query((-HALF, -HALF, HALF, HALF), (1000, 1000)))

    assert shown(small).startswith("1/0/0@0,0|1/1/0@256,0|")
    assert shown(large).startswith("2/0/0@0,0|2/1/0@256,0|")
    assert all(shown(answer).endswith("rescaled") for answer in (small, large))


def test_another_srs_is_meshed() -> None:
    maps = MapKitchen()
    maps.fill(1)

    answer = maps.get(query((-180.0, -85.0, 180.0, 85.0), (512, 512), WGS84))

    assert shown(answer).endswith("meshed")


def test_missing_tiles_are_made_as_for_every_other_service() -> None:
    source = FakeMapSource(Fetched(image(512, 512, "fetched"), "image/png"))
    maps = MapKitchen(Kitchen(source))

    maps.get(tile_query(2, 1, 1, columns=2))

    assert 2 == len(source.queries), "one meta tile of two by two for each of the tiles"
    assert 8 == len(maps.kitchen.store.tiles)


def tile_at(z: int, x: int, y: int) -> TileCoord:
    return TileCoord(z, x, y)


def test_gaps_show_the_ground() -> None:
    maps = MapKitchen()
    maps.put(2, 1, 1)

    assert "2/1/1@0,0" == shown(maps.get(tile_query(2, 1, 1, columns=2)))


def test_no_tile_at_all_is_blank() -> None:
    assert Blank() == MapKitchen().get(tile_query(2, 1, 1))


@pytest.mark.parametrize(
    "bbox",
    [
        pytest.param((3 * HALF, 0, 4 * HALF, HALF), id="beside the grid"),
        pytest.param((-100 * HALF, -100 * HALF, 100 * HALF, 100 * HALF), id="far coarser than the first level"),
    ],
)
def test_where_the_grid_has_no_tiles_the_map_is_blank(bbox: tuple[float, float, float, float]) -> None:
    maps = MapKitchen()
    maps.fill(0)

    assert Blank() == maps.get(query(bbox, (256, 256)))


class TestLimits:
    """Clients cannot ask for the impossible."""

    def test_a_box_without_image_in_the_grid_is_refused(self) -> None:
        with pytest.raises(OutsideProjection) as caught:
            MapKitchen().get(query((0, 0, 1, 1), (10, 10), UTM))

        assert "Could not transform BBOX: Invalid result. (bbox 0,0,1,1 in EPSG:25832)" == caught.value.message
        assert "bbox" == caught.value.locator

    @pytest.mark.parametrize("value", [math.nan, math.inf])
    def test_a_box_without_end_is_refused(self, value: float) -> None:
        with pytest.raises(InvalidParameter):
            MapKitchen().get(query((0, 0, value, 1), (10, 10)))

    def test_a_box_without_area_in_the_grid_is_named_as_it_was_asked_for(self) -> None:
        with pytest.raises(InvalidParameter) as caught:
            MapKitchen().get(query((0, 5, 0, 6), (10, 10)))

        assert "Request too large or invalid BBOX. (Invalid BBOX: 0,5,0,6)" == caught.value.message
        assert "bbox" == caught.value.locator

    def test_too_many_tiles_are_refused_before_any_is_read(self) -> None:
        maps = MapKitchen(max_tiles=4)

        asked = tile_query(3, 1, 1, columns=2, rows=2)
        with pytest.raises(InvalidParameter, match=r"too many tiles, max_tile_limit: 4, num_tiles: 4") as caught:
            maps.get(asked)

        assert caught.value.message.endswith(f": {','.join(map(str, asked.bbox))})")

        assert [] == maps.kitchen.store.reads

    @pytest.mark.parametrize(
        ("size", "tiles"),
        [
            pytest.param((4096, 4096), 256, id="a square map has the level of its resolution"),
            pytest.param((4096, 300), 256, id="a squeezed one too, as long as its tiles are few for its pixels"),
            pytest.param((4096, 32), 64, id="for next to no pixels a coarser level will do"),
        ],
    )
    def test_hundreds_of_tiles_are_not_squeezed_into_a_few_pixels(self, size: tuple[int, int], tiles: int) -> None:
        assert tiles == MapKitchen().source.tiles_for(query((-HALF, -HALF, HALF, HALF), size))

    def test_as_many_as_permitted_are_drawn(self) -> None:
        maps = MapKitchen(max_tiles=5)
        maps.fill(2)

        assert isinstance(maps.get(tile_query(2, 1, 1, columns=2, rows=2)), Drawn)


class TestAge:
    """A map is as old as its oldest tile."""

    def test_good_tiles_make_a_map_without_limit(self) -> None:
        maps = MapKitchen()
        maps.fill(1)

        answer = maps.get(tile_query(1, 0, 0, columns=2))

        assert isinstance(answer, Drawn)
        assert (None, True) == (answer.fresh_for, answer.storable)

    def test_a_stale_tile_that_stands_in_limits_the_map(self) -> None:
        an_hour = StalenessPolicy(RelativeLimit(3600))
        maps = MapKitchen(Kitchen(FakeMapSource(SourceUnreachable("down")), policy=an_hour))
        maps.fill(1)
        maps.kitchen.clock.advance(7200)

        answer = maps.get(tile_query(1, 0, 0, columns=2))

        assert isinstance(answer, Drawn)
        assert 5.0 == answer.fresh_for


class TestBrokenTiles:
    """What cannot be read leaves a gap, and is removed so that it is made anew."""

    def test_a_stored_tile_that_is_no_image_is_removed(self) -> None:
        maps = MapKitchen()
        good = maps.put(2, 1, 1)
        broken = TileKey(tile_at(2, 2, 1))
        maps.kitchen.store.put(broken, b"garbage", maps.kitchen.clock.now())

        answer = maps.get(tile_query(2, 1, 1, columns=2))

        assert "2/1/1@0,0" == shown(answer)
        assert isinstance(answer, Drawn)
        assert not answer.storable
        assert {good} == set(maps.kitchen.store.tiles)

    def test_a_store_that_cannot_remove_it_spoils_nothing(self) -> None:
        maps = MapKitchen()
        maps.kitchen.store.put(TileKey(tile_at(2, 1, 1)), b"garbage", maps.kitchen.clock.now())
        maps.kitchen.store.remove = fail  # type: ignore[method-assign]

        assert isinstance(maps.get(tile_query(2, 1, 1)), Drawn)


def fail(*_: object) -> None:
    raise StoreError("disk on fire")


class OneTile:
    """Gives the same answer for every key."""

    def __init__(self, answer: TileAnswer) -> None:
        self._answer = answer

    def __call__(self, key: TileKey, purpose: Purpose, deadline: Deadline) -> TileAnswer:
        return self._answer

    def many(self, keys: list[TileKey], purpose: Purpose, deadline: Deadline) -> list[TileAnswer]:
        return [self._answer for _ in keys]


def test_tiles_inside_files_are_read_from_there() -> None:
    SLICES["/tiles.bundle"] = image(256, 256, "bundled")
    stored = StoredTile(FileSlice("/tiles.bundle", 0, 10), "image/png", TileInfo(0.0, 10))
    maps = MapKitchen(tiles=OneTile(TileAnswer(stored, TileState.HIT)))

    assert "bundled@0,0" == shown(maps.get(tile_query(1, 0, 0)))


def test_large_maps_are_drawn_in_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_from_tiles, "MOSAIC_PIXELS", 4 * 256 * 256)
    maps = MapKitchen()
    maps.fill(2)

    answer = maps.get(tile_query(2, 0, 0, columns=4, rows=4))

    assert isinstance(answer, Drawn)
    assert (1024, 1024) == answer.raster.size
    assert isinstance(answer.raster, StripedRaster)
    assert [0, 256, 512, 768] == [strip.top for strip in answer.raster.strips()]
    assert 16 == len(maps.kitchen.store.reads), "every tile is read once, though strips share some"


def test_a_gap_in_a_large_map_is_known_when_it_has_been_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_from_tiles, "MOSAIC_PIXELS", 4 * 256 * 256)
    maps = MapKitchen()
    maps.fill(2)
    maps.kitchen.store.put(TileKey(tile_at(2, 1, 1)), b"garbage", maps.kitchen.clock.now())
    answer = maps.get(tile_query(2, 0, 0, columns=4, rows=4))
    assert isinstance(answer, Drawn)
    assert answer.storable, "nobody has looked"

    shown(answer)

    assert not answer.storable


def test_dimensions_of_the_query_are_those_of_the_tiles() -> None:
    maps = MapKitchen()
    key = TileKey(tile_at(1, 0, 0), (("time", "2020"),))
    maps.kitchen.store.put(key, image(256, 256, "of 2020"), maps.kitchen.clock.now())

    answer = maps.get(tile_query(1, 0, 0)._replace(dimensions=(("time", "2020"),)))

    assert "of 2020@0,0" == shown(answer)


def test_dimensions_of_other_layers_of_the_same_map_do_not_matter() -> None:
    maps = MapKitchen()
    maps.put(1, 0, 0)

    answer = maps.get(tile_query(1, 0, 0)._replace(dimensions=(("elevation", "500"),)))

    assert "1/0/0@0,0" == shown(answer)


def test_it_asks_no_server_itself() -> None:
    assert () == MapKitchen().source.requests_for(tile_query(1, 0, 0), Purpose.SERVE)
    assert MapKitchen().source.traits.meta_tiles
