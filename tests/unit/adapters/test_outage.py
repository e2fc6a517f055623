"""Servers that are out of reach are left alone, and asked again by one request."""

from __future__ import annotations

import pytest

from tests.fakes.clock import FakeClock
from tilekeep.adapters.outage import OUTAGE_SECONDS, Outage, Outages, is_refused


def test_a_server_is_believed_to_be_well() -> None:
    assert Outage(FakeClock()).refusal() is None


def test_a_server_that_failed_is_not_asked_and_the_reason_is_said() -> None:
    outage = Outage(FakeClock())

    outage.begins("no answer in time")

    assert "no answer in time" in (outage.refusal() or "")
    assert outage.refusal() is not None


def test_after_some_seconds_one_request_finds_out_for_all() -> None:
    clock = FakeClock()
    outage = Outage(clock)
    outage.begins("no answer in time")

    clock.advance(OUTAGE_SECONDS)

    assert outage.refusal() is None
    assert outage.refusal() is not None
    outage.ends()
    assert [outage.refusal(), outage.refusal()] == [None, None]


def test_who_finds_out_and_never_says_so_is_followed_by_another_one() -> None:
    clock = FakeClock()
    outage = Outage(clock)
    outage.begins("no answer in time")
    clock.advance(OUTAGE_SECONDS)
    assert outage.refusal() is None

    clock.advance(OUTAGE_SECONDS)

    assert outage.refusal() is None


def test_a_server_has_one_outage_whoever_asks() -> None:
    outages = Outages(FakeClock())

    outages.of("http://a").begins("gone")

    assert outages.of("http://a").refusal() is not None
    assert outages.of("http://b").refusal() is None


@pytest.mark.parametrize(
    ("cause", "expected"), [(ConnectionRefusedError("refused"), True), (TimeoutError("no"), False)]
)
def test_a_refused_connection_is_known_by_what_an_error_came_of(cause: Exception, expected: bool) -> None:
    with pytest.raises(ValueError, match="wrapped") as caught:
        raise ValueError("wrapped") from cause

    assert is_refused(caught.value) == expected
