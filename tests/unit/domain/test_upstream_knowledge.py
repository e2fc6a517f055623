"""What is known of a server in two places, by two clocks."""

from __future__ import annotations

import pytest

from tilekeep.domain.upstream_knowledge import by_another_clock, is_troubled_alike, together
from tilekeep.domain.upstream_load import UNTROUBLED, UpstreamState

NOW = 100.0
STATE = UpstreamState(
    admitted=(90.0, 95.0),
    waiting=(100.25, 0.0),
    served_at=95.0,
    paused_until=130.0,
    failures=3,
    open_until=150.0,
    probe_until=0.0,
)


def test_all_instants_of_a_state_move_to_another_clock_and_back() -> None:
    moved = by_another_clock(STATE, 1000.0)

    assert moved.admitted == (1090.0, 1095.0)
    assert moved.waiting == (1100.25, 0.0)
    assert (moved.paused_until, moved.open_until) == (1130.0, 1150.0)
    assert by_another_clock(moved, -1000.0) == STATE


def test_what_there_is_not_is_not_moved() -> None:
    assert by_another_clock(UNTROUBLED, 1000.0) == UNTROUBLED


def test_who_knows_nothing_adds_nothing() -> None:
    assert together(STATE, UNTROUBLED, NOW) == STATE


def test_who_knows_nothing_learns_what_limits_the_server() -> None:
    learnt = together(UNTROUBLED, STATE, NOW)

    assert learnt.admitted == STATE.admitted
    assert (learnt.paused_until, learnt.open_until, learnt.failures) == (130.0, 150.0, 3)


@pytest.mark.parametrize("seconds", [-0.05, 0.05], ids=["slow", "fast"])
def test_the_same_read_from_another_clock_is_nothing_new(seconds: float) -> None:
    same = by_another_clock(STATE, seconds)

    assert together(STATE, same, NOW) == STATE
    assert is_troubled_alike(STATE, same, NOW)


def test_the_longer_pause_counts() -> None:
    assert together(STATE, STATE._replace(paused_until=500.0), NOW).paused_until == 500.0
    assert together(STATE, STATE._replace(paused_until=101.0), NOW).paused_until == 130.0


def test_a_breaker_that_was_open_and_a_pause_that_is_over_are_nothing_to_learn() -> None:
    past = UpstreamState(paused_until=50.0, failures=7, open_until=60.0)

    assert together(UNTROUBLED, past, NOW) == UNTROUBLED


def test_later_admissions_are_added_in_order() -> None:
    assert together(STATE, UpstreamState(admitted=(80.0, 95.02, 97.0, 98.0)), NOW).admitted == (90.0, 95.0, 97.0, 98.0)


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (STATE._replace(admitted=(), failures=9, served_at=0.0), True),
        (STATE._replace(paused_until=200.0), False),
        (STATE._replace(open_until=0.0), False),
    ],
    ids=["what passes soon", "another pause", "a closed breaker"],
)
def test_places_are_troubled_alike_that_say_the_same_about_when_to_ask_at_all(
    other: UpstreamState, alike: bool
) -> None:
    assert is_troubled_alike(STATE, other, NOW) == alike


def test_pauses_that_are_over_are_no_trouble() -> None:
    assert is_troubled_alike(UNTROUBLED, UpstreamState(paused_until=50.0), NOW)
