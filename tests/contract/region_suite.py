"""What every region promises: a suite to be subclassed, one subclass per kind."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.polygon import Polygon
from tilekeep.domain.region import Region, Relation

AREA = BBox(0.0, 0.0, 10.0, 10.0)
EDGES = st.integers(-8, 18).map(lambda half: half / 2 + 0.25)


@st.composite
def boxes(draw: st.DrawFn) -> BBox:
    """Boxes around the area of the suite, none with an edge on one of its."""
    left, right = sorted(draw(st.lists(EDGES, min_size=2, max_size=2, unique=True)))
    bottom, top = sorted(draw(st.lists(EDGES, min_size=2, max_size=2, unique=True)))
    return BBox(left, bottom, right, top)


def area_of(polygon: Polygon) -> float:
    """Square pixels, holes left out."""
    return _ring_area(polygon.exterior) - sum(map(_ring_area, polygon.holes))


def _ring_area(ring: tuple[tuple[float, float], ...]) -> float:
    following = (*ring[1:], ring[0])
    return abs(sum(x * y2 - x2 * y for (x, y), (x2, y2) in zip(ring, following, strict=True))) / 2


class RegionSuite:
    """A region that is the square :data:`AREA` in one SRS."""

    def make(self) -> Region:
        """The region under test."""
        raise NotImplementedError

    def test_its_box_is_the_smallest_around_it(self) -> None:
        assert self.make().bbox == AREA

    @pytest.mark.parametrize(
        ("bbox", "relation"),
        [
            pytest.param(BBox(2, 2, 8, 8), Relation.CONTAINS, id="inside"),
            pytest.param(AREA, Relation.CONTAINS, id="itself"),
            pytest.param(BBox(0, 0, 5, 5), Relation.CONTAINS, id="inside up to the border"),
            pytest.param(BBox(-5, -5, 15, 15), Relation.INTERSECTS, id="around it"),
            pytest.param(BBox(-1e-9, 0, 10, 10), Relation.INTERSECTS, id="sticking out a little"),
            pytest.param(BBox(9, 9, 20, 20), Relation.INTERSECTS, id="at a corner"),
            pytest.param(BBox(11, 0, 20, 10), Relation.DISJOINT, id="beside it"),
            pytest.param(BBox(5, 5, 5, 5), Relation.CONTAINS, id="a point inside"),
            pytest.param(BBox(11, 5, 11, 5), Relation.DISJOINT, id="a point outside"),
        ],
    )
    def test_relations(self, bbox: BBox, relation: Relation) -> None:
        assert self.make().relate(bbox) is relation

    def test_a_mask_is_a_tenth_of_a_pixel_smaller_than_the_region(self) -> None:
        [polygon] = self.make().mask(BBox(-10, -10, 20, 20), Size(30, 30))

        assert corners(polygon) == {(10.1, 10.1), (19.9, 10.1), (19.9, 19.9), (10.1, 19.9)}

    def test_rows_of_a_mask_run_from_north_to_south(self) -> None:
        [polygon] = self.make().mask(BBox(0, 5, 10, 25), Size(10, 20))

        assert corners(polygon) == {(0.1, 15.1), (9.9, 15.1), (9.9, 19.9), (0.1, 19.9)}

    def test_of_pixels_that_are_not_square_the_shorter_side_counts(self) -> None:
        [polygon] = self.make().mask(BBox(-10, -10, 20, 20), Size(30, 60))

        assert corners(polygon) == {(10.05, 20.1), (19.95, 20.1), (19.95, 39.9), (10.05, 39.9)}

    @pytest.mark.parametrize(
        "bbox",
        [
            pytest.param(BBox(20, 20, 30, 30), id="far away"),
            pytest.param(BBox(10, 0, 20, 10), id="touching at a side"),
            pytest.param(BBox(10, 10, 20, 20), id="touching at a corner"),
            pytest.param(BBox(9.99, 0, 19.99, 10), id="overlapping less than the margin"),
        ],
    )
    def test_where_nothing_of_it_shows_the_mask_is_empty(self, bbox: BBox) -> None:
        assert self.make().mask(bbox, Size(10, 10)) == ()


def corners(polygon: Polygon) -> set[tuple[float, float]]:
    """The corners of a polygon without holes, wherever it starts."""
    assert polygon.holes == ()
    return {(round(x, 9), round(y, 9)) for x, y in polygon.exterior}
