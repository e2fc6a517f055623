"""Places on maps, and the kinds of what is said about them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.strategies import UTM32, bboxes
from tilekeep.domain.feature_info import InfoKind, InfoQuery, PixelPosition, info_kind
from tilekeep.domain.geometry import BBox, Size


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("text/xml", InfoKind.XML),
        ("application/xml", InfoKind.XML),
        ("application/gml+xml; version=3.1", InfoKind.XML),
        ("application/vnd.ogc.gml", InfoKind.XML),
        ("Text/HTML; charset=utf-8", InfoKind.HTML),
        ("application/json", InfoKind.JSON),
        ("text/plain", InfoKind.TEXT),
        ("application/geo+json", InfoKind.TEXT),
        ("nonsense", InfoKind.TEXT),
        ("", InfoKind.TEXT),
    ],
)
def test_each_media_type_is_of_a_kind(media_type: str, kind: InfoKind) -> None:
    assert info_kind(media_type) is kind


def test_rows_count_from_the_top() -> None:
    query = InfoQuery(BBox(0.0, 0.0, 100.0, 50.0), Size(200, 100), UTM32, PixelPosition(20, 10))

    assert query.coordinate == (10.0, 45.0)


@given(box=bboxes(), x=st.floats(0, 1), y=st.floats(0, 1), width=st.integers(1, 5000), height=st.integers(1, 5000))
def test_a_place_on_the_map_lies_in_its_box(box: BBox, x: float, y: float, width: int, height: int) -> None:
    query = InfoQuery(box, Size(width, height), UTM32, PixelPosition(x * width, y * height))

    place_x, place_y = query.coordinate

    assert box.min_x - 1e-6 <= place_x <= box.max_x + 1e-6
    assert box.min_y - 1e-6 <= place_y <= box.max_y + 1e-6
