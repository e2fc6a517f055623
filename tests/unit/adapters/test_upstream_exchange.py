"""What every source that speaks HTTP does around one request."""

from __future__ import annotations

import logging

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.http_client import FakeHttpClient
from tests.fakes.upstream_gate import FakeUpstreamGate
from tilekeep.adapters.upstream_exchange import UpstreamExchange
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.errors import SourceStatusError
from tilekeep.domain.map_query import Upstream, UpstreamRequest
from tilekeep.domain.stand_in import StandIn, StandIns
from tilekeep.ports.http_client import HttpAnswer

REQUEST = UpstreamRequest("GET", "http://maps.example.org/")
CLOCK = FakeClock()
NOW = CLOCK.monotonic()


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        pytest.param(NO_DEADLINE, Deadline(NOW + 4), id="its-own-time-out-ends-it-however-the-answer-drips"),
        pytest.param(Deadline(NOW + 60), Deadline(NOW + 4), id="also-where-the-request-has-more-time"),
        pytest.param(Deadline(NOW + 1), Deadline(NOW + 1), id="a-request-with-less-time-ends-it-sooner"),
    ],
)
def test_an_exchange_takes_no_longer_than_its_time_out_or_the_deadline(deadline: Deadline, expected: Deadline) -> None:
    http = FakeHttpClient(HttpAnswer(200, {}, b"map"))
    exchange = UpstreamExchange(
        http,
        FakeUpstreamGate(CLOCK),
        CLOCK,
        upstream=Upstream("maps.example.org"),
        max_bytes=100,
        timeout_seconds=4,
        hide_error_details=True,
    )

    exchange.ask(REQUEST, Purpose.SERVE, deadline)

    assert [expected] == http.deadlines


@pytest.mark.parametrize(
    ("status", "other", "level"),
    [
        pytest.param(404, None, logging.DEBUG, id="what-an-image-is-named-for-is-no-news"),
        pytest.param(500, StandIn((0, 0, 0)), logging.INFO, id="what-the-other-image-stands-for-is-told"),
        pytest.param(500, None, logging.WARNING, id="every-other-failure-is-a-warning"),
    ],
)
def test_failures_are_logged_by_what_they_mean(
    status: int, other: StandIn | None, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    exchange = UpstreamExchange(
        FakeHttpClient(HttpAnswer(status, {}, b"")),
        FakeUpstreamGate(CLOCK),
        CLOCK,
        upstream=Upstream("maps.example.org"),
        max_bytes=100,
        timeout_seconds=4,
        hide_error_details=True,
        stand_ins=StandIns(((404, StandIn((0, 0, 0))),), other),
    )

    with pytest.raises(SourceStatusError) as raised, exchange.logging_failures(logging.getLogger("test"), "no map"):
        exchange.ask(REQUEST, Purpose.SERVE, NO_DEADLINE)

    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [(level, f"no map: {raised.value}")]
