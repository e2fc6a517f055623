"""GetFeatureInfo of WMS: what requests mean, whom they ask, and how answers look."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from tests.fakes.catalogue import MERCATOR, WGS84, FakeLayers
from tests.fakes.info_source import FakeInfoSource, Script, text
from tests.fakes.layer_tree import FakeMaps, wms_options
from tests.fakes.wsgi import WsgiClient, client
from tests.unit.entrypoints.wsgi.wms_requests import service_exception
from tilekeep.domain.errors import SourceTimeout
from tilekeep.domain.feature_info import InfoDocument, InfoKind, PixelPosition
from tilekeep.domain.geometry import BBox, Size

XML = InfoDocument(InfoKind.XML, "<a>ß</a>")
HTML = InfoDocument(InfoKind.HTML, "<p>ß</p>")
JSON = InfoDocument(InfoKind.JSON, '{"a": 1}')


def get_info(version: str = "1.1.1", /, **changed: str | None) -> str:
    """A question about a place on a map in degrees; ``changed`` replaces parameters, None leaves one out."""
    given: dict[str, str | None] = {
        "service": "WMS",
        "request": "GetFeatureInfo",
        "version": version,
        "layers": "osm",
        "query_layers": "osm",
        "bbox": "45,5,55,15" if version == "1.3.0" else "5,45,15,55",
        "width": "100",
        "height": "80",
        **(
            {"crs": "EPSG:4326", "i": "10", "j": "20"}
            if version == "1.3.0"
            else {"srs": "EPSG:4326", "x": "10", "y": "20"}
        ),
    }
    return f"/service?{urlencode({name: value for name, value in (given | changed).items() if value is not None})}"


class Places:
    """A WMS with one layer, whose source answers as told."""

    def __init__(self, *answers: Script, raise_source_errors: bool = False, **options: Any) -> None:
        self.maps = FakeMaps(raise_source_errors=raise_source_errors)
        self.source = self.maps.info["s"] = FakeInfoSource(*answers or (text("ß"),))
        self.maps.add(self.maps.layer("osm", info=("s",)), self.maps.layer("mute"))
        self._options = options

    @property
    def web(self) -> WsgiClient:
        return client(FakeLayers(), **self.maps.parts(wms_options(**self._options)))

    def get(self, *version: str, **changed: str | None) -> TestResponse:
        return self.web.get(get_info(*version, **changed))


class TestMeaning:
    @pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
    def test_sources_are_asked_about_the_place(self, version: str) -> None:
        places = Places()

        places.get(version, info_format="text/plain", feature_count="7", format="image/jpeg")

        (query,) = places.source.queries
        assert (query.bbox, query.size, query.srs) == (BBox(5.0, 45.0, 15.0, 55.0), Size(100, 80), WGS84)
        assert (query.position, query.coordinate) == (PixelPosition(10, 20), (6.0, 52.5))
        assert (query.info_format, query.feature_count, query.media_type) == ("text/plain", 7, "image/jpeg")

    def test_what_a_client_leaves_open_stays_open(self) -> None:
        places = Places()

        places.get()

        (query,) = places.source.queries
        assert (query.info_format, query.feature_count, query.media_type) == (None, None, None)

    @pytest.mark.parametrize(
        ("x", "y", "position"),
        [
            pytest.param("10", "20", (10, 20), id="whole pixels"),
            pytest.param("10.5", "20", (10.5, 20.0), id="a point makes both of them numbers with one"),
            pytest.param(" 0 ", "0", (0, 0), id="the first pixel"),
            pytest.param("100", "80", (100, 80), id="the far corner"),
        ],
    )
    def test_places_in_pixels(self, x: str, y: str, position: tuple[float, float]) -> None:
        places = Places()

        assert places.get(x=x, y=y).status_code == 200
        assert [repr(number) for number in places.source.queries[0].position] == [repr(number) for number in position]

    @pytest.mark.parametrize(("name", "media_type"), [("MIME", None), ("GML.1", "application/vnd.ogc.gml")])
    def test_formats_have_short_names_in_the_first_version(self, name: str, media_type: str | None) -> None:
        places = Places()

        assert places.get("1.0.0", version=None, wmtver="1.0.0", info_format=name).status_code == 200
        assert places.source.queries[0].info_format == media_type

    @pytest.mark.parametrize("name", ["GetFeatureInfo", "getfeatureinfo", "feature_info"])
    def test_the_request_has_two_names_in_any_case(self, name: str) -> None:
        assert Places().get(request=name).data == "ß".encode()

    def test_groups_are_asked_at_their_layers(self) -> None:
        places = Places()
        maps = places.maps
        maps.info["t"] = FakeInfoSource(text("t"))
        own = maps.layer("own", info=("t",), children=[maps.layer("below", info=("s",))])
        maps.add(maps.group("group", maps.layer("first", info=("s",)), maps.layer("silent"), own))

        assert places.get(query_layers="group").data == "ß\nt".encode()

    def test_a_layer_that_is_named_twice_is_asked_once(self) -> None:
        places = Places()

        assert places.get(query_layers="osm,osm").data == "ß".encode()
        assert len(places.source.queries) == 1

    def test_maps_may_be_of_any_size(self) -> None:
        assert Places(max_output_pixels=100).get(width="20000", height="10000").status_code == 200

    def test_a_strict_service_wants_every_parameter(self) -> None:
        answer = Places(strict=True).get()

        assert answer.status_code == 400
        assert service_exception(answer).message == "missing parameters ['styles', 'format']"
        assert Places(strict=True).get(styles="", format="image/png").status_code == 200


class TestMistakes:
    @pytest.mark.parametrize(
        ("version", "changed", "code", "message"),
        [
            ("1.1.1", {"x": None, "query_layers": None}, None, "missing parameters ['query_layers', 'x']"),
            ("1.3.0", {"i": None, "j": None}, None, "missing parameters ['i', 'j']"),
            ("1.3.0", {"i": "nan"}, "InvalidPoint", "invalid i: 'nan' (a number of pixels)"),
            ("1.1.1", {"y": "1e1"}, None, "invalid y: '1e1' (a number of pixels)"),
            ("1.1.1", {"x": ""}, None, "invalid x: '' (a number of pixels)"),
            ("1.1.1", {"x": "٣"}, None, "invalid x: '٣' (a number of pixels)"),
            ("1.3.0", {"i": "101"}, "InvalidPoint", "invalid i: 101 lies outside the map of 100x80 pixels"),
            ("1.3.0", {"j": "-0.5"}, "InvalidPoint", "invalid j: -0.5 lies outside the map of 100x80 pixels"),
            ("1.1.1", {"query_layers": "osm,no"}, "LayerNotDefined", "unknown layer: no"),
            ("1.1.1", {"query_layers": ""}, "LayerNotDefined", "unknown layer: "),
            ("1.1.1", {"layers": "no"}, "LayerNotDefined", "unknown layer: no"),
            ("1.1.1", {"query_layers": "mute"}, "LayerNotQueryable", "layer mute is not queryable"),
            ("1.3.0", {"query_layers": "mute"}, "LayerNotQueryable", "layer mute is not queryable"),
            ("1.1.1", {"srs": "EPSG:1"}, "InvalidSRS", "unsupported srs: EPSG:1"),
            ("1.1.1", {"styles": "no"}, "StyleNotDefined", "unsupported styles: no"),
            ("1.1.1", {"feature_count": "0"}, None, "invalid feature_count: '0' (a positive number)"),
            ("1.1.1", {"feature_count": "many"}, None, "invalid feature_count: 'many' (a positive number)"),
            ("1.1.1", {"info_format": "html"}, "InvalidFormat", "invalid info_format: 'html' (a media type)"),
            ("1.1.1", {"width": "0"}, None, "invalid width: '0' (a positive number of pixels)"),
        ],
    )  # fmt: skip
    def test_the_exception_names_parameter_and_value(
        self, version: str, changed: dict[str, str | None], code: str | None, message: str
    ) -> None:
        answer = Places().get(version, **changed)

        assert answer.status_code == 400
        assert service_exception(answer) == (version, code, message)

    def test_headers_cannot_be_smuggled_in(self) -> None:
        answer = Places(None).get(info_format="text/html\r\nSet-Cookie: a=b")

        assert answer.status_code == 400
        assert "Set-Cookie" not in answer.headers

    def test_an_exception_can_be_an_image(self) -> None:
        answer = Places().get(x="nan", exceptions="application/vnd.ogc.se_inimage", format="image/png")

        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")


class TestAnswers:
    @pytest.mark.parametrize(
        ("version", "document", "content_type"),
        [
            ("1.1.1", text("ß"), "text/plain; charset=utf-8"),
            ("1.1.1", HTML, "text/html; charset=utf-8"),
            ("1.1.1", XML, "application/vnd.ogc.gml"),
            ("1.3.0", XML, "text/xml; charset=utf-8"),
            ("1.3.0", JSON, "application/json"),
        ],
    )
    def test_the_type_is_that_of_what_is_said(self, version: str, document: InfoDocument, content_type: str) -> None:
        answer = Places(document).get(version, info_format="text/plain")

        assert (answer.status_code, answer.headers["Content-Type"]) == (200, content_type)
        assert answer.data == document.text.encode()
        assert "Cache-Control" not in answer.headers

    @pytest.mark.parametrize(
        ("info_format", "content_type"),
        [
            ("text/html", "text/html; charset=utf-8"),
            ("text/html; charset=iso-8859-1", "text/html; charset=utf-8"),
            ("application/vnd.ogc.gml", "application/vnd.ogc.gml"),
            ("chemical/x-pdb", "chemical/x-pdb"),
            (None, "text/plain"),
        ],
    )
    def test_nothing_is_empty_and_of_the_type_that_is_wanted(self, info_format: str | None, content_type: str) -> None:
        answer = Places(None).get(info_format=info_format)

        assert (answer.status_code, answer.data) == (200, b"")
        assert answer.headers["Content-Type"] == content_type

    def test_a_failing_source_is_an_error_that_nobody_keeps(self) -> None:
        answer = Places(SourceTimeout("slow", client_message="It is slow.")).get()

        assert (answer.status_code, service_exception(answer).message) == (500, "It is slow.")
        assert "no-store" in answer.headers["Cache-Control"]

    def test_what_the_others_say_is_not_kept_either(self) -> None:
        places = Places()
        places.maps.info["t"] = FakeInfoSource(SourceTimeout("slow"))
        places.maps.add(places.maps.layer("slow", info=("t",)))

        answer = places.get(query_layers="slow,osm")

        assert (answer.status_code, answer.data) == (200, "ß".encode())
        assert "no-store" in answer.headers["Cache-Control"]

    def test_one_failure_is_enough_where_errors_are_raised(self) -> None:
        places = Places(raise_source_errors=True)
        places.maps.info["t"] = FakeInfoSource(SourceTimeout("slow"))
        places.maps.add(places.maps.layer("slow", info=("t",)))

        assert places.get(query_layers="slow,osm").status_code == 500


class TestTransformations:
    def answer(self, document: InfoDocument, info_format: str | None, *, version: str = "1.1.1") -> TestResponse:
        places = Places(document)
        for kind in (InfoKind.HTML, InfoKind.XML):
            places.maps.transformers[kind] = _named(kind)
        return places.get(version, info_format=info_format)

    @pytest.mark.parametrize(
        ("info_format", "version", "body", "content_type"),
        [
            ("text/html", "1.1.1", b"made html", "text/html; charset=utf-8"),
            ("application/vnd.ogc.gml", "1.1.1", b"made xml", "application/vnd.ogc.gml"),
            ("text/xml", "1.1.1", b"made xml", "text/xml; charset=utf-8"),
            ("text/xml", "1.3.0", b"made xml", "text/xml; charset=utf-8"),
            (None, "1.1.1", b"made xml", "application/vnd.ogc.gml"),
        ],
    )
    def test_what_the_client_wants_chooses_one(
        self, info_format: str | None, version: str, body: bytes, content_type: str
    ) -> None:
        answer = self.answer(XML, info_format, version=version)

        assert (answer.data, answer.headers["Content-Type"]) == (body, content_type)

    @pytest.mark.parametrize(
        ("document", "info_format", "content_type"),
        [
            pytest.param(XML, "application/json", "application/vnd.ogc.gml", id="none for what is wanted"),
            pytest.param(JSON, "text/html", "application/json", id="none for what there is"),
            pytest.param(text("ß"), None, "text/plain; charset=utf-8", id="text"),
        ],
    )
    def test_what_cannot_be_transformed_stays_as_it_is(
        self, document: InfoDocument, info_format: str | None, content_type: str
    ) -> None:
        answer = self.answer(document, info_format)

        assert (answer.data, answer.headers["Content-Type"]) == (document.text.encode(), content_type)


class TestAuthorisation:
    def hook(self, result: dict[str, Any], asked: list[Any]) -> dict[str, Any]:
        def authorize(service: str, layers: list[str], environ: Any = None, **more: Any) -> dict[str, Any]:
            asked.append((service, layers, more))
            return result

        return {"mapproxy.authorize": authorize}

    def test_the_hook_is_told_the_layers_that_are_asked_and_the_map(self) -> None:
        asked: list[Any] = []
        environ = self.hook({"authorized": "full"}, asked)

        answer = Places().web.get(get_info(), environ=environ)

        assert answer.data == "ß".encode()
        extent = ("EPSG:4326", (5.0, 45.0, 15.0, 55.0))
        assert asked == [("wms.featureinfo", ["osm"], {"query_extent": extent})]
        assert "no-store" in answer.headers["Cache-Control"]

    @pytest.mark.parametrize("authorized", ["none", "unauthenticated"])
    def test_without_permission_nobody_is_asked(self, authorized: str) -> None:
        places = Places()

        answer = places.web.get(get_info(), environ=self.hook({"authorized": authorized}, []))

        assert answer.status_code in {401, 403}
        assert places.source.queries == []

    def test_a_layer_that_is_not_permitted_says_nothing(self) -> None:
        places = Places()
        result = {"authorized": "partial", "layers": {"mute": {"featureinfo": True}}}

        answer = places.web.get(get_info(layers="mute"), environ=self.hook(result, []))

        assert (answer.status_code, answer.data, places.source.queries) == (200, b"", [])

    @pytest.mark.parametrize(("limit", "body"), [((5, 50, 15, 55), "ß"), ((5, 45, 15, 52), ""), ((7, 45, 15, 55), "")])
    def test_a_permission_ends_where_its_area_ends(self, limit: tuple[int, ...], body: str) -> None:
        permission = {"featureinfo": True, "limited_to": {"srs": "EPSG:4326", "geometry": limit}}
        result = {"authorized": "partial", "layers": {"osm": permission}}

        answer = Places().web.get(get_info(), environ=self.hook(result, []))

        assert (answer.status_code, answer.data.decode()) == (200, body)


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
def test_documents_say_which_layers_can_be_asked_about(version: str) -> None:
    places = Places(info_kinds=(InfoKind.JSON, InfoKind.XML))
    places.maps.add(places.maps.group("group", places.maps.layer("below", info=("s",))))

    document = places.web.get(f"/service?service=WMS&request=GetCapabilities&version={version}").data.decode()

    compact = "".join(document.split())
    for name, is_queryable in (("osm", True), ("mute", False), ("group", True), ("below", True)):
        assert (f'<Layerqueryable="1"><Name>{name}</Name>' in compact) == is_queryable
    gml = "application/vnd.ogc.gml" if version == "1.1.1" else "text/xml"
    assert f"<GetFeatureInfo><Format>application/json</Format><Format>{gml}</Format><DCPType>" in compact


def _named(kind: InfoKind) -> Any:
    return lambda document: InfoDocument(kind, f"made {kind.value}")


def test_the_srs_of_the_request_is_that_of_the_question() -> None:
    places = Places()

    places.get(srs="EPSG:3857", bbox="0,0,1000,800")

    assert places.source.queries[0].srs == MERCATOR
    assert places.source.queries[0].coordinate == (100.0, 600.0)


def test_documents_say_it_of_those_layers_only_that_the_client_may_ask_about() -> None:
    places = Places()
    places.maps.add(places.maps.layer("seen", info=("s",)))
    flags = {"osm": {"map": True, "featureinfo": True}, "seen": {"map": True}}

    def authorize(service: str, layers: list[str], environ: Any = None, **more: Any) -> dict[str, Any]:
        return {"authorized": "partial", "layers": flags}

    path = "/service?service=WMS&request=GetCapabilities&version=1.3.0"
    document = places.web.get(path, environ={"mapproxy.authorize": authorize}).data.decode()

    compact = "".join(document.split())
    assert '<Layerqueryable="1"><Name>osm</Name>' in compact
    assert "<Layer><Name>seen</Name>" in compact
