"""The part of a query inside an extent, in whole pixels."""

from __future__ import annotations

import pytest

from tests.unit.domain.strategies import WGS84
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.sub_query import sub_query


def query(bbox: BBox, size: Size) -> MapQuery:
    return MapQuery(bbox, size, WGS84, "image/png")


@pytest.mark.parametrize(
    ("bbox", "size", "extent", "inside", "inside_size", "corner"),
    [
        pytest.param(
            BBox(-180, -90, 180, 90), Size(600, 300), BBox(-180, -90, 180, 90),
            BBox(-180, -90, 180, 90), Size(600, 300), (0, 0), id="the-extent-itself",
        ),
        pytest.param(
            BBox(-200, -100, 200, 100), Size(600, 300), BBox(-180, -90, 180, 90),
            BBox(-180, -90, 180, 90), Size(540, 270), (30, 15), id="larger-on-all-sides",
        ),
        pytest.param(
            BBox(-200, -50, 200, 100), Size(600, 300), BBox(-180, -90, 180, 90),
            BBox(-180, -50, 180, 90), Size(540, 280), (30, 20), id="inside-at-the-bottom",
        ),
        pytest.param(
            BBox(586400, 196400, 752800, 362800), Size(256, 256), BBox(586400, 196400, 752800, 350000),
            BBox(586400, 196400, 752800, 350000), Size(256, 237), (0, 19), id="fractions-of-pixels-are-cut-off",
        ),
    ],
)  # fmt: skip
def test_the_query_shrinks_to_the_extent(
    bbox: BBox, size: Size, extent: BBox, inside: BBox, inside_size: Size, corner: tuple[int, int]
) -> None:
    part = sub_query(query(bbox, size), extent)

    assert part is not None
    assert inside == part.query.bbox
    assert inside_size == part.query.size
    assert corner == (part.left, part.top)


def test_a_part_thinner_than_a_pixel_is_nothing() -> None:
    assert sub_query(query(BBox(0, 0, 100, 100), Size(10, 10)), BBox(-5, 0, 5, 100)) is None


def test_a_part_beside_the_extent_is_nothing_however_small_it_is() -> None:
    assert sub_query(query(BBox(0, 0, 1e-320, 1e-320), Size(1, 1)), BBox(1e10, 1e10, 2e10, 2e10)) is None


def test_all_but_box_and_size_stays_as_it_was() -> None:
    whole = query(BBox(0, 0, 10, 10), Size(10, 10))._replace(dimensions=(("time", "now"),))

    part = sub_query(whole, BBox(0, 0, 5, 5))

    assert part is not None
    assert (("time", "now"),) == part.query.dimensions
