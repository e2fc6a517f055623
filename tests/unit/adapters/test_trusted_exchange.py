"""Secrets are for the configured server, not for those that it names."""

from __future__ import annotations

import pytest

from tests.fakes.exchanges import exchange
from tests.fakes.http_client import FakeHttpClient
from tilekeep.adapters.trusted_exchange import TrustedExchange
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.ports.http_client import HttpAnswer


@pytest.mark.parametrize(
    ("url", "is_told"),
    [
        ("https://maps.example/other/path", True),
        ("HTTPS://MAPS.example/", True),
        ("http://maps.example/", False),
        ("https://maps.example:8443/", False),
        ("https://maps.example.evil.example/", False),
    ],
)
def test_only_the_same_server_is_told_secrets(url: str, is_told: bool) -> None:
    own, others = FakeHttpClient(HttpAnswer(200, {}, b"a")), FakeHttpClient(HttpAnswer(200, {}, b"a"))
    trusted = TrustedExchange(exchange(own), exchange(others), "https://maps.example/ogcapi")

    trusted.ask(UpstreamRequest("GET", url), Purpose.SERVE, NO_DEADLINE)

    assert (len(own.requests), len(others.requests)) == ((1, 0) if is_told else (0, 1))
