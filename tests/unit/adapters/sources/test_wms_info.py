"""WMS as a source of feature info: what it is asked, and what becomes of its answers."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.contract.info_source_suite import PLACE
from tests.fakes.catalogue import MERCATOR
from tests.fakes.exchanges import exchange
from tests.fakes.http_client import FakeHttpClient
from tests.fakes.upstream_gate import FakeUpstreamGate
from tilekeep.adapters.sources.wms_info import WmsInfoSource
from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.domain.errors import SourceContentError, SourceError
from tilekeep.domain.feature_info import InfoDocument, InfoKind
from tilekeep.domain.srs import Srs
from tilekeep.domain.wms_request import WmsRequestTemplate
from tilekeep.ports.http_client import HttpAnswer

GOOGLE = Srs("EPSG:900913", MERCATOR.definition, geographic=False, north_first=False, metres_per_unit=1.0)


def source(http: FakeHttpClient, req: dict[str, Any] | None = None, **options: Any) -> WmsInfoSource:
    template = WmsRequestTemplate.from_options("http://host/wms?", {"layers": "a", **(req or {})})
    return WmsInfoSource(exchange(http, max_bytes=100), request=template, **options)


def said(answer: HttpAnswer, req: dict[str, Any] | None = None, wanted: str | None = "text/plain") -> Any:
    return source(FakeHttpClient(answer), req).get(PLACE._replace(info_format=wanted), NO_DEADLINE)


def test_it_is_asked_by_get_and_its_secrets_show_nowhere() -> None:
    http = FakeHttpClient(HttpAnswer(200, {}, b"a"))

    source(http, {"token": "hunter2"}).get(PLACE, NO_DEADLINE)

    (request,) = http.requests
    assert request.method == "GET"
    assert request.url.startswith("http://host/wms?layers=a&token=hunter2&bbox=0.0,0.0,1000.0,1000.0&width=256&")
    assert "hunter2" not in request.public_url + repr(request)


def test_it_is_asked_by_get_even_with_a_style_of_its_own() -> None:
    http = FakeHttpClient(HttpAnswer(200, {}, b"a"))

    source(http, {"sld_body": "<sld/>"}).get(PLACE, NO_DEADLINE)

    assert (http.requests[0].method, http.requests[0].body) == ("GET", None)


def test_the_srs_is_spelled_as_the_server_wants_it() -> None:
    http = FakeHttpClient(HttpAnswer(200, {}, b"a"))

    source(http, supported_srs=(GOOGLE,)).get(PLACE, NO_DEADLINE)

    assert "srs=EPSG%3A900913" in http.requests[0].url


@pytest.mark.parametrize(
    ("configured", "declared", "wanted", "kind"),
    [
        pytest.param("text/xml", "text/html", "text/plain", InfoKind.XML, id="what is configured"),
        pytest.param(None, "application/vnd.ogc.gml; charset=utf-8", "text/plain", InfoKind.XML, id="what it says"),
        pytest.param(None, None, "application/json", InfoKind.JSON, id="what was wanted"),
        pytest.param(None, None, None, InfoKind.TEXT, id="nothing is text"),
    ],
)
def test_the_kind_of_an_answer(
    configured: str | None, declared: str | None, wanted: str | None, kind: InfoKind
) -> None:
    headers = {} if declared is None else {"content-type": declared}

    answer = said(HttpAnswer(200, headers, b"<a/>"), {"info_format": configured} if configured else {}, wanted)

    assert answer == InfoDocument(kind, "<a/>")


def test_answers_are_read_in_their_encoding() -> None:
    answer = said(HttpAnswer(200, {"content-type": "text/plain; charset=iso-8859-1"}, "Straße".encode("latin-1")))

    assert answer == InfoDocument(InfoKind.TEXT, "Straße")


@pytest.mark.parametrize("answer", [HttpAnswer(204, {}, b""), HttpAnswer(200, {}, b""), HttpAnswer(200, {}, b" \r\n")])
def test_an_empty_answer_is_nothing(answer: HttpAnswer) -> None:
    assert said(answer) is None


def test_a_failure_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(SourceError):
        said(HttpAnswer(503, {}, b""))

    assert "could not retrieve WMS feature info" in caplog.text


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/vnd.ogc.se_xml; charset=UTF-8", b"<anything/>"),
        ("text/xml", b"<?xml version='1.0'?><ServiceExceptionReport><ServiceException>no</ServiceException>"),
        ("text/plain", b"<WMTException version='1.0.0'>no</WMTException>"),
        ("text/xml", b"<ogc:ServiceExceptionReport xmlns:ogc='http://www.opengis.net/ogc'/>"),
        ("text/xml", b"<ows:ExceptionReport xmlns:ows='http://www.opengis.net/ows/1.1'/>"),
    ],
)
def test_an_exception_of_the_server_is_an_error_and_no_info(
    content_type: str, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(SourceContentError) as failure:
        said(HttpAnswer(200, {"content-type": content_type}, body))

    assert failure.value.client_message == "no feature info from source WMS (see logs for URL and reason)."
    assert body.decode() in caplog.text


def test_an_exception_is_one_whatever_comment_stands_before_it() -> None:
    body = b"<!-- " + b"x" * 2000 + b" --><ServiceExceptionReport/>"
    http = FakeHttpClient(HttpAnswer(200, {"content-type": "text/xml"}, body))
    template = WmsRequestTemplate.from_options("http://host/wms", {"layers": "a"}, version="1.1.1")

    with pytest.raises(SourceContentError, match="exception instead of feature info"):
        WmsInfoSource(exchange(http), request=template).get(PLACE, NO_DEADLINE)


def test_an_answer_that_is_too_large_is_an_error() -> None:
    with pytest.raises(SourceContentError):
        said(HttpAnswer(200, {}, b"a" * 101))


def test_the_gate_of_the_server_is_passed() -> None:
    gate = FakeUpstreamGate()
    asked = WmsInfoSource(
        exchange(FakeHttpClient(HttpAnswer(200, {}, b"a")), gate), request=WmsRequestTemplate("http://host/")
    )

    asked.get(PLACE, NO_DEADLINE)

    assert len(gate.reports) == 1
