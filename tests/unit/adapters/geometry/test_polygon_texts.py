"""Polygons as text: well-known text, GeoJSON, lists of tiles (spec/coverages.md, 3.2, 3.3 and 3.5)."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.strategies import WEB_MERCATOR
from tilekeep.adapters.geometry.expired_tiles import listed_tiles
from tilekeep.adapters.geometry.geojson import geojson_polygons
from tilekeep.adapters.geometry.wkt import wkt_polygons
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.grid_definition import GridDefinition
from tilekeep.domain.tile import TileCoord

RING = [[0, 0], [1, 0], [1, 1], [0, 0]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}
MULTI = {"type": "MultiPolygon", "coordinates": [[RING], [[[5, 5], [6, 5], [6, 6], [5, 5]]]]}
POINT = {"type": "Point", "coordinates": [1, 2]}
GRID = GridDefinition("tiles", WEB_MERCATOR, origin="nw", num_levels=32).grid()


def feature(geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {}, "geometry": geometry}


def came_to(read: Callable[[str, str], list[Any]], text: str) -> list[Any] | str:
    """The polygons, or the message of a configuration error; other errors come through."""
    try:
        return read(text, "file")
    except ConfigurationError as error:
        return error.message


class TestWellKnownText:
    def test_each_line_is_a_geometry_and_multipolygons_are_taken_apart(self) -> None:
        text = "POLYGON((0 0, 1 0, 1 1, 0 0))\n\n  multipolygon(((5 5, 6 5, 6 6, 5 5)), ((7 7, 8 7, 8 8, 7 7)))  \r\n"

        assert [polygon.bounds for polygon in wkt_polygons(text, "area.wkt")] == [
            (0, 0, 1, 1),
            (5, 5, 6, 6),
            (7, 7, 8, 8),
        ]

    def test_other_geometries_are_passed_over_with_a_warning(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING, "tilekeep.config.coverage"):
            found = wkt_polygons("POLYGON((0 0, 1 0, 1 1, 0 0))\nPOINT(1 1)", "area.wkt")

        assert len(found) == 1
        assert "passing over a Point in line 2 of area.wkt" in caplog.text

    @pytest.mark.parametrize(
        "line", ["POLYGON((0 0, 1 0, 1 1, 0 0)", "POLYGON((0 0, 1 0, 1 1))", "SRID=4326;POINT(1 1)", "area"]
    )
    def test_what_is_no_well_known_text_is_refused_with_its_line(self, line: str) -> None:
        with pytest.raises(ConfigurationError, match=r"line 2 of 'area.wkt' is no well-known text"):
            wkt_polygons(f"POLYGON((0 0, 1 0, 1 1, 0 0))\n{line}", "area.wkt")

    @given(text=st.text())
    def test_any_text_gives_polygons_or_a_clear_error(self, text: str) -> None:
        assert isinstance(came_to(wkt_polygons, text), list | str)


class TestGeoJson:
    @pytest.mark.parametrize(
        ("root", "count"),
        [
            pytest.param(POLYGON, 1, id="a polygon"),
            pytest.param(MULTI, 2, id="a multipolygon"),
            pytest.param(feature(MULTI), 2, id="a feature"),
            pytest.param(feature(None), 0, id="a feature without geometry"),
            pytest.param({"type": "FeatureCollection", "features": [feature(POLYGON), feature(MULTI)]}, 3, id="many"),
            pytest.param(
                {"type": "FeatureCollection", "features": [feature(None), {"type": "Feature"}, feature(POLYGON)]},
                1,
                id="some without geometry",
            ),
            pytest.param({"type": "FeatureCollection", "features": []}, 0, id="none"),
            pytest.param(POLYGON | {"crs": {"type": "name", "properties": {"name": "EPSG:25832"}}}, 1, id="with a CRS"),
            pytest.param({"type": "Polygon", "coordinates": [[[*c, 7.5] for c in RING]]}, 1, id="with heights"),
        ],
    )
    def test_polygons_are_found(self, root: Any, count: int) -> None:
        assert len(geojson_polygons(json.dumps(root), "area.json")) == count

    @pytest.mark.parametrize(
        "root",
        [
            pytest.param(POINT, id="root"),
            pytest.param(feature(POINT), id="feature"),
            pytest.param({"type": "FeatureCollection", "features": [feature(POINT)]}, id="collection"),
            pytest.param({"type": "Topology"}, id="something else"),
        ],
    )
    def test_other_geometries_are_passed_over_with_a_warning(self, root: Any, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING, "tilekeep.config.coverage"):
            assert geojson_polygons(json.dumps(root), "area.json") == []

        assert "only polygons count" in caplog.text

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            pytest.param("{", "is no JSON", id="cut JSON"),
            pytest.param("[" * 100_000, "is no JSON", id="nested too deeply"),
            pytest.param("[]", "states no type", id="no mapping"),
            pytest.param('{"features": []}', "states no type", id="no type"),
            pytest.param('{"type": "FeatureCollection"}', "no list of features", id="no features"),
            pytest.param('{"type": "Polygon"}', "without usable coordinates", id="no coordinates"),
            pytest.param('{"type": "Polygon", "coordinates": [[["a", 1]]]}', "without usable", id="words"),
            pytest.param('{"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]}', "without usable", id="two points"),
            pytest.param('{"type": "MultiPolygon", "coordinates": [[[1]]]}', "without usable", id="wrong depth"),
        ],
    )
    def test_what_cannot_be_used_is_refused(self, text: str, says: str) -> None:
        with pytest.raises(ConfigurationError, match=says) as refusal:
            geojson_polygons(text, "area.json")

        assert "'area.json'" in refusal.value.message

    @given(
        coordinates=st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
            lambda inner: st.lists(inner, max_size=4),
            max_leaves=20,
        ),
        kind=st.sampled_from(["Polygon", "MultiPolygon"]),
    )
    def test_any_coordinates_give_polygons_or_a_clear_error(self, coordinates: Any, kind: str) -> None:
        text = json.dumps({"type": kind, "coordinates": coordinates})

        assert isinstance(came_to(geojson_polygons, text), list | str)


class TestListsOfTiles:
    def test_each_line_is_a_tile_and_blank_lines_do_not_matter(self) -> None:
        tiles = list(listed_tiles("2/1/3\n\n 0/0/0 \n\n".splitlines(), "list", GRID))

        assert tiles == [TileCoord(2, 1, 3), TileCoord(0, 0, 0)]

    def test_levels_beyond_19_count(self) -> None:
        assert list(listed_tiles(["21/2097151/0"], "list", GRID)) == [TileCoord(21, 2097151, 0)]

    @pytest.mark.parametrize("line", ["area", "1/2", "1/0/0/0", "1/2/0", "1/0/-1", "32/0/0", "1/0/0 # note", "1/0/²"])
    def test_from_a_line_that_is_no_tile_the_rest_is_passed_over(
        self, line: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.WARNING, "tilekeep.config.coverage"):
            tiles = list(listed_tiles(f"1/0/0\n{line}\n1/1/1".splitlines(), "list", GRID))

        assert tiles == [TileCoord(1, 0, 0)]
        assert "line 2 of list is no tile z/x/y" in caplog.text
