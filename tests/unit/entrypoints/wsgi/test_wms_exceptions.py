"""How WMS says what went wrong (spec/services.md, 3.5)."""

from __future__ import annotations

import pytest

from tests.fakes.catalogue import FakeLayers
from tests.fakes.layer_tree import FakeMaps
from tests.fakes.wsgi import WsgiClient, client
from tests.unit.entrypoints.wsgi.wms_requests import get_map, service_exception
from tilekeep.domain.errors import SourceError
from tilekeep.domain.geometry import Size
from tilekeep.domain.label import Label, LabelPlace

BLACK = (0, 0, 0, 255)
WHITE = (255, 255, 255, 255)


@pytest.fixture
def maps() -> FakeMaps:
    maps = FakeMaps()
    maps.add(maps.layer("osm"), maps.layer("broken", SourceError("reason", client_message="No map.")))
    return maps


@pytest.fixture
def web(maps: FakeMaps) -> WsgiClient:
    return client(FakeLayers(), **maps.parts())


class TestXml:
    def test_1_1_1_has_its_document_type(self, web: WsgiClient) -> None:
        answer = web.get(get_map(layers="<none>"))

        assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/vnd.ogc.se_xml")
        assert answer.text == (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            "<!DOCTYPE ServiceExceptionReport SYSTEM "
            '"http://schemas.opengis.net/wms/1.1.1/exception_1_1_1.dtd">\n'
            '<ServiceExceptionReport version="1.1.1">\n'
            '  <ServiceException code="LayerNotDefined">unknown layer: &lt;none&gt;</ServiceException>\n'
            "</ServiceExceptionReport>\n"
        )

    def test_1_1_0_has_another_document_type(self, web: WsgiClient) -> None:
        answer = web.get(get_map("1.1.0", srs="x"))

        assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/vnd.ogc.se_xml")
        assert '"http://schemas.opengis.net/wms/1.1.0/exception_1_1_0.dtd">\n' in answer.text
        assert '<ServiceExceptionReport version="1.1.0">\n' in answer.text
        assert '<ServiceException code="InvalidSRS">unsupported srs: x</ServiceException>' in answer.text

    def test_1_0_0_says_it_in_one_text(self, web: WsgiClient) -> None:
        answer = web.get(get_map("1.0.0", layers="<none>"))

        assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/xml")
        assert answer.text == (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<WMTException version="1.0.0">unknown layer: &lt;none&gt;</WMTException>\n'
        )

    def test_1_3_0_has_its_namespace_and_names_the_parameter(self, web: WsgiClient) -> None:
        answer = web.get(get_map("1.3.0", crs="x"))

        assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/xml; charset=utf-8")
        assert '<ServiceException code="InvalidCRS" locator="crs">unsupported crs: x</ServiceException>' in answer.text
        assert 'xmlns="http://www.opengis.net/ogc"' in answer.text

    def test_nobody_may_keep_them(self, web: WsgiClient) -> None:
        assert web.get(get_map(layers="none")).headers["Cache-Control"] == "no-cache, no-store"

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            pytest.param("<script>&\"'", "unknown layer: <script>&\"'", id="markup"),
            pytest.param("a\nb\rc\td", "unknown layer: a\ufffdb\ufffdc\ufffdd", id="line breaks"),
            pytest.param(
                "\x00\x1b[31m\x7f\x9b", "unknown layer: \ufffd\ufffd[31m\ufffd\ufffd", id="control characters"
            ),
            pytest.param("M\u00fcnchen \U0001f5fa", "unknown layer: M\u00fcnchen \U0001f5fa", id="other scripts"),
            pytest.param("x" * 10_000, f"unknown layer: {'x' * 385}... (10015 characters)", id="endless text"),
        ],
    )
    @pytest.mark.parametrize("version", ["1.0.0", "1.1.0", "1.1.1", "1.3.0"])
    def test_what_a_client_sent_is_quoted_without_harm(
        self, web: WsgiClient, version: str, value: str, message: str
    ) -> None:
        assert service_exception(web.get(get_map(version, layers=value))).message == message


