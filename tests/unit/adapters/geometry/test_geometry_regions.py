"""Regions of polygons (spec/coverages.md, 5 and 8)."""

from __future__ import annotations

import threading

import pytest
import shapely
import shapely.affinity
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.adapters.geometry.geometry_region import GeometryRegion
from tilekeep.adapters.geometry.polygon_parts import polygon_parts
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.region import Relation

SQUARE = shapely.box(0, 0, 10, 10)
RING = SQUARE.difference(shapely.box(3, 3, 7, 7))
HOURGLASS = shapely.Polygon([(0, 0), (10, 0), (5.05, 5), (10, 10), (0, 10), (4.95, 5)])


@pytest.mark.parametrize(
    ("bbox", "relation"),
    [
        pytest.param(BBox(10, 0, 20, 10), Relation.INTERSECTS, id="touching at a side"),
        pytest.param(BBox(10, 10, 20, 20), Relation.INTERSECTS, id="touching at a corner"),
        pytest.param(BBox(10, 5, 10, 5), Relation.INTERSECTS, id="a point on the border is not contained"),
        pytest.param(BBox(0, 2, 0, 8), Relation.INTERSECTS, id="a line on the border is not contained"),
        pytest.param(BBox(0, 2, 5, 2), Relation.CONTAINS, id="a line from the border into it"),
    ],
)
def test_touching_counts(bbox: BBox, relation: Relation) -> None:
    assert GeometryRegion(SQUARE).relate(bbox) is relation


@pytest.mark.parametrize(
    ("bbox", "relation"),
    [
        pytest.param(BBox(4, 4, 6, 6), Relation.DISJOINT, id="in the hole"),
        pytest.param(BBox(3, 3, 7, 7), Relation.INTERSECTS, id="the hole itself"),
        pytest.param(BBox(2, 2, 8, 8), Relation.INTERSECTS, id="around the hole"),
        pytest.param(BBox(0, 0, 3, 10), Relation.CONTAINS, id="beside the hole"),
    ],
)
def test_holes_are_outside(bbox: BBox, relation: Relation) -> None:
    assert GeometryRegion(RING).relate(bbox) is relation


def test_holes_of_a_mask_are_a_tenth_of_a_pixel_larger() -> None:
    [polygon] = GeometryRegion(RING).mask(BBox(-10, -10, 20, 20), Size(30, 30))

    [hole] = polygon.holes
    assert {(round(x, 9), round(y, 9)) for x, y in hole} == {(12.9, 12.9), (17.1, 12.9), (17.1, 17.1), (12.9, 17.1)}


def test_a_polygon_that_falls_apart_when_it_shrinks_is_masked_in_parts() -> None:
    parts = GeometryRegion(HOURGLASS).mask(BBox(0, 0, 10, 10), Size(10, 10))

    assert len(parts) == 2


def test_parts_thinner_than_the_margin_vanish() -> None:
    both = shapely.MultiPolygon([shapely.box(0, 0, 5, 5), shapely.box(6, 0, 6.1, 5)])

    [polygon] = GeometryRegion(both).mask(BBox(0, 0, 10, 10), Size(10, 10))

    assert max(x for x, _ in polygon.exterior) < 5


EDGES = st.integers(-2, 12)


@st.composite
def areas(draw: st.DrawFn) -> shapely.Geometry:
    """One to four boxes put together, with edges on whole numbers."""
    corners = draw(st.lists(st.tuples(EDGES, EDGES, st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=4))
    return shapely.union_all([shapely.box(x, y, x + width, y + height) for x, y, width, height in corners])


@given(area=areas(), x=EDGES, y=EDGES, width=st.integers(1, 6), height=st.integers(1, 6))
def test_relations_are_those_of_the_plain_predicates(
    area: shapely.Geometry, x: int, y: int, width: int, height: int
) -> None:
    bbox = BBox(x, y, x + width, y + height)
    box = shapely.box(*bbox)

    relation = GeometryRegion(area).relate(bbox)

    assert (relation is Relation.CONTAINS) == area.contains(box)
    assert (relation is not Relation.DISJOINT) == area.intersects(box)


@given(area=areas(), x=EDGES, y=EDGES)
def test_a_mask_is_the_shrunk_area_inside_the_box(area: shapely.Geometry, x: int, y: int) -> None:
    bbox = BBox(x, y, x + 8, y + 8)

    mask = GeometryRegion(area).mask(bbox, Size(80, 80))

    drawn = shapely.union_all([shapely.Polygon(polygon.exterior, polygon.holes) for polygon in mask])
    parts = shapely.MultiPolygon(polygon_parts(area.intersection(shapely.box(*bbox))))
    inside = shapely.affinity.affine_transform(parts, [10, 0, 0, -10, -10 * bbox.min_x, 10 * bbox.max_y])
    assert drawn.difference(inside.buffer(1e-6)).is_empty
    assert inside.area - drawn.area <= 0.11 * inside.length + 1e-6


def test_many_threads_may_ask_at_a_time() -> None:
    star = shapely.Point(0, 0).buffer(100, quad_segs=500).difference(shapely.Point(0, 0).buffer(50, quad_segs=500))
    asked = [BBox(x, y, x + 3, y + 3) for x in range(-110, 110, 20) for y in range(-110, 110, 20)]
    expected = [GeometryRegion(star).relate(bbox) for bbox in asked]
    region = GeometryRegion(star)
    answers: list[list[Relation]] = []

    def ask() -> None:
        answers.extend([region.relate(bbox) for bbox in asked] for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [expected] * 80
