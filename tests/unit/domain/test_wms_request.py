"""GetMap and GetFeatureInfo requests: names, order, spelling and encoding, by example."""

from __future__ import annotations

import pytest

from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.feature_info import InfoQuery, PixelPosition
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


INFO = InfoQuery(QUERY.bbox, QUERY.size, WGS84, PixelPosition(20, 30), "text/html", 5, "image/jpeg")


def asked(options: dict[str, object], *, version: str = "1.1.1", query: InfoQuery = INFO, srs: Srs = WGS84) -> str:
    return WmsRequestTemplate.from_options("http://h/s", options, version=version).info_query_string(query, srs)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        pytest.param(
            "1.0.0",
            "layers=a,b&bbox=0.0,0.0,10.0,5.0&width=200&height=100&x=20&y=30&feature_count=5&query_layers=a,b"
            "&info_format=text%2Fhtml&format=image%2Fjpeg&srs=EPSG%3A4326&request=feature_info&wmtver=1.0.0&styles=",
            id="1.0.0: another name, no version, no service",
        ),
        pytest.param(
            "1.1.1",
            "layers=a,b&bbox=0.0,0.0,10.0,5.0&width=200&height=100&x=20&y=30&feature_count=5&query_layers=a,b"
            "&info_format=text%2Fhtml&format=image%2Fjpeg&srs=EPSG%3A4326&request=GetFeatureInfo&version=1.1.1"
            "&service=WMS&styles=",
            id="1.1.1",
        ),
        pytest.param(
            "1.3.0",
            "layers=a,b&bbox=0.0,0.0,5.0,10.0&width=200&height=100&feature_count=5&query_layers=a,b"
            "&info_format=text%2Fhtml&format=image%2Fjpeg&request=GetFeatureInfo&version=1.3.0&service=WMS&styles="
            "&crs=EPSG%3A4326&i=20&j=30",
            id="1.3.0: axes in the order of the SRS, the place last",
        ),
    ],
)
def test_each_version_asks_about_places_in_its_own_way(version: str, expected: str) -> None:
    assert asked({"layers": "a,b"}, version=version) == expected


def test_what_is_configured_counts_more_than_what_the_client_wants() -> None:
    options = {"layers": "a", "query_layers": "q", "info_format": "text/xml", "format": "image/png"}

    assert "query_layers=q&info_format=text%2Fxml&format=image%2Fpng&" in asked(options)


def test_what_the_client_leaves_open_is_not_sent() -> None:
    text = asked({"layers": "a"}, query=INFO._replace(info_format=None, feature_count=None, media_type=None))

    assert "info_format" not in text
    assert "feature_count" not in text
    assert "format=image%2Fpng" in text


def test_parts_of_pixels_are_sent_as_they_are() -> None:
    assert "x=20.5&y=0.25&" in asked({"layers": "a"}, query=INFO._replace(position=PixelPosition(20.5, 0.25)))
