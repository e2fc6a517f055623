"""Several sources laid over each other as one."""

from __future__ import annotations

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.fakes.parallel import InlineRunner
from tests.fakes.text_imaging import TextImaging, TextRaster, image
from tests.unit.application.kitchen import LIMITS
from tests.unit.domain.strategies import WEB_MERCATOR
from tilekeep.application.sources.merged_sources import MergedSources
from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import SourceContentError, SourceUnreachable
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import Blank, Drawn, Fetched, MapQuery, SourceTraits
from tilekeep.domain.tile import Validators
from tilekeep.domain.tile_state import TileState

SIZE = Size(100, 100)
QUERY = MapQuery(BBox(0, 0, 1000, 1000), SIZE, WEB_MERCATOR, "image/png", validators=Validators('"v1"'))


def fetched(shows: str) -> Fetched:
    return Fetched(image(*SIZE, shows), "image/png")


def merged(*sources: FakeMapSource) -> MergedSources:
    imaging = TextImaging()
    gate = StoreGate(imaging, LIMITS, "test")
    return MergedSources([(source, None) for source in sources], imaging, gate, InlineRunner(), transparent=True)


def test_maps_are_laid_over_each_other_in_their_order() -> None:
    below, above = FakeMapSource(fetched("land")), FakeMapSource(Drawn(TextRaster(SIZE, "roads")))

    answer = merged(below, above).get(QUERY, Purpose.SERVE, NO_DEADLINE)

    assert Drawn(TextRaster(SIZE, "land@0,0+roads@0,0")) == answer


def test_blank_sources_are_left_out() -> None:
    answer = merged(FakeMapSource(Blank()), FakeMapSource(fetched("roads"))).get(QUERY, Purpose.SERVE, NO_DEADLINE)

    assert Drawn(TextRaster(SIZE, "roads@0,0")) == answer


def test_where_all_are_blank_there_is_an_empty_map() -> None:
    answer = merged(FakeMapSource(Blank()), FakeMapSource(Blank())).get(QUERY, Purpose.SERVE, NO_DEADLINE)

    assert Drawn(TextRaster(SIZE, "nothing"), state=TileState.HIT) == answer


def test_one_failing_source_fails_the_map() -> None:
    sources = merged(FakeMapSource(fetched("land")), FakeMapSource(SourceUnreachable("down")))

    with pytest.raises(SourceUnreachable):
        sources.get(QUERY, Purpose.SERVE, NO_DEADLINE)


def test_a_map_of_the_wrong_size_is_refused() -> None:
    sources = merged(FakeMapSource(fetched("land")), FakeMapSource(Fetched(image(1, 1), None)))

    with pytest.raises(SourceContentError):
        sources.get(QUERY, Purpose.SERVE, NO_DEADLINE)


def test_sources_are_asked_unconditionally() -> None:
    source = FakeMapSource(fetched("land"))

    merged(source, source).get(QUERY, Purpose.SERVE, NO_DEADLINE)

    assert [None, None] == [query.validators for query in source.queries]


def test_all_requests_are_named() -> None:
    sources = merged(FakeMapSource(Blank(), url="http://a/"), FakeMapSource(Blank(), url="http://b/"))

    assert ["http://a/", "http://b/"] == [request.public_url for request in sources.requests_for(QUERY, Purpose.SERVE)]


@pytest.mark.parametrize(("first", "second", "expected"), [(True, True, True), (True, False, False)])
def test_meta_tiles_need_all_sources_to_draw_them(first: bool, second: bool, expected: bool) -> None:
    sources = [FakeMapSource(Blank(), traits=SourceTraits(meta_tiles=draws)) for draws in (first, second)]

    assert expected is merged(*sources).traits.meta_tiles
