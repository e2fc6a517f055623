"""Resolution ranges of sources, both ends inclusive in effect."""

from __future__ import annotations

import pytest

from tests.unit.domain.strategies import WEB_MERCATOR, WGS84
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.resolution_range import EVERY_RESOLUTION, ResolutionRange

RANGE = ResolutionRange(min_res=100.0, max_res=10.0)


def box(resolution: float) -> BBox:
    return BBox(0, 0, resolution * 256, resolution * 256)


@pytest.mark.parametrize(
    ("resolution", "expected"), [(100.1, False), (100.0, True), (50.0, True), (10.0, True), (9.9, False)]
)
def test_a_map_is_inside_between_the_two_ends(resolution: float, expected: bool) -> None:
    assert expected is RANGE.holds(box(resolution), Size(256, 256), WEB_MERCATOR)


def test_degrees_count_as_metres_on_the_equator() -> None:
    one_metre_per_pixel = BBox(0, 0, 256 / 111319.49, 256 / 111319.49)

    assert ResolutionRange(min_res=1.01, max_res=0.99).holds(one_metre_per_pixel, Size(256, 256), WGS84)


def test_the_worse_axis_decides() -> None:
    assert not RANGE.holds(BBox(0, 0, 256 * 50, 256 * 200), Size(256, 256), WEB_MERCATOR)


def test_without_ends_every_resolution_is_inside() -> None:
    assert EVERY_RESOLUTION.holds(box(1e9), Size(1, 1), WEB_MERCATOR)
