"""GetFeatureInfo of WMTS, by parameters and by path."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from werkzeug.test import TestResponse

from tests.fakes.catalogue import GEODETIC_NW, ONE_LEVEL, SOUTHERN_WEBMERCATOR, WEBMERCATOR, FakeLayers
from tests.fakes.info_source import FakeInfoSource, Script, feature_info_of, text
from tests.fakes.wsgi import WsgiClient, client
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.errors import SourceTimeout
from tilekeep.domain.feature_info import InfoDocument, InfoKind, PixelPosition
from tilekeep.entrypoints.wsgi.options import WmtsOptions

FORMATS = (("txt", "text/plain"), ("gml", "application/gml+xml; version=3.1"), (None, "application/json"))
OWS = "{http://www.opengis.net/ows/1.1}"
WMTS = "{http://www.opengis.net/wmts/1.0}"


class Places:
    """A WMTS whose layer ``osm`` has a source that answers as told; nobody can be asked about ``mute``."""

    def __init__(self, *answers: Script, **options: Any) -> None:
        self.layers = FakeLayers()
        self.source = FakeInfoSource(*answers or (text("ß"),))
        self.layers.add("osm", WEBMERCATOR, GEODETIC_NW, info_sources=("s",))
        self.layers.add("mute", WEBMERCATOR)
        self._options = options

    @property
    def web(self) -> WsgiClient:
        wmts = WmtsOptions(**{"info_formats": FORMATS, **self._options})
        return client(self.layers, wmts=wmts, get_info=feature_info_of({"s": self.source}))

    def get(self, **changed: str | None) -> TestResponse:
        return self.web.get(by_parameters(**changed))


def by_parameters(**changed: str | None) -> str:
    given: dict[str, str | None] = {
        "service": "WMTS", "request": "GetFeatureInfo", "version": "1.0.0", "layer": "osm", "style": "",
        "tilematrixset": "GLOBAL_WEBMERCATOR", "tilematrix": "2", "tilecol": "1", "tilerow": "0", "format": "image/png",
        "infoformat": "text/plain", "i": "64", "j": "128",
    }  # fmt: skip
    return f"/service?{urlencode({name: value for name, value in (given | changed).items() if value is not None})}"


def exception(answer: TestResponse) -> tuple[int, str | None, str | None, str | None]:
    (found,) = ET.fromstring(answer.data)
    return answer.status_code, found.get("exceptionCode"), found.get("locator"), found[0].text


class TestMeaning:
    @pytest.mark.parametrize(
        "path", [by_parameters(), "/wmts/osm/GLOBAL_WEBMERCATOR/02/1/0/64/128.txt"], ids=["parameters", "path"]
    )
    def test_sources_are_asked_about_the_place_on_the_tile(self, path: str) -> None:
        places = Places()

        answer = places.web.get(path)

        assert (answer.status_code, answer.data) == (200, "ß".encode())
        (query,) = places.source.queries
        quarter = WEBMERCATOR.bbox.max_x / 2
        assert query.bbox == (-quarter, quarter, 0.0, 2 * quarter)
        assert (query.size, query.srs, query.position) == (
            WEBMERCATOR.tile_size,
            WEBMERCATOR.srs,
            PixelPosition(64, 128),
        )
        assert query.coordinate == pytest.approx((-0.75 * quarter, 1.5 * quarter))
        assert (query.info_format, query.feature_count, query.media_type) == ("text/plain", None, None)

    def test_rows_of_southern_grids_are_counted_from_the_north(self) -> None:
        places = Places()
        places.layers.add("south", SOUTHERN_WEBMERCATOR, info_sources=("s",))

        places.web.get("/wmts/south/sw_mercator/01/0/0/0/0.txt")

        assert places.source.queries[0].bbox.max_y == SOUTHERN_WEBMERCATOR.bbox.max_y

    def test_parameters_say_how_many_features_are_wanted(self) -> None:
        places = Places()

        places.get(feature_count="5")

        assert places.source.queries[0].feature_count == 5

    @pytest.mark.parametrize("given", ["image/nothing", "", None])
    def test_the_format_of_tiles_does_not_matter(self, given: str | None) -> None:
        assert Places().get(format=given).status_code == 200

    def test_addresses_have_a_form_of_their_own(self) -> None:
        places = Places(
            restful_info_template="/{TileMatrixSet}/{Layer}/{TileMatrix}/{TileRow}-{TileCol}/{J},{I}-{InfoFormat}"
        )

        places.web.get("/wmts/GLOBAL_WEBMERCATOR/osm/02/0-1/128,64-txt")

        assert places.source.queries[0].position == PixelPosition(64, 128)

    def test_dimensions_are_looked_at_as_for_tiles(self) -> None:
        places = Places(
            restful_info_template="/{Layer}/{Time}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}/{I}/{J}.{InfoFormat}"
        )
        places.layers.add(
            "weather", ONE_LEVEL, dimensions=(Dimension("time", ("2024", "2025"), "2025"),), info_sources=("s",)
        )

        found = [
            places.web.get(f"/wmts/weather/{time}/one_level/00/0/0/1/1.txt") for time in ("2024", "default", "1999")
        ]

        assert [answer.status_code for answer in found] == [200, 200, 400]


class TestAnswers:
    @pytest.mark.parametrize(
        ("wanted", "content_type"),
        [("text/plain", "text/plain; charset=utf-8"), ("application/json", "application/json")],
    )
    def test_the_type_is_the_one_that_is_wanted_whatever_sources_say(self, wanted: str, content_type: str) -> None:
        answer = Places(InfoDocument(InfoKind.XML, "<a/>")).get(infoformat=wanted)

        assert (answer.data, answer.headers["Content-Type"]) == (b"<a/>", content_type)

    def test_a_suffix_stands_for_its_type(self) -> None:
        answer = Places(InfoDocument(InfoKind.XML, "<a/>")).web.get("/wmts/osm/GLOBAL_WEBMERCATOR/02/1/0/64/128.gml")

        assert answer.headers["Content-Type"] == "application/gml+xml; version=3.1"

    def test_nothing_is_empty(self) -> None:
        answer = Places(None).get()

        assert (answer.status_code, answer.data, answer.headers["Content-Type"]) == (
            200,
            b"",
            "text/plain; charset=utf-8",
        )

    def test_a_failing_source_is_an_error(self) -> None:
        answer = Places(SourceTimeout("slow", client_message="It is slow.")).get()

        assert exception(answer) == (500, "NoApplicableCode", None, "It is slow.")


class TestMistakes:
    @pytest.mark.parametrize(
        ("changed", "expected"),
        [
            ({"i": None, "infoformat": None}, (400, "MissingParameterValue", "infoformat",
                                               "missing parameters ['infoformat', 'i']")),
            ({"layer": "no"}, (400, "InvalidParameterValue", "layer", "unknown layer: no")),
            ({"infoformat": "no/type"}, (400, "InvalidParameterValue", "infoformat", "unknown infoformat: no/type")),
            ({"infoformat": ""}, (400, "InvalidParameterValue", "infoformat", "unknown infoformat: ")),
            ({"layer": "mute"}, (501, "OperationNotSupported", "layer", "layer mute not queryable")),
            ({"i": "256"}, (400, "PointIJOutOfRange", "i", "invalid i: 256 is none of the 256 pixels of the tile")),
            ({"j": "-1"}, (400, "PointIJOutOfRange", "j", "invalid j: -1 is none of the 256 pixels of the tile")),
            ({"j": "nan"}, (400, "InvalidParameterValue", "j", "invalid j: 'nan' (a whole number of pixels)")),
            ({"i": "1.5"}, (400, "InvalidParameterValue", "i", "invalid i: '1.5' (a whole number of pixels)")),
            ({"feature_count": "x"}, (400, "InvalidParameterValue", "feature_count",
                                      "invalid feature_count: 'x' (a positive number)")),
            ({"tilematrix": "99"}, (400, "TileOutOfRange", "tilematrix", None)),
        ],
    )  # fmt: skip
    def test_the_exception_names_parameter_and_value(
        self, changed: dict[str, str | None], expected: tuple[int, str, str, str | None]
    ) -> None:
        found = exception(Places().get(**changed))

        assert found[:3] == expected[:3]
        assert expected[3] in {None, found[3]}

    def test_without_formats_nothing_can_be_asked(self) -> None:
        answer = Places(info_formats=()).get()

        assert exception(answer)[:3] == (400, "InvalidParameterValue", "infoformat")

    @pytest.mark.parametrize(
        ("path", "code"),
        [
            pytest.param("/wmts/osm/GLOBAL_WEBMERCATOR/02/1/0/64/128.pdf", "InvalidParameterValue", id="suffix"),
            pytest.param("/wmts/osm/GLOBAL_WEBMERCATOR/02/1/0/64/300.txt", "PointIJOutOfRange", id="place"),
            pytest.param("/wmts/osm/GLOBAL_WEBMERCATOR/02/9/0/64/128.txt", "TileOutOfRange", id="tile"),
            pytest.param("/wmts/osm/GLOBAL_WEBMERCATOR/02/1/0/64.txt/128", "NoApplicableCode", id="no address"),
        ],
    )
    def test_paths_that_mean_nothing(self, path: str, code: str) -> None:
        status, found, _, _ = exception(Places().web.get(path))

        assert (status, found) == (400, code)


class TestDocuments:
    def document(self, path: str, **options: Any) -> ET.Element:
        return ET.fromstring(Places(**options).web.get(path).data)

    @pytest.mark.parametrize(
        "path", ["/service?service=WMTS&request=GetCapabilities", "/wmts/1.0.0/WMTSCapabilities.xml"]
    )
    def test_layers_list_the_formats_in_which_they_can_be_asked_about(self, path: str) -> None:
        root = self.document(path)

        found = {
            layer.findtext(f"{OWS}Identifier"): [element.text for element in layer.findall(f"{WMTS}InfoFormat")]
            for layer in root.iter(f"{WMTS}Layer")
        }
        assert found == {"osm": [media_type for _, media_type in FORMATS], "mute": []}
        operations = [element.get("name") for element in root.iter(f"{OWS}Operation")]
        assert operations == ["GetCapabilities", "GetTile", "GetFeatureInfo"]

    def test_documents_by_path_have_the_form_of_addresses(self) -> None:
        root = self.document("/wmts/1.0.0/WMTSCapabilities.xml")

        found = {
            element.get("format"): element.get("template")
            for element in root.iter(f"{WMTS}ResourceURL")
            if element.get("resourceType") == "FeatureInfo"
        }
        form = "http://localhost/wmts/osm/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}/{I}/{J}."
        assert found == {"text/plain": form + "txt", "application/gml+xml; version=3.1": form + "gml"}

    def test_where_nobody_can_be_asked_the_operation_is_not_listed(self) -> None:
        root = self.document("/service?service=WMTS&request=GetCapabilities", info_formats=())

        assert [element.get("name") for element in root.iter(f"{OWS}Operation")] == ["GetCapabilities", "GetTile"]


class TestAuthorisation:
    def answer(self, result: dict[str, Any], places: Places) -> TestResponse:
        def authorize(service: str, layers: list[str], environ: Any = None, **more: Any) -> dict[str, Any]:
            self.asked = (service, layers, more["query_extent"])
            return result

        return places.web.get(by_parameters(), environ={"mapproxy.authorize": authorize})

    def test_the_hook_is_told_layer_and_tile(self) -> None:
        answer = self.answer({"authorized": "full"}, Places())

        quarter = WEBMERCATOR.bbox.max_x / 2
        assert self.asked == ("wmts.featureinfo", ["osm"], ("EPSG:3857", (-quarter, quarter, 0.0, 2 * quarter)))
        assert (answer.status_code, answer.data) == (200, "ß".encode())
        assert "no-store" in answer.headers["Cache-Control"]

    @pytest.mark.parametrize(
        ("result", "status"),
        [
            ({"authorized": "none"}, 403),
            ({"authorized": "unauthenticated"}, 401),
            ({"authorized": "partial", "layers": {"osm": {"tile": True}}}, 403),
            ({"authorized": "partial", "layers": {"osm": {"featureinfo": 1}}}, 403),
        ],
    )
    def test_without_permission_nobody_is_asked(self, result: dict[str, Any], status: int) -> None:
        places = Places()

        assert self.answer(result, places).status_code == status
        assert places.source.queries == []

    def test_outside_of_its_area_a_permission_says_nothing(self) -> None:
        limit = {"srs": "EPSG:3857", "geometry": [0, 0, 1000, 1000]}
        places = Places()

        answer = self.answer(
            {"authorized": "partial", "layers": {"osm": {"featureinfo": True, "limited_to": limit}}}, places
        )

        assert (answer.status_code, answer.data, places.source.queries) == (200, b"", [])
