"""The same place on a map in another SRS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.catalogue import MERCATOR, WGS84
from tests.fakes.projection import FakeProjection
from tests.unit.domain.strategies import UTM32, bboxes
from tilekeep.domain.feature_info import InfoQuery, PixelPosition
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.moved_position import moved_to


class Stretched(NamedTuple):
    """Another SRS: x is stretched, and both are moved."""

    factor: float
    offset: float

    def bbox(self, bbox: BBox) -> BBox:
        (left, bottom), (right, top) = self.points([bbox[:2], bbox[2:]])
        return BBox(left, bottom, right, top)

    def points(self, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(x * self.factor + self.offset, y + self.offset) for x, y in points]


class Lost(Stretched):
    """An SRS in which places have no image."""

    def points(self, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(float("inf"), float("inf")) for _ in points] if len(points) == 1 else super().points(points)


def query(box: BBox, size: tuple[int, int], position: tuple[float, float]) -> InfoQuery:
    return InfoQuery(box, Size(*size), UTM32, PixelPosition(*position), "text/plain", 5)


def test_width_stays_and_pixels_become_square() -> None:
    moved = moved_to(query(BBox(0.0, 0.0, 200.0, 100.0), (400, 100), (100, 25)), MERCATOR, Stretched(0.5, 0.0))

    assert moved is not None
    assert (moved.bbox, moved.size, moved.srs) == (BBox(0.0, 0.0, 100.0, 100.0), Size(400, 400), MERCATOR)
    assert moved.position == PixelPosition(100, 100)
    assert (moved.info_format, moved.feature_count) == ("text/plain", 5)


def test_heights_are_cut_off_and_never_nothing() -> None:
    heights = [
        moved.size.height
        for factor in (3.0, 7.0, 5000.0)
        if (moved := moved_to(query(BBox(0.0, 0.0, 100.0, 100.0), (200, 200), (9, 9)), MERCATOR, Stretched(factor, 0)))
    ]

    assert heights == [66, 28, 1]


def test_a_place_at_the_far_edge_is_the_last_pixel() -> None:
    moved = moved_to(query(BBox(0.0, 0.0, 100.0, 100.0), (50, 50), (50, 50)), MERCATOR, Stretched(1.0, 7.0))

    assert moved is not None
    assert moved.position == PixelPosition(49, 49)


def test_a_place_without_image_is_no_place() -> None:
    assert moved_to(query(BBox(0.0, 0.0, 100.0, 100.0), (50, 50), (5, 5)), MERCATOR, Lost(1.0, 0.0)) is None


@given(
    box=bboxes(),
    width=st.integers(2, 2000),
    height=st.integers(2, 2000),
    across=st.floats(0, 1),
    down=st.floats(0, 1),
    transform=st.builds(Stretched, st.floats(0.2, 5.0), st.floats(-1e6, 1e6)),
)
def test_the_place_moves_by_half_a_pixel_at_most(
    box: BBox, width: int, height: int, across: float, down: float, transform: Stretched
) -> None:
    asked = query(box, (width, height), (across * width, down * height))
    ((x, y),) = transform.points([asked.coordinate])

    moved = moved_to(asked, MERCATOR, transform)

    if moved is not None:  # None at the edges, where rounding leads out of the box
        assert 0 <= moved.position.x < moved.size.width
        assert 0 <= moved.position.y < moved.size.height
        there_x, there_y = moved.coordinate
        assert abs(there_x - x) <= 1.001 * moved.bbox.width / moved.size.width
        assert abs(there_y - y) <= 1.001 * moved.bbox.height / moved.size.height


@given(x=st.integers(1, 254), y=st.integers(1, 254), left=st.floats(-170, 160), bottom=st.floats(-70, 60))
def test_degrees_and_mercator_mean_the_same_place(x: int, y: int, left: float, bottom: float) -> None:
    asked = InfoQuery(BBox(left, bottom, left + 10, bottom + 10), Size(256, 256), WGS84, PixelPosition(x, y))
    projection = FakeProjection()

    moved = moved_to(asked, MERCATOR, projection.between(WGS84, MERCATOR))

    assert moved is not None
    ((longitude, latitude),) = projection.between(MERCATOR, WGS84).points([moved.coordinate])
    assert abs(longitude - asked.coordinate[0]) <= 0.51 * 10 / 256
    assert abs(latitude - asked.coordinate[1]) <= 0.51 * 10 / 256
