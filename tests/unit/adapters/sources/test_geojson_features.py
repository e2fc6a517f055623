"""What is read out of GeoJSON, and what is refused."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.adapters.sources.geojson.features import features_of, in_degrees

SQUARE = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
RING = tuple((float(x), float(y)) for x, y in SQUARE)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "coordinates", "features", "geometry", "geometries"]), inner)
    ),
    max_leaves=20,
)


def geometry(kind: str, coordinates: Any) -> dict[str, Any]:
    return {"type": kind, "coordinates": coordinates}


@pytest.mark.parametrize("wrapped", ["geometry", "feature", "features", "collection"])
def test_geometries_are_found_wherever_they_stand(wrapped: str) -> None:
    found = geometry("Point", [8.5, 47, 400])
    feature = {"type": "Feature", "properties": None, "geometry": found}
    value = {
        "geometry": found,
        "feature": feature,
        "features": {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": None}, feature]},
        "collection": {"type": "GeometryCollection", "geometries": [found]},
    }[wrapped]

    assert features_of(json.dumps(value)).points == ((8.5, 47.0),)


def test_every_kind_of_geometry_is_read() -> None:
    kinds = [
        geometry("MultiPoint", [[1, 2], [3, 4]]),
        geometry("LineString", [[0, 0], [1, 1]]),
        geometry("MultiLineString", [[[0, 0], [2, 2]], [[0, 0], [3, 3]]]),
        geometry("Polygon", [SQUARE, SQUARE]),
        geometry("MultiPolygon", [[SQUARE], [SQUARE, SQUARE], []]),
    ]

    found = features_of(json.dumps({"type": "GeometryCollection", "geometries": kinds}))

    assert found.points == ((1.0, 2.0), (3.0, 4.0))
    assert [line[-1] for line in found.lines] == [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]
    assert found.polygons == ((RING, RING), (RING,), (RING, RING))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("{", "Expecting property name", id="no JSON"),
        pytest.param("[]", "expected an object, found list", id="a list"),
        pytest.param('{"type": "Topology"}', "there is no geometry of type 'Topology'", id="another kind"),
        pytest.param('{"type": "FeatureCollection"}', "has no list of features", id="no features"),
        pytest.param('{"type": "Point"}', "a Point has no usable coordinates", id="no coordinates"),
        pytest.param('{"type": "Point", "coordinates": [1]}', "a Point has no usable", id="half a position"),
        pytest.param('{"type": "Point", "coordinates": [1, NaN]}', "not finite", id="no number"),
        pytest.param('{"type": "LineString", "coordinates": [[1, 1]]}', "has 1 positions", id="a line of one point"),
        pytest.param('{"type": "Polygon", "coordinates": [[[1, 1], [2, 2]]]}', "has 2 positions", id="a flat ring"),
        pytest.param("[" * 100_000, "nested too deeply", id="brackets"),
        pytest.param('{"type": "Feature", "geometry": ' * 30 + "{}" + "}" * 30, "too deeply", id="in each other"),
    ],
)
def test_what_is_no_geojson_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        features_of(text)


@given(JSON)
def test_nothing_else_is_ever_raised(value: Any) -> None:
    with contextlib.suppress(ValueError):
        features_of(json.dumps(value))


def test_positions_without_an_image_are_left_out() -> None:
    text = json.dumps(geometry("LineString", [[0, 0], [1, 1], [99, 99]]))

    moved = in_degrees(features_of(text), lambda line: [(x, y) if x < 50 else (float("inf"), y) for x, y in line])

    assert moved.lines == (((0.0, 0.0), (1.0, 1.0)),)
