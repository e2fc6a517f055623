"""Requests are counted by what the configuration calls things, never by what clients do."""

from __future__ import annotations

import pytest

from tests.fakes.metrics import FakeMetrics
from tilekeep.entrypoints.wsgi.measured_requests import MeasuredRequests, MetricsPage
from tilekeep.entrypoints.wsgi.request_facts import RequestFacts


def facts(service: str | None = None, *layers: str) -> RequestFacts:
    found = RequestFacts()
    found.service, found.layers = service, layers
    return found


def counted(metrics: FakeMetrics) -> dict[tuple[str, ...], int]:
    return {labels: number for (name, labels), number in metrics.counted.items() if name == "tilekeep_requests"}


def test_each_layer_of_a_request_is_counted_and_its_time_once() -> None:
    metrics = FakeMetrics()

    MeasuredRequests(metrics)({"PATH_INFO": "/service"}, facts("wms", "a", "b"), "200 OK", 10, 0.5)

    assert counted(metrics) == {("wms", "a", "200"): 1, ("wms", "b", "200"): 1}
    assert metrics.times == {("tilekeep_request_duration_seconds", ("wms",)): [0.5]}


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/tms/1.0.0/made/up", "tms"),
        ("/service", "ows"),
        ("", "welcome"),
        ("/", "welcome"),
        ("/ogcapi/x", "ogcapi"),
        ("/made_up", "other"),
        ("//tms", "tms"),
    ],
)
def test_where_no_service_had_its_say_the_path_says_which_of_those_there_are(path: str, service: str) -> None:
    metrics = FakeMetrics()

    MeasuredRequests(metrics)({"PATH_INFO": path}, facts(), "404 Not Found", 9, 0.1)

    assert counted(metrics) == {(service, "", "404"): 1}


@pytest.mark.parametrize("path", ["/metrics/", "/metrics/more", "/metrics-too"])
def test_the_page_has_one_address(path: str) -> None:
    assert MetricsPage(FakeMetrics(), "/metrics")({"PATH_INFO": path}).status == "404 Not Found"


def test_the_page_is_for_nobody_to_keep() -> None:
    response = MetricsPage(FakeMetrics(), "/metrics")({"PATH_INFO": "/metrics"})

    headers = dict(response.headers)
    assert (response.status, headers["Cache-Control"]) == ("200 OK", "no-store")
    assert headers["Content-Length"] == str(len(response.body))
