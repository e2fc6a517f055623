"""The WMS source: what it asks, and what it makes of the answers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.contract.map_source_suite import WEB_MERCATOR, WORLD
from tests.fakes.exchanges import exchange
from tests.fakes.http_client import FakeHttpClient
from tests.fakes.upstream_gate import FakeUpstreamGate
from tests.unit.adapters.sources.upstream import IMAGE
from tilekeep.adapters.sources.wms import WmsSource
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.errors import SourceBusy, SourceContentError, SourceError, SourceStatusError, SourceUnreachable
from tilekeep.domain.map_query import Fetched, NotModified, SourceTraits, Upstream
from tilekeep.domain.srs import Srs
from tilekeep.domain.tile import Validators
from tilekeep.domain.wms_request import WmsRequestTemplate
from tilekeep.ports.http_client import HttpAnswer

GOOGLE = Srs("EPSG:900913", "mercator", geographic=False, north_first=False, metres_per_unit=1.0)
WGS84 = Srs("EPSG:4326", "wgs84", geographic=True, north_first=True, metres_per_unit=111319.0)
EXCEPTION = b"<ServiceExceptionReport>no layer; see http://u:hunter2@host/?key=hunter2</ServiceExceptionReport>"

Make = Callable[..., WmsSource]

EXCHANGE_OPTIONS = {"upstream", "max_bytes", "timeout_seconds", "hide_error_details", "clock"}


@pytest.fixture
def http() -> FakeHttpClient:
    return FakeHttpClient(IMAGE)


@pytest.fixture
def gate() -> FakeUpstreamGate:
    return FakeUpstreamGate()


@pytest.fixture
def make(http: FakeHttpClient, gate: FakeUpstreamGate) -> Make:
    def make(req: dict[str, Any] | None = None, **options: Any) -> WmsSource:
        defaults: dict[str, Any] = {
            "request": WmsRequestTemplate.from_options("http://host/wms?", req or {"layers": "a"}),
            "traits": SourceTraits(meta_tiles=True),
        }
        to_exchange = {name: options.pop(name) for name in EXCHANGE_OPTIONS & options.keys()}
        own = {"upstream": Upstream("u:hunter2@host", concurrent_requests=2), "max_bytes": 10_000} | to_exchange
        return WmsSource(exchange(http, gate, **own), **(defaults | options))

    return make


def asked_for(http: FakeHttpClient) -> dict[str, list[str]]:
    return parse_qs(urlsplit(http.requests[-1].url).query, keep_blank_values=True)


def test_a_map_is_fetched_with_its_type_and_validators(make: Make, http: FakeHttpClient) -> None:
    http.answers = [HttpAnswer(200, {"content-type": "image/jpeg", "etag": '"1"'}, b"map")]

    answer = make().get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert answer == Fetched(b"map", "image/jpeg", Validators(etag='"1"'))


def test_an_answer_without_content_type_is_trusted_to_be_an_image(make: Make, http: FakeHttpClient) -> None:
    http.answers = [HttpAnswer(200, {}, b"map")]

    assert make().get(WORLD, Purpose.SERVE, NO_DEADLINE) == Fetched(b"map", None)


def test_the_request_told_is_the_request_made(make: Make, http: FakeHttpClient) -> None:
    source = make()

    source.get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert source.requests_for(WORLD, Purpose.SERVE) == (http.requests[0],)


def test_keys_in_the_url_are_sent_but_not_shown(make: Make) -> None:
    (request,) = make(request=WmsRequestTemplate("http://host/?map=m&key=hunter2")).requests_for(WORLD, Purpose.SERVE)

    assert "key=hunter2&" in request.url
    assert request.public_url.startswith("http://host/?map=m&key=***&bbox=")
    assert "hunter2" not in repr(request)


@pytest.mark.parametrize(
    ("req", "method", "sent"),
    [
        pytest.param({}, "AUTO", "GET", id="AUTO without SLD"),
        pytest.param({"SLD_BODY": "<sld/>"}, "AUTO", "POST", id="AUTO with SLD"),
        pytest.param({}, "POST", "POST", id="POST always"),
        pytest.param({"sld_body": "<sld/>"}, "GET", "GET", id="GET always"),
    ],
)
def test_the_method_is_chosen(make: Make, req: dict[str, str], method: str, sent: str) -> None:
    (request,) = make(req, method=method).requests_for(WORLD, Purpose.SERVE)

    assert request.method == sent


def test_a_post_carries_the_query_in_its_body(make: Make) -> None:
    (request,) = make({"layers": "a", "sld_body": "<sld/>"}).requests_for(WORLD, Purpose.SERVE)

    assert request.url == "http://host/wms"
    assert request.body is not None
    assert request.body.startswith(b"layers=a&sld_body=%3Csld%2F%3E&bbox=")


def test_only_forwarded_dimensions_are_sent(make: Make, http: FakeHttpClient) -> None:
    query = WORLD._replace(dimensions=(("elevation", "5"), ("time", "2020-01-01")))

    make(forwarded_dimensions=("TIME", "dim_x")).get(query, Purpose.SERVE, NO_DEADLINE)

    assert asked_for(http)["time"] == ["2020-01-01"]
    assert "elevation" not in asked_for(http)


def test_an_alias_is_asked_for_as_the_server_spells_it(make: Make, http: FakeHttpClient) -> None:
    make(supported_srs=(WGS84, GOOGLE)).get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert WORLD.srs == WEB_MERCATOR
    assert asked_for(http)["srs"] == ["EPSG:900913"]


def test_an_srs_that_the_server_does_not_have_is_not_asked_for(make: Make, http: FakeHttpClient) -> None:
    source = make(supported_srs=(WGS84,))

    with pytest.raises(SourceError, match=r"EPSG:3857.*supported_srs are EPSG:4326"):
        source.get(WORLD, Purpose.SERVE, NO_DEADLINE)
    assert source.requests_for(WORLD, Purpose.SERVE) == ()
    assert http.requests == []


@pytest.mark.parametrize(
    ("configured", "supported", "sent"),
    [
        pytest.param(None, (), "image/png", id="the format of the query"),
        pytest.param("image/tiff", (), "image/tiff", id="the configured format"),
        pytest.param(None, ("image/gif", "image/png"), "image/png", id="a supported format"),
        pytest.param(None, ("image/gif", "image/jpeg"), "image/gif", id="else the first that is supported"),
        pytest.param("image/png; mode=8bit", ("image/png",), "image/png; mode=8bit", id="compared by subtype"),
    ],
)
def test_the_format_is_chosen(
    make: Make, http: FakeHttpClient, configured: str | None, supported: tuple[str, ...], sent: str
) -> None:
    req = {"layers": "a"} | ({"format": configured} if configured else {})

    make(req, supported_formats=supported).get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert asked_for(http)["format"] == [sent]


def test_validators_make_the_request_conditional(make: Make, http: FakeHttpClient) -> None:
    http.answers = [HttpAnswer(304, {"etag": '"2"'}, b"")]
    date = "Tue, 14 Nov 2023 22:13:20 GMT"

    answer = make().get(WORLD._replace(validators=Validators('"1"', date)), Purpose.REFRESH, NO_DEADLINE)

    assert http.requests[0].headers == (("If-None-Match", '"1"'), ("If-Modified-Since", date))
    assert answer == NotModified(Validators(etag='"2"'))


def test_not_modified_is_no_answer_to_an_unconditional_request(make: Make, http: FakeHttpClient) -> None:
    http.answers = [HttpAnswer(304, {}, b"")]

    with pytest.raises(SourceStatusError) as failure:
        make().get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert failure.value.status == 304


@pytest.mark.parametrize("status", [204, 301, 400, 401, 404, 429, 500, 503])
def test_every_other_status_is_an_error_with_that_status(make: Make, http: FakeHttpClient, status: int) -> None:
    http.answers = [HttpAnswer(status, {"content-type": "image/png"}, b"whatever")]

    with pytest.raises(SourceStatusError) as failure:
        make().get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert failure.value.status == status


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param("120", 120.0, id="seconds"),
        pytest.param("Tue, 14 Nov 2023 22:14:20 GMT", 60.0, id="a date"),
        pytest.param("Tue, 14 Nov 2023 22:00:00 GMT", 0.0, id="a date in the past"),
        pytest.param("-5", None, id="below zero"),
        pytest.param("soon", None, id="nonsense"),
    ],
)
def test_retry_after_reaches_the_gate_and_the_error(
    make: Make, http: FakeHttpClient, gate: FakeUpstreamGate, value: str, seconds: float | None
) -> None:
    http.answers = [HttpAnswer(503, {"retry-after": value}, b"")]

    with pytest.raises(SourceStatusError) as failure:
        make().get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert failure.value.retry_after == seconds
    assert gate.reports == [(503, seconds)]


def test_clients_are_told_no_url_unless_the_configuration_says_so(make: Make, http: FakeHttpClient) -> None:
    http.answers = [HttpAnswer(404, {}, b"")]

    with pytest.raises(SourceStatusError) as hidden:
        make().get(WORLD, Purpose.SERVE, NO_DEADLINE)
    with pytest.raises(SourceStatusError) as shown:
        make(hide_error_details=False).get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert hidden.value.client_message == "HTTP Error (see logs for URL and reason)."
    assert shown.value.client_message.startswith('HTTP Error "http://host/wms?layers=a&')
    assert shown.value.client_message.endswith('": 404')
    assert str(hidden.value) == shown.value.client_message


@pytest.mark.parametrize("hide", [True, False])
def test_an_exception_document_is_no_map_and_is_logged_without_secrets(
    make: Make, http: FakeHttpClient, caplog: pytest.LogCaptureFixture, hide: bool
) -> None:
    http.answers = [HttpAnswer(200, {"content-type": "application/vnd.ogc.se_xml"}, EXCEPTION)]

    with pytest.raises(SourceContentError) as failure:
        make(hide_error_details=hide).get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert "://" not in failure.value.client_message
    assert "no layer" in caplog.text
    assert "http://host/wms?layers=a&" in caplog.text
    assert "hunter2" not in caplog.text
    assert caplog.records[0].name == "tilekeep.source.wms"


@pytest.mark.parametrize(
    ("media_type", "logged"),
    [
        pytest.param("text/xml", 8000, id="text"),
        pytest.param("application/vnd.ogc.se_xml", 8000, id="an OGC document"),
        pytest.param("application/octet-stream", 100, id="other things"),
    ],
)
def test_only_a_part_of_an_answer_without_image_is_logged(
    make: Make, http: FakeHttpClient, caplog: pytest.LogCaptureFixture, media_type: str, logged: int
) -> None:
    http.answers = [HttpAnswer(200, {"content-type": media_type}, b"\xb6" * 8001)]

    with pytest.raises(SourceContentError):
        make().get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert caplog.text.count("\\xb6") == logged
    assert "[output truncated]" in caplog.text


def test_an_empty_body_is_no_map(make: Make, http: FakeHttpClient) -> None:
    http.answers = [HttpAnswer(200, {"content-type": "image/png"}, b"")]

    with pytest.raises(SourceContentError):
        make().get(WORLD, Purpose.SERVE, NO_DEADLINE)


def test_the_gate_admits_each_request_and_hears_of_its_end(make: Make, gate: FakeUpstreamGate) -> None:
    make().get(WORLD, Purpose.SEED, Deadline(1030.0))

    assert gate.admitted == [(Upstream("u:hunter2@host", 2), Purpose.SEED)]
    assert gate.reports == [(200, None)]
    assert gate.running.total() == 0


@pytest.mark.parametrize(
    ("deadline", "waited_until"),
    [
        pytest.param(NO_DEADLINE, Deadline(1005.0), id="the time-out"),
        pytest.param(Deadline(1002.0), Deadline(1002.0), id="the deadline if it is sooner"),
    ],
)
def test_the_gate_is_waited_for_until(
    make: Make, gate: FakeUpstreamGate, monkeypatch: pytest.MonkeyPatch, deadline: Deadline, waited_until: Deadline
) -> None:
    waits: list[Deadline] = []
    admit = gate.admit
    monkeypatch.setattr(gate, "admit", lambda *arguments: waits.append(arguments[2]) or admit(*arguments))

    make(timeout_seconds=5.0).get(WORLD, Purpose.SERVE, deadline)

    assert waits == [waited_until]


def test_a_request_without_answer_is_reported_too(make: Make, http: FakeHttpClient, gate: FakeUpstreamGate) -> None:
    http.answers = [SourceUnreachable("refused")]

    with pytest.raises(SourceUnreachable):
        make().get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert gate.reports == [(None, None)]
    assert gate.running.total() == 0


def test_nobody_is_asked_while_the_gate_is_shut(make: Make, http: FakeHttpClient, gate: FakeUpstreamGate) -> None:
    gate.running["u:hunter2@host"] = 2

    with pytest.raises(SourceBusy):
        make().get(WORLD, Purpose.SERVE, Deadline(0.0))

    assert http.requests == []


def test_failures_are_logged_once_as_warnings(
    make: Make, http: FakeHttpClient, caplog: pytest.LogCaptureFixture
) -> None:
    http.answers = [HttpAnswer(500, {}, b"")]

    with pytest.raises(SourceStatusError):
        make().get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert [(record.name, record.levelno) for record in caplog.records] == [("tilekeep.source.wms", logging.WARNING)]


def test_an_exception_of_a_server_is_logged_on_one_line(
    make: Make, http: FakeHttpClient, caplog: pytest.LogCaptureFixture
) -> None:
    http.answers = [HttpAnswer(200, {"content-type": "text/xml"}, b"<x/>'\n2026-11-21 [info] all is well\x1b[2J")]

    with pytest.raises(SourceContentError):
        make().get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert r"response was: '<x/>'\n2026-11-21 [info] all is well\x1b[2J'" in caplog.text
