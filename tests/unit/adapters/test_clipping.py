"""Lines and rings are cut at the edges of a box: what is inside stays, what is outside goes."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.adapters.drawing.clipping import clipped_lines, clipped_ring
from tilekeep.domain.geometry import BBox

BOX = BBox(0.0, 0.0, 10.0, 10.0)
COORDINATES = st.floats(-1000, 1000).map(lambda value: round(value, 3))
POINTS = st.tuples(COORDINATES, COORDINATES)


def area(ring: list[tuple[float, float]]) -> float:
    """Of the inside of a ring."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], *ring[:1]], strict=True))) / 2


def length(line: list[tuple[float, float]]) -> float:
    return sum(math.dist(a, b) for a, b in itertools.pairwise(line))


@pytest.mark.parametrize(
    ("ring", "expected"),
    [
        pytest.param([(2, 2), (4, 2), (4, 4), (2, 4)], 4.0, id="inside"),
        pytest.param([(-5, -5), (5, -5), (5, 5), (-5, 5)], 25.0, id="over a corner"),
        pytest.param([(-9, -9), (99, -9), (99, 99), (-9, 99)], 100.0, id="around"),
        pytest.param([(20, 20), (30, 20), (30, 30)], 0.0, id="outside"),
        pytest.param([(-5, 4), (15, 4), (15, 6), (-5, 6)], 20.0, id="across"),
    ],
)
def test_a_ring_keeps_the_area_inside(ring: list[tuple[float, float]], expected: float) -> None:
    assert area(clipped_ring(ring, BOX)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param([(1, 1), (9, 1)], [[(1, 1), (9, 1)]], id="inside"),
        pytest.param([(-5, 5), (15, 5)], [[(0, 5), (10, 5)]], id="across"),
        pytest.param([(5, 5), (15, 5), (15, 7), (5, 7)], [[(5, 5), (10, 5)], [(10, 7), (5, 7)]], id="out and in again"),
        pytest.param([(-5, 20), (15, 20)], [], id="beside"),
        pytest.param([(-3, 8), (1, 12)], [], id="past a corner"),
        pytest.param([(2, -5), (2, 15)], [[(2, 0), (2, 10)]], id="upright"),
    ],
)
def test_a_line_keeps_its_parts_inside(
    line: list[tuple[float, float]], expected: list[list[tuple[float, float]]]
) -> None:
    assert list(clipped_lines(line, BOX)) == expected


@given(st.lists(POINTS, min_size=2, max_size=12))
def test_nothing_is_left_outside_and_nothing_inside_is_lost(line: list[tuple[float, float]]) -> None:
    parts = list(clipped_lines(line, BOX))
    ring = clipped_ring(line, BOX)

    for x, y in [*ring, *(point for part in parts for point in part)]:
        assert -1e-6 <= x <= 10 + 1e-6
        assert -1e-6 <= y <= 10 + 1e-6
    assert sum(map(length, parts)) <= length(line) + 1e-6
    inside = [point for point in line if 0 < point[0] < 10 and 0 < point[1] < 10]
    assert all(any(point in part for part in parts) for point in inside)
    assert all(point in ring for point in inside)
