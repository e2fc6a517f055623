"""Servers that are out of reach are left alone, and asked again by one request."""

from __future__ import annotations

import pytest

from tests.fakes.clock import FakeClock
from tilekeep.adapters.outage import LONGEST_OUTAGE_SECONDS, OUTAGE_SECONDS, Outage, is_refused


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


def test_who_finds_out_in_vain_lets_the_others_wait_for_longer_up_to_a_limit() -> None:
    clock = FakeClock()
    outage = Outage(clock)
    outage.begins("no answer in time")

    pauses = []
    for _ in range(5):
        pauses.append(pause_of(outage, clock))
        outage.begins("no answer in time")

    assert pauses == [OUTAGE_SECONDS, 2 * OUTAGE_SECONDS, 4 * OUTAGE_SECONDS, *[LONGEST_OUTAGE_SECONDS] * 2]


def test_those_who_had_asked_before_it_began_do_not_prolong_it() -> None:
    clock = FakeClock()
    outage = Outage(clock)

    for _ in range(20):
        outage.begins("no answer in time")

    assert pause_of(outage, clock) == OUTAGE_SECONDS


def test_the_next_outage_begins_with_a_short_time() -> None:
    clock = FakeClock()
    outage = Outage(clock)
    for _ in range(3):
        outage.begins("no answer in time")
        pause_of(outage, clock)

    outage.ends()
    outage.begins("no answer in time")

    assert pause_of(outage, clock) == OUTAGE_SECONDS


def pause_of(outage: Outage, clock: FakeClock) -> float:
    """The seconds, to a tenth of the shortest time, for which nobody is let through."""
    began = clock.monotonic()
    while outage.refusal() is not None:
        clock.advance(OUTAGE_SECONDS / 10)
    return clock.monotonic() - began


@pytest.mark.parametrize(
    ("cause", "expected"), [(ConnectionRefusedError("refused"), True), (TimeoutError("no"), False)]
)
def test_a_refused_connection_is_known_by_what_an_error_came_of(cause: Exception, expected: bool) -> None:
    with pytest.raises(ValueError, match="wrapped") as caught:
        raise ValueError("wrapped") from cause

    assert is_refused(caught.value) == expected
