"""Of a source one request sees what lies in a region, as everybody else sees it."""

from __future__ import annotations

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.fakes.text_imaging import TextImaging, TextRaster, image
from tests.unit.application.kitchen import LIMITS
from tests.unit.domain.strategies import WEB_MERCATOR
from tilekeep.application.sources.clipped_source import ClippedSource
from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import SourceContentError, SourceStatusError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import Blank, Drawn, Fetched, MapQuery, NotModified, SourceAnswer, SourceTraits
from tilekeep.domain.region import NOWHERE, BoxRegion, Region
from tilekeep.domain.tile import Validators

QUERY = MapQuery(BBox(0, 0, 1000, 1000), Size(100, 100), WEB_MERCATOR, "image/png")
WHOLE = Fetched(image(100, 100), "image/png", fresh_for=5.0, storable=False)
ACROSS = BoxRegion(BBox(500, -500, 2000, 2000))
AROUND = BoxRegion(BBox(-500, -500, 2000, 2000))


def clipped(source: FakeMapSource, region: Region) -> ClippedSource:
    imaging = TextImaging()
    return ClippedSource(source, region, imaging=imaging, gate=StoreGate(imaging, LIMITS, "test"))


def ask(source: ClippedSource, query: MapQuery = QUERY) -> SourceAnswer:
    return source.get(query, Purpose.SERVE, NO_DEADLINE)


def test_across_the_border_the_whole_map_is_drawn_and_clipped() -> None:
    source = FakeMapSource(WHOLE)

    answer = ask(clipped(source, ACROSS))

    assert answer == Drawn(TextRaster(Size(100, 100), "map clipped to 1"), 5.0, may_be_kept=False)
    assert source.queries == [QUERY]


def test_a_drawn_map_is_clipped_too() -> None:
    drawn = Drawn(TextRaster(Size(100, 100), "drawn"))

    assert ask(clipped(FakeMapSource(drawn), ACROSS)) == Drawn(TextRaster(Size(100, 100), "drawn clipped to 1"))


def test_within_the_region_the_answer_is_that_of_the_source() -> None:
    assert ask(clipped(FakeMapSource(WHOLE), AROUND)) == WHOLE


@pytest.mark.parametrize(
    "region",
    [
        pytest.param(BoxRegion(BBox(2000, 2000, 3000, 3000)), id="outside"),
        pytest.param(BoxRegion(BBox(1000, 0, 2000, 1000)), id="only touching"),
        pytest.param(BoxRegion(BBox(-5, 0, 1, 1000)), id="less than a tenth of a pixel inside"),
        pytest.param(NOWHERE, id="no region at all"),
    ],
)
def test_where_nothing_may_be_seen_the_source_is_not_asked(region: Region) -> None:
    source = FakeMapSource(WHOLE)

    assert isinstance(ask(clipped(source, region)), Blank)
    assert source.queries == []


@pytest.mark.parametrize(("region", "count"), [(AROUND, 7), (ACROSS, 7), (NOWHERE, 0)])
def test_tiles_and_requests_are_those_of_the_source_where_it_is_asked(region: Region, count: int) -> None:
    source = FakeMapSource(WHOLE, traits=SourceTraits(meta_tiles=False))
    source.tiles = 7
    wrapped = clipped(source, region)

    assert wrapped.tiles_for(QUERY) == count
    assert len(wrapped.requests_for(QUERY, Purpose.SERVE)) == bool(count)
    assert wrapped.traits == source.traits


@pytest.mark.parametrize("answer", [Blank(), NotModified()])
def test_nothing_stays_nothing(answer: SourceAnswer) -> None:
    assert ask(clipped(FakeMapSource(answer), ACROSS)) == answer


def test_a_clipped_map_is_never_asked_for_by_the_validators_of_another() -> None:
    source = FakeMapSource(WHOLE)

    ask(clipped(source, ACROSS), QUERY._replace(validators=Validators('"whole"')))

    assert [query.validators for query in source.queries] == [None]


def test_what_is_no_map_of_the_size_asked_for_is_refused() -> None:
    with pytest.raises(SourceContentError):
        ask(clipped(FakeMapSource(Fetched(image(50, 50), "image/png")), ACROSS))


def test_the_errors_of_the_source_are_its_own() -> None:
    with pytest.raises(SourceStatusError):
        ask(clipped(FakeMapSource(SourceStatusError("down", status=500)), ACROSS))
