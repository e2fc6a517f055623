"""Polygons as areas: put together, grown, and brought into another SRS (spec/coverages.md, 3.6 and 4)."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.adapters.geometry.boxes import BoxArea
from tilekeep.adapters.geometry.combining import Operation, combined
from tilekeep.adapters.geometry.polygon_parts import joined, polygon_parts
from tilekeep.adapters.geometry.polygons import PolygonArea
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.domain.errors import EmptyCoverage, ProjectionError
from tilekeep.domain.geometry import BBox

PROJECTION = PyprojProjection()
WGS84, MERCATOR, UTM32 = map(PROJECTION.srs, (4326, 3857, 25832))


def box(*edges: float) -> BoxArea:
    return BoxArea(BBox(*edges), WGS84)


class TestPolygonsOfAFile:
    def test_one_is_taken_as_it_is(self) -> None:
        assert joined([shapely.box(0, 0, 1, 1)], "file").equals(shapely.box(0, 0, 1, 1))

    def test_several_are_united(self) -> None:
        found = joined([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], "file")

        assert found.equals(shapely.box(0, 0, 2, 1))

    def test_they_are_simplified_by_a_millionth_of_their_smaller_side(self) -> None:
        bumpy = shapely.Polygon([(0, 0), (5, 0.9e-6), (10, 0), (10, 1), (0, 1)])
        bumpier = shapely.Polygon([(0, 0), (5, 1.1e-6), (10, 0), (10, 1), (0, 1)])

        assert len(joined([bumpy], "file").exterior.coords) == 5
        assert len(joined([bumpier], "file").exterior.coords) == 6

    def test_what_is_not_valid_is_repaired(self) -> None:
        bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])

        assert joined([bow_tie], "file").is_valid

    @pytest.mark.parametrize(
        "polygons",
        [
            pytest.param([], id="none"),
            pytest.param([shapely.Polygon()], id="an empty one"),
            pytest.param([shapely.Polygon([(0, 0), (1, 1), (2, 2)])], id="one without area"),
            pytest.param([shapely.Polygon([(0, 0), (1, float("inf")), (2, 2)])], id="one without end"),
            pytest.param([shapely.Polygon([(0, 0), (1e308, 1e308), (0, 1e308)])], id="one of huge numbers"),
        ],
    )
    def test_without_area_there_is_no_coverage(self, polygons: list[shapely.Polygon]) -> None:
        with pytest.raises(EmptyCoverage, match="'file'"):
            joined(polygons, "file")

    def test_polygons_are_found_within_collections(self) -> None:
        inner = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)])
        collection = shapely.GeometryCollection([shapely.Point(0, 0), inner, shapely.LineString([(0, 0), (1, 1)])])

        assert len(polygon_parts(collection)) == 2


class TestSetOperations:
    def test_a_union_has_the_srs_of_its_first_member(self) -> None:
        metres = BoxArea(BBox(0, 0, 111319, 111319), MERCATOR)

        found = combined("union", [box(0, 0, 1, 1), metres], PROJECTION)

        assert found.srs == WGS84
        assert found.geometry.bounds == (0, 0, 1, 1)

    def test_a_difference_is_the_first_without_all_others(self) -> None:
        found = combined("difference", [box(0, 0, 10, 10), box(0, 0, 5, 10), box(5, 0, 10, 5)], PROJECTION)

        assert found.geometry.equals(shapely.box(5, 5, 10, 10))

    def test_an_intersection_is_what_all_share(self) -> None:
        found = combined("intersection", [box(0, 0, 10, 10), box(5, 0, 15, 10), box(0, 5, 20, 20)], PROJECTION)

        assert found.geometry.equals(shapely.box(5, 5, 10, 10))

    def test_of_areas_that_meet_in_an_area_and_a_line_the_area_counts(self) -> None:
        steps = PolygonArea(shapely.box(0, 0, 2, 1).union(shapely.box(0, 0, 1, 2)), WGS84)

        found = combined("intersection", [steps, box(1, 0, 3, 3)], PROJECTION)

        assert found.geometry.equals(shapely.box(1, 0, 2, 1))

    @pytest.mark.parametrize(
        ("operation", "second"),
        [
            pytest.param("difference", box(-1, -1, 2, 2), id="nothing is left"),
            pytest.param("intersection", box(5, 5, 6, 6), id="nothing is shared"),
            pytest.param("intersection", box(1, 0, 2, 1), id="only a line is shared"),
            pytest.param("intersection", box(1, 1, 2, 2), id="only a point is shared"),
        ],
    )
    def test_what_leaves_no_area_is_refused(self, operation: Operation, second: BoxArea) -> None:
        with pytest.raises(EmptyCoverage, match=f"the {operation} leaves no area"):
            combined(operation, [box(0, 0, 1, 1), second], PROJECTION)

    def test_a_member_that_the_first_srs_cannot_show_is_refused(self) -> None:
        first = PolygonArea(shapely.box(4e5, 5e6, 6e5, 5.2e6), UTM32)
        beyond = PolygonArea(shapely.box(98.9, -0.1, 99.1, 0.1), WGS84)

        with pytest.raises(ProjectionError):
            combined("union", [first, beyond], PROJECTION)

    @given(
        edges=st.lists(
            st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 5), st.integers(1, 5)),
            min_size=1,
            max_size=5,
        )
    )
    def test_a_union_contains_its_members_and_has_no_more_than_all_of_their_areas(
        self, edges: list[tuple[int, int, int, int]]
    ) -> None:
        members = [box(x, y, x + width, y + height) for x, y, width, height in edges]

        found = combined("union", members, PROJECTION).geometry

        assert all(found.covers(shapely.box(*member.bbox)) for member in members)
        assert found.area <= sum(member.bbox.width * member.bbox.height for member in members)


class TestBuffers:
    def test_polygons_grow_with_round_corners(self) -> None:
        grown = PolygonArea(shapely.box(0, 0, 10, 10), WGS84).buffered(1)

        assert grown.geometry.bounds == (-1, -1, 11, 11)
        assert not grown.geometry.contains(shapely.Point(-0.9, -0.9))

    def test_no_buffer_changes_nothing(self) -> None:
        area = PolygonArea(shapely.box(0, 0, 10, 10), WGS84)

        assert area.buffered(0).geometry is area.geometry


class TestOtherSrs:
    def test_corners_are_projected_and_none_is_added(self) -> None:
        area = PolygonArea(shapely.box(5, 45, 15, 55), WGS84)

        found = area.geometry_in(UTM32, PROJECTION)

        corners = PROJECTION.between(WGS84, UTM32).points([(15, 45), (15, 55), (5, 55), (5, 45), (15, 45)])
        assert shapely.get_coordinates(found).tolist() == [list(corner) for corner in corners]

    def test_what_projecting_breaks_is_repaired(self) -> None:
        folded = shapely.Polygon([(-170, 60), (170, 60), (170, 61), (0, 60.5), (-170, 61)])

        assert PolygonArea(folded, WGS84).geometry_in(PROJECTION.srs(3413), PROJECTION).is_valid

    @given(
        x=st.floats(3, 14),
        y=st.floats(40, 58),
        width=st.floats(0.01, 3),
        height=st.floats(0.01, 3),
        target=st.sampled_from(["EPSG:3857", "EPSG:25832", "EPSG:3035"]),
    )
    def test_there_and_back_leads_to_the_same_area(
        self, x: float, y: float, width: float, height: float, target: str
    ) -> None:
        area = PolygonArea(shapely.box(x, y, x + width, y + height), WGS84)
        srs = PROJECTION.srs(target)

        back = PolygonArea(area.geometry_in(srs, PROJECTION), srs).geometry_in(WGS84, PROJECTION)

        assert back.symmetric_difference(area.geometry).area < 1e-7 * area.geometry.length
