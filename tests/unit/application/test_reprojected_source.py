"""A source that has some SRS only draws maps in all (spec/sources.md, 4)."""

from __future__ import annotations

import pytest

from tests.fakes.catalogue import MERCATOR, UTM, WGS84
from tests.fakes.map_source import FakeMapSource
from tests.fakes.projection import FakeProjection
from tests.fakes.text_imaging import TextImaging, TextRaster, image
from tests.unit.application.kitchen import LIMITS
from tilekeep.application.sources.beyond_projection import BlankBeyondProjection
from tilekeep.application.sources.reprojected_source import ReprojectedSource
from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import ImageError, OutsideProjection, SourceContentError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.image import Raster
from tilekeep.domain.map_query import Blank, Drawn, Fetched, MapQuery, NotModified, SourceAnswer
from tilekeep.domain.srs import Srs
from tilekeep.domain.tile import Validators
from tilekeep.domain.warp import Warp

IN_DEGREES = MapQuery(BBox(0.0, 0.0, 10.0, 10.0), Size(100, 100), WGS84, "image/png")
IN_METRES = MapQuery(BBox(0.0, 0.0, 1000.0, 1000.0), Size(100, 100), MERCATOR, "image/png")
GOOGLE = Srs("EPSG:900913", MERCATOR.definition, geographic=False, north_first=False, metres_per_unit=1.0)


def drawing(query: MapQuery) -> SourceAnswer:
    return Fetched(image(*query.size, f"map in {query.srs.code}"), "image/png")


def reprojected(
    source: FakeMapSource,
    *available: Srs,
    preferred: dict[Srs, list[Srs]] | None = None,
    imaging: TextImaging | None = None,
) -> ReprojectedSource:
    imaging = imaging or TextImaging()
    return ReprojectedSource(
        source,
        available=available or (MERCATOR,),
        preferred=preferred or {},
        projection=FakeProjection(),
        imaging=imaging,
        gate=StoreGate(imaging, LIMITS, "test"),
        transparent=True,
        resampling="bicubic",
    )


def get(source: ReprojectedSource | BlankBeyondProjection, query: MapQuery) -> SourceAnswer:
    return source.get(query, Purpose.SERVE, NO_DEADLINE)


def test_a_map_in_an_srs_of_the_source_passes_through_as_it_is() -> None:
    source = FakeMapSource(Fetched(b"bytes", "image/png"))

    assert Fetched(b"bytes", "image/png") == get(reprojected(source), IN_METRES)
    assert [IN_METRES] == source.queries


def test_an_alias_is_no_other_srs() -> None:
    source = FakeMapSource(Fetched(b"bytes", "image/png"))

    get(reprojected(source, GOOGLE), IN_METRES)

    assert [IN_METRES] == source.queries


def test_a_map_in_another_srs_is_asked_for_where_it_lies_and_drawn_anew() -> None:
    source = FakeMapSource(drawing)

    answer = get(reprojected(source), IN_DEGREES)

    (asked,) = source.queries
    assert MERCATOR == asked.srs
    assert (1113194, 1118889) == (int(asked.bbox.max_x), int(asked.bbox.max_y))
    assert Size(100, 101) == asked.size
    assert Drawn(TextRaster(Size(100, 100), "map in EPSG:3857 meshed")) == answer


def test_what_is_preferred_is_asked_for_first() -> None:
    source = FakeMapSource(drawing)

    get(reprojected(source, UTM, MERCATOR, preferred={WGS84: [GOOGLE, UTM]}), IN_DEGREES)

    assert MERCATOR == source.queries[0].srs


def test_requests_and_tiles_are_those_of_the_map_that_is_asked_for() -> None:
    source = FakeMapSource(drawing)
    source.tiles = 7
    wrapped = reprojected(source)

    assert ["http://fake/"] == [request.url for request in wrapped.requests_for(IN_DEGREES, Purpose.SERVE)]
    assert 7 == wrapped.tiles_for(IN_DEGREES)
    assert wrapped.traits == source.traits


@pytest.mark.parametrize("answer", [Blank(), NotModified(Validators('"1"'))], ids=["nothing", "no news"])
def test_nothing_and_no_news_are_not_drawn(answer: SourceAnswer) -> None:
    assert answer == get(reprojected(FakeMapSource(answer)), IN_DEGREES)


def test_what_is_said_of_the_age_of_a_map_is_kept() -> None:
    old = FakeMapSource(lambda query: Drawn(TextRaster(query.size, "old"), fresh_for=5.0, may_be_kept=False))

    answer = get(reprojected(old), IN_DEGREES)

    assert isinstance(answer, Drawn)
    assert (5.0, False) == (answer.fresh_for, answer.storable)


def test_a_map_of_the_wrong_size_is_refused() -> None:
    source = FakeMapSource(Fetched(image(100, 100), "image/png"))

    with pytest.raises(SourceContentError, match="100x100 pixels instead of 100x101"):
        get(reprojected(source), IN_DEGREES)


def test_a_map_that_cannot_be_drawn_anew_is_a_failure_of_the_source() -> None:
    class Failing(TextImaging):
        def warp(self, raster: Raster, warp: Warp, resampling: str, *, transparent: bool) -> TextRaster:
            raise ImageError("no memory")

    with pytest.raises(SourceContentError, match="no memory"):
        get(reprojected(FakeMapSource(drawing), imaging=Failing()), IN_DEGREES)


class TestWithoutImage:
    """There is no way from this SRS to any of the source."""

    BEYOND = IN_METRES._replace(srs=UTM)

    def test_a_client_is_told_so(self) -> None:
        source = FakeMapSource(drawing)

        with pytest.raises(OutsideProjection, match=r"Could not transform BBOX.*EPSG:25832"):
            get(reprojected(source), self.BEYOND)

        assert [] == source.queries
        assert () == reprojected(source).requests_for(self.BEYOND, Purpose.SERVE)

    def test_a_cache_gets_nothing(self) -> None:
        assert Blank() == get(BlankBeyondProjection(reprojected(FakeMapSource(drawing))), self.BEYOND)
