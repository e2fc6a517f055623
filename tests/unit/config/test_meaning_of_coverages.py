"""What the options of a coverage mean (spec/coverages.md, 2 and 3.1)."""

from __future__ import annotations

from typing import Any

import pytest

from tilekeep.config.mapproxy.coverage import Coverage
from tilekeep.config.mapproxy.meaning_coverage import (
    EffectiveArea,
    EffectiveBox,
    EffectiveCombination,
    EffectiveCoverage,
    EffectiveExpiredTiles,
    EffectivePolygons,
    effective_coverage,
)
from tilekeep.domain.geometry import BBox

BOX = EffectiveBox(BBox(1, 2, 3, 4), "EPSG:4326")
SRS = "EPSG:4326"


def meaning_of(**options: Any) -> EffectiveCoverage | None:
    return effective_coverage(Coverage.model_validate(options), "/etc/maps")


def area_of(**options: Any) -> EffectiveArea:
    found = meaning_of(**options)
    assert found is not None
    return found.area


@pytest.mark.parametrize(
    ("options", "area"),
    [
        pytest.param({"bbox": (1, 2, 3, 4), "srs": "4326"}, BOX, id="box"),
        pytest.param({"bbox": "1,2,3,4", "bbox_srs": "epsg:4326", "srs": "3857"}, BOX, id="box with an SRS of its own"),
        pytest.param({"datasource": (1, 2, 3, 4), "srs": SRS}, BOX, id="numbers as data source"),
        pytest.param({"datasource": "1,2,3.0,+4", "srs": SRS}, BOX, id="text of numbers as data source"),
        pytest.param({"datasource": " 1, 2, 3, 4", "srs": SRS}, BOX, id="text of numbers with blanks"),
        pytest.param(
            {"datasource": "area.gpkg", "where": "a=1", "srs": SRS},
            EffectivePolygons("datasource", "/etc/maps/area.gpkg", "a=1", SRS),
            id="file",
        ),
        pytest.param(
            {"datasource": "/srv/area.wkt", "srs": SRS},
            EffectivePolygons("datasource", "/srv/area.wkt", None, SRS),
            id="file somewhere else",
        ),
        pytest.param(
            {"datasource": "PG:dbname=gis", "srs": SRS},
            EffectivePolygons("datasource", "PG:dbname=gis", None, SRS),
            id="connection",
        ),
        pytest.param(
            {"datasource": "c:area.wkt", "srs": SRS},
            EffectivePolygons("datasource", "/etc/maps/c:area.wkt", None, SRS),
            id="a single letter starts no connection",
        ),
        pytest.param(
            {"ogr_datasource": "MYSQL:gis", "ogr_where": "a=1", "ogr_srs": SRS, "where": "b=1", "srs": "3857"},
            EffectivePolygons("ogr_datasource", "MYSQL:gis", "a=1", SRS),
            id="legacy OGR",
        ),
        pytest.param(
            {"ogr_datasource": "a.shp", "srs": SRS},
            EffectivePolygons("ogr_datasource", "/etc/maps/a.shp", None, SRS),
            id="legacy OGR with the new SRS",
        ),
        pytest.param(
            {"polygons": "PG:a.wkt", "polygons_srs": SRS},
            EffectivePolygons("polygons", "/etc/maps/PG:a.wkt", None, SRS),
            id="legacy polygons are never a connection",
        ),
        pytest.param({"expire_tiles": "list"}, EffectiveExpiredTiles("/etc/maps/list"), id="expired tiles"),
        pytest.param(
            {"union": ({"bbox": "1,2,3,4", "srs": SRS}, {"intersection": ({"bbox": "1,2,3,4", "srs": SRS},)})},
            EffectiveCombination("union", (BOX, EffectiveCombination("intersection", (BOX,)))),
            id="nested set operations",
        ),
    ],
)
def test_an_area_is_what_its_options_say(options: dict[str, Any], area: EffectiveArea) -> None:
    assert area_of(**options) == area


EVERY_KIND = {
    "union": ({"bbox": "1,2,3,4", "srs": SRS},),
    "intersection": ({"bbox": "1,2,3,4", "srs": SRS},),
    "difference": ({"bbox": "1,2,3,4", "srs": SRS},),
    "ogr_datasource": "a.shp",
    "polygons": "a.wkt",
    "bbox": "1,2,3,4",
    "datasource": "a.gpkg",
    "expire_tiles": "list",
}


@pytest.mark.parametrize("first", range(len(EVERY_KIND)), ids=list(EVERY_KIND))
def test_the_first_kind_in_the_order_of_the_reference_decides(first: int) -> None:
    kinds = list(EVERY_KIND.items())

    assert area_of(**dict(kinds[first:]), srs=SRS) == area_of(**dict([kinds[first]]), srs=SRS)


def test_without_a_deciding_option_there_is_no_coverage() -> None:
    assert meaning_of(srs=SRS, clip=True, buffer=5, where="a=1") is None


@pytest.mark.parametrize(
    ("options", "clips"),
    [
        pytest.param({"bbox": "1,2,3,4", "srs": SRS}, False, id="not by itself"),
        pytest.param({"bbox": "1,2,3,4", "srs": SRS, "clip": True}, True, id="if it is told to"),
        pytest.param({"union": ({"bbox": "1,2,3,4", "srs": SRS, "clip": True},)}, False, id="not for its members"),
        pytest.param({"expire_tiles": "list", "clip": True}, False, id="never of expired tiles"),
    ],
)
def test_a_coverage_clips(options: dict[str, Any], clips: bool) -> None:
    found = meaning_of(**options)

    assert found is not None
    assert found.clip is clips


def test_a_buffer_belongs_to_the_coverage_it_stands_in() -> None:
    inner = {"bbox": "1,2,3,4", "srs": SRS, "buffer": 2}

    area = area_of(union=(inner, {"expire_tiles": "list"}), buffer=3)

    members = (EffectiveBox(BBox(1, 2, 3, 4), SRS, 2.0), EffectiveExpiredTiles("/etc/maps/list"))
    assert area == EffectiveCombination("union", members, 3.0)


def test_equal_coverages_are_one_key() -> None:
    first, second = (meaning_of(datasource="area.gpkg", srs=srs, clip=True) for srs in ("4326", "epsg:4326"))

    assert {first: 1}[second] == 1


@pytest.mark.parametrize("option", ["datasource", "ogr_datasource"])
def test_connections_do_not_show_in_values(option: str) -> None:
    options = Coverage.model_validate({option: "PG:password=hunter2", "srs": SRS})

    assert "hunter2" not in f"{options!r} {effective_coverage(options, '/')!r}"