class TestImages:
    @pytest.mark.parametrize("wanted", ["application/vnd.ogc.se_inimage", "INIMAGE", "inimage", "image"])
    def test_the_message_stands_on_an_empty_map(self, web: WsgiClient, maps: FakeMaps, wanted: str) -> None:
        answer = web.get(get_map(layers="none", exceptions=wanted))

        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
        assert [label.text for label in maps.imaging.labels] == ["unknown layer: none"]
        assert answer.headers["Cache-Control"] == "no-cache, no-store"
        assert maps.imaging.canvases[-1] == (Size(100, 80), False, None)

    @pytest.mark.parametrize("wanted", ["application/vnd.ogc.se_blank", "BLANK"])
    def test_or_the_map_is_just_empty(self, web: WsgiClient, maps: FakeMaps, wanted: str) -> None:
        answer = web.get(get_map(layers="none", exceptions=wanted, format="image/jpeg"))

        assert (answer.status_code, answer.headers["Content-Type"], answer.data) == (200, "image/jpeg", b"nothing")
        assert maps.imaging.labels == []

    @pytest.mark.parametrize("wanted", ["", "XML", "application/vnd.ogc.se_xml", "other"])
    def test_any_other_wish_gets_xml(self, web: WsgiClient, wanted: str) -> None:
        assert web.get(get_map(layers="none", exceptions=wanted)).status_code == 400

    @pytest.mark.parametrize(
        ("changed", "size"),
        [
            pytest.param({}, Size(100, 80), id="as asked for"),
            pytest.param({"width": None}, Size(256, 256), id="missing"),
            pytest.param({"height": "x"}, Size(256, 256), id="no number"),
            pytest.param({"width": "-5"}, Size(256, 256), id="negative"),
        ],
    )
    def test_their_size(self, web: WsgiClient, maps: FakeMaps, changed: dict[str, str | None], size: Size) -> None:
        web.get(get_map(layers="none", exceptions="inimage", **changed))

        assert maps.imaging.canvases[-1].size == size

    @pytest.mark.parametrize("changed", [{"width": "1e9"}, {"width": "1001", "height": "1000"}, {"height": "1e300"}])
    def test_a_map_that_is_too_large_is_always_xml(self, web: WsgiClient, changed: dict[str, str]) -> None:
        answer = web.get(get_map(exceptions="inimage", **changed))

        assert answer.status_code == 400
        assert service_exception(answer).message.startswith("image size too large")

    @pytest.mark.parametrize("wanted", ["INIMAGE", "BLANK"])
    def test_1_0_0_calls_their_format_by_its_short_name(self, web: WsgiClient, wanted: str) -> None:
        answer = web.get(get_map("1.0.0", layers="none", exceptions=wanted, format="JPEG"))

        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")

    @pytest.mark.parametrize("wanted", [None, "", "image/none"])
    def test_in_an_unknown_format_they_are_png(self, web: WsgiClient, wanted: str | None) -> None:
        answer = web.get(get_map(exceptions="inimage", format=wanted))

        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")

    @pytest.mark.parametrize(
        ("changed", "color"),
        [
            pytest.param({}, BLACK, id="on white"),
            pytest.param({"bgcolor": "0xffff00"}, BLACK, id="on a bright colour"),
            pytest.param({"bgcolor": "0x0000ff"}, WHITE, id="on a dark colour"),
            pytest.param({"bgcolor": "0x0000ff", "transparent": "true"}, BLACK, id="transparent"),
            pytest.param({"bgcolor": "none"}, BLACK, id="on a colour that is none"),
        ],
    )
    def test_the_text_can_be_read_on_its_background(
        self, web: WsgiClient, maps: FakeMaps, changed: dict[str, str], color: tuple[int, ...]
    ) -> None:
        web.get(get_map(layers="none", exceptions="inimage", **changed))

        assert maps.imaging.labels == [Label("unknown layer: none", LabelPlace.TOP_LEFT, 9, color)]

    def test_failures_of_sources_are_images_too(self, web: WsgiClient, maps: FakeMaps) -> None:
        answer = web.get(get_map(layers="broken", exceptions="inimage"))

        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
        assert [label.text for label in maps.imaging.labels] == ["No map."]
