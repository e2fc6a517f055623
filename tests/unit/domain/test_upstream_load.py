"""How much an upstream server may be asked: rates, who goes first, pauses and the breaker."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.deadline import Purpose
from tilekeep.domain.map_query import Breaker, Upstream
from tilekeep.domain.upstream_load import (
    LONGEST_PAUSE_SECONDS,
    LONGEST_PROBE_SECONDS,
    UNTROUBLED,
    Admitted,
    Closed,
    Decision,
    Later,
    UpstreamState,
    closed,
    decide,
    permitted_at_a_time,
    report,
    status_of,
    waits,
)

SERVE, REFRESH, SEED = Purpose.SERVE, Purpose.REFRESH, Purpose.SEED
HOST = Upstream("maps.example")
FOUR_A_SECOND = Upstream("maps.example", requests_per_second=4.0)
BREAKS_AFTER_TWO = Upstream("maps.example", breaker=Breaker(2, 30.0))
PROBE_SECONDS = 5.0


def ask(
    state: UpstreamState, now: float, upstream: Upstream = FOUR_A_SECOND, purpose: Purpose = SERVE
) -> tuple[UpstreamState, Decision]:
    return decide(state, upstream, purpose, now, PROBE_SECONDS)


def failed(times: int, now: float, upstream: Upstream = BREAKS_AFTER_TWO) -> UpstreamState:
    state = UNTROUBLED
    for _ in range(times):
        state = report(state, upstream, 500, None, now)
    return state


def test_as_many_requests_as_permitted_are_let_through_and_the_next_when_the_first_is_a_second_old() -> None:
    state = UNTROUBLED
    for _ in range(4):
        state, decision = ask(state, 10.0)
        assert decision == Admitted()

    state, decision = ask(state, 10.25)
    assert decision == Later(0.75)

    assert ask(state, 11.0)[1] == Admitted()


def test_a_rate_below_one_is_one_request_in_more_than_a_second() -> None:
    slow = Upstream("maps.example", requests_per_second=0.5)
    state, _ = ask(UNTROUBLED, 10.0, slow)

    assert ask(state, 11.5, slow)[1] == Later(0.5)
    assert ask(state, 12.0, slow)[1] == Admitted()


@given(
    rate=st.integers(1, 30),
    steps=st.lists(st.tuples(st.floats(0.0, 0.4), st.sampled_from(Purpose)), min_size=1, max_size=120),
)
def test_no_stretch_of_a_second_has_more_requests_than_permitted(rate: int, steps: list[tuple[float, Purpose]]) -> None:
    upstream = Upstream("maps.example", requests_per_second=float(rate))
    state, now, admitted = UNTROUBLED, 100.0, []
    for step, purpose in steps:
        now += step
        state, decision = ask(state, now, upstream, purpose)
        if isinstance(decision, Admitted):
            admitted.append(now)

    for instant in admitted:
        assert sum(1 for other in admitted if instant <= other < instant + 1.0) <= rate
    assert len(state.admitted) <= rate


def test_while_people_look_at_maps_seeding_leaves_a_quarter_of_the_rate_to_them() -> None:
    state, _ = ask(UNTROUBLED, 10.0)
    for _ in range(2):
        state, decision = ask(state, 10.1, purpose=SEED)
        assert decision == Admitted()

    assert isinstance(ask(state, 10.2, purpose=SEED)[1], Later)
    assert ask(state, 10.2)[1] == Admitted()


def test_when_nobody_looks_seeding_has_the_whole_rate() -> None:
    state = UNTROUBLED
    for _ in range(4):
        state, decision = ask(state, 100.0, purpose=SEED)
        assert decision == Admitted()


def test_of_the_requests_at_a_time_seeding_leaves_a_quarter_to_people_who_look() -> None:
    eight = Upstream("maps.example", concurrent_requests=8)
    looked, _ = ask(UNTROUBLED, 10.0, eight)

    assert permitted_at_a_time(looked, eight, SERVE, 11.0) == 8
    assert permitted_at_a_time(looked, eight, REFRESH, 11.0) == 8
    assert permitted_at_a_time(looked, eight, SEED, 11.0) == 6
    assert permitted_at_a_time(looked, eight, SEED, 30.0) == 8


@pytest.mark.parametrize(
    ("waiting", "held_up", "passing"), [(SERVE, [REFRESH, SEED], [SERVE]), (REFRESH, [SEED], [SERVE, REFRESH])]
)
def test_who_waits_goes_before_those_of_lower_rank(
    waiting: Purpose, held_up: list[Purpose], passing: list[Purpose]
) -> None:
    state = waits(UNTROUBLED, waiting, 10.0)

    assert all(isinstance(ask(state, 10.1, purpose=purpose)[1], Later) for purpose in held_up)
    assert all(isinstance(ask(state, 10.1, purpose=purpose)[1], Admitted) for purpose in passing)
    assert isinstance(ask(state, 10.5, purpose=SEED)[1], Admitted)  # nobody has said again that it waits


def test_that_somebody_waits_is_noted_anew_only_when_the_note_is_about_to_count_no_more() -> None:
    state, notes = UNTROUBLED, 0
    for hundredth in range(100):
        now = 10.0 + hundredth / 100
        after = waits(state, SERVE, now)
        notes += after != state
        state = after

        assert isinstance(ask(state, now + 0.15, HOST, SEED)[1], Later), "it looks again before that"

    assert notes <= 10


def test_who_is_held_up_is_known_to_wait() -> None:
    state = UNTROUBLED
    for _ in range(5):
        state, _ = ask(state, 10.0)

    assert isinstance(ask(state, 10.1, HOST, SEED)[1], Later)


@pytest.mark.parametrize(
    ("status", "retry_after", "pause"), [(429, 7.0, 7.0), (503, 7.0, 7.0), (429, None, 1.0), (429, 1e9, 600.0)]
)
def test_a_server_that_asks_for_it_is_left_alone_by_everybody(
    status: int, retry_after: float | None, pause: float
) -> None:
    state = report(UNTROUBLED, HOST, status, retry_after, 10.0)

    for upstream in (HOST, FOUR_A_SECOND, BREAKS_AFTER_TWO):
        decision = ask(state, 10.0, upstream)[1]
        assert decision == Closed(pause, "it asked to be left alone")
        assert ask(state, 10.0 + pause, upstream)[1] == Admitted()
    assert pause <= LONGEST_PAUSE_SECONDS


def test_a_shorter_wish_does_not_end_a_longer_pause() -> None:
    state = report(UNTROUBLED, HOST, 429, 60.0, 10.0)

    state = report(state, HOST, 429, 1.0, 11.0)

    assert closed(state, HOST, 69.0) is not None


def test_a_failure_alone_changes_nothing_where_there_is_no_breaker() -> None:
    assert ask(failed(100, 10.0, HOST), 10.0, HOST)[1] == Admitted()


@pytest.mark.parametrize("status", [None, 500, 502, 503, 599])
def test_failures_in_a_row_open_the_breaker(status: int | None) -> None:
    state = UNTROUBLED
    for _ in range(2):
        assert ask(state, 10.0, BREAKS_AFTER_TWO)[1] == Admitted()
        state = report(state, BREAKS_AFTER_TWO, status, None, 10.0)

    assert ask(state, 15.0, BREAKS_AFTER_TWO)[1] == Closed(25.0, "2 requests in a row have failed")


@pytest.mark.parametrize("status", [200, 304, 404])
def test_an_answer_between_failures_keeps_the_breaker_closed(status: int) -> None:
    state = report(failed(1, 10.0), BREAKS_AFTER_TWO, status, None, 10.0)

    assert ask(report(state, BREAKS_AFTER_TWO, 500, None, 10.0), 10.0, BREAKS_AFTER_TWO)[1] == Admitted()


def test_when_its_time_is_over_one_request_probes_the_server() -> None:
    state, decision = ask(failed(2, 10.0), 40.0, BREAKS_AFTER_TWO)

    assert decision == Admitted()
    assert ask(state, 41.0, BREAKS_AFTER_TWO)[1] == Closed(4.0, "one request is finding out whether it has recovered")


def test_a_probe_that_succeeds_closes_the_breaker() -> None:
    state, _ = ask(failed(2, 10.0), 40.0, BREAKS_AFTER_TWO)

    state = report(state, BREAKS_AFTER_TWO, 200, None, 41.0)

    assert ask(state, 41.0, BREAKS_AFTER_TWO)[1] == Admitted()
    assert state.failures == 0


def test_a_probe_that_fails_opens_it_again() -> None:
    state, _ = ask(failed(2, 10.0), 40.0, BREAKS_AFTER_TWO)

    state = report(state, BREAKS_AFTER_TWO, 500, None, 41.0)

    assert ask(state, 41.0, BREAKS_AFTER_TWO)[1] == Closed(30.0, "3 requests in a row have failed")


def test_a_probe_of_which_nothing_is_heard_is_followed_by_another() -> None:
    state, _ = ask(failed(2, 10.0), 40.0, BREAKS_AFTER_TWO)

    assert ask(state, 45.0, BREAKS_AFTER_TWO)[1] == Admitted()


@pytest.mark.parametrize("probe_seconds", [600.0, math.inf], ids=["that had minutes", "that had no deadline"])
def test_a_probe_of_which_nothing_is_heard_keeps_others_out_for_seconds_only(probe_seconds: float) -> None:
    state, _ = decide(failed(2, 10.0), BREAKS_AFTER_TWO, SERVE, 40.0, probe_seconds)

    assert isinstance(ask(state, 40.0 + LONGEST_PROBE_SECONDS - 0.1, BREAKS_AFTER_TWO)[1], Closed)
    assert ask(state, 40.0 + LONGEST_PROBE_SECONDS, BREAKS_AFTER_TWO)[1] == Admitted()


def test_late_failures_do_not_keep_the_breaker_open_for_longer() -> None:
    state = report(failed(2, 10.0), BREAKS_AFTER_TWO, None, None, 35.0)

    assert ask(state, 40.0, BREAKS_AFTER_TWO)[1] == Admitted()


def test_people_are_told_how_a_server_stands() -> None:
    state, _ = ask(failed(2, 10.0), 10.0)

    told = status_of(state, BREAKS_AFTER_TWO, 20.0)

    assert (told.breaker, told.failures, told.closed_seconds) == ("open", 2, 20.0)
    assert told.reason == "2 requests in a row have failed"
    assert status_of(state, BREAKS_AFTER_TWO, 40.0).breaker == "half-open"
    assert status_of(UNTROUBLED, FOUR_A_SECOND, 20.0) == (None, 0.0, "closed", 0, 0)
