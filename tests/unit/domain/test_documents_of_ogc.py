"""Names, links, templates and grids in the documents of OGC services."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.catalogue import MERCATOR, WGS84
from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.domain.found_tiles import BracedTemplate, FoundTiles, TileRange
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.ogc_crs import code_of_crs, crs_url, is_of_earth
from tilekeep.domain.ogc_links import absolute, href_of
from tilekeep.domain.ogcapi_maps import FoundMaps, map_url, names_of_crs
from tilekeep.domain.tile import TileCoord
from tilekeep.domain.unlike_grids import difference

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
TILE = TileCoord(1, 0, 1)
ANYWHERE = BBox(0, 0, 1, 1)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("http://www.opengis.net/def/crs/EPSG/0/3857", "EPSG:3857"),
        ("https://www.opengis.net/def/crs/EPSG/9.9.1/25832", "EPSG:25832"),
        (CRS84, "CRS:84"),
        ("urn:ogc:def:crs:EPSG::3857", "EPSG:3857"),
        ("urn:ogc:def:crs:EPSG:3857", "EPSG:3857"),
        ("urn:ogc:def:crs:EPSG:6.18:3:3857", None),
        ("urn:ogc:def:crs:EPSG:6.18.3:3857", "EPSG:3857"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "CRS:84"),
        ("http://www.opengis.net/def/crs/IAU/2015/30100", "IAU_2015:30100"),
        ("OGC:CRS84", "CRS:84"),
        ("EPSG:3857", "EPSG:3857"),
        ("[EPSG:3857]", "EPSG:3857"),
        ("http://evil.example/def/crs/EPSG/0/3857", None),
        ("3857", None),
        ("", None),
    ],
)
def test_names_of_reference_systems_stand_for_codes(name: str, code: str | None) -> None:
    if code is not None:
        assert code_of_crs(name) == code
        return
    with pytest.raises(ValueError, match="no name of a CRS"):
        code_of_crs(name)


def test_codes_have_urls() -> None:
    assert crs_url(MERCATOR) == "http://www.opengis.net/def/crs/EPSG/0/3857"
    assert crs_url(replace(WGS84, code="CRS:84")) == CRS84
    moon = replace(WGS84, code="IAU_2015:30100")
    assert crs_url(moon) == "http://www.opengis.net/def/crs/IAU/2015/30100"
    assert (is_of_earth(WGS84), is_of_earth(moon)) == (True, False)


class TestLinks:
    """From one document to another."""

    def test_the_type_that_is_wanted_comes_before_none(self) -> None:
        links = [{"rel": "a", "href": "x"}, {"rel": "a", "href": "html", "type": "text/html"},
                 {"rel": "a", "href": "json", "type": "application/json"}]  # fmt: skip

        assert href_of(links, "a", "application/json") == "json"
        assert href_of(links, "a", "image/png") == "x"

    def test_short_names_of_relations_count(self) -> None:
        links = [{"rel": "[ogc-rel:map]", "href": "x"}]

        assert href_of(links, "http://www.opengis.net/def/rel/ogc/1.0/map", "image/png") == "x"

    @pytest.mark.parametrize("links", [None, "x", [1, "a", {"rel": "a"}, {"rel": "a", "href": 5}, {"href": "x"}]])
    def test_what_is_no_link_is_none(self, links: object) -> None:
        assert href_of(links, "a", "image/png") is None

    @pytest.mark.parametrize(
        ("href", "expected"),
        [
            ("/b", "https://h/b"),
            ("b", "https://h/a/b"),
            ("http://other/b", "http://other/b"),
            ("file:///etc/passwd", None),
            ("ftp://h/b", None),
            ("javascript:x", None),
            ("http://", None),
        ],
    )
    def test_links_lead_to_servers_only(self, href: str, expected: str | None) -> None:
        if expected is not None:
            assert absolute("https://h/a/", href) == expected
            return
        with pytest.raises(ValueError, match="no http"):
            absolute("https://h/a/", href)


class TestTemplates:
    """Addresses of tiles."""

    def test_places_are_filled_in_whatever_their_case(self) -> None:
        template = BracedTemplate(
            "http://h/{Style}/{TILEMATRIX}/{tileCol}/{tileRow}.png", ("a", "b/c"), (("style", "x y"),)
        )

        assert template.url(TILE, "png", lambda _: ANYWHERE) == "http://h/x%20y/b%2Fc/0/1.png"

    @pytest.mark.parametrize(
        "text", ["http://h/{TileMatrix}/{TileCol}/{TileRow}/{s}", "http://h/{TileMatrix}/{TileCol}"]
    )
    def test_a_place_too_many_or_too_few_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"a value: s|no place for tilerow"):
            BracedTemplate(text, ("0",))


def test_there_are_tiles_within_limits_only() -> None:
    template = BracedTemplate("http://h/{TileMatrix}/{TileCol}/{TileRow}", WEBMERCATOR.level_names)
    found = FoundTiles(WEBMERCATOR, template, {2: TileRange(1, 2, 0, 1)})

    assert [coord for coord in (TileCoord(2, x, y) for x in range(4) for y in range(4)) if found.offers(coord)] == [
        TileCoord(2, x, y) for x in (1, 2) for y in (0, 1)
    ]
    assert found.offers(TileCoord(1, 0, 0))
    assert not found.offers(TileCoord(1, 2, 0))


class TestGrids:
    """Whether those of a cache and of a server have tiles in common."""

    def test_levels_may_be_others(self) -> None:
        assert difference(WEBMERCATOR, replace(WEBMERCATOR, resolutions=WEBMERCATOR.resolutions[3:7])) is None

    def test_resolutions_may_be_rounded(self) -> None:
        rounded = replace(WEBMERCATOR, resolutions=tuple(float(f"{r:.9g}") for r in WEBMERCATOR.resolutions))

        assert difference(WEBMERCATOR, rounded) is None

    @pytest.mark.parametrize(
        ("other", "reason"),
        [
            (replace(WEBMERCATOR, srs=WGS84), "its SRS is EPSG:4326 and not EPSG:3857"),
            (replace(WEBMERCATOR, tile_size=Size(512, 512)), "its tiles have 512x512 pixels and not 256x256"),
            (replace(WEBMERCATOR, resolutions=(5.0, 3.0)), "it has none of the resolutions"),
            (replace(WEBMERCATOR, bbox=BBox(-1e7, -1e7, 1e7, 1e7)), "its tiles begin at -10000000,10000000"),
        ],
    )
    def test_what_differs_is_said(self, other: object, reason: str) -> None:
        assert reason in (difference(WEBMERCATOR, other) or "")  # type: ignore[arg-type]


class TestMaps:
    """Of OGC API Maps."""

    QUERY = MapQuery(BBox(1.0, 2.5, 3.0, 4.0), Size(20, 10), MERCATOR, "image/png")

    def url(self, *srs: tuple[object, str], **others: object) -> str:
        found = FoundMaps({"png": "http://h/map?f=png", "jpeg": "http://h/map.jpg"}, srs)  # type: ignore[arg-type]
        query = self.QUERY._replace(srs=srs[0][0])  # type: ignore[arg-type]
        return map_url(found, query, **{"transparent": False, "background": None, **others})  # type: ignore[arg-type]

    def test_a_map_is_asked_for_in_its_srs(self) -> None:
        assert self.url((MERCATOR, "X")) == "http://h/map?f=png&bbox=1,2.5,3,4&bbox-crs=X&crs=X&width=20&height=10"

    def test_the_northing_comes_first_where_the_srs_has_it_so(self) -> None:
        gauss = replace(MERCATOR, code="EPSG:31467", definition="gauss", north_first=True)

        assert "bbox=2.5,1,4,3&" in self.url((gauss, "X"))

    def test_degrees_are_longitude_first_and_need_no_name_where_there_is_nothing_else(self) -> None:
        assert self.url((WGS84, CRS84)) == "http://h/map?f=png&bbox=1,2.5,3,4&width=20&height=10"
        assert "bbox=1,2.5,3,4&crs=http%3A%2F%2Fwww" in self.url((WGS84, CRS84), (MERCATOR, "X"))

    def test_ground_and_transparency_are_sent(self) -> None:
        asked = self.url((MERCATOR, "X"), transparent=True, background=(1, 2, 255, 128))

        assert asked.endswith("&transparent=true&bgcolor=0x800102FF")
        assert self.url((MERCATOR, "X"), background=(1, 2, 255)).endswith("&bgcolor=0x0102FF")

    def test_without_any_name_there_is_crs84(self) -> None:
        assert names_of_crs({}) == [CRS84]
        assert names_of_crs({"crs": ["a", 5, "b"], "storageCrs": "a"}) == ["a", "b"]
