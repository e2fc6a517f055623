"""ArcGIS servers as sources of maps and of answers about places: what they are asked, and what their answers mean."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from tests.contract.info_source_suite import PLACE
from tests.contract.map_source_suite import WEB_MERCATOR, WORLD
from tests.fakes.exchanges import exchange
from tests.fakes.http_client import FakeHttpClient
from tests.unit.adapters.sources.upstream import IMAGE
from tilekeep.adapters.sources.arcgis import ArcgisSource
from tilekeep.adapters.sources.arcgis_info import ArcgisInfoSource
from tilekeep.domain.arcgis_request import ArcgisRequestTemplate
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import SourceContentError, SourceStatusError
from tilekeep.domain.feature_info import InfoDocument, InfoKind
from tilekeep.domain.map_query import SourceTraits
from tilekeep.ports.http_client import HttpAnswer

GOOGLE = replace(WEB_MERCATOR, code="EPSG:900913")
SERVICE = "http://host/base/MapServer"


def maps(http: FakeHttpClient, req: dict[str, Any] | None = None, **options: Any) -> ArcgisSource:
    template = ArcgisRequestTemplate.from_options(SERVICE, req or {})
    return ArcgisSource(exchange(http), request=template, traits=SourceTraits(True), **options)


def places(answer: HttpAnswer) -> ArcgisInfoSource:
    return ArcgisInfoSource(exchange(FakeHttpClient(answer)), request=ArcgisRequestTemplate(SERVICE))


def asked_for(**options: Any) -> str:
    http = FakeHttpClient(IMAGE)
    maps(http, **options).get(WORLD, Purpose.SERVE, NO_DEADLINE)
    return http.requests[0].url


def error(text: str, status: int = 200) -> HttpAnswer:
    return HttpAnswer(status, {"content-type": "application/json;charset=utf-8"}, text.encode())


class TestMaps:
    """By export."""

    def test_the_srs_is_spelled_as_the_server_wants_it(self) -> None:
        assert "imageSR=900913" in asked_for(supported_srs=(GOOGLE,))

    def test_a_format_that_the_server_lacks_gives_way_to_its_first(self) -> None:
        assert "format=jpeg" in asked_for(supported_formats=("image/jpeg", "image/gif"))
        assert "format=png" in asked_for(supported_formats=("image/jpeg", "image/png"))

    def test_a_configured_format_wins_over_that_of_the_query(self) -> None:
        assert "format=png32" in asked_for(req={"format": "png32"})

    def test_secrets_show_nowhere(self) -> None:
        (request,) = maps(FakeHttpClient(IMAGE), {"token": "hunter2"}).requests_for(WORLD, Purpose.SERVE)

        assert "hunter2" in request.url
        assert "hunter2" not in request.public_url + repr(request)

    @pytest.mark.parametrize(
        ("text", "status"),
        [
            pytest.param(
                '{"error": {"code": 498, "message": "Invalid token", "details": ["a"]}}', 498, id="with a status"
            ),
            pytest.param('{"error": {"code": -2147467261, "message": "Error"}}', 500, id="with a number of its own"),
            pytest.param('{"error": {}}', 500, id="that says nothing"),
            pytest.param('{"error": {"code": "404"}}', 500, id="with a text for a number"),
        ],
    )
    def test_an_error_under_status_200_counts_by_what_it_states(self, text: str, status: int) -> None:
        with pytest.raises(SourceStatusError) as raised:
            maps(FakeHttpClient(error(text))).get(WORLD, Purpose.SERVE, NO_DEADLINE)

        assert raised.value.status == status
        assert "http" not in raised.value.client_message

    def test_the_log_has_the_reason_on_one_line(self, caplog: pytest.LogCaptureFixture) -> None:
        answer = error('{"error": {"code": 400, "message": "no\\nmap", "details": ["layer 7 does not exist"]}}')

        with caplog.at_level(logging.WARNING), pytest.raises(SourceStatusError):
            maps(FakeHttpClient(answer)).get(WORLD, Purpose.SERVE, NO_DEADLINE)

        assert "error 400: 'no\\nmap; layer 7 does not exist'" in caplog.text
        assert len(caplog.records) == 1

    @pytest.mark.parametrize("text", ["{}", "[]", "{", '{"error": "none"}', "<html>"])
    def test_another_document_is_no_image(self, text: str) -> None:
        with pytest.raises(SourceContentError):
            maps(FakeHttpClient(error(text))).get(WORLD, Purpose.SERVE, NO_DEADLINE)


class TestPlaces:
    """By identify."""

    @pytest.mark.parametrize(
        ("wanted", "kind"),
        [
            ("application/json", InfoKind.JSON),
            ("text/html", InfoKind.HTML),
            ("text/plain", InfoKind.TEXT),
            ("text/xml", InfoKind.TEXT),
        ],
    )
    def test_the_answer_is_what_the_client_wants_whatever_the_server_calls_it(
        self, wanted: str, kind: InfoKind
    ) -> None:
        answer = HttpAnswer(200, {"content-type": "text/plain"}, b'{"results": []}')

        assert places(answer).get(PLACE._replace(info_format=wanted), NO_DEADLINE) == InfoDocument(
            kind, '{"results": []}'
        )

    def test_an_error_is_nothing_to_say_to_clients(self) -> None:
        with pytest.raises(SourceStatusError):
            places(error('{"error": {"code": 400, "message": "host 10.0.0.1 is down"}}')).get(PLACE, NO_DEADLINE)
