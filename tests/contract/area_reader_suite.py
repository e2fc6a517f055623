"""What every reader of areas promises: a suite to be subclassed."""

from __future__ import annotations

import math
from typing import Any

import pytest
import shapely

from tilekeep.domain.errors import UnreadableArea
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.region import Relation
from tilekeep.ports.areas import Area, AreaReader

SQUARE = BBox(0.0, 0.0, 10.0, 10.0)
BESIDE = BBox(20.0, 20.0, 30.0, 30.0)
ACROSS = BBox(5.0, 5.0, 30.0, 30.0)

AS_TEXT = shapely.to_wkt(shapely.box(*SQUARE))
HOLED = shapely.Polygon(shapely.box(*SQUARE).exterior, [shapely.box(4, 4, 6, 6).exterior])

SQUARES = [
    pytest.param([0, 0, 10, 10], id="list of numbers"),
    pytest.param((0.0, 0.0, 10.0, 10.0), id="tuple of numbers"),
    pytest.param([10, 10, 0, 0], id="corners the other way round"),
    pytest.param(AS_TEXT, id="text"),
    pytest.param(f"\n  {AS_TEXT.lower()}\r\n\n", id="text between blank lines"),
    pytest.param(f"{AS_TEXT}\nPOINT(100 100)", id="text with a point, which does not count"),
    pytest.param("POLYGON((0 0, 5 0, 5 10, 0 10, 0 0))\nPOLYGON((5 0, 10 0, 10 10, 5 10, 5 0))", id="text of two"),
    pytest.param("MULTIPOLYGON(((0 0, 8 0, 8 10, 0 10, 0 0)), ((4 0, 10 0, 10 10, 4 10, 4 0)))", id="overlapping"),
    pytest.param("POLYGON Z((0 0 1, 10 0 1, 10 10 1, 0 10 1, 0 0 1))", id="text with heights"),
    pytest.param(shapely.box(*SQUARE), id="geometry"),
    pytest.param(shapely.MultiPolygon([shapely.box(*SQUARE)]), id="geometry of parts"),
    pytest.param(shapely.GeometryCollection([shapely.box(*SQUARE), shapely.Point(50, 50)]), id="geometry of all sorts"),
]

NOWHERE = [
    pytest.param("", id="empty text"),
    pytest.param("POINT(5 5)", id="text without polygons"),
    pytest.param("POLYGON EMPTY", id="text of an empty polygon"),
    pytest.param(shapely.Polygon(), id="empty geometry"),
    pytest.param(shapely.LineString([(0, 0), (10, 10)]), id="line"),
    pytest.param([5, 0, 5, 10], id="box without width"),
]

UNREADABLE = [
    pytest.param(None, id="nothing"),
    pytest.param(5, id="number"),
    pytest.param({"type": "Polygon"}, id="GeoJSON"),
    pytest.param([], id="empty list"),
    pytest.param([0, 0, 10], id="three numbers"),
    pytest.param([0, 0, 10, 10, 20], id="five numbers"),
    pytest.param([0, 0, 10, "x"], id="no number among them"),
    pytest.param([0, 0, 10, None], id="nothing among them"),
    pytest.param([0, 0, math.inf, 10], id="infinite number"),
    pytest.param("0,0,10,10", id="numbers as text"),
    pytest.param("POLYGON((0 0, 10", id="text that is cut off"),
    pytest.param(f"{AS_TEXT}\nnonsense", id="nonsense behind a polygon"),
    pytest.param(b"\x01", id="bytes"),
    pytest.param(shapely.Polygon([(0, 0), (10, 0), (math.inf, 10)]), id="geometry that never ends"),
]


