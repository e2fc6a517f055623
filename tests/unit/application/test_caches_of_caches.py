"""Caches as sources of others: redrawn, passed on, chosen by SRS (spec/sources.md, 12; spec/caches.md, 14)."""

from __future__ import annotations

import pytest

from tests.fakes.catalogue import MERCATOR, UTM, WGS84
from tests.fakes.map_source import FakeMapSource
from tests.fakes.text_imaging import image
from tests.unit.application.map_kitchen import SLICES, MapKitchen, query, read_slice, shown, tile_query
from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.application.sources.beyond_projection import BlankBeyondProjection
from tilekeep.application.sources.cache_as_source import SameTiles
from tilekeep.application.sources.grid_choice import GridChoice
from tilekeep.application.tile_answer import TileAnswer
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.errors import InvalidParameter
from tilekeep.domain.map_query import Blank, Fetched, MapQuery, SourceAnswer
from tilekeep.domain.tile import FileSlice, StoredTile, TileInfo, TileKey
from tilekeep.domain.tile_state import TileState
from tilekeep.ports.map_source import MapSource

HALF = 20037508.342789244


def get(source: MapSource, wanted: MapQuery) -> SourceAnswer:
    return source.get(wanted, Purpose.SERVE, NO_DEADLINE)


class TestRedrawn:
    """In another grid a cache is drawn like any map."""

    def test_it_draws_what_the_cache_draws(self) -> None:
        maps = MapKitchen()
        maps.put(3, 2, 5)

        assert "3/2/5@0,0" == shown(get(BlankBeyondProjection(maps.source), tile_query(3, 2, 5)))

    def test_what_has_no_image_in_the_grid_is_blank_and_needs_no_tiles(self) -> None:
        redrawn, beyond = BlankBeyondProjection(MapKitchen().source), query((0, 0, 1, 1), (10, 10), UTM)

        assert Blank() == get(redrawn, beyond)
        assert 0 == redrawn.tiles_for(beyond)

    def test_what_is_refused_for_another_reason_is_an_error(self) -> None:
        redrawn, wanted = BlankBeyondProjection(MapKitchen(max_tiles=1).source), tile_query(3, 2, 5)

        with pytest.raises(InvalidParameter, match="max_tile_limit: 1"):
            get(redrawn, wanted)
        with pytest.raises(InvalidParameter, match="max_tile_limit: 1"):
            redrawn.tiles_for(wanted)

    def test_it_draws_maps_of_any_size(self) -> None:
        assert BlankBeyondProjection(MapKitchen().source).traits.meta_tiles


class TestSameTiles:
    """Where both have the same tiles the bytes pass through."""

    def test_the_tile_is_the_stored_one(self) -> None:
        maps = MapKitchen()
        maps.put(3, 2, 5)
        source = SameTiles(maps.kitchen.get_tile, WEBMERCATOR, read_slice)

        answer = get(source, tile_query(3, 2, 5))

        assert Fetched(image(256, 256, "3/2/5"), "image/png", state=TileState.HIT) == answer
        assert not source.traits.meta_tiles
        assert source.traits.declared_format is None, "bytes are never encoded anew"

    @pytest.mark.parametrize(("z", "x", "y"), [(0, 0, 0), (1, 1, 0), (7, 100, 3), (19, 524287, 0)])
    def test_every_tile_is_found_under_its_own_number(self, z: int, x: int, y: int) -> None:
        maps = MapKitchen()
        maps.put(z, x, y)

        answer = get(SameTiles(maps.kitchen.get_tile, WEBMERCATOR, read_slice), tile_query(z, x, y))

        assert isinstance(answer, Fetched)

    def test_a_missing_tile_is_blank(self) -> None:
        source = SameTiles(MapKitchen().kitchen.get_tile, WEBMERCATOR, read_slice)

        assert Blank() == get(source, tile_query(3, 2, 5))

    def test_outside_of_its_grid_it_is_blank(self) -> None:
        source = SameTiles(MapKitchen().kitchen.get_tile, WEBMERCATOR, read_slice)

        assert Blank() == get(source, query((2 * HALF, 0, 3 * HALF, HALF), (256, 256)))

    def test_the_age_of_the_tile_goes_with_it(self) -> None:
        stored = StoredTile(FileSlice("/old.bundle", 0, 1), "image/png", TileInfo(0.0, 1))
        SLICES["/old.bundle"] = b"old"

        class Stale:
            def __call__(self, key: TileKey, purpose: Purpose, deadline: Deadline) -> TileAnswer:
                return TileAnswer(stored, TileState.STALE, fresh_for=5.0)

            def many(self, keys: list[TileKey], purpose: Purpose, deadline: Deadline) -> list[TileAnswer]:
                return [self(key, purpose, deadline) for key in keys]

        answer = get(SameTiles(Stale(), WEBMERCATOR, read_slice), tile_query(3, 2, 5))

        assert Fetched(b"old", "image/png", fresh_for=5.0, state=TileState.STALE) == answer


class TestGridChoice:
    """A cache with several grids draws each map from the one that suits its SRS."""

    def test_the_grid_in_the_srs_of_the_map_is_asked(self) -> None:
        mercator, degrees = FakeMapSource(Blank()), FakeMapSource(Blank())
        source = GridChoice([(MERCATOR, mercator), (WGS84, degrees)], {})

        get(source, query((0, 0, 1, 1), (10, 10), WGS84))

        assert ([], 1) == (mercator.queries, len(degrees.queries))

    def test_the_preferred_one_is_asked_for_others(self) -> None:
        mercator, degrees = FakeMapSource(Blank(), url="mercator"), FakeMapSource(Blank(), url="degrees")
        source = GridChoice([(MERCATOR, mercator), (WGS84, degrees)], {UTM: (WGS84,)})

        (request,) = source.requests_for(query((0, 0, 1, 1), (10, 10), UTM), Purpose.SERVE)

        assert "degrees" == request.url
