"""What is put around a source of feature info: a coverage, another SRS, a transformation."""

from __future__ import annotations

import pytest

from tests.contract.info_source_suite import PLACE
from tests.fakes.catalogue import MERCATOR, UTM, WGS84
from tests.fakes.info_source import FakeInfoSource, text
from tests.fakes.projection import FakeProjection
from tilekeep.application.sources.limited_info import LimitedInfo
from tilekeep.application.sources.reprojected_info import ReprojectedInfo
from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.feature_info import InfoQuery, PixelPosition
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.region import BoxRegion, Region
from tilekeep.domain.srs import Srs


@pytest.fixture
def source() -> FakeInfoSource:
    return FakeInfoSource(text("there"))


class TestCoverage:
    @pytest.mark.parametrize(
        ("position", "is_asked"),
        [
            pytest.param((0, 0), False, id="outside"),
            pytest.param((128, 128), True, id="inside"),
            pytest.param((150, 100), True, id="elsewhere inside"),
            pytest.param((200, 128), False, id="beside it"),
        ],
    )
    def test_only_places_inside_are_asked_about(
        self, source: FakeInfoSource, position: tuple[int, int], is_asked: bool
    ) -> None:
        limited = LimitedInfo(source, lambda srs: BoxRegion(BBox(300.0, 300.0, 700.0, 700.0)))
        query = PLACE._replace(position=PixelPosition(*position))

        answer = limited.get(query, NO_DEADLINE)

        assert (answer is not None) == bool(source.queries) == is_asked

    def test_a_coverage_without_image_in_the_srs_holds_nothing(self, source: FakeInfoSource) -> None:
        def region(srs: Srs) -> Region:
            raise ProjectionError("no image")

        assert LimitedInfo(source, region).get(PLACE, NO_DEADLINE) is None
        assert source.queries == []

    def test_none_is_everywhere(self, source: FakeInfoSource) -> None:
        assert LimitedInfo(source, lambda srs: None).get(PLACE, NO_DEADLINE) == text("there")


class TestOtherSrs:
    def reprojected(self, source: FakeInfoSource, *supported: Srs) -> ReprojectedInfo:
        return ReprojectedInfo(
            source, FakeProjection(), supported_srs=supported, preferred_srs={MERCATOR: [UTM, WGS84]}
        )

    def test_an_srs_that_the_server_has_is_asked_as_it_is(self, source: FakeInfoSource) -> None:
        self.reprojected(source, WGS84, MERCATOR).get(PLACE, NO_DEADLINE)

        assert source.queries == [PLACE]

    def test_another_becomes_the_preferred_one(self, source: FakeInfoSource) -> None:
        query = InfoQuery(BBox(0.0, 0.0, 1e6, 1e6), Size(200, 200), MERCATOR, PixelPosition(50, 150), "text/html", 3)

        self.reprojected(source, WGS84).get(query, NO_DEADLINE)

        (asked,) = source.queries
        assert asked.srs == WGS84
        assert asked.bbox == pytest.approx((0.0, 0.0, 8.9831528, 8.9466), abs=1e-4)
        assert (asked.size, asked.position) == (Size(200, 199), PixelPosition(50, 149))
        assert (asked.info_format, asked.feature_count) == ("text/html", 3)

    def test_a_map_without_image_is_not_asked_about(self, source: FakeInfoSource) -> None:
        reprojected = self.reprojected(source, UTM)

        assert reprojected.get(PLACE, NO_DEADLINE) is None
        assert source.queries == []
