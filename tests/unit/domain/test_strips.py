"""A large map is the sum of its strips: no row of pixels is lost or drawn twice."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.strategies import WEB_MERCATOR
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.sub_query import horizontal_strips


def query(width: int, height: int) -> MapQuery:
    return MapQuery(BBox(0.0, 100.0, 1000.0, 900.0), Size(width, height), WEB_MERCATOR, "image/png")


def test_one_strip_is_the_whole_query() -> None:
    whole = query(300, 200)

    (strip,) = horizontal_strips(whole, 1)

    assert (whole, 0, 0) == strip


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(0, 50))
def test_strips_fill_the_map_from_the_top_down(width: int, height: int, count: int) -> None:
    strips = horizontal_strips(query(width, height), count)

    assert height == sum(strip.query.size.height for strip in strips)
    assert {width} == {strip.query.size.width for strip in strips}
    assert all(strip.query.size.height > 0 and strip.left == 0 for strip in strips)
    tops = [0]
    for strip in strips:
        assert tops[-1] == strip.top
        tops.append(strip.top + strip.query.size.height)
    assert len(strips) <= max(1, count)


@given(st.integers(1, 4000), st.integers(1, 20))
def test_boxes_of_strips_touch_and_have_the_resolution_of_the_map(height: int, count: int) -> None:
    whole = query(100, height)

    strips = horizontal_strips(whole, count)

    assert whole.bbox.max_y == strips[0].query.bbox.max_y
    assert whole.bbox.min_y == strips[-1].query.bbox.min_y
    row = whole.bbox.height / height
    for upper, lower in itertools.pairwise(strips):
        assert upper.query.bbox.min_y == lower.query.bbox.max_y
    for strip in strips:
        assert strip.query.bbox.height / strip.query.size.height == pytest.approx(row)
