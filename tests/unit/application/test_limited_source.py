"""A source is asked for no more than it has to show."""

from __future__ import annotations

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.fakes.text_imaging import TextImaging, TextRaster, image
from tests.unit.application.kitchen import LIMITS
from tests.unit.domain.strategies import WEB_MERCATOR, WGS84
from tilekeep.application.sources.limited_source import LimitedSource
from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import ProjectionError, SourceContentError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import Blank, Drawn, Fetched, MapQuery, NotModified, SourceAnswer, SourceTraits
from tilekeep.domain.polygon import Polygon
from tilekeep.domain.region import BoxRegion, Region, Relation
from tilekeep.domain.resolution_range import EVERY_RESOLUTION, ResolutionRange
from tilekeep.domain.srs import Srs

QUERY = MapQuery(BBox(0, 0, 1000, 1000), Size(100, 100), WEB_MERCATOR, "image/png")
WHOLE = Fetched(image(100, 100), "image/png")


def limited(
    source: FakeMapSource,
    *,
    region: Region | None = None,
    clip: bool = False,
    resolutions: ResolutionRange = EVERY_RESOLUTION,
    seed_only: bool = False,
) -> LimitedSource:
    imaging = TextImaging()
    gate = StoreGate(imaging, LIMITS, "test")
    return LimitedSource(
        source, imaging, gate, region=lambda _: region, clip=clip, resolutions=resolutions, seed_only=seed_only
    )


def ask(source: LimitedSource, purpose: Purpose = Purpose.SERVE) -> SourceAnswer:
    return source.get(QUERY, purpose, NO_DEADLINE)


def test_without_limits_the_answer_is_that_of_the_source() -> None:
    assert WHOLE == ask(limited(FakeMapSource(WHOLE)))


@pytest.mark.parametrize(
    ("region", "resolutions"),
    [
        pytest.param(BoxRegion(BBox(2000, 2000, 3000, 3000)), EVERY_RESOLUTION, id="outside-the-coverage"),
        pytest.param(BoxRegion(BBox(1000, 0, 2000, 1000)), EVERY_RESOLUTION, id="only-touching-the-coverage"),
        pytest.param(None, ResolutionRange(min_res=5), id="coarser-than-the-source"),
        pytest.param(None, ResolutionRange(max_res=50), id="finer-than-the-source"),
        pytest.param(BoxRegion(BBox(0, 0, 1, 1000)), EVERY_RESOLUTION, id="less-than-a-pixel-inside"),
    ],
)
def test_where_there_is_nothing_to_show_the_source_is_not_asked(
    region: Region | None, resolutions: ResolutionRange
) -> None:
    source = FakeMapSource(WHOLE)
    wrapped = limited(source, region=region, resolutions=resolutions)

    answer = ask(wrapped)

    assert isinstance(answer, Blank)
    assert wrapped.requests_for(QUERY, Purpose.SERVE) == ()
    assert source.queries == []


def test_only_the_part_inside_the_extent_is_asked_for_and_put_on_a_canvas() -> None:
    source = FakeMapSource(Fetched(image(40, 100, "part"), "image/png"))

    answer = ask(limited(source, region=BoxRegion(BBox(600, -500, 2000, 2000))))

    assert (BBox(600, 0, 1000, 1000), Size(40, 100)) == (source.queries[0].bbox, source.queries[0].size)
    assert Drawn(TextRaster(Size(100, 100), "part@60,0 alone")) == answer


def test_a_part_of_the_wrong_size_is_refused() -> None:
    source = FakeMapSource(WHOLE)

    with pytest.raises(SourceContentError):
        ask(limited(source, region=BoxRegion(BBox(600, 0, 2000, 1000))))


def test_tiled_sources_are_asked_for_whole_tiles() -> None:
    source = FakeMapSource(WHOLE, traits=SourceTraits(meta_tiles=False))

    answer = ask(limited(source, region=BoxRegion(BBox(600, 0, 2000, 1000))))

    assert WHOLE == answer
    assert QUERY == source.queries[0]


