"""Areas that people draw."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from tilekeep.entrypoints.wsgi.admin.access import Refused
from tilekeep.entrypoints.wsgi.admin.drawn_area import MOST_CORNERS, drawn_area

TRIANGLE = [[0, 0], [10, 0], [0, 5.5], [0, 0]]
HOLE = [[1, 1], [2, 1], [1, 2], [1, 1]]


@pytest.mark.parametrize(
    ("geometry", "area"),
    [
        pytest.param({"type": "Polygon", "coordinates": [TRIANGLE]}, 27.5, id="polygon"),
        pytest.param({"type": "Polygon", "coordinates": [TRIANGLE, HOLE]}, 27.0, id="with a hole"),
        pytest.param({"type": "MultiPolygon", "coordinates": [[TRIANGLE], [HOLE]]}, 28.0, id="several"),
        pytest.param({"type": "Polygon", "coordinates": [[[*point, 99] for point in TRIANGLE]]}, 27.5, id="heights"),
    ],
)
def test_polygons_become_text(geometry: dict[str, Any], area: float) -> None:
    text = drawn_area({"area": geometry}, "area")

    assert sum(part.area for part in shapely.from_wkt(text).geoms) == area


@pytest.mark.parametrize(
    "geometry",
    [
        pytest.param(None, id="nothing"),
        pytest.param("POLYGON ((0 0))", id="text"),
        pytest.param({"type": "Point", "coordinates": [0, 0]}, id="a point"),
        pytest.param({"type": "Polygon", "coordinates": []}, id="no ring"),
        pytest.param({"type": "Polygon", "coordinates": [TRIANGLE[:-1]]}, id="an open ring"),
        pytest.param({"type": "Polygon", "coordinates": [[[0, 0], [0, 0]]]}, id="a ring of two"),
        pytest.param({"type": "Polygon", "coordinates": [[["0", 0]] * 4]}, id="text for numbers"),
        pytest.param({"type": "Polygon", "coordinates": [[[True, 0]] * 4]}, id="truth for numbers"),
        pytest.param({"type": "Polygon", "coordinates": [[[float("inf"), 0]] * 4]}, id="endless"),
        pytest.param({"type": "Polygon", "coordinates": [[[10**400, 0]] * 4]}, id="too large a number"),
        pytest.param({"type": "Polygon", "coordinates": [[[0, 0], [1e308, 1e308], [0, 1e308], [0, 0]]]}, id="nowhere"),
        pytest.param({"type": "Polygon", "coordinates": [[[0]] * 4]}, id="half a point"),
        pytest.param({"type": "MultiPolygon", "coordinates": [TRIANGLE]}, id="too flat"),
        pytest.param({"type": "Polygon", "coordinates": {"0": 1}}, id="a mapping"),
        pytest.param({"type": "Polygon", "coordinates": [[[0, 0]] * (MOST_CORNERS + 2)]}, id="too many corners"),
    ],
)
def test_anything_else_is_refused(geometry: object) -> None:
    with pytest.raises(Refused, match="area has") as refused:
        drawn_area({"area": geometry}, "area")

    assert refused.value.status == 400
