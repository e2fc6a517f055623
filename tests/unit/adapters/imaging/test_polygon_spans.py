"""The pixels in polygons are those whose centres are."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from tilekeep.adapters.imaging.polygon_spans import Span, spans
from tilekeep.domain.geometry import Size
from tilekeep.domain.polygon import Polygon, Ring

SIZE = Size(12, 9)

#: Off the centres of pixels, so that no corner decides by rounding.
coordinates = st.integers(-80, 200).map(lambda tenths: tenths / 10 + 0.013)


@st.composite
def stars(draw: st.DrawFn) -> Ring:
    """Rings without crossings: corners by angle around a centre."""
    x, y = draw(coordinates), draw(coordinates)
    thirds = [draw(st.sets(st.integers(start, start + 59), min_size=1, max_size=3)) for start in (0, 120, 240)]
    angles = sorted(set.union(*thirds))
    corners = [
        (x + radius * math.cos(math.radians(angle)), y + radius * math.sin(math.radians(angle)))
        for angle in angles
        for radius in [draw(st.floats(0.5, 20))]
    ]
    return tuple(reversed(corners) if draw(st.booleans()) else corners)


def is_inside(ring: Ring, x: float, y: float) -> bool:
    """By counting the edges to the right."""
    crossed = False
    for (x0, y0), (x1, y1) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (y0 <= y) != (y1 <= y) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
            crossed = not crossed
    return crossed


def pixels(polygons: list[Polygon]) -> set[tuple[int, int]]:
    return {(x, span.y) for span in spans(polygons, SIZE) for x in range(span.start, span.end)}


def centres_in(rings: list[Ring]) -> set[tuple[int, int]]:
    return {
        (x, y)
        for x in range(SIZE.width)
        for y in range(SIZE.height)
        if any(is_inside(ring, x + 0.5, y + 0.5) for ring in rings)
    }


@given(st.lists(stars(), max_size=3))
def test_polygons_that_overlap_count_once(rings: list[Ring]) -> None:
    assert pixels([Polygon(ring) for ring in rings]) == centres_in(rings)


def test_holes_are_left_out_whichever_way_their_corners_go() -> None:
    outer = ((1.0, 1.0), (11.0, 1.0), (11.0, 8.0), (1.0, 8.0))
    hole = ((5.0, 5.0), (9.0, 5.0), (9.0, 7.0), (5.0, 7.0))

    for ring in (hole, hole[::-1]):
        assert pixels([Polygon(outer, (ring,))]) == centres_in([outer]) - centres_in([hole])


def test_a_polygon_in_the_hole_of_another_is_kept() -> None:
    outer = ((1.0, 1.0), (11.0, 1.0), (11.0, 8.0), (1.0, 8.0))
    hole = ((2.0, 2.0), (10.0, 2.0), (10.0, 7.0), (2.0, 7.0))
    island = ((4.0, 3.0), (6.0, 3.0), (6.0, 5.0), (4.0, 5.0))

    kept = pixels([Polygon(outer, (hole,)), Polygon(island)])

    assert kept == (centres_in([outer]) - centres_in([hole])) | centres_in([island])


def test_spans_run_row_by_row() -> None:
    square = ((2.0, 3.0), (6.0, 3.0), (6.0, 5.0), (2.0, 5.0))

    assert list(spans([Polygon(square)], SIZE)) == [Span(3, 2, 6), Span(4, 2, 6)]


@given(
    st.lists(
        st.lists(st.tuples(st.floats(), st.floats()), max_size=5).map(lambda ring: Polygon(tuple(ring))), max_size=3
    )
)
def test_no_corner_is_too_odd(polygons: list[Polygon]) -> None:
    assert all(0 <= x < SIZE.width and 0 <= y < SIZE.height for x, y in pixels(polygons))