class AreaReaderSuite:
    """Areas in degrees, which are looked at in degrees and in web mercator."""

    def reader(self) -> AreaReader:
        """The reader under test."""
        raise NotImplementedError

    def read(self, geometry: Any, srs: Any = "EPSG:4326") -> Area:
        return self.reader().read(geometry, srs)

    @pytest.mark.parametrize("geometry", SQUARES)
    def test_every_form_is_the_same_area(self, geometry: Any) -> None:
        region = self.read(geometry).region("EPSG:4326")

        assert region.bbox == SQUARE
        relations = [region.relate(box) for box in (BBox(1, 1, 9, 9), ACROSS, BESIDE)]
        assert relations == [Relation.CONTAINS, Relation.INTERSECTS, Relation.DISJOINT]

    @pytest.mark.parametrize("geometry", [[0, 0, 10, 10], AS_TEXT], ids=["box", "text"])
    def test_boxes_are_polygons_and_points_on_their_border_are_outside(self, geometry: Any) -> None:
        region = self.read(geometry).region("EPSG:4326")

        assert region.relate(BBox(5, 5, 5, 5)) is Relation.CONTAINS
        assert region.relate(BBox(10, 5, 10, 5)) is not Relation.CONTAINS

    @pytest.mark.parametrize("geometry", [HOLED, shapely.to_wkt(HOLED)], ids=["geometry", "text"])
    def test_holes_are_outside(self, geometry: Any) -> None:
        region = self.read(geometry).region("EPSG:4326")

        assert region.relate(BBox(4.5, 4.5, 5.5, 5.5)) is Relation.DISJOINT
        (part,) = region.mask(SQUARE, Size(100, 100))
        assert len(part.holes) == 1

    @pytest.mark.parametrize("geometry", NOWHERE)
    def test_what_has_no_polygons_is_nowhere(self, geometry: Any) -> None:
        area = self.read(geometry)

        region = area.region("EPSG:4326")
        assert region.relate(BBox(-180, -90, 180, 90)) is Relation.DISJOINT
        assert region.mask(BBox(-180, -90, 180, 90), Size(10, 10)) == ()
        assert not region.bbox.intersects(BBox(-180, -90, 180, 90))
        assert area.part_in(BBox(-180, -90, 180, 90), "EPSG:4326") is None

    @pytest.mark.parametrize("geometry", UNREADABLE)
    def test_everything_else_is_unreadable(self, geometry: Any) -> None:
        with pytest.raises(UnreadableArea):
            self.read(geometry)

    @pytest.mark.parametrize("srs", [None, "", "EPSG:0", "nonsense", 1.5, ["EPSG:4326"]])
    def test_an_unknown_srs_is_unreadable(self, srs: Any) -> None:
        with pytest.raises(UnreadableArea):
            self.read([0, 0, 10, 10], srs)

    def test_an_area_is_brought_into_other_srs(self) -> None:
        region = self.read([0, 0, 10, 10]).region("EPSG:3857")

        assert region.bbox == pytest.approx((0, 0, 1113194.9, 1118889.97), abs=0.1)

    @pytest.mark.parametrize(
        ("geometry", "bbox", "part"),
        [
            pytest.param([0, 0, 10, 10], ACROSS, BBox(5, 5, 10, 10), id="across"),
            pytest.param([0, 0, 10, 10], BBox(1, 1, 2, 2), BBox(1, 1, 2, 2), id="inside"),
            pytest.param([0, 0, 10, 10], BESIDE, None, id="beside"),
            pytest.param([0, 0, 10, 10], BBox(10, 0, 20, 10), None, id="touching"),
            pytest.param("POLYGON((0 0, 10 0, 0 10, 0 0))", BBox(5, 0, 20, 20), BBox(5, 0, 10, 5), id="of a triangle"),
        ],
    )
    def test_the_part_in_a_box_has_the_smallest_box_around_it(
        self, geometry: Any, bbox: BBox, part: BBox | None
    ) -> None:
        assert self.read(geometry).part_in(bbox, "EPSG:4326") == part

    def test_the_part_in_a_box_of_another_srs(self) -> None:
        part = self.read([0, 0, 10, 10]).part_in(BBox(556597.0, 557305.0, 9e6, 9e6), "EPSG:3857")

        assert part == pytest.approx((556597.0, 557305.0, 1113194.9, 1118889.97), abs=1)

    def test_equal_areas_are_equal(self) -> None:
        reader = self.reader()

        assert reader.read([0, 0, 10, 10], "EPSG:4326") == reader.read((0, 0, 10, 10), "EPSG:4326")
        assert reader.read([0, 0, 10, 10], "EPSG:4326") != reader.read([0, 0, 10, 10], "EPSG:3857")
