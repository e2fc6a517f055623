"""What every source that speaks HTTP does around one request."""

from __future__ import annotations

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.http_client import FakeHttpClient
from tests.fakes.upstream_gate import FakeUpstreamGate
from tilekeep.adapters.upstream_exchange import UpstreamExchange
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.map_query import Upstream, UpstreamRequest
from tilekeep.ports.http_client import HttpAnswer

REQUEST = UpstreamRequest("GET", "http://maps.example.org/", "http://maps.example.org/")
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