def test_the_coverage_is_looked_at_in_the_srs_of_the_query() -> None:
    source = FakeMapSource(WHOLE)
    regions = {WEB_MERCATOR: BoxRegion(BBox(0, 0, 1000, 1000)), WGS84: BoxRegion(BBox(5, 5, 6, 6))}
    imaging = TextImaging()
    wrapped = LimitedSource(source, imaging, StoreGate(imaging, LIMITS, "test"), region=regions.__getitem__)

    in_metres = wrapped.get(QUERY, Purpose.SERVE, NO_DEADLINE)
    in_degrees = wrapped.get(QUERY._replace(srs=WGS84, bbox=BBox(7, 7, 8, 8)), Purpose.SERVE, NO_DEADLINE)

    assert (in_metres, in_degrees) == (WHOLE, Blank())


def test_where_an_srs_shows_nothing_of_the_coverage_the_source_is_blank() -> None:
    def no_image(srs: Srs) -> Region:
        raise ProjectionError(f"no image in {srs.code}")

    imaging = TextImaging()
    wrapped = LimitedSource(FakeMapSource(WHOLE), imaging, StoreGate(imaging, LIMITS, "test"), region=no_image)

    assert isinstance(ask(wrapped), Blank)


def test_a_map_wholly_inside_is_not_clipped() -> None:
    inside = BoxRegion(BBox(-1, -1, 2000, 2000))

    assert WHOLE == ask(limited(FakeMapSource(WHOLE), region=inside, clip=True))


def test_a_map_across_the_border_is_clipped_after_its_part_is_put_on_a_canvas() -> None:
    source = FakeMapSource(Fetched(image(40, 100, "part"), "image/png"))

    answer = ask(limited(source, region=BoxRegion(BBox(600, -500, 2000, 2000)), clip=True))

    assert Drawn(TextRaster(Size(100, 100), "part@60,0 alone clipped to 1")) == answer


def test_a_tile_across_the_border_is_clipped_as_a_whole() -> None:
    source = FakeMapSource(WHOLE, traits=SourceTraits(meta_tiles=False))

    answer = ask(limited(source, region=BoxRegion(BBox(600, 0, 2000, 1000)), clip=True))

    assert Drawn(TextRaster(Size(100, 100), "map clipped to 1")) == answer


def test_a_tile_that_only_touches_the_coverage_is_cut_off_as_a_whole() -> None:
    source = FakeMapSource(WHOLE, traits=SourceTraits(meta_tiles=False))

    answer = ask(limited(source, region=Touching(), clip=True))

    assert Drawn(TextRaster(Size(100, 100), "map clipped to 0")) == answer


def test_clipping_keeps_what_is_said_of_the_age_of_a_map() -> None:
    old = Drawn(TextRaster(Size(40, 100), "part"), fresh_for=30.0, may_be_kept=False)

    answer = ask(limited(FakeMapSource(old), region=BoxRegion(BBox(600, -500, 2000, 2000)), clip=True))

    assert isinstance(answer, Drawn)
    assert (answer.fresh_for, answer.storable) == (30.0, False)


@pytest.mark.parametrize("clip", [False, True])
def test_what_has_not_changed_is_neither_placed_nor_clipped(clip: bool) -> None:
    answer = ask(limited(FakeMapSource(NotModified()), region=BoxRegion(BBox(600, -500, 2000, 2000)), clip=clip))

    assert isinstance(answer, NotModified)


class Touching:
    """A region of which only the border lies in the map."""

    bbox = BBox(1000, 0, 2000, 1000)

    def relate(self, bbox: BBox) -> Relation:
        return Relation.INTERSECTS

    def mask(self, bbox: BBox, size: Size) -> tuple[Polygon, ...]:
        return ()


@pytest.mark.parametrize(
    ("purpose", "answers"), [(Purpose.SERVE, False), (Purpose.SEED, True), (Purpose.REFRESH, True)]
)
def test_a_source_for_seeding_is_blank_to_serving(purpose: Purpose, answers: bool) -> None:
    answer = ask(limited(FakeMapSource(WHOLE), seed_only=True), purpose)

    assert answers is not isinstance(answer, Blank)
