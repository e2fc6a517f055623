"""The sources of legends: what they ask, and what they make of the answers (spec/sources.md, 6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.exchanges import exchange
from tests.fakes.http_client import FakeHttpClient
from tilekeep.adapters.sources.legend_url import LegendUrl
from tilekeep.adapters.sources.wms_legend import WmsLegend
from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.domain.errors import SourceContentError, SourceStatusError
from tilekeep.domain.wms_request import WmsRequestTemplate
from tilekeep.ports.http_client import HttpAnswer

PICTURE = HttpAnswer(200, {"content-type": "image/png"}, b"legend")


def graphic(http: FakeHttpClient, version: str = "1.1.1", **req: Any) -> WmsLegend:
    request = WmsRequestTemplate.from_options("http://host/wms?", {"layers": "a,b", **req}, version=version)
    return WmsLegend(exchange(http), request=request, layer="a")


def still(http: FakeHttpClient) -> LegendUrl:
    return LegendUrl(exchange(http), url="http://host/legend.png")


class TestRequests:
    """Written down from what MapProxy 7.0.0 sends."""

    @pytest.mark.parametrize(
        ("version", "req", "scale", "expected"),
        [
            pytest.param(
                "1.1.1",
                {},
                None,
                "layer=a&format=image%2Fpng&request=GetLegendGraphic&service=WMS&sld_version=1.1.0&version=1.1.1&styles=",
                id="least",
            ),
            pytest.param(
                "1.3.0",
                {"transparent": True, "styles": "x", "map": "/a"},
                None,
                "transparent=True&styles=x&map=%2Fa&layer=a&format=image%2Fpng"
                "&request=GetLegendGraphic&service=WMS&sld_version=1.1.0&version=1.3.0",
                id="more of the configuration",
            ),
            pytest.param(
                "1.1.1",
                {"format": "image/gif"},
                2500.0,
                "format=image%2Fgif&layer=a&scale=2500.0"
                "&request=GetLegendGraphic&service=WMS&sld_version=1.1.0&version=1.1.1&styles=",
                id="format and scale",
            ),
        ],
    )
    def test_a_picture_is_asked_for(
        self, version: str, req: dict[str, Any], scale: float | None, expected: str
    ) -> None:
        http = FakeHttpClient(PICTURE)

        assert graphic(http, version, **req).picture(scale, NO_DEADLINE) == b"legend"

        assert [(request.method, request.url) for request in http.requests] == [("GET", f"http://host/wms?{expected}")]

    def test_a_description_is_asked_for_in_json_whatever_the_format_of_maps(self) -> None:
        http = FakeHttpClient(HttpAnswer(200, {"content-type": "application/json"}, b"{}"))

        graphic(http, format="image/png").description(None, NO_DEADLINE)

        assert "format=application%2Fjson&" in http.requests[0].url

    def test_a_legend_at_an_address_is_just_fetched(self) -> None:
        http = FakeHttpClient(PICTURE)

        assert still(http).picture(1000.0, NO_DEADLINE) == b"legend"

        assert [request.url for request in http.requests] == ["http://host/legend.png"]


class TestPictures:
    @pytest.mark.parametrize("make", [graphic, still])
    @pytest.mark.parametrize(
        "answer",
        [
            pytest.param(HttpAnswer(200, {"content-type": "text/xml"}, b"<exception/>"), id="an exception"),
            pytest.param(HttpAnswer(200, {"content-type": "application/json"}, b"{}"), id="JSON"),
            pytest.param(HttpAnswer(200, {"content-type": "image/png"}, b""), id="nothing"),
        ],
    )
    def test_what_is_no_image_is_refused(self, make: Any, answer: HttpAnswer) -> None:
        with pytest.raises(SourceContentError):
            make(FakeHttpClient(answer)).picture(None, NO_DEADLINE)

    @pytest.mark.parametrize("make", [graphic, still])
    def test_an_answer_that_does_not_say_what_it_is_may_be_one(self, make: Any) -> None:
        assert make(FakeHttpClient(HttpAnswer(200, {}, b"?"))).picture(None, NO_DEADLINE) == b"?"

    @pytest.mark.parametrize("make", [graphic, still])
    def test_a_status_is_an_error(self, make: Any) -> None:
        with pytest.raises(SourceStatusError):
            make(FakeHttpClient(HttpAnswer(404, {}, b""))).picture(None, NO_DEADLINE)


class TestDescriptions:
    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            pytest.param(b'{"Legend": [{"a": 1}, {"b": 2}]}', {"a": 1}, id="the first of a list"),
            pytest.param(b'{"a": 1}', {"a": 1}, id="a document of another kind"),
        ],
    )
    @pytest.mark.parametrize("media_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
    def test_an_entry_is_taken_out(self, media_type: str, body: bytes, expected: dict[str, Any]) -> None:
        http = FakeHttpClient(HttpAnswer(200, {"content-type": media_type}, body))

        assert graphic(http).description(None, NO_DEADLINE) == expected

    @pytest.mark.parametrize(
        ("media_type", "body"),
        [
            ("text/plain", b"{}"),
            ("image/png", b"{}"),
            ("application/json", b"{"),
            ("application/json", b"\xff"),
            ("application/json", b"[]"),
            ("application/json", b"1"),
            ("application/json", b'"Legend"'),
            ("application/json", b'{"Legend": []}'),
            ("application/json", b'{"Legend": 1}'),
            ("application/json", b'{"Legend": [1]}'),
            ("application/json", b"[" * 100_000),
            ("application/json", b'{"a":' * 500 + b"1" + b"}" * 500),
            ("application/json", b""),
        ],
    )
    def test_anything_else_is_refused(self, media_type: str, body: bytes) -> None:
        http = FakeHttpClient(HttpAnswer(200, {"content-type": media_type}, body))

        with pytest.raises(SourceContentError, match="no json returned from source WMS"):
            graphic(http).description(None, NO_DEADLINE)

    def test_a_picture_has_none(self) -> None:
        http = FakeHttpClient(PICTURE)

        assert still(http).description(None, NO_DEADLINE) is None
        assert http.requests == []
