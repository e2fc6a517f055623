"""Requests to ArcGIS servers as text (spec/sources.md, 7)."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fakes.catalogue import MERCATOR, WGS84
from tilekeep.domain.arcgis_request import ArcgisRequestTemplate, export_address, identify_address
from tilekeep.domain.feature_info import InfoQuery, PixelPosition
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import MapQuery

SERVICE = "http://host/arcgis/rest/services/base/MapServer"
QUERY = MapQuery(BBox(0.0, 1.5, 10.0, 5.0), Size(200, 100), MERCATOR, "image/png")
PLACE = InfoQuery(BBox(0.0, 0.0, 100.0, 100.0), Size(200, 100), MERCATOR, PixelPosition(50, 25), "application/json")


@pytest.mark.parametrize(
    ("url", "export", "identify"),
    [
        ("http://h/a/MapServer", "http://h/a/MapServer/export", "http://h/a/MapServer/identify"),
        ("http://h/a/MapServer/", "http://h/a/MapServer/export", "http://h/a/MapServer/identify"),
        ("http://h/a/ImageServer?token=x", "http://h/a/ImageServer/exportImage?token=x", "http://h/a/ImageServer/identify?token=x"),
        ("http://h/a/MapServer/exportImage", "http://h/a/MapServer/export", "http://h/a/MapServer/identify"),
        ("http://h/a/ImageServer/export", "http://h/a/ImageServer/exportImage", "http://h/a/ImageServer/identify"),
        ("http://h/proxy/export", "http://h/proxy/export", "http://h/proxy/identify"),
        ("http://h/proxy", "http://h/proxy", "http://h/proxy"),
        ("http://h", "http://h", "http://h"),
    ],
)  # fmt: skip
def test_addresses_of_services_lead_to_their_operations(url: str, export: str, identify: str) -> None:
    assert (export_address(url), identify_address(url)) == (export, identify)


def test_a_map_is_exported_with_the_configured_parameters_first() -> None:
    template = ArcgisRequestTemplate.from_options(
        SERVICE, {"url": SERVICE, "layers": "show:0,1", "transparent": True, "dpi": 96}, media_type="image/png"
    )

    assert template.export_url(QUERY, MERCATOR, "image/png") == (
        f"{SERVICE}/export?layers=show%3A0,1&transparent=True&dpi=96&format=png&bbox=0.0,1.5,10.0,5.0&size=200,100"
        "&bboxSR=3857&imageSR=3857&f=image"
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [("EPSG:900913", "900913"), ("EPSG:4326", "4326"), ("CRS:84", "4326"), ("ESRI:102100", "102100")],
)
def test_an_srs_is_a_number(code: str, expected: str) -> None:
    url = ArcgisRequestTemplate(SERVICE).export_url(QUERY, replace(WGS84, code=code), "image/jpeg")

    asked = parse_qs(urlsplit(url).query)
    assert (asked["bboxSR"], asked["imageSR"], asked["format"]) == ([expected], [expected], ["jpeg"])


def test_a_place_is_identified_by_its_coordinate() -> None:
    template = ArcgisRequestTemplate.from_options(f"{SERVICE}/export", {"layers": "show:0"})

    assert template.identify_url(PLACE, MERCATOR, tolerance_px=5.0, geometries=False) == (
        f"{SERVICE}/identify?layers=show%3A0&mapExtent=0.0,0.0,100.0,100.0&imageDisplay=200,100,96"
        "&geometry=25.000000,75.000000&sr=3857&f=json&tolerance=5&returnGeometry=false&geometryType=esriGeometryPoint"
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("text/html", "html"), ("text/html; charset=utf-8", "html"), ("text/plain", "json"), (None, "json")],
)
def test_pages_are_for_who_wants_them(wanted: str | None, expected: str) -> None:
    query = PLACE._replace(info_format=wanted)

    url = ArcgisRequestTemplate(SERVICE).identify_url(query, MERCATOR, tolerance_px=2.5, geometries=True)

    asked = parse_qs(urlsplit(url).query)
    assert (asked["f"], asked["tolerance"], asked["returnGeometry"]) == ([expected], ["2.5"], ["true"])
