"""Boxes, polygons and what an SRS cannot show keep the promises of regions."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.region_suite import AREA, RegionSuite, area_of, boxes
from tilekeep.adapters.geometry.geometry_region import GeometryRegion
from tilekeep.adapters.geometry.wide_region import WideRegion
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.region import BoxRegion, Region, Relation


class TestBoxRegion(RegionSuite):
    def make(self) -> Region:
        return BoxRegion(AREA)


class TestGeometryRegion(RegionSuite):
    def make(self) -> Region:
        return GeometryRegion(shapely.box(*AREA))


class TestWideRegion(RegionSuite):
    def make(self) -> Region:
        shifted = BBox(*(edge + 100.0 for edge in AREA))
        way = Shift(100.0), Shift(-100.0)
        return WideRegion(BoxRegion(shifted), shapely.box(*shifted), *way, AREA)


class Shift:
    """A transformation that moves everything along both axes."""

    def __init__(self, distance: float) -> None:
        self._distance = distance

    def bbox(self, bbox: BBox) -> BBox:
        return BBox(*(edge + self._distance for edge in bbox))

    def points(self, points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(x + self._distance, y + self._distance) for x, y in points]


every_kind = pytest.mark.parametrize(
    "region",
    [suite().make() for suite in (TestBoxRegion, TestGeometryRegion, TestWideRegion)],
    ids=["box", "polygons", "wide"],
)


@every_kind
@given(bbox=boxes())
def test_a_mask_shows_as_much_as_the_relation_says(region: Region, bbox: BBox) -> None:
    shown = sum(map(area_of, region.mask(bbox, Size(100, 100))))

    whole_but_margin = 99.8 * 99.8 - 1e-6
    match region.relate(bbox):
        case Relation.CONTAINS:
            assert shown >= whole_but_margin
        case Relation.INTERSECTS:
            assert 0 < shown < whole_but_margin
        case Relation.DISJOINT:
            assert shown == 0


@every_kind
@given(bbox=boxes(), width=st.integers(1, 500), height=st.integers(1, 500))
def test_a_mask_lies_inside_the_image(region: Region, bbox: BBox, width: int, height: int) -> None:
    for polygon in region.mask(bbox, Size(width, height)):
        for ring in (polygon.exterior, *polygon.holes):
            assert all(0 < x < width and 0 < y < height for x, y in ring)
