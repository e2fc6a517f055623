"""GetMap requests: names, order, spelling and encoding, by example."""

from __future__ import annotations

import pytest

from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.srs import Srs
from tilekeep.domain.wms_request import WmsRequestTemplate

WGS84 = Srs("EPSG:4326", "wgs84", geographic=True, north_first=True, metres_per_unit=111319.0)
CRS84 = Srs("CRS:84", "wgs84", geographic=True, north_first=False, metres_per_unit=111319.0)
QUERY = MapQuery(BBox(0.0, 0.0, 10.0, 5.0), Size(200, 100), WGS84, "image/png")


def sent(options: dict[str, object], *, version: str = "1.1.1", query: MapQuery = QUERY, srs: Srs = WGS84) -> str:
    template = WmsRequestTemplate.from_options("http://h/s", options, version=version)
    return template.url_with(template.query_string(query, srs, "image/png"))


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        pytest.param(
            "1.0.0",
            "layers=a,b&transparent=True&request=map&bbox=0.0,0.0,10.0,5.0&width=200&height=100&srs=EPSG%3A4326"
            "&format=PNG&wmtver=1.0.0&styles=",
            id="1.0.0: upper-case format, no version, no service",
        ),
        pytest.param(
            "1.1.0",
            "layers=a,b&transparent=True&bbox=0.0,0.0,10.0,5.0&width=200&height=100&srs=EPSG%3A4326"
            "&format=image%2Fpng&request=GetMap&version=1.1.0&service=WMS&styles=",
            id="1.1.0",
        ),
        pytest.param(
            "1.1.1",
            "layers=a,b&transparent=True&bbox=0.0,0.0,10.0,5.0&width=200&height=100&srs=EPSG%3A4326"
            "&format=image%2Fpng&request=GetMap&version=1.1.1&service=WMS&styles=",
            id="1.1.1",
        ),
        pytest.param(
            "1.3.0",
            "layers=a,b&transparent=True&bbox=0.0,0.0,5.0,10.0&width=200&height=100&format=image%2Fpng"
            "&request=GetMap&version=1.3.0&service=WMS&styles=&crs=EPSG%3A4326",
            id="1.3.0: axes in the order of the SRS, crs last",
        ),
    ],
)
def test_each_version_has_its_own_shape(version: str, expected: str) -> None:
    assert sent({"layers": "a,b", "transparent": True}, version=version) == f"http://h/s?{expected}"


def test_version_1_3_0_keeps_the_axes_of_an_srs_that_is_east_first() -> None:
    assert "bbox=0.0,0.0,10.0,5.0&" in sent({"layers": "a"}, version="1.3.0", srs=CRS84)


def test_whole_numbers_stay_whole() -> None:
    query = QUERY._replace(bbox=BBox(1, 1, 5, 5.0))

    assert "bbox=1,1,5,5.0&" in sent({"layers": "a"}, query=query)


def test_configured_parameters_keep_their_place_and_spelling() -> None:
    url = sent({"LAYERS": "a", "Styles": "x", "FORMAT": "image/jpeg", "map": "/a b"})

    assert url.startswith("http://h/s?LAYERS=a&Styles=x&FORMAT=image%2Fpng&map=%2Fa%20b&bbox=")
    assert url.count("tyles=") == 1


def test_false_and_lists_and_nothing_have_a_spelling() -> None:
    url = sent({"layers": ["a", "b"], "transparent": False, "styles": None})

    assert url.startswith("http://h/s?layers=a,b&transparent=False&styles=&bbox=")


def test_a_format_for_all_requests_replaces_the_configured_one_in_its_place() -> None:
    template = WmsRequestTemplate.from_options(
        "http://h/s", {"format": "image/png", "layers": "a"}, media_type="image/jpeg"
    )

    assert template.parameters == (("format", "image/jpeg"), ("layers", "a"))
    assert template.parameter("FORMAT") == "image/jpeg"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("http://h/s", "http://h/s?q", id="no query"),
        pytest.param("http://h/s?", "http://h/s?q", id="an empty query"),
        pytest.param("http://h/s?map=m", "http://h/s?map=m&q", id="a query of its own"),
    ],
)
def test_the_query_is_joined_with_what_is_missing(url: str, expected: str) -> None:
    assert WmsRequestTemplate(url).url_with("q") == expected


def test_unknown_versions_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"'1\.2\.0'.*1\.3\.0"):
        WmsRequestTemplate("http://h/s", "1.2.0")


def test_the_url_does_not_show_in_the_representation() -> None:
    assert "hunter2" not in repr(WmsRequestTemplate("http://h/s?key=hunter2", parameters=(("key", "hunter2"),)))
