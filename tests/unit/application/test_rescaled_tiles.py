"""Gaps are filled from other levels, as far away as is permitted (spec/caches.md, 9)."""

from __future__ import annotations

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.unit.application.kitchen import Kitchen
from tests.unit.application.map_kitchen import MapKitchen
from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.application.rescaled_tiles import RescaledTiles
from tilekeep.application.tile_answer import TileAnswer
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.map_query import Blank
from tilekeep.domain.region import BoxRegion
from tilekeep.domain.staleness import RelativeLimit, StalenessPolicy
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.domain.tile_state import TileState

UP, DOWN = -1, 1


def chain(maps: MapKitchen, step: int, levels: int, *, keeps: bool = False) -> RescaledTiles:
    """As the assembly puts them together."""
    tiles = maps.kitchen.get_tile
    found: RescaledTiles | None = None
    for _ in range(levels):
        neighbours = MapKitchen(maps.kitchen, tiles=found or tiles).maps
        found = RescaledTiles(
            tiles=tiles,
            neighbours=neighbours,
            step=step,
            grid=WEBMERCATOR,
            imaging=maps.kitchen.imaging,
            encoding=ImageEncoding(),
            clock=maps.kitchen.clock,
            writer=maps.kitchen.store if keeps else None,
        )
    assert found is not None
    return found


def get(tiles: RescaledTiles, z: int, x: int, y: int) -> TileAnswer:
    return tiles(TileKey(TileCoord(z, x, y)), Purpose.SERVE, NO_DEADLINE)


def body(answer: TileAnswer) -> object:
    return None if answer.tile is None else answer.tile.body


def test_a_stored_tile_is_delivered_as_it_is() -> None:
    maps = MapKitchen()
    maps.put(3, 2, 5)

    answer = get(chain(maps, UP, 2), 3, 2, 5)

    assert (b"image 256x256 3/2/5", TileState.HIT) == (body(answer), answer.state)


def test_upscaling_enlarges_the_part_of_the_coarser_tile() -> None:
    maps = MapKitchen()
    maps.put(2, 1, 2)

    answer = get(chain(maps, UP, 1), 3, 2, 5)

    assert (b"2/1/2@0,-112 rescaled", TileState.MISS) == (body(answer), answer.state)


def test_downscaling_reduces_the_four_finer_tiles() -> None:
    maps = MapKitchen()
    maps.fill(3)

    answer = get(chain(maps, DOWN, 1), 2, 0, 0)

    assert b"3/0/0@0,0|3/1/0@256,0|3/0/1@0,256|3/1/1@256,256 rescaled" == body(answer)


@pytest.mark.parametrize(("levels", "found"), [(1, False), (2, True), (5, True)])
def test_it_goes_as_many_levels_as_permitted(levels: int, found: bool) -> None:
    maps = MapKitchen()
    # The words of a tile that was drawn are no image to the fake: the nearer level is stored.
    maps.put(1, 0, 1)
    maps.kitchen.imaging.encode = lambda raster, encoding, shows=None: encoded(raster.shows)  # type: ignore[method-assign,attr-defined]

    answer = get(chain(maps, UP, levels), 3, 2, 5)

    assert found == (answer.tile is not None)


def encoded(shows: str) -> object:
    from tests.fakes.text_imaging import image
    from tilekeep.domain.image import EncodedImage

    return EncodedImage(image(256, 256, shows), "image/png")


@pytest.mark.parametrize(("step", "z"), [pytest.param(UP, 0, id="above"), pytest.param(DOWN, 19, id="below")])
def test_beyond_the_first_and_the_last_level_there_is_nothing(step: int, z: int) -> None:
    answer = get(chain(MapKitchen(), step, 3), z, 0, 0)

    assert (None, TileState.MISS) == (answer.tile, answer.state)


def test_outside_the_coverage_tiles_stay_empty() -> None:
    maps = MapKitchen()
    maps.put(2, 1, 2)
    elsewhere = BoxRegion(BBox(0.0, 0.0, 1e6, 1e6))
    maps.kitchen.get_tile._region = elsewhere

    answer = get(chain(maps, UP, 1), 3, 2, 5)

    assert TileAnswer(None, TileState.HIT) == answer


class TestKeeping:
    """``cache_rescaled_tiles``."""

    def test_they_are_not_stored_unless_that_is_wanted(self) -> None:
        maps = MapKitchen()
        maps.put(2, 1, 2)

        get(chain(maps, UP, 1), 3, 2, 5)

        assert 1 == len(maps.kitchen.store.tiles)

    def test_stored_ones_are_hits_the_next_time(self) -> None:
        maps = MapKitchen()
        maps.put(2, 1, 2)
        tiles = chain(maps, UP, 1, keeps=True)

        first, second = get(tiles, 3, 2, 5), get(tiles, 3, 2, 5)

        assert (TileState.MISS, TileState.HIT) == (first.state, second.state)
        assert body(first) == body(second)

    def test_a_store_that_cannot_write_spoils_nothing(self) -> None:
        maps = MapKitchen()
        maps.put(2, 1, 2)
        tiles = chain(maps, UP, 1, keeps=True)
        maps.kitchen.store.write = _broken  # type: ignore[method-assign]

        assert b"2/1/2@0,-112 rescaled" == body(get(tiles, 3, 2, 5))


def _broken(*_: object) -> list[object]:
    from tilekeep.domain.errors import StoreError

    raise StoreError("disk full")


class TestStaleOnes:
    """Tiles that were drawn and stored some time ago."""

    def test_they_are_drawn_anew(self) -> None:
        maps = MapKitchen(Kitchen(FakeMapSource(Blank()), policy=StalenessPolicy(RelativeLimit(60.0))))
        old = maps.put(3, 2, 5, "long ago")
        maps.kitchen.store.renew([old], maps.kitchen.clock.now() - 61.0, None)
        maps.put(2, 1, 2)

        answer = get(chain(maps, UP, 1, keeps=True), 3, 2, 5)

        assert (b"2/1/2@0,-112 rescaled", TileState.REFRESHED) == (body(answer), answer.state)
        assert maps.kitchen.store.tiles[old].info.stored_at == maps.kitchen.clock.now()

    def test_they_stay_where_there_is_nothing_to_draw_from(self) -> None:
        maps = MapKitchen(Kitchen(FakeMapSource(Blank()), policy=StalenessPolicy(RelativeLimit(60.0))))
        old = maps.put(3, 2, 5)
        maps.kitchen.store.renew([old], maps.kitchen.clock.now() - 61.0, None)

        answer = get(chain(maps, UP, 1, keeps=True), 3, 2, 5)

        assert (b"image 256x256 3/2/5", TileState.STALE) == (body(answer), answer.state)

    def test_they_are_drawn_anew_where_stale_tiles_are_shown_meanwhile(self) -> None:
        policy = StalenessPolicy(RelativeLimit(60.0))
        maps = MapKitchen(Kitchen(FakeMapSource(Blank()), policy=policy, patience_seconds=0.0))
        old = maps.put(3, 2, 5, "long ago")
        maps.kitchen.store.renew([old], maps.kitchen.clock.now() - 61.0, None)
        maps.put(2, 1, 2)
        tiles = chain(maps, UP, 1, keeps=True)

        first = get(tiles, 3, 2, 5)
        maps.kitchen.background.run()
        second = get(tiles, 3, 2, 5)

        assert (TileState.STALE, TileState.REFRESHED) == (first.state, second.state)
        assert b"2/1/2@0,-112 rescaled" == body(second)
